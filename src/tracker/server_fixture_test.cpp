// What server_fixture.hpp declares; and that a tracker can be started and ended at all.

#include "tracker/server_fixture.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

#include <curl/curl.h>
#include <asio/co_spawn.hpp>
#include <asio/use_future.hpp>

#include "crypto/base64.hpp"
#include "http/target.hpp"
#include "tracker/api_document.hpp"

namespace covey::tracker {
namespace {

const ApiDocument& document() {
  static const ApiDocument kDocument;
  return kDocument;
}

/// "sha256//…" as curl takes a pin: ordinary base64.
std::string pin_of(const RunningTracker& tracker) {
  std::string text = crypto::to_base64url(tracker.keys->tls.pin->view());
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return "sha256//" + text + "=";
}

std::size_t add_body(char* bytes, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(bytes, size * count);
  return size * count;
}

std::size_t add_field(char* bytes, std::size_t size, std::size_t count, void* to) {
  std::string line(bytes, size * count);
  const auto colon = line.find(':');
  if (colon != std::string::npos) {
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto from = line.find_first_not_of(' ', colon + 1);
    (*static_cast<std::map<std::string, std::string>*>(to))[name] = line.substr(from, line.find('\r') - from);
  }
  return size * count;
}

void point_at(CURL* curl, const RunningTracker& tracker, const std::string& target) {
  const std::string url = "https://127.0.0.1:" + std::to_string(tracker.port()) + target;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, pin_of(tracker).c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

using FieldList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

FieldList fields_for(const std::string& token, const std::string& content_type) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  list = curl_slist_append(list, ("Content-Type: " + content_type).c_str());
  if (!token.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + token).c_str());
  return {list, &curl_slist_free_all};
}

}  // namespace

Peer::Peer(RunningTracker& tracker)
    : tracker_(tracker), key_(identity::DeviceKey::ephemeral(tracker.random)), curl_(curl_easy_init()) {}

Peer::~Peer() {
  curl_easy_cleanup(curl_);
}

Reply Peer::ask(const std::string& method, const std::string& target, std::optional<std::string> body,
                const std::string& content_type) {
  Reply reply;
  curl_easy_reset(curl_);
  point_at(curl_, tracker_, target);
  curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, 30'000L);
  if (body) {
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body->data());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
  }
  const FieldList list = fields_for(token, content_type);
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &add_body);
  curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &add_field);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &reply.fields);
  const CURLcode code = curl_easy_perform(curl_);
  if (code != CURLE_OK) return reply;  // status 0
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  EXPECT_EQ(document().objection(method, http::path_of(target), reply.status, reply.body), "")
      << method << ' ' << target << ": " << reply.status << ' ' << reply.body.substr(0, 300);
  return reply;
}

Challenge Peer::challenge() {
  const Reply reply = post("/api/v1/login/challenge", {{"peer_id", id_text()}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  const auto bytes = crypto::from_base64url(reply.json().value("challenge", ""));
  return bytes ? Challenge::from(*bytes) : Challenge();
}

Json Peer::login_body(const Challenge& challenge) const {
  const auto message = login_message(tracker_.keys->network.public_key(), id(), challenge);
  return {{"peer_id", id_text()},
          {"challenge", crypto::to_base64url(challenge.view())},
          {"signature", crypto::to_base64url(key_.sign(crypto::kTrackerLoginLabel, message).view())}};
}

Reply Peer::login() {
  token.clear();
  Reply reply = post("/api/v1/login", login_body(challenge()));
  if (reply.status == 200) token = reply.json().value("token", "");
  return reply;
}

Json Peer::claim(const std::string& name) const {
  const identity::NameClaim claim{.network = tracker_.keys->network.public_key(),
                                  .peer = id(),
                                  .name = identity::PeerName::parse(name).value(),
                                  .claimed_at = tracker_.clock.wall()};
  const auto signed_claim = identity::sign(claim, key_);
  return {{"claim", crypto::to_base64url(signed_claim.payload)},
          {"signature", crypto::to_base64url(signed_claim.signature.view())}};
}

void Peer::join(const std::string& name) {
  ASSERT_EQ(login().status, 200);
  const Reply reply = register_as(name);
  ASSERT_EQ(reply.status, 201) << reply.body;
}

Json Peer::announcement(const access::ShareId& share, const std::string& title, access::Visibility visibility,
                        std::uint64_t sequence, std::vector<std::string> tags,
                        std::vector<std::string> names) const {
  access::ShareDescription description;
  description.share_id = share;
  description.owner = id();
  description.title = title;
  description.content_size = description.total_bytes = 10;
  description.file_count = 1;
  description.created_at = tracker_.clock.wall();
  access::ShareListing listing;
  listing.network = tracker_.keys->network.public_key();
  listing.sequence = sequence;
  listing.visibility = visibility;
  listing.tags = std::move(tags);
  listing.names = std::move(names);
  listing.description = access::sign(description, key_);
  const auto signed_listing = access::sign(listing, key_).value();
  return {{"listing", crypto::to_base64url(signed_listing.payload)},
          {"signature", crypto::to_base64url(signed_listing.signature.view())}};
}

access::ShareId Peer::announce(const std::string& title, access::Visibility visibility,
                               const std::vector<std::string>& audience) {
  const auto share = tracker_.random.fixed<access::ShareId>();
  Json body = announcement(share, title, visibility);
  if (!audience.empty()) body["audience"] = audience;
  const Reply reply = put(share_path(share), body);
  EXPECT_EQ(reply.status, 201) << reply.body;
  return share;
}

struct EventReader::Lines {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> lines;
  std::string rest;
  bool ended = false;
  CURLM* multi = curl_multi_init();
  std::atomic<bool> stop = false;

  ~Lines() { curl_multi_cleanup(multi); }
  static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* to) {
    auto& self = *static_cast<Lines*>(to);
    const std::lock_guard lock(self.mutex);
    self.rest.append(bytes, size * count);
    for (auto end = self.rest.find('\n'); end != std::string::npos; end = self.rest.find('\n')) {
      self.lines.push_back(self.rest.substr(0, end));
      self.rest.erase(0, end + 1);
    }
    self.changed.notify_all();
    return size * count;
  }
};

EventReader::EventReader(Peer& peer) : lines_(std::make_shared<Lines>()) {
  CURL* const curl = curl_easy_init();
  point_at(curl, peer.tracker_, "/api/v1/events");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Lines::take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, lines_.get());
  curl_multi_add_handle(lines_->multi, curl);
  thread_ = std::thread([lines = lines_, curl, list = fields_for(peer.token, "application/json")] {
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
    int running = 1;
    while (running > 0 && !lines->stop) {
      curl_multi_perform(lines->multi, &running);
      if (running > 0) curl_multi_poll(lines->multi, nullptr, 0, 1000, nullptr);
    }
    curl_multi_remove_handle(lines->multi, curl);
    curl_easy_cleanup(curl);
    const std::lock_guard lock(lines->mutex);
    lines->ended = true;
    lines->changed.notify_all();
  });
}

