#pragma once
// PostgresListener: hears on a session and thread of its own for which peers messages were committed, by any
// process.
//
// While the server is away it tries again every second; then it tells of every peer for whom anything waits,
// since what was said meanwhile was not heard. Made and destroyed on one thread.

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "identity/peer_id.hpp"
#include "registry/postgres_session.hpp"

namespace covey::registry {

class PostgresListener {
 public:
  using OnMessage = std::function<void(const identity::PeerId&)>;

  /// Returns once it hears. kUnreachable when the server is away.
  static Result<std::unique_ptr<PostgresListener>> start(const std::string& url, OnMessage on_message);
  ~PostgresListener();
  PostgresListener(const PostgresListener&) = delete;
  PostgresListener& operator=(const PostgresListener&) = delete;

 private:
  class Ear;
  enum class Wake { kInput, kPause, kStop };

  PostgresListener(std::string url, OnMessage on_message);
  void listen();
  void run();
  void hear();
  void tell_of_all_waiting();
  /// Waits for input of the session, for the end of a pause, or for stop().
  [[nodiscard]] Wake wait();

  std::string url_;
  OnMessage on_message_;
  std::unique_ptr<PostgresSession> session_;
  std::unique_ptr<Ear> ear_;  // after the session, to go before it
  int stop_read_ = -1;
  int stop_write_ = -1;
  std::thread thread_;
};

}  // namespace covey::registry
