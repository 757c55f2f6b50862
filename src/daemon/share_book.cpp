#include "daemon/share_book.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "daemon/holder_book.hpp"

namespace covey::daemon {
namespace {

/// Others serve a share on for so long without hearing from its owner.
constexpr auto kServedOnFor = std::chrono::days(7);

Result<> check_servable(const OwnedShare& share) {
  if (share.view.state == api::ShareState::kBroken) {
    return fail(ErrorCode::kSourceChanged,
                "the sender cannot read what was shared any more; ask the sender to look");
  }
  if (share.served == nullptr) return fail(ErrorCode::kTimedOut, "the sender is still preparing this share");
  return {};
}

/// This peer checks its own share: nothing was handed to anybody.
class OwnCheck final : public swarm::UploadObserver {
 public:
  void on_sent(const swarm::SentPieces& /*sent*/) override {}
  void on_finished() override {}
};

/// What is sent under a consent counts towards it.
class CountedUpload final : public swarm::UploadObserver {
 public:
  CountedUpload(const ConsentBook& consents, access::GrantId consent,
                std::shared_ptr<swarm::UploadObserver> shown)
      : consents_(consents.handle()), consent_(consent), shown_(std::move(shown)) {}
  void on_sent(const swarm::SentPieces& sent) override {
    if (const auto consents = consents_.lock()) (*consents)->used(consent_, sent.bytes);
    shown_->on_sent(sent);
  }
  void on_finished() override { shown_->on_finished(); }

