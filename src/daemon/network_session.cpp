#include "daemon/network_session.hpp"

#include "base/encoding.hpp"
#include "base/growing_pause.hpp"
#include "base/log.hpp"
#include "base/quantity.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 1s;
constexpr auto kLongestPause = 5min;
/// An operator who approves is waited for at this pace.
constexpr auto kApprovalPause = 15s;
/// A presence is renewed when this much of it is gone, so that one lost request does no harm.
constexpr double kPresenceShare = 0.4;
constexpr std::size_t kReconcilePage = 100;

/// Errors that trying again does not mend.
bool is_final(ErrorCode code) {
  return code == ErrorCode::kInvalidArgument || code == ErrorCode::kMalformed ||
         code == ErrorCode::kVerificationFailed || code == ErrorCode::kExpired || code == ErrorCode::kRefused;
}

}  // namespace

NetworkSession::NetworkSession(Node& node, JoinedNetwork joined)
    : node_(&node),
      joined_(std::move(joined)),
      telling_(joined_.link, node),
      asking_(joined_.link, node),
      listening_(joined_.link, node),
      tasks_(node.services().network),
      changed_(node.services().network) {
  if (joined_.membership.empty()) return;
  auto known = identity::verify_membership(joined_.membership, network(), node.clock().wall());
  if (known) membership_ = std::move(*known);
}

NetworkSession::~NetworkSession() = default;

void NetworkSession::start() {
  tasks_.spawn(keep_up());
  tasks_.spawn(listen());
}

io::Awaitable<void> NetworkSession::stop() {
  listening_.client.stop();
  const bool take_leave = state_ == api::NetworkState::kOnline;
  tasks_.cancel();
  if (!take_leave) telling_.client.stop();
  co_await tasks_.join();
  if (take_leave) {
    auto leave = [](discovery::TrackerClient& client) { return client.disappear(); };
    (void)co_await tell(leave);
  }
  telling_.client.stop();
  asking_.client.stop();
  telling_.thread.join();
  asking_.thread.join();
  listening_.thread.join();
}

void NetworkSession::announce(const access::ShareId& share, Announcement announcement) {
  unwanted_.erase(share);
  wanted_[share] = std::move(announcement);
  changed_.open_all();
}

void NetworkSession::withdraw(const access::ShareId& share) {
  if (wanted_.erase(share) > 0) unwanted_.insert(share);
  changed_.open_all();
}

void NetworkSession::provide(const access::ShareId& share) {
  not_provided_.erase(share);
  provided_.try_emplace(share, SteadyTime{});
  changed_.open_all();
}

void NetworkSession::stop_providing(const access::ShareId& share) {
  if (provided_.erase(share) > 0) not_provided_.insert(share);
  changed_.open_all();
}

io::Awaitable<Result<>> NetworkSession::withdraw_all() {
  for (const auto& [share, announcement] : wanted_) unwanted_.insert(share);
  wanted_.clear();
  CO_TRY_VOID(co_await reconcile());
  co_return co_await tell_announcements();
}

api::NetworkView NetworkSession::view() const {
  api::NetworkView out{.network = to_base32(network().view()),
                       .name = joined_.name.text(),
                       .state = state_,
                       .problem = problem_,
                       .trackers = joined_.link.trackers,
                       .link = joined_.link.to_text(),
                       .announced_shares = told_.size(),
                       .member_until = std::nullopt,
                       .joined_at = joined_.joined_at};
  if (membership_) out.member_until = to_unix_ms(membership_->expires_at);
  return out;
}

void NetworkSession::set_state(api::NetworkState state, std::string problem) {
  if (state == state_ && problem == problem_) return;
  if (state != state_) {
    log::info("network {}: {}{}", joined_.name.text(),
              state == api::NetworkState::kOnline ? "online" : "not online",
              problem.empty() ? "" : ", " + problem);
  }
  state_ = state;
  problem_ = std::move(problem);
  if (on_change_) on_change_(*this);
}

std::chrono::milliseconds NetworkSession::pause_after(unsigned failures) {
  const double factor = 0.75 + 0.5 * std::generate_canonical<double, 16>(jitter_);
  return growing_pause(kFirstPause, kLongestPause, failures - 1, factor);
}

