#include "daemon/onward_book.hpp"

#include <algorithm>

namespace covey::daemon {
namespace {

std::unexpected<Error> unknown() {
  return fail(ErrorCode::kNotFound, "this peer does not serve this share");
}

}  // namespace

void OnwardBook::begin(swarm::OnwardShare share) {
  const access::ShareId id = share.said.share_id;
  std::optional<crypto::PublicKey> network;
  if (!share.secret && members_ != nullptr) {
    // The membership that opened the owner's door is this peer's own.
    const auto mine = members_->check_member(share.membership, node_->device().peer_id());
    if (mine) network = *mine;
  }
  if (share.said.serve_to == access::ServeTo::kMembers && !network) return;
  const bool of_network = network.has_value();
  access::RevocationList revocations;
  if (share.revocations) {
    auto said = access::verify(*share.revocations, share.said.owner, id);
    if (said) revocations = std::move(*said);
  }
  if (const auto before = shares_.find(id); before != shares_.end() && before->second.share.served)
    before->second.share.served->withdrawn = true;
  shares_.insert_or_assign(id, Entry{.share = std::move(share),
                                     .network = network,
                                     .revocations = std::move(revocations),
                                     .by_grant = {},
                                     .ticket = {},
                                     .meeting = meetings_->at(id),
                                     .last_use = clock_->steady()});
  settled_.open_all();
  if (of_network && on_change_) on_change_(id, true);
}

void OnwardBook::set_limit(const access::ShareId& share, swarm::Rate limit_up) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) return;
  found->second.share.limit_up = limit_up;
  gate_->set_share_rate(swarm::upload_key(share), limit_up);
}

void OnwardBook::arrived(const access::ShareId& share, std::span<const std::uint32_t> pieces) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) return;
  std::vector<std::uint32_t> fresh;
  for (const std::uint32_t piece : pieces) {
    if (found->second.share.held.insert(piece)) fresh.push_back(piece);
  }
  if (found->second.meeting) found->second.meeting->arrived(std::move(fresh));
}

io::Awaitable<void> OnwardBook::end(access::ShareId share) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) co_return;
  Entry entry = std::move(found->second);
  shares_.erase(found);
  settled_.open_all();
  if (entry.share.served) entry.share.served->withdrawn = true;
  if (entry.network && on_change_) on_change_(share, false);
  if (!entry.share.part) co_return;
  auto close = [part = std::move(entry.share.part)] { part->close(); };
  co_await node_->offload().run(std::move(close));
}

void OnwardBook::rest(RestingShare share) {
  const access::ShareId id = share.said.share_id;
  if (const auto found = shares_.find(id); found != shares_.end()) {
    // Who fetches goes on with what it was let in to; others wake it.
    Entry& entry = found->second;
    entry.can_rest = true;
    entry.ticket = std::move(share.ticket);
    entry.share.secret.reset();
    entry.share.served.reset();
    entry.waking = false;
    renew(id, share.said, share.description);
    if (share.revocations) revoked(id, *share.revocations);
    return;
  }
  const bool of_network = share.network.has_value();
  Entry entry{.share = {.said = std::move(share.said),
                        .description = std::move(share.description),
                        .secret = std::nullopt,
                        .membership = {},
                        .served = nullptr,
                        .part = nullptr,
                        .held = content::PieceSet(),
                        .limit_up = share.limit_up},
              .network = share.network,
              .ticket = std::move(share.ticket),
              .meeting = nullptr,
              .can_rest = true};
  if (share.revocations) {
    auto taken_back = access::verify(*share.revocations, entry.share.said.owner, id);
    if (taken_back) entry.revocations = std::move(*taken_back);
    entry.share.revocations = std::move(share.revocations);
  }
  shares_.emplace(id, std::move(entry));
  if (of_network && on_change_) on_change_(id, true);
}

void OnwardBook::woken(const access::ShareId& share, AwakeShare content) {
  const auto found = shares_.find(share);
  if (found != shares_.end() && !found->second.share.served) {
    Entry& entry = found->second;
    entry.share.served = std::move(content.served);
    entry.share.held = std::move(content.held);
    entry.waking = false;
    entry.last_use = clock_->steady();
  }
  settled_.open_all();
}

io::Awaitable<void> OnwardBook::put_to_rest(SteadyTime::duration idle) {
  std::vector<std::shared_ptr<content::PartReading>> parts;
  const SteadyTime now = clock_->steady();
  for (auto& [id, entry] : shares_) {
    if (!entry.can_rest) continue;
    // Whoever fetches holds on to these.
    if (entry.share.part.use_count() == 1) parts.push_back(std::move(entry.share.part));
    if (entry.share.served.use_count() > 1) entry.last_use = now;
    if (now - entry.last_use >= idle) entry.share.served.reset();
  }
  auto close = [parts = std::move(parts)] {
    for (const auto& part : parts) part->close();
  };
  co_await node_->offload().run(std::move(close));
}

