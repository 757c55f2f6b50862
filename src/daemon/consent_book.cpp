#include "daemon/consent_book.hpp"

#include <algorithm>

namespace covey::daemon {
namespace {

/// A grant is shown for so long without its owner being asked; a revocation reaches everybody by then.
constexpr std::chrono::hours kGrantLife{24};
/// Grants are handed out with every connection; that they end later is written down once in such a while.
constexpr std::chrono::hours kNotedAhead{1};

}  // namespace

void ConsentBook::restore(Consent consent) {
  // Beside the present one there may be others that were taken back.
  const Consent* const known = find(consent.share, consent.peer);
  if (known == nullptr || known->given_at <= consent.given_at)
    by_peer_[{consent.share, consent.peer}] = consent.id;
  consents_.insert_or_assign(consent.id, std::move(consent));
}

Consent ConsentBook::offer(const std::string& share, const identity::PeerId& peer, ConsentTerms terms) const {
  const Consent* const known = find(share, peer);
  if (known != nullptr && !known->revoked_at) {
    Consent changed = *known;
    changed.until = terms.until;
    changed.byte_limit = terms.byte_limit;
    return changed;
  }
  // One that was taken back keeps its id on the list of revocations; this is another.
  const WallTime now = clock_->wall();
  return {.id = random_->fixed<access::GrantId>(),
          .share = share,
          .peer = peer,
          .given_at = now,
          .until = terms.until,
          .byte_limit = terms.byte_limit,
          .bytes_used = 0,
          .revoked_at = std::nullopt,
          .granted_until = now};
}

void ConsentBook::give(const Consent& consent) {
  by_peer_[{consent.share, consent.peer}] = consent.id;
  const auto [place, is_new] = consents_.try_emplace(consent.id, consent);
  if (is_new) return;
  // What was used or granted since the offer stays counted.
  place->second.until = consent.until;
  place->second.byte_limit = consent.byte_limit;
  // What runs began under the former terms; it comes back under these.
  if (const auto running = running_[consent.id].lock())
    running->end({ErrorCode::kTimedOut, "its owner has changed the terms"});
  running_.erase(consent.id);
}

void ConsentBook::changed(const Consent& consent) {
  if (on_change_) on_change_(consent);
}

void ConsentBook::end(Consent& consent) {
  // Lists are numbered by the time of the last change, so no two may fall together.
  const auto last = last_revocation(consent.share);
  consent.revoked_at =
      last ? std::max(clock_->wall(), WallTime(*last + std::chrono::milliseconds(1))) : clock_->wall();
  if (const auto running = running_[consent.id].lock())
    running->end({ErrorCode::kRefused, "its owner has taken the approval back; ask again"});
  running_.erase(consent.id);
  changed(consent);
}

Result<> ConsentBook::revoke(const access::GrantId& id) {
  Consent* const consent = find_mutable(id);
  if (consent == nullptr || consent->revoked_at)
    return fail(ErrorCode::kNotFound, "there is no approval {}; 'covey grants' lists them",
                access::to_text(id));
  end(*consent);
  publish(consent->share);
  return {};
}

void ConsentBook::revoke_share(const std::string& share) {
  bool any = false;
  for (auto& [id, consent] : consents_) {
    if (consent.share != share || consent.revoked_at) continue;
    end(consent);
    any = true;
  }
  if (any) publish(share);
}

void ConsentBook::revoke_peer(const identity::PeerId& peer) {
  std::set<std::string> shares;
  for (auto& [id, consent] : consents_) {
    if (consent.peer != peer || consent.revoked_at) continue;
    end(consent);
    shares.insert(consent.share);
  }
  for (const std::string& share : shares) publish(share);
}

void ConsentBook::publish(const std::string& share) {
  const auto list = revocations(share);
  if (list && on_revoked_) on_revoked_(share, *list);
}

std::optional<WallTime> ConsentBook::last_revocation(const std::string& share) const {
  std::optional<WallTime> last;
  for (const auto& [id, consent] : consents_) {
    if (consent.share == share && consent.revoked_at && (!last || *last < *consent.revoked_at))
      last = consent.revoked_at;
  }
  return last;
}

void ConsentBook::forget_share(const std::string& share) {
  std::erase_if(by_peer_, [&](const auto& entry) { return entry.first.first == share; });
  std::erase_if(consents_, [&](const auto& entry) { return entry.second.share == share; });
}

const Consent* ConsentBook::find(const std::string& share, const identity::PeerId& peer) const {
  const auto found = by_peer_.find({share, peer});
  return found == by_peer_.end() ? nullptr : &consents_.at(found->second);
}

const Consent* ConsentBook::find(const access::GrantId& id) const {
  const auto found = consents_.find(id);
  return found == consents_.end() ? nullptr : &found->second;
}

Consent* ConsentBook::find_mutable(const access::GrantId& id) {
  const auto found = consents_.find(id);
  return found == consents_.end() ? nullptr : &found->second;
}

std::vector<const Consent*> ConsentBook::all() const {
  std::vector<const Consent*> out;
  for (const auto& [id, consent] : consents_) out.push_back(&consent);
  std::sort(out.begin(), out.end(),
            [](const Consent* a, const Consent* b) { return a->given_at < b->given_at; });
  return out;
}

access::GrantStanding ConsentBook::standing(const std::string& share, const identity::PeerId& peer) const {
  const Consent* const consent = find(share, peer);
  return consent == nullptr ? access::GrantStanding::kNone : standing(*consent);
}

access::GrantStanding ConsentBook::standing(const Consent& consent) const {
  if (consent.revoked_at) return access::GrantStanding::kRevoked;
  if (consent.until && clock_->wall() >= *consent.until) return access::GrantStanding::kExpired;
  if (consent.byte_limit && consent.bytes_used >= *consent.byte_limit) return access::GrantStanding::kUsedUp;
  return access::GrantStanding::kHolds;
}

access::SignedGrant ConsentBook::grant(const Consent& consent, const access::ShareId& id,
                                       const access::ContentRoot& root) {
  const WallTime now = clock_->wall();
  const WallTime ends = std::min(consent.until.value_or(WallTime::max()), WallTime(now + kGrantLife));
  const access::Grant out{.id = consent.id,
                          .share = id,
                          .root = root,
                          .owner = owner_->peer_id(),
                          .grantee = consent.peer,
                          .issued_at = now,
                          .not_before = now,
                          .expires_at = ends,
                          .byte_limit = consent.byte_limit};
  Consent& kept = consents_.at(consent.id);
  if (kept.granted_until < ends) {
    const auto granted = kept.granted_until <= kept.given_at ? Granted::kFirst : Granted::kRenewed;
    kept.granted_until = ends + kNotedAhead;
    changed(kept);
    if (on_granted_) on_granted_(kept, granted);
  }
  return access::sign(out, *owner_);
}

std::shared_ptr<swarm::AdmissionTerms> ConsentBook::terms(const Consent& consent) {
  if (auto running = running_[consent.id].lock()) return running;
  std::optional<std::uint64_t> left;
  if (consent.byte_limit) left = *consent.byte_limit - std::min(*consent.byte_limit, consent.bytes_used);
  auto made = std::make_shared<swarm::AdmissionTerms>(consent.until,
                                                      "its owner's approval has run out; ask again", left);
  running_[consent.id] = made;
  return made;
}

void ConsentBook::used(const access::GrantId& id, std::uint64_t bytes) {
  Consent* const consent = find_mutable(id);
  if (consent == nullptr || bytes == 0) return;
  consent->bytes_used += bytes;
  if (consent->byte_limit) changed(*consent);
}

std::optional<access::SignedRevocationList> ConsentBook::revocations(const std::string& share) const {
  const auto last = last_revocation(share);
  if (!last) return std::nullopt;
  const WallTime now = clock_->wall();
  access::RevocationList list{.share = access::parse_share_id(share).value_or(access::ShareId()),
                              .owner = owner_->peer_id(),
                              .number = static_cast<std::uint64_t>(to_unix_ms(*last)),
                              .issued_at = *last,
                              .all_before = {},
                              .revoked = {}};
  std::vector<const Consent*> over;
  for (const auto& [id, consent] : consents_) {
    if (consent.share == share && consent.revoked_at && consent.granted_until > now) over.push_back(&consent);
  }
  if (over.size() > access::kMaxRevocations) {
    // More than a list holds: every grant so far ends, and who may still fetch gets a fresh one from the
    // owner.
    list.all_before = *last;
  } else {
    for (const Consent* consent : over) list.revoked.push_back(consent->id);
    std::sort(list.revoked.begin(), list.revoked.end());
  }
  return access::sign(list, *owner_);
}

}  // namespace covey::daemon
