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
  if (const auto before = shares_.find(id); before != shares_.end())
    before->second.share.served->withdrawn = true;
  shares_.insert_or_assign(id, Entry{.share = std::move(share),
                                     .network = network,
                                     .revocations = std::move(revocations),
                                     .meeting = meetings_->at(id),
                                     .by_grant = {}});
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
  found->second.meeting->arrived(std::move(fresh));
}

io::Awaitable<void> OnwardBook::end(access::ShareId share) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) co_return;
  Entry entry = std::move(found->second);
  shares_.erase(found);
  entry.share.served->withdrawn = true;
  if (entry.network && on_change_) on_change_(share, false);
  auto close = [part = entry.share.part] { part->close(); };
  co_await node_->offload().run(std::move(close));
}

io::Awaitable<void> OnwardBook::end_all() {
  while (!shares_.empty()) co_await end(shares_.begin()->first);
}

void OnwardBook::revoked(const access::ShareId& share, const access::SignedRevocationList& list) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) return;
  const auto said = access::verify(list, found->second.share.said.owner, share);
  if (said && said->number > found->second.revocations.number) take_back(found->second, list, *said);
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
  entry.meeting->revoked(list);
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
    const bool holds =
        share.secret && request.proof &&
        access::check_proof(*request.proof, *share.secret, ByteView(request.exporter), request.peer);
    out.asker.ticket = holds ? access::TicketStanding::kHolds : access::TicketStanding::kWrongProof;
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

std::shared_ptr<swarm::AdmissionTerms> OnwardBook::terms(Entry& entry, const Opening& opening,
                                                         access::Right right) {
  const access::ShareDescription& said = entry.share.said;
  if (right != access::Right::kGrant)
    return std::make_shared<swarm::AdmissionTerms>(said.expires_at, std::nullopt);
  std::erase_if(entry.by_grant, [](const auto& running) { return running.second.expired(); });
  // A grant that was renewed holds for longer than the former one did, so each stream has terms of its own.
  auto made = std::make_shared<swarm::AdmissionTerms>(opening.grant->expires_at, std::nullopt);
  entry.by_grant.emplace(opening.grant->id, made);
  return made;
}

Result<swarm::Admission> OnwardBook::admit(const swarm::OpenRequest& request,
                                           const std::string& remote_address) {
  const auto found = shares_.find(request.share);
  if (found == shares_.end()) return unknown();
  Entry& entry = found->second;
  const swarm::OnwardShare& share = entry.share;
  const WallTime now = clock_->wall();
  const Opening opening = look_at(entry, request);
  const bool to_members = share.said.serve_to == access::ServeTo::kMembers;
  const access::ShareRules rules{
      .visibility = to_members ? access::Visibility::kNetwork : access::Visibility::kUnlisted,
      .access = to_members ? access::Access::kOpen : access::Access::kAsk,
      .named = {}};
  const bool expired = share.said.expires_at && now >= *share.said.expires_at;
  const auto judgement =
      access::judge(rules, expired ? access::ShareAge::kExpired : access::ShareAge::kCurrent, opening.asker);
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
  if (now >= *share.said.serve_until) return unknown();
  api::ShareView view{.id = access::to_text(request.share), .title = share.said.title};
  view.bytes = share.said.total_bytes;
  swarm::Admission out{.share = share.served,
                       .description = share.description,
                       .observer = uploads_->open(view, request.peer, remote_address),
                       .held = share.held,
                       .served_on = true,
                       .limit_up = share.limit_up,
                       .terms = terms(entry, opening, judgement.right),
                       .grant = std::nullopt,
                       .revocations = share.revocations};
  if (share.held.is_full()) out.held.reset();
  running_.add(request.peer, view.id, judgement.right, out.terms);
  return out;
}

Result<swarm::Admission> Admissions::admit(const swarm::OpenRequest& request,
                                           const std::string& remote_address) {
  auto own = own_->admit(request, remote_address);
  if (own || own.error().code != ErrorCode::kNotFound) return own;
  auto onward = onward_->admit(request, remote_address);
  if (onward || onward.error().code != ErrorCode::kNotFound) return onward;
  if (witness_ != nullptr && !own_->knows(request.share) && !onward_->serves(request.share)) {
    witness_->on_judged({.peer = request.peer,
                         .remote_address = remote_address,
                         .share = access::to_text(request.share),
                         .ticket = request.proof ? access::to_text(request.share) : std::string(),
                         .judgement = {.right = access::Right::kNone,
                                       .reason = access::Reason::kUnknownShare,
                                       .shown = false},
                         .trouble = std::nullopt});
  }
  return own;
}

}  // namespace covey::daemon
