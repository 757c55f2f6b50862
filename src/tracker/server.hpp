#pragma once
// Server: a tracker on its addresses: accepts, speaks TLS and HTTP, and has the routes answer. It runs on the
// io_context of the network thread. Spec: docs/spec/api-tracker.yaml.
//
// Construction and all functions: network thread, or before it runs. `co_await close()` before the Tracker
// goes.

#include <memory>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "io/coroutine.hpp"
#include "tracker/tracker.hpp"

namespace covey::tracker {

class Server {
 public:
  Server(asio::io_context& io, Tracker& tracker);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// The endpoint that it became, where port 0 was asked for.
  Result<asio::ip::tcp::endpoint> listen(const asio::ip::tcp::endpoint& where);

  /// Accepts no more, ends the event streams and cancels the requests in work, and waits for all of them.
  io::Awaitable<void> close();

 private:
  class Service;
  std::shared_ptr<Service> service_;
};

/// Raises the limit of open files to what `limits` needs, or lowers `limits.connections` to what there is.
void fit_to_descriptors(Limits& limits);

}  // namespace covey::tracker