 private:
  std::weak_ptr<ConsentBook*> consents_;
  access::GrantId consent_;
  std::shared_ptr<swarm::UploadObserver> shown_;
};

}  // namespace

OwnedShare& ShareBook::add(OwnedShare share) {
  shares_.push_back(std::make_unique<OwnedShare>(std::move(share)));
  return *shares_.back();
}

std::string ShareBook::new_id() {
  return to_base32(random_->fixed<access::ShareId>().view());
}

void ShareBook::set_ready(const std::string& id, std::shared_ptr<swarm::ServedShare> served,
                          std::vector<std::string> notices) {
  const auto found = find(id);
  if (!found) return;
  OwnedShare& share = **found;
  share.served = std::move(served);
  share.preparation.reset();
  share.view.state = api::ShareState::kReady;
  share.view.title = share.served->name;
  share.view.kind = share.served->single_file ? api::ShareKind::kFile : api::ShareKind::kFolder;
  share.view.bytes = share.served->manifest->total_size();
  share.view.hashed_bytes = share.view.bytes;
  share.view.files = share.served->manifest->file_count();
  share.view.content_id = content::to_text(share.served->root());
  share.view.notices = std::move(notices);
  share.view.problem.clear();
}

void ShareBook::set_broken(const std::string& id, const Error& error) {
  const auto found = find(id);
  if (!found) return;
  (*found)->preparation.reset();
  (*found)->view.state = api::ShareState::kBroken;
  (*found)->view.problem = error.context;
}

Result<> ShareBook::remove(const std::string& id) {
  const auto found =
      std::find_if(shares_.begin(), shares_.end(), [&](const auto& s) { return s->view.id == id; });
  if (found == shares_.end()) return fail(ErrorCode::kNotFound, "there is no share {}", id);
  if ((*found)->served) (*found)->served->withdrawn = true;
  if ((*found)->preparation) (*found)->preparation->stop = true;
  shares_.erase(found);
  std::erase_if(tickets_, [&](const auto& ticket) { return ticket.second.share == id; });
  return {};
}

Result<OwnedShare*> ShareBook::find(std::string_view words) {
  OwnedShare* found = nullptr;
  for (const auto& share : shares_) {
    if (share->view.id == words) return share.get();
    if (!share->view.id.starts_with(words) && share->view.title != words) continue;
    if (found != nullptr)
      return fail(ErrorCode::kInvalidArgument,
                  "'{}' fits more than one share; 'covey shares' lists their ids", words);
    found = share.get();
  }
  if (found == nullptr || words.empty())
    return fail(ErrorCode::kNotFound, "there is no share '{}'; 'covey shares' lists them", words);
  return found;
}

std::vector<api::ShareView> ShareBook::views() const {
  std::vector<api::ShareView> out;
  for (const auto& share : shares_) {
    out.push_back(share->view);
    if (share->preparation) {
      out.back().bytes = share->preparation->bytes_total;
      out.back().hashed_bytes = share->preparation->bytes_hashed;
      out.back().files = share->preparation->files;
    }
  }
  return out;
}

IssuedTicket ShareBook::new_ticket(const std::string& share, std::optional<WallTime> expires_at,
                                   std::optional<std::uint64_t> uses) {
  return {.secret = access::TicketSecret::generate(*random_),
          .share = share,
          .expires_at = expires_at,
          .uses_left = uses,
          .holders = {}};
}

const IssuedTicket& ShareBook::issue(const std::string& share, std::optional<WallTime> expires_at,
                                     std::optional<std::uint64_t> uses) {
  IssuedTicket ticket = new_ticket(share, expires_at, uses);
  const access::ShareId id = access::share_id_of(ticket.secret);
  return tickets_.emplace(id, std::move(ticket)).first->second;
}

/// Its only use is taken: coming back costs none.
const IssuedTicket& ShareBook::issue_to(const std::string& share, const identity::PeerId& peer) {
  const access::ShareId id = access::share_id_of(issue(share, std::nullopt, 0).secret);
  IssuedTicket& ticket = tickets_.at(id);
  ticket.holders.insert(peer);
  return ticket;
}

void ShareBook::restore(IssuedTicket ticket) {
  const access::ShareId id = access::share_id_of(ticket.secret);
  tickets_.emplace(id, std::move(ticket));
}

std::vector<const IssuedTicket*> ShareBook::tickets_of(const std::string& share) const {
  std::vector<const IssuedTicket*> out;
  for (const auto& [id, ticket] : tickets_) {
    if (ticket.share == share) out.push_back(&ticket);
  }
  return out;
}

Result<access::ShareId> ShareBook::find_ticket(std::string_view words) const {
  std::optional<access::ShareId> found;
  for (const auto& [id, ticket] : tickets_) {
    if (words.empty() || !access::to_text(id).starts_with(words)) continue;
    if (found)
      return fail(ErrorCode::kInvalidArgument, "'{}' fits more than one ticket; write more of its id", words);
    found = id;
  }
  if (!found) return fail(ErrorCode::kNotFound, "there is no ticket '{}'; 'covey tickets' lists them", words);
  return *found;
}

access::TicketStanding ShareBook::standing(const IssuedTicket& ticket,
                                           const swarm::OpenRequest& request) const {
  if (!access::check_proof(*request.proof, ticket.secret, ByteView(request.exporter), request.peer))
    return access::TicketStanding::kWrongProof;
  if (ticket.revoked) return access::TicketStanding::kRevoked;
  if (ticket.expires_at && clock_->wall() >= *ticket.expires_at) return access::TicketStanding::kExpired;
  if (ticket.uses_left == 0U && !ticket.holders.contains(request.peer))
    return access::TicketStanding::kUsedUp;
  return access::TicketStanding::kHolds;
}

/// What the owner remembers of its consent counts; the grant that is shown tells only what else is wrong with
/// it.
access::GrantStanding ShareBook::standing(const OwnedShare& share, const swarm::OpenRequest& request) const {
  const auto known =
      consents_ == nullptr ? access::GrantStanding::kNone : consents_->standing(share.view.id, request.peer);
  if (known != access::GrantStanding::kNone || !request.grant || share.served == nullptr) return known;
  const auto root = access::ContentRoot::from(share.served->root().view());
  const auto shown =
      access::check(*request.grant, owner_->peer_id(), request.share, root, request.peer, clock_->wall());
  // Signed, but of a consent that is not known any more.
  return shown ? access::GrantStanding::kExpired : access::standing_of(shown.error());
}

ShareBook::Opening ShareBook::look_at(const swarm::OpenRequest& request) {
  Opening out;
  out.asker.owner = request.peer == owner_->peer_id();
  out.asker.blocked = blocks_ != nullptr && blocks_->is_blocked(request.peer);
  if (request.proof) {
    const auto ticket = tickets_.find(request.share);
    if (ticket == tickets_.end()) return out;
    out.ticket = &ticket->second;
    out.asker.ticket = standing(ticket->second, request);
    const auto share = find(ticket->second.share);
    if (share) out.share = *share;
    // The owner itself comes with a ticket when it checks its share, and that one must hold.
    out.asker.owner = false;
    return out;
  }
  // A stranger's record is checked for an unknown share as well, so that the time tells nothing either.
  out.asker.member =
      members_ != nullptr && members_->check_member(request.membership, request.peer).has_value();
  const std::string id = access::to_text(request.share);
  const auto found =
      std::find_if(shares_.begin(), shares_.end(), [&](const auto& share) { return share->view.id == id; });
  if (found == shares_.end()) return out;
  out.share = found->get();
  out.asker.named = out.share->rules.named.contains(request.peer);
  out.asker.grant = standing(*out.share, request);
  return out;
}

access::Judgement ShareBook::judge(const Opening& opening) const {
  if (opening.share == nullptr)
    return {.right = access::Right::kNone, .reason = access::Reason::kUnknownShare, .shown = false};
  const auto& expires_at = opening.share->view.expires_at;
  const bool expired = expires_at && to_unix_ms(clock_->wall()) >= *expires_at;
  return access::judge(opening.share->rules,
                       expired ? access::ShareAge::kExpired : access::ShareAge::kCurrent, opening.asker);
}

Result<swarm::Admission> ShareBook::admit(const swarm::OpenRequest& request,
                                          const std::string& remote_address) {
  const Opening opening = look_at(request);
  JudgedOpening judged{
      .peer = request.peer,
      .remote_address = remote_address,
      .share = opening.share != nullptr ? opening.share->view.id : access::to_text(request.share),
      .ticket = request.proof ? access::to_text(request.share) : std::string(),
      .judgement = judge(opening),
      .trouble = std::nullopt};
  const auto tell = [&] {
    // A ticket or share that is not known here may be one that this peer serves for somebody else.
    if (witness_ != nullptr && judged.judgement.reason != access::Reason::kUnknownShare)
      witness_->on_judged(judged);
  };
  if (!judged.judgement.allowed()) {
    tell();
    return std::unexpected(access::answer(
        judged.judgement, request.proof ? access::AskedBy::kTicket : access::AskedBy::kShareId));
  }
  if (const auto servable = check_servable(*opening.share); !servable) {
    judged.trouble = servable.error();
    tell();
    return std::unexpected(servable.error());
  }
  tell();
  return let_in(opening, judged.judgement.right, request, remote_address);
}

swarm::Admission ShareBook::let_in(const Opening& opening, access::Right right,
                                   const swarm::OpenRequest& request, const std::string& remote_address) {
  const OwnedShare& share = *opening.share;
  std::optional<WallTime> expires_at;
  if (share.view.expires_at) expires_at = from_unix_ms(*share.view.expires_at);
  auto to = serve_to(share.rules);
  if (opening.ticket != nullptr) {
    IssuedTicket& ticket = *opening.ticket;
    if (ticket.expires_at) expires_at = std::min(expires_at.value_or(WallTime::max()), *ticket.expires_at);
    if (ticket.holders.insert(request.peer).second) {
      if (ticket.uses_left) --*ticket.uses_left;
      if (on_use_) on_use_(ticket);
    }
    // Who has to be counted is let in by the owner alone.
    to = ticket.uses_left ? access::ServeTo::kNobody : access::ServeTo::kHolders;
  }
  const std::string over = opening.ticket != nullptr
                               ? "this ticket has expired; ask the sender for a fresh one"
                               : "this share has expired; ask its owner to share it again";
  swarm::Admission out{.share = share.served,
                       .description = describe(share, request.share, expires_at, to),
                       .observer = std::make_shared<OwnCheck>(),
                       .held = std::nullopt,
                       .served_on = to != access::ServeTo::kNobody,
                       .limit_up = {},
                       .terms = std::make_shared<swarm::AdmissionTerms>(expires_at, over, std::nullopt),
                       .grant = std::nullopt,
                       .revocations = std::nullopt};
  const bool by_consent = right == access::Right::kGrant;
  if (request.peer != owner_->peer_id()) {
    out.observer = uploads_->open(share.view, request.peer, remote_address);
    if (holders_ != nullptr)
      out.observer = holders_->watch(share.view.id, share.served, request.peer, std::move(out.observer));
  }
  if (by_consent) {
    const Consent& consent = *consents_->find(share.view.id, request.peer);
    out.terms = consents_->terms(consent);
    out.grant =
        consents_->grant(consent, request.share, access::ContentRoot::from(share.served->root().view()));
    out.observer = std::make_shared<CountedUpload>(*consents_, consent.id, std::move(out.observer));
  }
  if (consents_ != nullptr && opening.ticket == nullptr)
    out.revocations = consents_->revocations(share.view.id);
  running_.add(request.peer, opening.ticket != nullptr ? access::to_text(request.share) : share.view.id,
               right, out.terms);
  return out;
}

ShareBook::Standing ShareBook::standing_of(const access::ShareId& share, const identity::PeerId& peer,
                                           ByteView membership) {
  swarm::OpenRequest request;
  request.share = share;
  request.peer = peer;
  request.membership = to_bytes(membership);
  const Opening opening = look_at(request);
  Standing out{.share = opening.share, .judgement = judge(opening), .sees = false};
  if (opening.share == nullptr) return out;
  out.sees = out.judgement.shown;
  return out;
}

bool ShareBook::knows(const access::ShareId& id) const {
  const std::string text = access::to_text(id);
  return tickets_.contains(id) || std::any_of(shares_.begin(), shares_.end(),
                                              [&](const auto& share) { return share->view.id == text; });
}

Result<> ShareBook::set_rules(const std::string& id, access::ShareRules rules) {
  TRY(OwnedShare* const share, find(id));
  share->rules = std::move(rules);
  const auto by_rules = [&](const identity::PeerId&, const std::string& of, access::Right right) {
    return of == share->view.id && (right == access::Right::kOpen || right == access::Right::kNamed);
  };
  running_.end_if(by_rules, {ErrorCode::kTimedOut, "its owner has changed who may fetch it"});
  return {};
}

Result<const IssuedTicket*> ShareBook::revoke_ticket(const access::ShareId& ticket) {
  const auto found = tickets_.find(ticket);
  if (found == tickets_.end())
    return fail(ErrorCode::kNotFound, "there is no ticket {}; 'covey tickets' lists them",
                access::to_text(ticket));
  found->second.revoked = true;
  const std::string id = access::to_text(ticket);
  running_.end_if([&](const identity::PeerId&, const std::string& of, access::Right) { return of == id; },
                  {ErrorCode::kRefused, "the sender has taken this ticket back; ask for a fresh one"});
  return &found->second;
}

void ShareBook::end_peer(const identity::PeerId& peer) {
  running_.end_if([&](const identity::PeerId& to, const std::string&, access::Right) { return to == peer; },
                  {ErrorCode::kNotFound, "this peer does not serve this share"});
}

access::ServeTo ShareBook::serve_to(const access::ShareRules& rules) {
  const bool open = rules.access == access::Access::kOpen && rules.visibility == access::Visibility::kNetwork;
  if (open) return access::ServeTo::kMembers;
  return rules.access == access::Access::kAsk ? access::ServeTo::kGrantees : access::ServeTo::kNobody;
}

access::SignedShareDescription ShareBook::describe(const OwnedShare& share, const access::ShareId& id,
                                                   std::optional<WallTime> expires_at,
                                                   access::ServeTo serve_to) const {
  const swarm::ServedShare& served = *share.served;
  std::optional<WallTime> serve_until;
  if (serve_to != access::ServeTo::kNobody)
    serve_until = std::min(expires_at.value_or(WallTime::max()), WallTime(clock_->wall() + kServedOnFor));
  const content::ManifestEntryView only =
      served.single_file ? served.manifest->entry(content::FileIndex(0)) : content::ManifestEntryView();
  const access::ShareDescription description{
      .share_id = id,
      .owner = owner_->peer_id(),
      .title = served.name,
      .kind = served.single_file ? access::ShareKind::kFile : access::ShareKind::kFolder,
      .root = access::ContentRoot::from(served.root().view()),
      .content_size = served.single_file ? only.size : served.manifest_bytes.size(),
      .total_bytes = served.manifest->total_size(),
      .file_count = served.manifest->file_count(),
      .executable = only.executable,
      .mtime_ns = only.mtime_ns,
      .created_at = from_unix_ms(share.view.created_at),
      .expires_at = expires_at,
      .serve_until = serve_until,
      .serve_to = serve_to};
  return access::sign(description, *owner_);
}

}  // namespace covey::daemon
