// How many requests a second a tracker answers, and how fast: N keep-alive TLS connections, each asking for a
// share again as soon as it has the answer before. It registers a peer, announces shares of its own and then
// asks for them, so the tracker must run with open registration and with limits above the load:
//
//   covey-tracker --home DIR --listen 127.0.0.1:7443 --peer-rate 1e6:1e6 --address-rate 1e6:1e6
//     --login-rate 1e6:1e6 --handshake-rate 1e6:1e6
//   tracker_load 127.0.0.1 7443 [--connections 64] [--seconds 10] [--shares 1000] [--threads 1] [--path PATH]
//     [--ids FILE] [--announce 1]
//
// --ids asks for the shares of that file instead of its own; --announce makes new ones, each once, as fast as
// the tracker says that it keeps them (their signatures are made before the clock runs).

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "access/share_listing.hpp"
#include "crypto/base64.hpp"
#include "identity/membership.hpp"

namespace covey {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Json = nlohmann::json;

struct Options {
  std::string host;
  std::uint16_t port = 0;
  std::size_t connections = 64;
  std::size_t threads = 1;
  int seconds = 10;
  int shares = 1000;
  std::string path;  // instead of a share
  std::string ids;   // a file of share ids, instead of shares of its own
  bool announce = false;
};

SSL_CTX* tls() {
  static SSL_CTX* const kContext = SSL_CTX_new(TLS_client_method());
  return kContext;
}

/// One TLS connection; blocking until it is told otherwise.
class Connection {
 public:
  explicit Connection(const Options& options)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    ::inet_pton(AF_INET, options.host.c_str(), &address.sin_addr);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
      throw std::runtime_error("cannot connect");
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    ssl_ = SSL_new(tls());
    SSL_set_fd(ssl_, descriptor_);
    if (SSL_connect(ssl_) != 1) throw std::runtime_error("the TLS handshake failed");
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    SSL_free(ssl_);
    ::close(descriptor_);
  }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  void send(std::string_view request) {
    sent_at_ = SteadyClock::now();
    answer_.clear();
    if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0)
      throw std::runtime_error("cannot write");
  }
  /// Reads what is there, with one read while it fits; true when the answer is whole.
  bool receive() {
    std::array<char, 16384> piece{};
    const int got = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()));
    if (got <= 0) throw std::runtime_error("the tracker closed a connection");
    answer_.append(piece.data(), static_cast<std::size_t>(got));
    return whole();
  }
  [[nodiscard]] bool pending() const { return SSL_pending(ssl_) > 0; }
  [[nodiscard]] int status() const { return std::atoi(answer_.c_str() + 9); }
  [[nodiscard]] std::string body() const { return answer_.substr(answer_.find("\r\n\r\n") + 4); }
  [[nodiscard]] SteadyClock::duration took() const { return SteadyClock::now() - sent_at_; }

 private:
  [[nodiscard]] bool whole() const {
    const auto head = answer_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const auto field = answer_.find("Content-Length: ");
    const std::size_t length =
        field == std::string::npos || field > head ? 0 : std::stoul(answer_.substr(field + 16, 12));
    return answer_.size() >= head + 4 + length;
  }

  int descriptor_;
  SSL* ssl_ = nullptr;
  std::string answer_;
  SteadyClock::time_point sent_at_;
};

std::string request_text(const std::string& method, const std::string& path, const std::string& token,
                         const std::string& body = {}) {
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: tracker\r\n", method, path);
  if (!token.empty()) out += fmt::format("Authorization: Bearer {}\r\n", token);
  if (!body.empty())
    out += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  return out + "\r\n" + body;
}

Json ask(Connection& connection, const std::string& method, const std::string& path, const std::string& token,
         const Json& body = {}) {
  connection.send(request_text(method, path, token, body.is_null() ? std::string() : body.dump()));
  while (!connection.receive()) {
  }
  if (connection.status() >= 300)
    throw std::runtime_error(
        fmt::format("{} {}: {} {}", method, path, connection.status(), connection.body()));
  return Json::parse(connection.body(), nullptr, false);
}

