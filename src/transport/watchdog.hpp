#pragma once
// Watchdog: a deadline on a socket's waits that costs nothing while data flows. Arming only stores a time; a
// timer is set for the earliest of them and, when it fires early, set again.
//
// On the socket's thread. The socket outlives the watchdog.

#include <chrono>
#include <memory>

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

namespace covey::transport {

class Watchdog {
 public:
  explicit Watchdog(asio::ip::tcp::socket& socket) : state_(std::make_shared<State>(socket)) {}
  ~Watchdog() {
    state_->socket = nullptr;
    state_->timer.cancel();
  }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// From now on, and until disarm(), the socket's waits are cancelled once `timeout` has passed.
  void arm(std::chrono::milliseconds timeout) {
    state_->deadline = std::chrono::steady_clock::now() + timeout;
    state_->armed = true;
    if (!state_->waiting || state_->timer.expiry() > state_->deadline) State::watch(state_);
  }
  void disarm() { state_->armed = false; }
  /// Whether a deadline has passed; it stays so.
  [[nodiscard]] bool bit() const { return state_->bit; }

 private:
  struct State {
    explicit State(asio::ip::tcp::socket& watched) : socket(&watched), timer(watched.get_executor()) {}

    static void watch(const std::shared_ptr<State>& self) {
      self->waiting = true;
      self->timer.expires_at(self->deadline);
      self->timer.async_wait([self](const asio::error_code& error) {
        if (error || self->socket == nullptr) return;
        self->waiting = false;
        if (!self->armed) return;
        if (std::chrono::steady_clock::now() < self->deadline) return watch(self);
        self->bit = true;
        asio::error_code ignored;
        self->socket->cancel(ignored);
      });
    }

    asio::ip::tcp::socket* socket;
    asio::steady_timer timer;
    std::chrono::steady_clock::time_point deadline;
    bool waiting = false;
    bool armed = false;
    bool bit = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace covey::transport
