#pragma once
// WebBook: the web UI of this peer: where it is served, who may use it, and what of that survives a restart.
// On the network thread; close() is awaited before destruction. Spec: docs/spec/ui.md.

#include <memory>
#include <optional>

#include "api/pending_requests.hpp"
#include "api/programs.hpp"
#include "daemon/store_thread.hpp"
#include "io/task_group.hpp"
#include "web/web_server.hpp"

namespace covey::daemon {

class WebBook {
 public:
  struct Surroundings {
    const Clock* clock;
    crypto::Random* random;
    io::Offload* offload;
    StoreThread* store;
    io::Executor network;
    std::filesystem::path home;
    std::string peer_id;
  };
  /// All of it outlives the book.
  explicit WebBook(Surroundings surroundings);

  /// Who was let in in an earlier run.
  io::Awaitable<Result<>> restore();
  /// Serves it from now on. A usual port that is taken is replaced by another one, with a warning.
  Result<> open(asio::io_context& io, const api::UiRequest& request, api::Service& service);
  /// As long as requests are in work; the Service has to be there still.
  io::Awaitable<void> close();

  /// Where it is served; nothing where it is not.
  [[nodiscard]] std::optional<std::string> url() const;
  Result<api::UiLinkView> link();
  [[nodiscard]] std::vector<api::UiSessionView> sessions() const;
  std::uint64_t end_sessions() { return visitors_.end_all(); }
  io::Awaitable<Result<>> set_password(std::string password);
  [[nodiscard]] std::vector<api::ApiKeyView> keys() const;
  Result<api::ApiKeyView> add_key(const api::ApiKeyRequest& request);
  Result<> remove_key(const std::string& words);

 private:
  Result<> find_certificate(const api::UiRequest& request, web::WebOptions& options);
  web::Visitors::Keep keeping();
  void keep(std::function<Result<>(DaemonStore&)> work);

  Surroundings with_;
  web::Visitors visitors_;
  std::shared_ptr<api::PendingRequests> requests_;
  std::unique_ptr<web::WebServer> server_;
  std::optional<std::string> fingerprint_;
  io::TaskGroup tasks_;
};

}  // namespace covey::daemon