void OnwardBook::renew(const access::ShareId& share, const access::ShareDescription& said,
                       const access::SignedShareDescription& description) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) return;
  found->second.share.said = said;
  found->second.share.description = description;
}

std::size_t OnwardBook::awake() const {
  return static_cast<std::size_t>(std::count_if(shares_.begin(), shares_.end(), [](const auto& entry) {
    return entry.second.share.served != nullptr;
  }));
}

bool OnwardBook::may_still_serve(const Entry& entry) const {
  return clock_->wall() < *entry.share.said.serve_until;
}

/// Only for who shows the right: strangers make nobody read the disk.
io::Awaitable<void> OnwardBook::wake(swarm::OpenRequest request) {
  while (true) {
    const auto found = shares_.find(request.share);
    if (found == shares_.end() || found->second.share.served ||
        !judge(found->second, request).judgement.allowed() || !may_still_serve(found->second) || !on_wake_)
      co_return;
    if (!std::exchange(found->second.waking, true)) on_wake_(request.share);
    const auto waited = co_await settled_.wait();
    if (!waited) co_return;
  }
}

io::Awaitable<void> OnwardBook::end_all() {
  on_wake_ = nullptr;
  while (!shares_.empty()) co_await end(shares_.begin()->first);
}

void OnwardBook::revoked(const access::ShareId& share, const access::SignedRevocationList& list) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) return;
  const auto said = access::verify(list, found->second.share.said.owner, share);
  if (!said || said->number <= found->second.revocations.number) return;
  take_back(found->second, list, *said);
  if (on_revoked_) on_revoked_(share, list);
}

std::optional<access::SignedRevocationList> OnwardBook::revocations(const access::ShareId& share) const {
  const auto found = shares_.find(share);
  return found == shares_.end() ? std::nullopt : found->second.share.revocations;
}

void OnwardBook::take_back(Entry& entry, const access::SignedRevocationList& list,
                           const access::RevocationList& said) {
  entry.share.revocations = list;
  entry.revocations = said;
  for (const auto& [id, running] : entry.by_grant) {
    const auto terms = running.lock();
    const bool all = said.all_before != WallTime{};
    if (terms && (all || std::binary_search(said.revoked.begin(), said.revoked.end(), id)))
      terms->end({ErrorCode::kRefused, "its owner has taken the approval back; ask again"});
  }
  if (entry.meeting) entry.meeting->revoked(list);
}

void OnwardBook::end_peer(const identity::PeerId& peer) {
  running_.end_if([&](const identity::PeerId& to, const std::string&, access::Right) { return to == peer; },
                  unknown().error());
}

/// What a grant is worth that somebody shows to this peer, which is not the owner.
access::GrantStanding OnwardBook::standing(const Entry& entry, const swarm::OpenRequest& request,
                                           std::optional<access::Grant>& grant) const {
  if (!request.grant) return access::GrantStanding::kNone;
  const access::ShareDescription& said = entry.share.said;
  const auto shown =
      access::check(*request.grant, said.owner, said.share_id, said.root, request.peer, clock_->wall());
  if (!shown) return access::standing_of(shown.error());
  if (entry.revocations.revokes(*shown)) return access::GrantStanding::kRevoked;
  // Several servers could not count together.
  if (shown->byte_limit) return access::GrantStanding::kNone;
  grant = *shown;
  return access::GrantStanding::kHolds;
}

OnwardBook::Opening OnwardBook::look_at(const Entry& entry, const swarm::OpenRequest& request) const {
  Opening out;
  const swarm::OnwardShare& share = entry.share;
  out.asker.blocked = blocks_ != nullptr && blocks_->is_blocked(request.peer);
  if (share.said.serve_to == access::ServeTo::kHolders) {
    out.asker.ticket =
        proves_ticket(entry, request) ? access::TicketStanding::kHolds : access::TicketStanding::kWrongProof;
    return out;
  }
  out.asker.owner = request.peer == share.said.owner;
  if (share.said.serve_to == access::ServeTo::kMembers && members_ != nullptr) {
    const auto network = members_->check_member(request.membership, request.peer);
    out.asker.member = network && entry.network && *network == *entry.network;
  }
  out.asker.grant = standing(entry, request, out.grant);
  return out;
}

bool OnwardBook::proves_ticket(const Entry& entry, const swarm::OpenRequest& request) {
  const auto proves = [&](const access::TicketSecret& secret) {
    return request.proof &&
           access::check_proof(*request.proof, secret, ByteView(request.exporter), request.peer);
  };
  if (entry.share.secret) return proves(*entry.share.secret);
  const auto ticket = access::Ticket::parse(entry.ticket);
  return ticket && proves(ticket->secret);
}