template <typename Fixed>
Fixed fixed_in(const Json& json, const char* name) {
  return Fixed::from(crypto::from_base64url(json.value(name, "")).value());
}

/// The peer that everything is asked as.
class LoadPeer {
 public:
  explicit LoadPeer(Connection& connection)
      : connection_(connection), key_(identity::DeviceKey::ephemeral(random_)) {
    using Challenge = FixedBytes<struct LoadChallengeTag, 32>;
    network_ = fixed_in<crypto::PublicKey>(ask(connection_, "GET", "/api/v1/network", ""), "network");
    const std::string id = key_.peer_id().to_text();
    const auto challenge = fixed_in<Challenge>(
        ask(connection_, "POST", "/api/v1/login/challenge", "", {{"peer_id", id}}), "challenge");
    Bytes message = to_bytes(network_.view());
    const auto id_bytes = key_.peer_id().bytes();
    message.insert(message.end(), id_bytes.begin(), id_bytes.end());
    message.insert(message.end(), challenge.view().begin(), challenge.view().end());
    const auto signature = key_.sign(crypto::kTrackerLoginLabel, message);
    token_ = ask(connection_, "POST", "/api/v1/login", "",
                 {{"peer_id", id},
                  {"challenge", crypto::to_base64url(challenge.view())},
                  {"signature", crypto::to_base64url(signature.view())}})["token"];
    join();
  }

  [[nodiscard]] const std::string& token() const { return token_; }

  /// A request that announces a new share, and where the share is then.
  std::pair<std::string, std::string> announcement(int number) {
    const auto share = random_.fixed<access::ShareId>();
    access::ShareDescription description;
    description.share_id = share;
    description.owner = key_.peer_id();
    description.title = fmt::format("Load share number {}", number);
    description.content_size = description.total_bytes = 1000;
    description.file_count = 1;
    description.created_at = SystemClock().wall();
    access::ShareListing listing;
    listing.network = network_;
    listing.sequence = record_now();
    listing.description = access::sign(description, key_);
    listing.tags = {"load", "test"};
    const auto signed_listing = access::sign(listing, key_).value();
    const std::string path = "/api/v1/shares/" + access::to_text(share);
    const Json body{{"listing", crypto::to_base64url(signed_listing.payload)},
                    {"signature", crypto::to_base64url(signed_listing.signature.view())}};
    return {request_text("PUT", path, token_, body.dump()), path};
  }

  std::string announce(int number) {
    const auto [request, path] = announcement(number);
    connection_.send(request);
    while (!connection_.receive()) {
    }
    if (connection_.status() >= 300) throw std::runtime_error("a share was refused: " + connection_.body());
    return path;
  }

 private:
  static std::uint64_t record_now() { return static_cast<std::uint64_t>(to_unix_ms(SystemClock().wall())); }
  void join() {
    const auto name =
        identity::PeerName::parse(fmt::format("load-{:08x}", random_.number() & 0xffffffffU)).value();
    const auto claim = identity::sign(
        identity::NameClaim{
            .network = network_, .peer = key_.peer_id(), .name = name, .claimed_at = SystemClock().wall()},
        key_);
    ask(connection_, "POST", "/api/v1/members", token_,
        {{"claim", crypto::to_base64url(claim.payload)},
         {"signature", crypto::to_base64url(claim.signature.view())}});
    ask(connection_, "PUT", "/api/v1/presence", token_, {{"addresses", {"192.0.2.7:7440"}}});
  }

  Connection& connection_;
  crypto::SystemRandom random_;
  identity::DeviceKey key_;
  crypto::PublicKey network_;
  std::string token_;
};

/// What one thread saw.
struct Seen {
  std::vector<float> milliseconds;
  std::map<int, std::size_t> statuses;
};

