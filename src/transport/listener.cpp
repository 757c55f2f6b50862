#include "transport/listener.hpp"

#include <asio/ip/v6_only.hpp>

#include "base/log.hpp"
#include "transport/socket_address.hpp"

namespace covey::transport {
namespace {

using asio::ip::tcp;
constexpr auto kPauseWhenOutOfFiles = std::chrono::milliseconds(100);

struct Counts {
  std::size_t handshakes = 0;
  std::size_t links = 0;
};

}  // namespace

/// Who is here, counted on the network thread; link coroutines report to it there.
struct Listener::Shared {
  Shared(io::Executor on, ListenLimits given) : network(std::move(on)), limits(given) {}

  [[nodiscard]] bool has_room(const std::string& address) {
    const Counts& here = by_address[address];
    // A handshake is a link to be: counted together, the limit holds whatever is reported late.
    return all.handshakes < limits.handshakes && here.handshakes < limits.handshakes_per_address &&
           all.links + all.handshakes < limits.links &&
           here.links + here.handshakes < limits.links_per_address;
  }
  void add(const std::string& address, int handshakes, int links) {
    for (Counts* counts : {&all, &by_address[address]}) {
      counts->handshakes += static_cast<std::size_t>(handshakes);
      counts->links += static_cast<std::size_t>(links);
    }
    const Counts& here = by_address[address];
    if (here.handshakes == 0 && here.links == 0) by_address.erase(address);
  }

  void refused(const std::string& address, const Error& why) const {
    if (on_refused) on_refused(address, why);
  }

  io::Executor network;
  ListenLimits limits;
  OnRefused on_refused;
  Counts all;
  std::unordered_map<std::string, Counts> by_address;
};

namespace {

/// The life of one accepted connection, on its link thread. Takes the raw socket, which belonged to another
/// loop.
template <typename Shared>
io::Awaitable<void> serve(tcp::socket socket, const Local* local, std::shared_ptr<Shared> shared,
                          std::string from) {
  const auto report = [shared, from](int handshakes, int links) {
    asio::post(shared->network, [shared, from, handshakes, links] { shared->add(from, handshakes, links); });
  };
  auto stream = TlsStream::create(std::move(socket), *local->tls, TlsRole::kListener, std::nullopt);
  if (!stream) co_return report(-1, 0);
  auto link = co_await Link::establish(std::move(*stream), local->hello, *local->router,
                                       shared->limits.handshake_timeout, local->deadlines);
  if (!link) {
    log::info("refused a connection from {}: {}", from, to_string(link.error()));
    asio::post(shared->network, [shared, from, why = link.error()] { shared->refused(from, why); });
    co_return report(-1, 0);
  }
  report(-1, +1);
  const Error reason = co_await (*link)->run();
  log::debug("link with {} at {} ended: {}", (*link)->peer().short_text(), from, to_string(reason));
  report(0, -1);
}

}  // namespace

Listener::Listener(tcp::acceptor acceptor, const Local& local, LinkThreads& threads, ListenLimits limits)
    : acceptor_(std::move(acceptor)),
      local_(&local),
      threads_(&threads),
      shared_(std::make_shared<Shared>(acceptor_.get_executor(), limits)) {}

Result<std::unique_ptr<Listener>> Listener::bind(const io::Executor& network, const access::Endpoint& address,
                                                 const Local& local, LinkThreads& threads,
                                                 ListenLimits limits) {
  tcp::acceptor acceptor(network);
  const tcp::endpoint endpoint = to_asio(address);
  asio::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  // "::" serves IPv4 as well, where the system lets it.
  if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return fail(ErrorCode::kAlreadyExists,
                "port {} is in use by another program; choose another with --listen, or stop that program",
                address.port());
  }
  if (error) return fail_errno(error.value(), fmt::format("cannot listen on {}", address.to_text()));
  return std::unique_ptr<Listener>(new Listener(std::move(acceptor), local, threads, limits));
}

void Listener::on_refused(OnRefused callback) {
  shared_->on_refused = std::move(callback);
}

io::Awaitable<void> Listener::run() {
  while (acceptor_.is_open()) {
    const bool cancelled = co_await io::cancelled();
    if (cancelled) co_return;
    tcp::socket socket(acceptor_.get_executor());
    tcp::endpoint from;
    const auto [error] = co_await acceptor_.async_accept(socket, from, io::kNoThrow);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of descriptors, most likely: those who are here go on, newcomers wait.
      const auto slept = co_await io::sleep_for(kPauseWhenOutOfFiles);
      if (!slept) co_return;
      continue;
    }
    admit(std::move(socket), from);
  }
}

void Listener::admit(tcp::socket socket, const tcp::endpoint& from) {
  const std::string address = from_asio(from).ip_text();
  if (!shared_->has_room(address)) {
    log::info("closed a connection from {}: too many at once", address);
    return;
  }
  asio::error_code error;
  const auto descriptor = socket.release(error);
  if (error) return;
  shared_->add(address, +1, 0);
  LinkThreads::Loop& loop = threads_->next();
  asio::post(loop.executor,
             [&loop, descriptor, protocol = from.protocol(), local = local_, shared = shared_, address] {
               tcp::socket moved(loop.executor);
               asio::error_code failed;
               moved.assign(protocol, descriptor, failed);
               loop.tasks.spawn(serve(std::move(moved), local, shared, address));
             });
}

void Listener::close() {
  asio::error_code ignored;
  acceptor_.close(ignored);
}

access::Endpoint Listener::address() const {
  asio::error_code ignored;
  return from_asio(acceptor_.local_endpoint(ignored));
}

}  // namespace covey::transport
