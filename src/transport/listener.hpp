#pragma once
// Listener: accepts TCP connections on the network thread and turns each into a link on one of the link
// threads.
//
// Strangers cost little: so many handshakes at a time in all and from one address, a deadline on each, and a
// limit on links; whatever is above is closed at once. On the network thread. Spec: docs/spec/handshake.md,
// "Limits".

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/task_group.hpp"
#include "transport/dialer.hpp"
#include "transport/link_threads.hpp"

namespace covey::transport {

struct ListenLimits {
  std::size_t handshakes = 128;
  std::size_t handshakes_per_address = 32;
  std::size_t links = 4096;
  std::size_t links_per_address = 512;
  std::chrono::milliseconds handshake_timeout{10'000};
};

class Listener {
 public:
  /// Binds at once. kAlreadyExists when the port is taken (with what to do), kPermissionDenied.
  static Result<std::unique_ptr<Listener>> bind(const io::Executor& network, const access::Endpoint& address,
                                                const Local& local, LinkThreads& threads,
                                                ListenLimits limits = {});

  /// Told on the network thread of every connection that became no link: from which IP address, and why.
  using OnRefused = std::function<void(const std::string& address, const Error& why)>;
  void on_refused(OnRefused callback);

  /// Accepts until cancelled; a member of the caller's task group.
  io::Awaitable<void> run();
  void close();

  /// Where it listens, with the port that the system chose.
  [[nodiscard]] access::Endpoint address() const;

 private:
  struct Shared;
  Listener(asio::ip::tcp::acceptor acceptor, const Local& local, LinkThreads& threads, ListenLimits limits);
  void admit(asio::ip::tcp::socket socket, const asio::ip::tcp::endpoint& from);

  asio::ip::tcp::acceptor acceptor_;
  const Local* local_;
  LinkThreads* threads_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace covey::transport
