#include "daemon/share_book.hpp"

#include <algorithm>

#include "base/encoding.hpp"

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
  void on_sent(std::uint64_t /*bytes*/, std::uint64_t /*pieces*/) override {}
  void on_finished() override {}
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

const IssuedTicket& ShareBook::issue(const std::string& share, std::optional<WallTime> expires_at,
                                     std::optional<std::uint64_t> uses) {
  IssuedTicket ticket{.secret = access::TicketSecret::generate(*random_),
                      .share = share,
                      .expires_at = expires_at,
                      .uses_left = uses,
                      .holders = {}};
  const access::ShareId id = access::share_id_of(ticket.secret);
  return tickets_.emplace(id, std::move(ticket)).first->second;
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

Result<> ShareBook::check_ticket(const IssuedTicket& ticket, const OwnedShare& share,
                                 const identity::PeerId& peer) const {
  const WallTime now = clock_->wall();
  const bool share_over = share.view.expires_at && to_unix_ms(now) >= *share.view.expires_at;
  if (share_over || (ticket.expires_at && now >= *ticket.expires_at)) {
    return fail(ErrorCode::kExpired, "this ticket has expired; ask the sender for a fresh one");
  }
  if (ticket.uses_left == 0U && !ticket.holders.contains(peer)) {
    return fail(ErrorCode::kRefused, "this ticket has been used up; ask the sender for a fresh one");
  }
  return {};
}

Result<OwnedShare*> ShareBook::admit_holder(const swarm::OpenRequest& request) {
  const auto unknown = [] {
    return fail(ErrorCode::kNotFound,
                "the sender does not know this ticket; it may have been closed: ask for a fresh one");
  };
  const auto found = tickets_.find(request.share);
  if (found == tickets_.end()) return unknown();
  IssuedTicket& ticket = found->second;
  if (!access::check_proof(*request.proof, ticket.secret, ByteView(request.exporter), request.peer))
    return unknown();
  const auto share = find(ticket.share);
  if (!share) return unknown();
  TRY_VOID(check_ticket(ticket, **share, request.peer));
  TRY_VOID(check_servable(**share));
  if (ticket.holders.insert(request.peer).second) {
    if (ticket.uses_left) --*ticket.uses_left;
    if (on_use_) on_use_(ticket);
  }
  return *share;
}

Result<OwnedShare*> ShareBook::admit_member(const swarm::OpenRequest& request) {
  const auto unknown = [] {
    return fail(ErrorCode::kNotFound, "its owner shows you no such share; search again, or ask for a ticket");
  };
  const std::string id = to_base32(request.share.view());
  const auto found =
      std::find_if(shares_.begin(), shares_.end(), [&](const auto& share) { return share->view.id == id; });
  // A stranger's record is checked for a hidden share as well, so that the time tells nothing either.
  const bool is_member =
      members_ != nullptr && members_->check_member(request.membership, request.peer).has_value();
  if (found == shares_.end() || !is_member) return unknown();
  const ShareRules& rules = (*found)->rules;
  const bool named = rules.named.contains(request.peer);
  const bool hidden = rules.visibility == access::Visibility::kUnlisted ||
                      (rules.visibility == access::Visibility::kListed && !named);
  const auto& expires_at = (*found)->view.expires_at;
  if (hidden || (expires_at && to_unix_ms(clock_->wall()) >= *expires_at)) return unknown();
  if (rules.access == access::Access::kAsk)
    return fail(ErrorCode::kRefused, "its owner lets nobody in unasked; ask for a ticket");
  if (rules.access == access::Access::kListed && !named)
    return fail(ErrorCode::kRefused, "its owner lets in only peers that he named; ask for a ticket");
  TRY_VOID(check_servable(**found));
  return found->get();
}

Result<swarm::Admission> ShareBook::admit(const swarm::OpenRequest& request,
                                          const std::string& remote_address) {
  TRY(OwnedShare* const share, request.proof ? admit_holder(request) : admit_member(request));
  std::optional<WallTime> expires_at;
  if (request.proof) {
    expires_at = tickets_.at(request.share).expires_at;
  } else if (share->view.expires_at) {
    expires_at = from_unix_ms(*share->view.expires_at);
  }
  // Who has to be counted or asked for is let in by the owner alone.
  const bool onward = request.proof ? !tickets_.at(request.share).uses_left
                                    : share->rules.visibility == access::Visibility::kNetwork &&
                                          share->rules.access == access::Access::kOpen;
  std::shared_ptr<swarm::UploadObserver> observer = std::make_shared<OwnCheck>();
  if (request.peer != owner_->peer_id()) observer = uploads_->open(share->view, request.peer, remote_address);
  return swarm::Admission{
      .share = share->served,
      .description = describe(*share, request.share, expires_at, onward ? Onward::kYes : Onward::kNo),
      .observer = std::move(observer),
      .held = std::nullopt,
      .served_on = onward};
}

access::SignedShareDescription ShareBook::describe(const OwnedShare& share, const access::ShareId& id,
                                                   std::optional<WallTime> expires_at, Onward onward) const {
  const swarm::ServedShare& served = *share.served;
  std::optional<WallTime> serve_until;
  if (onward == Onward::kYes)
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
      .serve_until = serve_until};
  return access::sign(description, *owner_);
}

}  // namespace covey::daemon
