#pragma once
// RunningTracker: a tracker on 127.0.0.1 with a database in a folder of its own, and Peers that speak to it
// over real TLS, by libcurl; for the tests of this module. Every answer is held against
// docs/spec/api-tracker.yaml.

#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <nlohmann/json.hpp>

#include "access/share_listing.hpp"
#include "identity/device_key.hpp"
#include "registry/store.hpp"
#include "tracker/server.hpp"
#include "tracker/test_folder.hpp"

namespace covey::tracker {

using Json = nlohmann::json;

struct Reply {
  int status = 0;
  std::string body;
  std::map<std::string, std::string> fields;  // names in lower case

  [[nodiscard]] Json json() const { return Json::parse(body, nullptr, false); }
  /// Of an error.
  [[nodiscard]] std::string code() const { return json()["error"].value("code", ""); }
  [[nodiscard]] std::string message() const { return json()["error"].value("message", ""); }
};

class RunningTracker;

/// A peer with a key and, once it logged in, a token.
class Peer {
 public:
  explicit Peer(RunningTracker& tracker);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  [[nodiscard]] const identity::DeviceKey& key() const { return key_; }
  [[nodiscard]] const identity::PeerId& id() const { return key_.peer_id(); }
  [[nodiscard]] std::string id_text() const { return id().to_text(); }

  /// Any request, with the token if there is one.
  Reply ask(const std::string& method, const std::string& target, std::optional<std::string> body = {},
            const std::string& content_type = "application/json");
  Reply get(const std::string& target) { return ask("GET", target); }
  Reply put(const std::string& target, const Json& body) { return ask("PUT", target, body.dump()); }
  Reply post(const std::string& target, const Json& body) { return ask("POST", target, body.dump()); }
  Reply remove(const std::string& target) { return ask("DELETE", target); }

  [[nodiscard]] Challenge challenge();
  [[nodiscard]] Json login_body(const Challenge& challenge) const;
  Reply login();
  [[nodiscard]] Json claim(const std::string& name) const;
  Reply register_as(const std::string& name) { return post("/api/v1/members", claim(name)); }
  /// Logs in and takes the name.
  void join(const std::string& name);

  /// An announcement of a share of its own.
  [[nodiscard]] Json announcement(const access::ShareId& share, const std::string& title,
                                  access::Visibility visibility = access::Visibility::kNetwork,
                                  std::uint64_t sequence = 1, std::vector<std::string> tags = {},
                                  std::vector<std::string> names = {}) const;
  access::ShareId announce(const std::string& title,
                           access::Visibility visibility = access::Visibility::kNetwork,
                           const std::vector<std::string>& audience = {});

  std::string token;

 private:
  friend class EventReader;
  RunningTracker& tracker_;
  identity::DeviceKey key_;
  void* curl_;
};

/// Reads GET /events on a thread of its own until it goes.
class EventReader {
 public:
  explicit EventReader(Peer& peer);
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;
  ~EventReader();

  /// The next line, waited for; nothing at the end of the stream.
  std::optional<std::string> line();
  /// The next message, passing over heartbeats.
  Json message();

 private:
  struct Lines;
  std::shared_ptr<Lines> lines_;
  std::thread thread_;
};

inline std::string share_path(const access::ShareId& share) {
  return "/api/v1/shares/" + access::to_text(share);
}

class RunningTracker {
 public:
  /// `database` empty: SQLite in a folder of its own. `home` of another one: a replica of it.
  explicit RunningTracker(Limits limits = generous(), std::string database = {},
                          const RunningTracker* replica_of = nullptr);
  RunningTracker(const RunningTracker&) = delete;
  RunningTracker& operator=(const RunningTracker&) = delete;
  ~RunningTracker();

  /// Limits that no test meets by accident.
  static Limits generous();

  template <typename F>
  auto on_network(F function) {
    std::packaged_task<std::invoke_result_t<F>()> task(std::move(function));
    auto result = task.get_future();
    asio::post(io, [&task] { task(); });
    return result.get();
  }
  /// Until the network thread has made it so; every look lets it work once more.
  template <typename F>
  bool eventually(F condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!on_network(condition)) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  TestFolder folder;
  std::string database;
  ManualClock clock{from_unix_ms(1'800'000'000'000)};
  crypto::SystemRandom random;
  Limits limits;
  std::optional<TrackerKeys> keys;
  std::unique_ptr<registry::StoreSource> source;
  std::unique_ptr<registry::Store> store;  // for the test itself: the administrator's view
  std::unique_ptr<registry::Registry> registry;
  asio::io_context io;
  std::optional<Tracker> tracker;

 private:
  std::optional<Server> server_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io);
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace covey::tracker
