// SeedBook's part about the owner's word: renewed from time to time at the owner, or else at whoever serves
// the share; and by the way these are told where this peer serves it.

#include <algorithm>

#include "base/growing_pause.hpp"
#include "base/log.hpp"
#include "daemon/seed_entry.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kTendEvery = 60s;
/// Content that nobody fetches is let go after this.
constexpr auto kIdle = 5min;
/// Where no tracker tells of this peer, only its own word does, which holds for an hour at most.
constexpr auto kVisitByTicket = 45min;
constexpr auto kVisitInNetwork = 12h;
constexpr auto kFirstVisitPause = 5min;
constexpr auto kLongestPause = 12h;
/// A no is believed when it is said twice: an owner that has just begun knows no share yet.
constexpr unsigned kRefusals = 2;
constexpr auto kAskAgain = 10min;
constexpr std::size_t kOthersAsked = 3;
constexpr std::size_t kMaxSeenAt = 3;
/// What is stored is renewed when it gains this much.
constexpr auto kWorthStoring = 6h;

bool is_no(ErrorCode code) {
  return code == ErrorCode::kNotFound || code == ErrorCode::kExpired || code == ErrorCode::kRefused;
}

}  // namespace

io::Awaitable<void> SeedBook::tend() {
  SteadyTime next_rest = node_->clock().steady() + kTendEvery;
  while (true) {
    const SteadyTime now = node_->clock().steady();
    if (now >= next_rest) {
      next_rest = now + kTendEvery;
      co_await node_->onward().put_to_rest(kIdle);
      for (auto& [id, seed] : seeds_) {
        // One whose share was served by a later download that is gone.
        if (!node_->onward().serves(seed->order.share)) serve(*seed);
      }
    }
    if (const Found due = next_due(now)) {
      co_await visit(due->order.id);
      if (stopping_) co_return;
      continue;
    }
    const auto waited = co_await changed_.wait_for(kTendEvery);
    if (!waited && waited.error().code != ErrorCode::kTimedOut) co_return;
  }
}

SeedBook::Found SeedBook::next_due(SteadyTime now) const {
  Found out;
  for (const auto& [id, seed] : seeds_) {
    const bool due = seed->may_serve() && seed->kept && seed->next_visit <= now;
    if (due && (!out || seed->next_visit < out->next_visit)) out = seed;
  }
  return out;
}

void SeedBook::schedule(Seed& seed, bool answered) {
  const SteadyTime now = node_->clock().steady();
  if (seed.refusals > 0) {
    seed.next_visit = now + kAskAgain;
  } else if (answered) {
    seed.in_vain = 0;
    seed.next_visit =
        now + (seed.order.ticket.empty() ? std::chrono::minutes(kVisitInNetwork) : kVisitByTicket);
  } else {
    seed.next_visit = now + growing_pause(kFirstVisitPause, kLongestPause, seed.in_vain++);
  }
}

io::Awaitable<void> SeedBook::visit(std::string id) {
  const Found seed = find(id);
  if (!seed) co_return;
  if (seed->said.expires_at && node_->clock().wall() >= *seed->said.expires_at) {
    co_await end_for_good(seed, "its owner shared it until now and no longer");
    co_return;
  }
  // So that it is not due again before it has its answer.
  seed->next_visit = node_->clock().steady() + kFirstVisitPause;
  const bool answered = co_await visit_owner(seed);
  if (stopping_ || !seed->ended.empty() || !seeds_.contains(id)) co_return;
  if (!answered) co_await visit_others(seed);
  schedule(*seed, answered);
}

io::Awaitable<swarm::ShareVisit::Outcome> SeedBook::visit_at(const Seed& seed, identity::PeerId peer,
                                                             std::vector<access::Endpoint> addresses) {
  const auto ticket = access::Ticket::parse(seed.order.ticket);
  swarm::LaneTarget target{.peer = peer,
                           .addresses = std::move(addresses),
                           .share = seed.order.share,
                           .secret = ticket ? &ticket->secret : nullptr,
                           .membership = seed.membership,
                           .deadlines = {}};
  auto introduce = [this, share = seed.order.share](const swarm::ShareOpening& opening) {
    const auto seen = access::Endpoint::parse(opening.seen_at);
    const auto same = [&](const access::Endpoint& known) { return known.ip_text() == seen->ip_text(); };
    if (seen && std::none_of(seen_at_.begin(), seen_at_.end(), same)) {
      if (seen_at_.size() >= kMaxSeenAt) seen_at_.erase(seen_at_.begin());
      seen_at_.push_back(*seen);
    }
    return swarm::introduce({.share = share,
                             .reachable_at = node_->reachable_at(),
                             .seen_at = seen_at_,
                             .now = node_->clock().wall(),
                             .life = access::kMaxProviderLife},
                            node_->device());
  };
  const auto services = node_->services();
  visiting_ = std::make_shared<swarm::ShareVisit>(std::move(target), *services.local, *services.threads,
                                                  services.network, std::move(introduce));
  const auto visiting = visiting_;
  if (stopping_) co_return swarm::ShareVisit::Outcome{};
  auto outcome = co_await visiting->run();
  if (visiting_ == visiting) visiting_.reset();
  co_return outcome;
}

