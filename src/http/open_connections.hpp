#pragma once
// OpenConnections: which connections RESTinio holds, by what descriptor, and since when a request has been
// arriving on each. RESTinio reports a connection closed right after it closed the descriptor, so none stands
// here that may mean another file by now. Network thread; of this module only.

#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include <poll.h>
#include <sys/socket.h>
#include <restinio/connection_state_listener.hpp>

#include "http/socket.hpp"

namespace covey::http {

class OpenConnections {
 public:
  struct Connection {
    int descriptor;
    std::shared_ptr<Arrival> arrival;
    asio::ip::address client;
  };

  explicit OpenConnections(std::function<void(const asio::ip::address&)> on_closed)
      : on_closed_(std::move(on_closed)) {}

  void add(restinio::connection_id_t id, Connection connection) { open_.emplace(id, std::move(connection)); }
  void state_changed(const restinio::connection_state::notice_t& notice) noexcept {
    if (!restinio::holds_alternative<restinio::connection_state::closed_t>(notice.cause())) return;
    const auto node = open_.extract(notice.connection_id());
    if (!node.empty()) on_closed_(node.mapped().client);
  }
  void request_complete(restinio::connection_id_t id) {
    if (const auto found = open_.find(id); found != open_.end()) found->second.arrival->began.reset();
  }
  [[nodiscard]] std::size_t count() const { return open_.size(); }

  /// The end of its input closes a connection as soon as it waits for another request.
  void end_input() { shut_all(SHUT_RD); }
  void cut() { shut_all(SHUT_RDWR); }
  /// Cuts off requests that began to come before `limit` and are not here yet.
  void cut_off_slow(std::chrono::steady_clock::time_point limit) {
    for (const auto& [id, connection] : open_) {
      const auto& began = connection.arrival->began;
      if (began && *began < limit) ::shutdown(connection.descriptor, SHUT_RDWR);
    }
  }
  /// Whether the other side has closed its end.
  [[nodiscard]] bool is_abandoned(restinio::connection_id_t id) const {
    const auto found = open_.find(id);
    if (found == open_.end()) return true;
    pollfd state{.fd = found->second.descriptor, .events = POLLRDHUP, .revents = 0};
    return ::poll(&state, 1, 0) > 0;
  }

 private:
  void shut_all(int how) {
    for (const auto& [id, connection] : open_) ::shutdown(connection.descriptor, how);
  }

  std::map<restinio::connection_id_t, Connection> open_;
  std::function<void(const asio::ip::address&)> on_closed_;
};

}  // namespace covey::http
