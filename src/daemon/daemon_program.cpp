#include "daemon/daemon_program.hpp"

#include "api/server.hpp"
#include "base/log.hpp"
#include "daemon/daemon_service.hpp"
#include "daemon/event_loop.hpp"
#include "daemon/node_home.hpp"

namespace covey::daemon {
namespace {

constexpr const char* kDefaultAddress = "[::]:7440";
constexpr const char* kDefaultAddressWithoutV6 = "0.0.0.0:7440";

/// The daemon's life on its event loop.
class DaemonProgram {
 public:
  DaemonProgram(asio::io_context& context, const api::DaemonRequest& request, api::DaemonObserver& observer)
      : context_(&context), request_(&request), observer_(&observer), stop_asked_(context.get_executor()) {}

  io::Awaitable<Result<>> run() {
    CO_TRY(const auto home, user_home());
    CO_TRY(const auto lock, home.lock());
    CO_TRY_VOID(log::also_to(home.folder() / "daemon.log"));
    CO_TRY(auto unlocked, home.unlock(passphrase_from_environment()));
    CO_TRY(auto store, DaemonStore::open(home.folder() / "covey.db", std::move(unlocked.vault_key), random_));
    CO_TRY(node_, Node::create(context_->get_executor(), std::move(unlocked.device), clock_, random_));
    node_->admissions().set_ready(false);
    auto outcome = listen();
    if (outcome) outcome = co_await serve(home, std::move(store));
    co_await node_->stop();
    co_return outcome;
  }

  void stop() {
    stopping_ = true;
    stop_asked_.open_all();
  }

 private:
  Result<> listen() {
    std::vector<access::Endpoint> addresses;
    for (const auto& text : request_->listen) {
      TRY(const auto address, access::Endpoint::parse(text));
      addresses.push_back(address);
    }
    if (!addresses.empty()) return node_->listen(addresses);
    auto outcome = node_->listen({*access::Endpoint::parse(kDefaultAddress)});
    // A machine without IPv6 serves IPv4 alone.
    if (!outcome && outcome.error().code == ErrorCode::kIo) {
      outcome = node_->listen({*access::Endpoint::parse(kDefaultAddressWithoutV6)});
    }
    return outcome;
  }

  io::Awaitable<Result<>> serve(const identity::Home& home, DaemonStore store) {
    DaemonService service(*node_, std::move(store), open_layer_cache(home), random_, home.folder().string(),
                          [this] { stop(); });
    service.set_notify_command(request_->on_request);
    auto outcome = co_await service.restore();
    node_->admissions().set_ready(outcome.has_value());
    if (outcome) {
      auto server = api::Server::listen(*context_, service, home.folder() / "api.sock");
      if (server && request_->ui.served) outcome = service.web().open(*context_, request_->ui, service);
      if (server && outcome) {
        observer_->on_ready(service.status());
        while (!stopping_) {
          const auto waited = co_await stop_asked_.wait();
          if (!waited) break;
        }
      }
      if (server) {
        co_await service.web().close();
        co_await server->close();
      } else {
        outcome = std::unexpected(server.error());
      }
    }
    co_await service.close();
    co_return outcome;
  }

  asio::io_context* context_;
  const api::DaemonRequest* request_;
  api::DaemonObserver* observer_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<Node> node_;
  io::Gate stop_asked_;
  bool stopping_ = false;
};

}  // namespace

Result<> run_daemon(const api::DaemonRequest& request, api::DaemonObserver& observer, StopSignal& stop) {
  return run_program<DaemonProgram>(stop, request, observer);
}

}  // namespace covey::daemon
