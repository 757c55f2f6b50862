#include "swarm/share_visit.hpp"

#include <algorithm>

#include "swarm/fetch_server.hpp"
#include "swarm/swarm_messages.hpp"

namespace covey::swarm {

/// On the link thread, but for what is posted.
class ShareVisit::Call : public std::enable_shared_from_this<Call> {
 public:
  Call(LaneTarget target, const transport::Local& local, io::Executor network, const io::Executor& here,
       Introduce introduce)
      : target_(std::move(target)),
        local_(&local),
        network_(std::move(network)),
        here_(here),
        changed_(here),
        introduce_(std::move(introduce)) {}

  [[nodiscard]] const io::Executor& executor() const { return here_; }

  io::Awaitable<Outcome> run() {
    if (stopped_) co_return Outcome{};
    tasks_ = std::make_unique<io::TaskGroup>(here_);
    tasks_->spawn(work());
    co_await tasks_->join();
    tasks_.reset();
    link_.reset();
    co_return std::move(outcome_);
  }
  void stop() {
    stopped_ = true;
    if (tasks_) tasks_->cancel();
  }

 private:
  class Receiver final : public transport::StreamHandler {
   public:
    explicit Receiver(Call& call) : call_(&call) {}
    io::Awaitable<Result<>> on_frame(wire::FrameHeader header, transport::FrameBody& body) override {
      if (header.kind != wire::FrameKind::kShareOpened) return body.skip();
      return call_->take_opened(body);
    }
    void on_end(const Error& reason) override { call_->end(reason); }

   private:
    Call* call_;
  };

  io::Awaitable<void> work() {
    auto opening = co_await visit();
    const bool was_said = !opening && link_ != nullptr && ended_.has_value();
    outcome_ = {.opening = std::move(opening), .was_said = was_said};
    if (link_) link_->close({ErrorCode::kCancelled, "done"});
  }

  io::Awaitable<Result<ShareOpening>> visit() {
    CO_TRY(link_, co_await transport::dial(*local_, target_.peer, target_.addresses));
    tasks_->spawn(read_link());
    CO_TRY(const auto stream, co_await link_->open(kFetchProtocol, std::make_unique<Receiver>(*this)));
    const wire::OpenShare message = opening_request(target_, *link_, *local_);
    CO_TRY_VOID(co_await link_->send_message(stream, wire::FrameKind::kOpenShare, message));
    while (!opening_) {
      if (ended_) co_return std::unexpected(*ended_);
      CO_TRY_VOID(co_await changed_.wait_for(target_.deadlines.answer));
    }
    auto ask = [this] { return introduce_(*opening_); };
    const auto record = co_await io::call_on(network_, std::move(ask));
    if (record) CO_TRY_VOID(co_await tell(stream, *record));
    CO_TRY_VOID(co_await link_->end_stream(stream));
    co_return std::move(*opening_);
  }

  io::Awaitable<Result<>> tell(wire::StreamId stream, access::SignedProviderRecord record) {
    const std::vector<access::SignedProviderRecord> records(1, std::move(record));
    for (const wire::Providers& word : messages_of(records))
      CO_TRY_VOID(co_await link_->send_message(stream, wire::FrameKind::kProviders, word));
    co_return Result<>{};
  }

  io::Awaitable<void> read_link() {
    const auto link = link_;
    end(co_await link->run());
  }

  io::Awaitable<Result<>> take_opened(transport::FrameBody& body) {
    wire::ShareOpened message;
    CO_TRY_VOID(co_await body.read_message(message));
    CO_TRY(opening_, read_opening(message));
    changed_.open_all();
    co_return Result<>{};
  }

  void end(Error reason) {
    if (!ended_) ended_ = std::move(reason);
    changed_.open_all();
  }

  LaneTarget target_;
  const transport::Local* local_;
  io::Executor network_;
  io::Executor here_;
  io::Gate changed_;
  Introduce introduce_;
  std::unique_ptr<io::TaskGroup> tasks_;
  bool stopped_ = false;
  std::shared_ptr<transport::Link> link_;
  std::optional<ShareOpening> opening_;
  std::optional<Error> ended_;
  Outcome outcome_;
};

ShareVisit::ShareVisit(LaneTarget target, const transport::Local& local, transport::LinkThreads& threads,
                       io::Executor network, Introduce introduce)
    : call_(std::make_shared<Call>(std::move(target), local, std::move(network), threads.next().executor,
                                   std::move(introduce))) {}

ShareVisit::~ShareVisit() = default;

io::Awaitable<ShareVisit::Outcome> ShareVisit::run() {
  auto life = [call = call_] { return call->run(); };
  co_return co_await io::run_on(call_->executor(), std::move(life));
}

void ShareVisit::stop() {
  asio::post(call_->executor(), [call = call_] { call->stop(); });
}

std::optional<access::SignedProviderRecord> introduce(Introduction introduction,
                                                      const identity::DeviceKey& device) {
  auto& addresses = introduction.reachable_at;
  if (addresses.empty()) return std::nullopt;
  const std::uint16_t port = addresses.front().port();
  for (const auto& seen : introduction.seen_at) {
    const auto address = access::Endpoint::from_ip(seen.ip_text(), port);
    if (address && std::find(addresses.begin(), addresses.end(), *address) == addresses.end())
      addresses.push_back(*address);
  }
  const access::ProviderRecord record{.share = introduction.share,
                                      .peer = device.peer_id(),
                                      .addresses = std::move(addresses),
                                      .issued_at = introduction.now,
                                      .expires_at = introduction.now + introduction.life};
  return access::sign(record, device);
}

}  // namespace covey::swarm