void load(const Options& options, std::size_t connections, const std::vector<std::string>& requests,
          SteadyClock::time_point end, Seen& seen) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<Connection>> open;
  std::size_t next = 0;
  for (std::size_t i = 0; i < connections; ++i) {
    open.push_back(std::make_unique<Connection>(options));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, open.back()->descriptor(), &event);
  }
  for (const auto& connection : open) connection->send(requests[next++ % requests.size()]);
  std::array<epoll_event, 256> events{};
  // Look-ups go round; an announcement is made once.
  const auto is_over = [&] { return options.announce && seen.milliseconds.size() == requests.size(); };
  while (SteadyClock::now() < end && !is_over()) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < ready; ++i) {
      Connection& connection = *open[events.at(static_cast<std::size_t>(i)).data.u64];
      bool whole = connection.receive();
      while (!whole && connection.pending()) whole = connection.receive();
      if (!whole) continue;
      seen.milliseconds.push_back(std::chrono::duration<float, std::milli>(connection.took()).count());
      ++seen.statuses[connection.status()];
      if (!options.announce || next < requests.size()) connection.send(requests[next++ % requests.size()]);
    }
  }
  ::close(poll);
}

void report(std::vector<Seen>& all, double seconds) {
  Seen total;
  for (Seen& one : all) {
    total.milliseconds.insert(total.milliseconds.end(), one.milliseconds.begin(), one.milliseconds.end());
    for (const auto& [status, count] : one.statuses) total.statuses[status] += count;
  }
  std::sort(total.milliseconds.begin(), total.milliseconds.end());
  if (total.milliseconds.empty()) throw std::runtime_error("no answer came");
  const auto at = [&](double part) {
    return total
        .milliseconds[static_cast<std::size_t>(part * static_cast<double>(total.milliseconds.size() - 1))];
  };
  fmt::print("{:.0f} requests/s  p50 {:.2f} ms  p99 {:.2f} ms  max {:.2f} ms ",
             static_cast<double>(total.milliseconds.size()) / seconds, at(0.5), at(0.99), at(1));
  for (const auto& [status, count] : total.statuses) fmt::print(" {}: {}", status, count);
  fmt::print("\n");
}

Options parse(int argc, char** argv) {
  if (argc < 3)
    throw std::runtime_error("usage: tracker_load ADDRESS PORT [--connections N] [--seconds N] [--shares N]");
  Options out{.host = argv[1], .port = static_cast<std::uint16_t>(std::stoi(argv[2])), .path = {}};
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--connections") out.connections = std::stoul(argv[i + 1]);
    if (name == "--seconds") out.seconds = std::stoi(argv[i + 1]);
    if (name == "--shares") out.shares = std::stoi(argv[i + 1]);
    if (name == "--threads") out.threads = std::stoul(argv[i + 1]);
    if (name == "--path") out.path = argv[i + 1];
    if (name == "--ids") out.ids = argv[i + 1];
    if (name == "--announce") out.announce = std::stoi(argv[i + 1]) != 0;
  }
  return out;
}

std::vector<std::string> requests_of(const Options& options, LoadPeer& peer) {
  std::vector<std::string> out;
  if (!options.path.empty()) return {request_text("GET", options.path, peer.token())};
  if (!options.ids.empty()) {
    std::ifstream file(options.ids);
    for (std::string id; std::getline(file, id);)
      out.push_back(request_text("GET", "/api/v1/shares/" + id, peer.token()));
    std::shuffle(out.begin(), out.end(), std::minstd_rand(7));
    return out;
  }
  for (int i = 0; i < options.shares; ++i) {
    out.push_back(options.announce ? peer.announcement(i).first
                                   : request_text("GET", peer.announce(i), peer.token()));
  }
  return out;
}

void run(const Options& options) {
  std::vector<std::string> requests;
  {
    Connection connection(options);
    LoadPeer peer(connection);
    requests = requests_of(options, peer);
  }
  const auto begin = SteadyClock::now();
  const auto end = begin + std::chrono::seconds(options.seconds);
  std::vector<Seen> seen(options.threads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options.threads; ++i) {
    threads.emplace_back(
        [&, i] { load(options, options.connections / options.threads, requests, end, seen[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  report(seen, std::chrono::duration<double>(SteadyClock::now() - begin).count());
}

}  // namespace
}  // namespace covey

int main(int argc, char** argv) {
  try {
    covey::run(covey::parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tracker_load: %s\n", error.what());
    return 1;
  }
  return 0;
}