/// Whether the owner has answered.
io::Awaitable<bool> SeedBook::visit_owner(Found seed) {
  std::vector<access::Endpoint> addresses;
  if (auto ticket = access::Ticket::parse(seed->order.ticket)) {
    addresses = std::move(ticket->addresses);
  } else {
    auto found = co_await networks_->locate(seed->order.share, seed->order.owner);
    if (!found) co_return false;
    addresses = std::move(found->addresses);
    seed->membership = std::move(found->membership);
    seed->others = std::move(found->others);
  }
  if (addresses.empty() || stopping_) co_return false;
  auto outcome = co_await visit_at(*seed, seed->order.owner, std::move(addresses));
  if (!outcome.opening) {
    const Error& error = outcome.opening.error();
    if (!outcome.was_said || !is_no(error.code)) co_return false;
    if (++seed->refusals >= kRefusals)
      co_await end_for_good(seed, "its owner does not let it be fetched any more: " + error.context);
    co_return true;
  }
  seed->refusals = 0;
  take_revocations(*seed, *outcome.opening);
  (void)co_await take_word(seed, std::move(outcome.opening->description), true);
  co_return true;
}

/// Others may have a later word of the owner's.
io::Awaitable<void> SeedBook::visit_others(Found seed) {
  std::vector<swarm::Whereabouts::Provider> others = seed->others;
  const auto meeting = node_->services().meetings->at(seed->order.share);
  for (const auto& record : meeting->providers(node_->device().peer_id())) {
    const auto said = access::verify(record, seed->order.share, node_->clock().wall());
    if (said) others.push_back({.peer = said->peer, .addresses = said->addresses});
  }
  if (others.size() > kOthersAsked) others.resize(kOthersAsked);
  for (auto& other : others) {
    if (stopping_ || !seed->ended.empty()) co_return;
    if (other.peer == node_->device().peer_id()) continue;
    auto outcome = co_await visit_at(*seed, other.peer, std::move(other.addresses));
    if (!outcome.opening) continue;
    take_revocations(*seed, *outcome.opening);
    (void)co_await take_word(seed, std::move(outcome.opening->description), false);
  }
}

/// Verified by who serves it on, who tells of what is new.
void SeedBook::take_revocations(const Seed& seed, const swarm::ShareOpening& opening) {
  if (opening.revocations) node_->onward().revoked(seed.order.share, *opening.revocations);
}

/// So that a restart lets nobody in again.
io::Awaitable<void> SeedBook::keep_revocations(Found seed, access::SignedRevocationList list) {
  seed->word.revocations = std::move(list);
  if (!seed->kept) co_return;
  auto keep = [id = seed->order.id, word = seed->word](DaemonStore& store) {
    return store.save_seed(id, word);
  };
  const auto kept = co_await store_->run(std::move(keep));
  if (!kept) {
    log::warn("cannot record what an owner has taken back: {}", to_string(kept.error()));
  } else {
    log::info("the owner of share {} has taken approvals back", access::to_text(seed->order.share));
  }
}

/// The owner's word, whoever brings it. Whether it was of use.
io::Awaitable<bool> SeedBook::take_word(Found seed, access::SignedShareDescription description,
                                        bool by_owner) {
  auto said = access::verify(description, seed->order.owner, seed->order.share, node_->clock().wall());
  if (!said) {
    log::debug("a word about what is served on was refused: {}", said.error().context);
    co_return false;
  }
  const bool same = said->root == seed->said.root && said->kind == seed->said.kind;
  if (!same || !said->serve_until) {
    if (!by_owner) co_return false;
    co_await end_for_good(seed, same ? "its owner does not let others serve it any more"
                                     : "its owner shares other content in its place now");
    co_return true;
  }
  if (!by_owner && *said->serve_until <= *seed->said.serve_until) co_return false;
  const bool worth_storing = *said->serve_until - *seed->said.serve_until > kWorthStoring ||
                             *said->serve_until < *seed->said.serve_until;
  seed->word.description = std::move(description);
  seed->said = std::move(*said);
  node_->onward().renew(seed->order.share, seed->said, seed->word.description);
  if (!worth_storing || !seed->kept) co_return true;
  auto keep = [id = seed->order.id, word = seed->word](DaemonStore& store) {
    return store.save_seed(id, word);
  };
  const auto kept = co_await store_->run(std::move(keep));
  if (!kept) log::warn("cannot record the owner's word: {}", to_string(kept.error()));
  tell(*seed);
  co_return true;
}

}  // namespace covey::daemon