OnwardBook::Judged OnwardBook::judge(const Entry& entry, const swarm::OpenRequest& request) const {
  const access::ShareDescription& said = entry.share.said;
  Judged out{.opening = look_at(entry, request), .judgement = {}};
  const bool to_members = said.serve_to == access::ServeTo::kMembers;
  const access::ShareRules rules{
      .visibility = to_members ? access::Visibility::kNetwork : access::Visibility::kUnlisted,
      .access = to_members ? access::Access::kOpen : access::Access::kAsk,
      .named = {}};
  const bool expired = said.expires_at && clock_->wall() >= *said.expires_at;
  out.judgement = access::judge(rules, expired ? access::ShareAge::kExpired : access::ShareAge::kCurrent,
                                out.opening.asker);
  return out;
}

std::shared_ptr<swarm::AdmissionTerms> OnwardBook::terms(Entry& entry, const Opening& opening,
                                                         access::Right right) {
  const access::ShareDescription& said = entry.share.said;
  if (right != access::Right::kGrant)
    return std::make_shared<swarm::AdmissionTerms>(
        said.expires_at, "this share has expired; ask its owner to share it again", std::nullopt);
  std::erase_if(entry.by_grant, [](const auto& running) { return running.second.expired(); });
  // A grant that was renewed holds for longer than the former one did, so each stream has terms of its own.
  auto made = std::make_shared<swarm::AdmissionTerms>(opening.grant->expires_at, "this approval has run out",
                                                      std::nullopt);
  entry.by_grant.emplace(opening.grant->id, made);
  return made;
}

Result<swarm::Admission> OnwardBook::admit(const swarm::OpenRequest& request,
                                           const std::string& remote_address) {
  const auto found = shares_.find(request.share);
  if (found == shares_.end()) return unknown();
  Entry& entry = found->second;
  const swarm::OnwardShare& share = entry.share;
  const Judged judged = judge(entry, request);
  const access::Judgement& judgement = judged.judgement;
  if (witness_ != nullptr) {
    witness_->on_judged({.peer = request.peer,
                         .remote_address = remote_address,
                         .share = access::to_text(request.share),
                         .ticket = request.proof ? access::to_text(request.share) : std::string(),
                         .judgement = judgement,
                         .trouble = std::nullopt});
  }
  if (!judgement.allowed()) {
    if (!judgement.shown) return unknown();
    return std::unexpected(
        access::answer(judgement, request.proof ? access::AskedBy::kTicket : access::AskedBy::kShareId));
  }
  if (!may_still_serve(entry) || !share.served) return unknown();
  entry.last_use = clock_->steady();
  api::ShareView view{.id = access::to_text(request.share), .title = share.said.title};
  view.bytes = share.said.total_bytes;
  swarm::Admission out{.share = share.served,
                       .description = share.description,
                       .observer = uploads_->open(view, request.peer, remote_address),
                       .held = share.held,
                       .served_on = true,
                       .limit_up = share.limit_up,
                       .terms = terms(entry, judged.opening, judgement.right),
                       .grant = std::nullopt,
                       .revocations = share.revocations};
  if (share.held.is_full()) out.held.reset();
  running_.add(request.peer, view.id, judgement.right, out.terms);
  return out;
}

Result<swarm::Admission> Admissions::admit(const swarm::OpenRequest& request,
                                           const std::string& remote_address) {
  if (!ready_) return fail(ErrorCode::kTimedOut, "this peer is just starting");
  if (blocks_ != nullptr && blocks_->is_shut_out(request.peer, remote_address))
    return std::unexpected(turn_away(request, remote_address, access::Reason::kBlocked));
  auto own = own_->admit(request, remote_address);
  if (own || own.error().code != ErrorCode::kNotFound) return own;
  auto onward = onward_->admit(request, remote_address);
  if (onward || onward.error().code != ErrorCode::kNotFound) return onward;
  if (!own_->knows(request.share) && !onward_->serves(request.share)) {
    const bool blocked = blocks_ != nullptr && blocks_->is_blocked(request.peer);
    return std::unexpected(turn_away(request, remote_address,
                                     blocked ? access::Reason::kBlocked : access::Reason::kUnknownShare));
  }
  return own;
}

/// As everybody is who asks for what there is not.
Error Admissions::turn_away(const swarm::OpenRequest& request, const std::string& remote_address,
                            access::Reason reason) {
  const access::Judgement judgement{.right = access::Right::kNone, .reason = reason, .shown = false};
  if (witness_ != nullptr) {
    witness_->on_judged({.peer = request.peer,
                         .remote_address = remote_address,
                         .share = access::to_text(request.share),
                         .ticket = request.proof ? access::to_text(request.share) : std::string(),
                         .judgement = judgement,
                         .trouble = std::nullopt});
  }
  return access::answer(judgement, request.proof ? access::AskedBy::kTicket : access::AskedBy::kShareId);
}

}  // namespace covey::daemon