io::Awaitable<void> NetworkSession::keep_up() {
  unsigned failures = 0;
  while (true) {
    auto outcome = co_await round();
    std::chrono::milliseconds pause = kApprovalPause;
    if (!outcome) {
      if (outcome.error().code == ErrorCode::kCancelled) co_return;
      pause = pause_after(++failures);
      presence_due_ = {};
      set_state(api::NetworkState::kAway,
                fmt::format("{}; next try in {}", outcome.error().context,
                            human_duration(std::chrono::ceil<std::chrono::seconds>(pause))));
    } else if (state_ == api::NetworkState::kOnline) {
      failures = 0;
      const SteadyTime due = std::min(presence_due_, next_provision());
      pause = std::chrono::ceil<std::chrono::milliseconds>(due - node_->clock().steady());
    }
    // A change is told at once, also one that came during the round; but not while the tracker is away.
    const bool has_news = !unwanted_.empty() || !not_provided_.empty() || next_untold() != wanted_.end() ||
                          next_provision() <= node_->clock().steady();
    if (outcome && has_news && state_ == api::NetworkState::kOnline) continue;
    if (outcome) {
      const auto woken = co_await changed_.wait_for(std::max(pause, 1ms));
      if (!woken && woken.error().code == ErrorCode::kCancelled) co_return;
    } else {
      const auto slept = co_await io::sleep_for(pause);
      if (!slept) co_return;
    }
  }
}

io::Awaitable<Result<>> NetworkSession::round() {
  if (membership_is_due()) CO_TRY_VOID(co_await renew_membership());
  if (!membership_) co_return Result<>{};
  if (node_->clock().steady() >= presence_due_) CO_TRY_VOID(co_await show_presence());
  if (!reconciled_) CO_TRY_VOID(co_await reconcile());
  CO_TRY_VOID(co_await tell_announcements());
  CO_TRY_VOID(co_await tell_provided());
  set_state(api::NetworkState::kOnline, {});
  co_return Result<>{};
}

bool NetworkSession::membership_is_due() const {
  if (!membership_ || !renewed_once_ || state_ == api::NetworkState::kAway) return true;
  const auto life = membership_->expires_at - membership_->issued_at;
  return node_->clock().wall() + life / 2 >= membership_->expires_at;
}

