#pragma once
// DaemonService: the API's Service on top of a node: shares and their tickets, downloads, networks, events.
// On the network thread. stop() of the wiring is awaited before destruction.

#include <list>
#include <memory>

#include "api/service.hpp"
#include "content/layer_cache.hpp"
#include "daemon/download_book.hpp"
#include "daemon/limit_clock.hpp"
#include "daemon/link_carrier.hpp"
#include "daemon/mail_book.hpp"
#include "daemon/network_book.hpp"
#include "daemon/stream_book.hpp"

namespace covey::daemon {

class DaemonService final : public api::Service {
 public:
  /// `request_stop` is called when a client asks the daemon to end.
  DaemonService(Node& node, DaemonStore store, std::unique_ptr<content::LayerCache> cache,
                crypto::Random& random, std::string home, std::function<void()> request_stop);
  ~DaemonService() override;

  /// Takes up what an earlier run left: shares are served again, downloads go on.
  io::Awaitable<Result<>> restore();
  /// Ends downloads and preparations in order.
  io::Awaitable<void> close();

  [[nodiscard]] api::StatusView status() const override;
  [[nodiscard]] std::vector<api::ShareView> shares() const override;
  [[nodiscard]] std::vector<api::TransferView> transfers() const override;
  [[nodiscard]] Result<api::ExplanationView> explain(const std::string& transfer) const override;
  [[nodiscard]] std::vector<api::NetworkView> networks() const override { return networks_.views(); }
  [[nodiscard]] api::LimitsView limits() const override { return limits_.view(); }
  asio::awaitable<Result<api::ShareView>> share(api::ShareRequest request) override;
  asio::awaitable<Result<>> unshare(std::string share) override;
  asio::awaitable<Result<api::TicketView>> ticket(api::TicketRequest request) override;
  asio::awaitable<Result<api::TransferView>> download(api::DownloadRequest request) override;
  asio::awaitable<Result<api::TransferView>> pause(std::string transfer) override;
  asio::awaitable<Result<api::TransferView>> resume(std::string transfer) override;
  asio::awaitable<Result<api::TransferView>> cancel(std::string transfer, api::PartialFiles partial) override;
  asio::awaitable<Result<api::TransferView>> set(std::string transfer,
                                                 api::TransferSettings settings) override;
  asio::awaitable<Result<api::TransferView>> verify(std::string transfer) override;
  asio::awaitable<Result<api::TransferView>> move(std::string transfer, std::string directory) override;
  asio::awaitable<Result<api::StreamView>> stream(std::string transfer, std::string file) override;
  asio::awaitable<Result<>> remove(std::string transfer, api::RemovedFiles files) override;
  asio::awaitable<Result<api::LimitsView>> set_limits(api::LimitSettings settings) override;
  asio::awaitable<Result<api::NetworkView>> join(api::JoinRequest request) override;
  asio::awaitable<Result<>> leave(std::string network) override;
  asio::awaitable<Result<api::SearchView>> search(api::SearchRequest request) override;
  asio::awaitable<Result<std::vector<api::PeerView>>> peers() override;
  asio::awaitable<Result<std::vector<api::AlertView>>> alerts() override;
  void stop() override { request_stop_(); }
  std::unique_ptr<api::Subscription> subscribe(std::function<void(const api::Event&)> on_event) override;

 private:
  class Listening;
  enum class Verify : std::uint8_t { kNo, kYes };
  void add_share(const StoredShare& stored, Verify verify);
  io::Awaitable<void> prepare(std::string id, std::string path, std::string title, Verify verify);
  io::Awaitable<void> publish_progress();
  io::Awaitable<void> keep_limits();
  void publish_limits();
  void publish(const api::Event& event);
  io::Awaitable<Result<access::ShareRules>> rules_for(const api::ShareRequest& request);

  Node* node_;
  StoreThread store_;
  std::unique_ptr<content::LayerCache> cache_;
  NetworkBook networks_;
  LinkCarrier carrier_;
  MailBook mail_;
  mutable DownloadBook downloads_;  // views refresh progress
  StreamBook streams_;
  LimitClock limits_;
  std::string home_;
  std::function<void()> request_stop_;
  api::UnixMs started_at_;
  io::TaskGroup tasks_;
  bool preparing_ = false;
  io::Gate prepared_;
  std::list<std::function<void(const api::Event&)>> listeners_;
  std::shared_ptr<DaemonService*> alive_ = std::make_shared<DaemonService*>(this);
};

}  // namespace covey::daemon
