#pragma once
// FakeService: a Service that keeps shares and transfers in memory and remembers what it was asked; for the
// tests of this module. Its functions run on the network thread like any Service's.

#include <atomic>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "api/fake_chat.hpp"
#include "api/json.hpp"

namespace covey::api {

class FakeService final : public FakeChat {
 public:
  std::vector<TransferView> kept_transfers;
  std::vector<NetworkView> kept_networks;
  LimitsView kept_limits;
  std::atomic<int> stops{0};
  std::atomic<int> subscribers{0};
  std::atomic<int> working{0};

  /// Sends an event to every subscriber. Network thread.
  void emit(const Event& event) {
    const auto now = listeners_;
    for (Listening* listener : now) {
      if (listeners_.contains(listener)) listener->on_event(event);
    }
  }
  void emit(const TransferView& transfer) {
    Event event;
    event.transfer = transfer;
    emit(event);
  }

  [[nodiscard]] StatusView status() const override {
    StatusView view;
    view.peer_id = "peer";
    view.listening = {"127.0.0.1:7440"};
    view.shares = kept_shares.size();
    return view;
  }
  [[nodiscard]] std::vector<ShareView> shares() const override { return kept_shares; }
  [[nodiscard]] std::vector<TransferView> transfers() const override { return kept_transfers; }

  [[nodiscard]] std::vector<NetworkView> networks() const override { return kept_networks; }

  [[nodiscard]] LimitsView limits() const override { return kept_limits; }
  [[nodiscard]] Result<ExplanationView> explain(const std::string& transfer) const override {
    for (const auto& known : kept_transfers) {
      if (known.id == transfer) return ExplanationView{.transfer = known, .reason = "nothing holds it up"};
    }
    return fail(ErrorCode::kNotFound, "there is no transfer '{}'", transfer);
  }
  asio::awaitable<Result<LimitsView>> set_limits(LimitSettings settings) override {
    asked.push_back("limits " + to_json(settings));
    kept_limits.settings = std::move(settings);
    co_return kept_limits;
  }
  asio::awaitable<Result<TransferView>> set(std::string transfer, TransferSettings settings) override {
    asked.push_back("set " + transfer + " " + to_json(settings));
    TransferView view;
    view.id = transfer;
    view.settings = settings;
    co_return view;
  }
  asio::awaitable<Result<TransferView>> verify(std::string transfer) override {
    return changed(transfer, "verify " + transfer, TransferState::kVerifying);
  }
  asio::awaitable<Result<TransferView>> move(std::string transfer, std::string directory) override {
    return changed(transfer, "move " + transfer + " to " + directory, TransferState::kMoving);
  }
  asio::awaitable<Result<PieceMapView>> pieces(std::string transfer, std::uint64_t most_cells) override {
    asked.push_back(fmt::format("pieces {} {}", transfer, most_cells));
    for (const auto& known : kept_transfers) {
      if (known.id == transfer) co_return PieceMapView{2, 1, {{100, 1}, {0, 0}}};
    }
    co_return fail(ErrorCode::kNotFound, "there is no transfer '{}'", transfer);
  }
  asio::awaitable<Result<StreamView>> stream(std::string transfer, std::string file) override {
    asked.push_back("stream " + transfer + " " + file);
    for (const auto& known : kept_transfers) {
      if (known.id != transfer) continue;
      StreamView view;
      view.url = "http://127.0.0.1:40123/stream/token/" + file;
      view.file = file;
      view.bytes = known.bytes_total;
      view.media_type = "video/mp4";
      co_return view;
    }
    co_return fail(ErrorCode::kNotFound, "there is no transfer '{}'", transfer);
  }
  asio::awaitable<Result<>> remove(std::string transfer, RemovedFiles files) override {
    asked.push_back(fmt::format("remove {} {}", transfer, name_of(files)));
    co_return Result<>();
  }
  asio::awaitable<Result<NetworkView>> join(JoinRequest request) override {
    asked.push_back("join " + request.name);
    NetworkView view;
    view.network = "network" + std::to_string(kept_networks.size());
    view.name = request.name;
    view.link = request.link;
    kept_networks.push_back(view);
    co_return view;
  }
  asio::awaitable<Result<>> leave(std::string network) override {
    asked.push_back("leave " + network);
    if (std::erase_if(kept_networks, [&](const auto& kept) { return kept.network == network; }) == 0)
      co_return fail(ErrorCode::kNotFound, "no network {}", network);
    co_return Result<>();
  }
  asio::awaitable<Result<SearchView>> search(SearchRequest request) override {
    asked.push_back(
        fmt::format("search {}|{}|{}|{}", request.words, request.owner, request.after, request.limit));
    SearchView view;
    view.shares.emplace_back().title = request.words;
    view.total = 1;
    co_return view;
  }
  asio::awaitable<Result<std::vector<PeerView>>> peers() override {
    std::vector<PeerView> out(1);
    out.front().name = "alice";
    co_return out;
  }