io::Awaitable<Result<>> NetworkSession::renew_membership() {
  auto renew = [](discovery::TrackerClient& client) { return client.renew(); };
  CO_TRY(auto own, co_await tell(renew));
  renewed_once_ = true;
  if (own.membership) {
    membership_ = std::move(own.membership);
    joined_.membership = std::move(own.record);
    if (on_membership_) on_membership_(joined_);
    co_return Result<>{};
  }
  membership_.reset();
  switch (own.standing) {
    case discovery::Standing::kBanned:
      set_state(api::NetworkState::kBanned, "the tracker's operator has banned this peer");
      break;
    case discovery::Standing::kWaiting:
      set_state(api::NetworkState::kWaiting, "the tracker's operator has to approve the name");
      break;
    default:
      set_state(api::NetworkState::kWaiting,
                "the tracker does not know this peer any more; leave and join again");
      break;
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> NetworkSession::show_presence() {
  auto addresses = node_->reachable_at();
  auto appear = [addresses = std::move(addresses)](discovery::TrackerClient& client) {
    return client.appear(addresses);
  };
  CO_TRY(const auto lease, co_await tell(std::move(appear)));
  presence_due_ =
      node_->clock().steady() + std::chrono::duration_cast<std::chrono::milliseconds>(lease * kPresenceShare);
  co_return Result<>{};
}

io::Awaitable<Result<>> NetworkSession::reconcile() {
  discovery::ShareQuery query{
      .words = {}, .owner = node_->device().peer_id(), .after = {}, .limit = kReconcilePage};
  do {
    auto search = [&query](discovery::TrackerClient& client) { return client.search(query); };
    CO_TRY(auto page, co_await tell(search));
    for (const auto& found : page.shares) {
      const access::ShareId& share = found.verified.share.share_id;
      const auto mine = node_->shares().find(to_base32(share.view()));
      const bool wanted = mine && (*mine)->rules.visibility != access::Visibility::kUnlisted;
      if (!wanted) unwanted_.insert(share);
    }
    query.after = std::move(page.next);
  } while (!query.after.empty());
  reconciled_ = true;
  co_return Result<>{};
}

NetworkSession::Wanted::const_iterator NetworkSession::next_untold() const {
  return std::find_if(wanted_.begin(), wanted_.end(), [&](const auto& wanted) {
    const auto told = told_.find(wanted.first);
    return told == told_.end() || told->second != wanted.second.sequence;
  });
}

io::Awaitable<Result<>> NetworkSession::tell_announcements() {
  while (!unwanted_.empty()) {
    const access::ShareId share = *unwanted_.begin();
    auto withdraw = [&share](discovery::TrackerClient& client) { return client.withdraw(share); };
    const auto told = co_await tell(withdraw);
    if (!told && told.error().code != ErrorCode::kNotFound) co_return told;
    unwanted_.erase(share);
    told_.erase(share);
  }
  for (auto next = next_untold(); next != wanted_.end(); next = next_untold()) {
    const access::ShareId share = next->first;
    const Announcement now = next->second;  // it may change while it is told
    auto announce = [&](discovery::TrackerClient& client) {
      return client.announce(share, now.listing, now.audience);
    };
    const auto told = co_await tell(announce);
    // What the tracker has already is what a restart tells it again.
    if (!told && told.error().code != ErrorCode::kAlreadyExists && !is_final(told.error().code))
      co_return told;
    if (!told && is_final(told.error().code))
      log::warn("the tracker refuses share {}: {}", to_text(share), to_string(told.error()));
    told_[share] = now.sequence;
    if (on_change_) on_change_(*this);
  }
  co_return Result<>{};
}

SteadyTime NetworkSession::next_provision() const {
  SteadyTime out = SteadyTime::max();
  for (const auto& [share, due] : provided_) out = std::min(out, due);
  return out;
}

io::Awaitable<Result<>> NetworkSession::tell_provided() {
  while (!not_provided_.empty()) {
    const access::ShareId share = *not_provided_.begin();
    auto stop = [&share](discovery::TrackerClient& client) { return client.stop_providing(share); };
    const auto told = co_await tell(stop);
    if (!told && told.error().code != ErrorCode::kNotFound) co_return told;
    not_provided_.erase(share);
  }
  const SteadyTime now = node_->clock().steady();
  std::vector<access::ShareId> due;
  for (const auto& [share, at] : provided_) {
    if (at <= now) due.push_back(share);
  }
  for (const access::ShareId& share : due) {
    auto provide = [&share](discovery::TrackerClient& client) { return client.provide(share); };
    const auto lease = co_await tell(provide);
    if (!lease && !is_final(lease.error().code) && lease.error().code != ErrorCode::kNotFound)
      co_return std::unexpected(lease.error());
    const auto place = provided_.find(share);
    if (place == provided_.end()) continue;  // it ended meanwhile
    // What this tracker does not know, it may know later.
    const auto again = lease ? std::chrono::duration_cast<SteadyTime::duration>(*lease * kPresenceShare)
                             : SteadyTime::duration(kLongestPause);
    place->second = node_->clock().steady() + again;
  }
  co_return Result<>{};
}

io::Awaitable<void> NetworkSession::listen() {
  unsigned failures = 0;
  while (true) {
    while (state_ != api::NetworkState::kOnline) {
      const auto slept = co_await io::sleep_for(kFirstPause);
      if (!slept) co_return;
    }
    const auto executor = node_->services().network;
    auto deliver = [this, executor, &failures](discovery::ReceivedMessage message) {
      auto shared = std::make_shared<discovery::ReceivedMessage>(std::move(message));
      asio::post(executor, [this, shared, &failures] {
        failures = 0;
        tasks_.spawn(take(std::move(*shared)));
      });
      return true;
    };
    auto hear = [client = &listening_.client, deliver] { return client->listen(deliver); };
    const auto ended = co_await listening_.thread.run(std::move(hear));
    const bool stopped = co_await io::cancelled();
    if (stopped) co_return;
    if (!ended) log::debug("the stream of messages ended: {}", to_string(ended.error()));
    const auto slept = co_await io::sleep_for(pause_after(++failures));
    if (!slept) co_return;
  }
}

io::Awaitable<void> NetworkSession::take(discovery::ReceivedMessage message) {
  const std::array<std::uint64_t, 1> ids{message.id};
  if (on_message_) {
    const Kept kept = co_await on_message_(std::move(message));
    if (kept == Kept::kNo) co_return;
  }
  auto acknowledge = [ids](discovery::TrackerClient& client) { return client.acknowledge(ids); };
  const auto told = co_await tell(std::move(acknowledge));
  if (!told) log::debug("a message could not be acknowledged: {}", to_string(told.error()));
}

}  // namespace covey::daemon
