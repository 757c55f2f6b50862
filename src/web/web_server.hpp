#pragma once
// WebServer: the web UI's address: the UI's files, signing in and out, and the API behind the guard.
//
// On loopback plain; elsewhere only with TLS and a password. What a client can take is bounded: connections,
// the bytes and the time of a request, attempts to guess the password. Knows no route of the API: what passes
// the guard is handed on. Network thread; `co_await close()` before what it refers to goes. Spec:
// docs/spec/ui.md.

#include <functional>
#include <memory>
#include <span>
#include <string>

#include <asio/ssl/context.hpp>

#include "http/connections.hpp"
#include "io/offload.hpp"
#include "web/assets.hpp"
#include "web/guard.hpp"

namespace covey::web {

struct WebOptions {
  asio::ip::tcp::endpoint address;
  std::vector<std::string> names;                     // further names by which browsers reach it
  std::shared_ptr<asio::ssl::context> tls = nullptr;  // null: plain
  std::span<const Asset> assets = embedded_assets();
  std::string peer_id, version;  // told to whoever has signed in
  std::size_t max_connections = 32;
  std::size_t max_body_bytes = std::size_t{5} << 20;
  std::size_t max_target_bytes = std::size_t{16} << 10;
  std::chrono::milliseconds request_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds answer_timeout{60'000};
  std::chrono::milliseconds write_timeout{30'000};
};

/// What the server refers to; all of it outlives it.
struct WebSurroundings {
  Visitors* visitors;
  const Clock* clock;
  crypto::Random* random;
  io::Offload* offload;
};

class WebServer {
 public:
  /// kAlreadyExists when the port is taken; kInvalidArgument for an address beyond loopback without TLS or
  /// without a password.
  static Result<std::unique_ptr<WebServer>> listen(asio::io_context& io, WebSurroundings surroundings,
                                                   WebOptions options, http::Connections::OnRequest on_api);
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;
  ~WebServer();

  /// "http://127.0.0.1:7442/"
  [[nodiscard]] std::string url() const;
  [[nodiscard]] asio::ip::tcp::endpoint local_endpoint() const;
  [[nodiscard]] std::uint64_t csp_reports() const;

  io::Awaitable<void> close();

 private:
  class Serving;
  explicit WebServer(std::shared_ptr<Serving> serving);
  std::shared_ptr<Serving> serving_;
};

}  // namespace covey::web