  asio::awaitable<Result<ShareView>> share(ShareRequest request) override {
    asked.push_back("share " + request.path);
    if (request.path == "/throw") throw std::runtime_error("a bug");
    if (request.path == "/slow") co_return co_await never();
    if (request.path == "/gone") co_return fail(ErrorCode::kNotFound, "{} does not exist", request.path);
    ShareView view;
    view.id = "share" + std::to_string(kept_shares.size());
    view.path = request.path;
    view.title = request.title;
    view.expires_at = request.expires_in_seconds;
    kept_shares.push_back(view);
    co_return view;
  }
  asio::awaitable<Result<>> unshare(std::string share) override {
    asked.push_back("unshare " + share);
    if (std::erase_if(kept_shares, [&](const ShareView& kept) { return kept.id == share; }) == 0) {
      co_return fail(ErrorCode::kNotFound, "no share {}", share);
    }
    co_return Result<>();
  }
  asio::awaitable<Result<TicketView>> ticket(TicketRequest request) override {
    asked.push_back("ticket " + request.share_id);
    TicketView view;
    view.ticket = "covey:ticket";
    view.share_id = request.share_id;
    view.uses_left = request.uses;
    co_return view;
  }
  asio::awaitable<Result<TransferView>> download(DownloadRequest request) override {
    asked.push_back("download " + request.ticket + " " + request.directory +
                    (request.reason.empty() ? "" : " because " + request.reason));
    if (request.ticket == "covey:expired") co_return fail(ErrorCode::kExpired, "ask for another ticket");
    TransferView view;
    view.id = "t1";
    view.destination = request.directory;
    kept_transfers.push_back(view);
    co_return view;
  }
  asio::awaitable<Result<TransferView>> pause(std::string transfer) override {
    return changed(transfer, "pause " + transfer, TransferState::kPaused);
  }
  asio::awaitable<Result<TransferView>> resume(std::string transfer) override {
    return changed(transfer, "resume " + transfer, TransferState::kRunning);
  }
  asio::awaitable<Result<TransferView>> cancel(std::string transfer, PartialFiles partial) override {
    return changed(transfer, (partial == PartialFiles::kKeep ? "cancel keep " : "cancel delete ") + transfer,
                   TransferState::kCancelled);
  }
  void stop() override { ++stops; }

  std::unique_ptr<Subscription> subscribe(std::function<void(const Event&)> on_event) override {
    return std::make_unique<Listening>(*this, std::move(on_event));
  }

 private:
  struct Listening final : Subscription {
    Listening(FakeService& owner, std::function<void(const Event&)> call)
        : service(owner), on_event(std::move(call)) {
      service.listeners_.insert(this);
      ++service.subscribers;
    }
    ~Listening() override {
      service.listeners_.erase(this);
      --service.subscribers;
    }
    FakeService& service;
    std::function<void(const Event&)> on_event;
  };

  asio::awaitable<Result<TransferView>> changed(std::string transfer, std::string what, TransferState state) {
    asked.push_back(what);
    TransferView view;
    view.id = transfer;
    view.state = state;
    co_return view;
  }
  /// Work that ends only by cancellation.
  asio::awaitable<Result<ShareView>> never() {
    ++working;
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    try {
      co_await timer.async_wait(asio::use_awaitable);
    } catch (const std::exception&) {
    }
    --working;
    co_return fail(ErrorCode::kCancelled, "shutting down");
  }

  std::set<Listening*> listeners_;
};

}  // namespace covey::api