EventReader::~EventReader() {
  lines_->stop = true;
  curl_multi_wakeup(lines_->multi);
  thread_.join();
}

std::optional<std::string> EventReader::line() {
  std::unique_lock lock(lines_->mutex);
  const bool came = lines_->changed.wait_for(lock, std::chrono::seconds(20),
                                             [this] { return !lines_->lines.empty() || lines_->ended; });
  if (!came) ADD_FAILURE() << "the stream is silent";
  if (lines_->lines.empty()) return std::nullopt;
  std::string out = std::move(lines_->lines.front());
  lines_->lines.pop_front();
  return out;
}

Json EventReader::message() {
  while (const auto next = line()) {
    if (next->empty()) continue;
    const Json event = Json::parse(*next, nullptr, false);
    EXPECT_EQ(document().objection("Event", event), "") << *next;
    EXPECT_EQ(document().objection("Message", event["message"]), "") << *next;
    return event["message"];
  }
  return {};
}

Limits RunningTracker::generous() {
  Limits limits;
  const Rate much{1e6, 1e6};
  limits.requests_of_one_address = limits.requests_of_one_peer = much;
  limits.logins_of_one_address = limits.handshakes_of_one_address = much;
  limits.member_recheck = std::chrono::milliseconds(0);  // the clock stands still
  return limits;
}

RunningTracker::RunningTracker(Limits its_limits, std::string its_database, const RunningTracker* replica_of)
    : database(std::move(its_database)), limits(its_limits) {
  if (database.empty()) database = "sqlite:" + (folder.path() / "tracker.db").string();
  const auto home = (replica_of == nullptr ? folder : replica_of->folder).path() / "home";
  auto opened = open_tracker_home(home, std::nullopt, random, SystemClock().wall());
  if (!opened) throw std::runtime_error(to_string(opened.error()));
  keys.emplace(std::move(*opened));
  source = std::move(registry::open_store_source(database).value());
  store = std::move(source->open().value());
  if (const auto bound = store->bind_network(keys->network.public_key()); !bound)
    throw std::runtime_error(to_string(bound.error()));
  registry = std::move(registry::Registry::start(*source, {}).value());
  tracker.emplace(io, *keys, *registry, limits, clock, random);
  tracker->link = "covey-network:test";
  if (!store->watch_messages([this](const identity::PeerId& peer) { tracker->streams.ring(peer); }))
    throw std::runtime_error("cannot watch");
  server_.emplace(io, *tracker);
  port_ = server_->listen({asio::ip::make_address("127.0.0.1"), 0}).value().port();
  thread_ = std::thread([this] { io.run(); });
}

RunningTracker::~RunningTracker() {
  asio::co_spawn(io, server_->close(), asio::use_future).get();
  store.reset();
  work_.reset();
  io.stop();
  thread_.join();
}

namespace {

TEST(RunningTracker, starts_and_ends) {
  RunningTracker tracker;
  Peer peer(tracker);
  EXPECT_EQ(peer.get("/health").status, 200);
}

}  // namespace
}  // namespace covey::tracker
