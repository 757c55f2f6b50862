// DaemonService's part about consent: tickets and rules, requests and approvals, people, and the audit log.

#include <algorithm>

#include "api/json.hpp"
#include "base/encoding.hpp"
#include "base/log.hpp"
#include "daemon/daemon_service.hpp"
#include "daemon/view_of.hpp"
#include "identity/safety_words.hpp"

namespace covey::daemon {
namespace {

using audit::AuditAction;
using audit::Outcome;
using audit::ReasonCode;

constexpr std::size_t kMaxAuditPage = 1000;

api::GrantView grant_view_of(const Consent& consent, access::GrantStanding standing) {
  api::GrantView view;
  view.id = access::to_text(consent.id);
  view.share_id = consent.share;
  view.peer_id = consent.peer.to_text();
  view.given_at = to_unix_ms(consent.given_at);
  if (consent.until) view.until = to_unix_ms(*consent.until);
  view.byte_limit = consent.byte_limit;
  view.bytes_used = consent.bytes_used;
  if (consent.revoked_at) view.revoked_at = to_unix_ms(*consent.revoked_at);
  view.holds = standing == access::GrantStanding::kHolds;
  return view;
}

Result<audit::AuditFilter> filter_of(const api::AuditQuery& query) {
  audit::AuditFilter out;
  if (query.since) out.since = from_unix_ms(*query.since);
  if (query.until) out.until = from_unix_ms(*query.until);
  if (!query.action.empty()) {
    out.action = audit::audit_action_named(query.action);
    if (!out.action) return fail(ErrorCode::kInvalidArgument, "there is no action '{}'", query.action);
  }
  if (!query.outcome.empty()) {
    out.outcome = audit::outcome_named(query.outcome);
    if (!out.outcome)
      return fail(ErrorCode::kInvalidArgument, "an outcome is allowed, refused or noted, not '{}'",
                  query.outcome);
  }
  if (!query.code.empty()) {
    out.code = audit::reason_code_named(query.code);
    if (!out.code) return fail(ErrorCode::kInvalidArgument, "there is no reason '{}'", query.code);
  }
  return out;
}

}  // namespace

void DaemonService::note(AuditAction action, Outcome outcome, std::string share, std::string subject,
                         std::string words) {
  audit_.note({.action = action,
               .outcome = outcome,
               .share = std::move(share),
               .subject = std::move(subject),
               .note = std::move(words)});
}

// ---- tickets and rules

Result<std::vector<api::IssuedTicketView>> DaemonService::tickets(const std::string& words) const {
  TRY(const OwnedShare* const share, node_->shares().find(words));
  std::vector<api::IssuedTicketView> out;
  for (const IssuedTicket* const ticket : node_->shares().tickets_of(share->view.id)) {
    api::IssuedTicketView view;
    view.id = access::to_text(access::share_id_of(ticket->secret));
    view.share_id = share->view.id;
    view.title = share->view.title;
    view.ticket = node_->ticket_text(*ticket);
    if (ticket->expires_at) view.expires_at = to_unix_ms(*ticket->expires_at);
    view.uses_left = ticket->uses_left;
    view.holders = ticket->holders.size();
    view.revoked = ticket->revoked;
    out.push_back(std::move(view));
  }
  return out;
}

asio::awaitable<Result<>> DaemonService::revoke_ticket(std::string words) {
  CO_TRY(const auto turn, co_await share_turns_.next());
  CO_TRY(const access::ShareId ticket, node_->shares().find_ticket(words));
  CO_TRY(const IssuedTicket* const revoked, node_->shares().revoke_ticket(ticket));
  IssuedTicket copy{.secret = revoked->secret.clone(),
                    .share = revoked->share,
                    .expires_at = revoked->expires_at,
                    .uses_left = revoked->uses_left,
                    .holders = revoked->holders,
                    .revoked = true};
  note(AuditAction::kTicketRevoked, Outcome::kNoted, copy.share, access::to_text(ticket));
  // Taking back works at once, whatever the disk says; else a full disk would keep a door open.
  auto keep = [&copy](DaemonStore& s) { return s.save(copy); };
  const auto saved = co_await store_.run(keep);
  if (!saved)
    co_return fail(
        saved.error().code,
        "the ticket opens nothing any more, but that could not be written down and ends with the daemon; "
        "take it back again once this is mended: {}",
        saved.error().context);
  co_return Result<>{};
}

asio::awaitable<Result<api::ShareView>> DaemonService::set_rules(std::string words,
                                                                 api::ShareRulesRequest wanted) {
  CO_TRY(const OwnedShare* const before, node_->shares().find(words));
  const std::string id = before->view.id;
  api::ShareRequest as_request;
  as_request.visibility = wanted.visibility;
  as_request.access = wanted.access;
  as_request.named = std::move(wanted.named);
  CO_TRY(auto rules, co_await rules_for(as_request));
  CO_TRY(const auto turn, co_await share_turns_.next());
  CO_TRY(const OwnedShare* const share, node_->shares().find(id));  // it may have gone meanwhile
  StoredShare stored{.id = id,
                     .path = share->view.path,
                     .title = share->view.title,
                     .created_at = share->view.created_at,
                     .expires_at = share->view.expires_at,
                     .rules = rules,
                     .tags = share->view.tags,
                     .reveals_names = share->view.reveals_names};
  auto keep = [stored](DaemonStore& s) { return s.save(stored); };
  CO_TRY_VOID(co_await store_.run(std::move(keep)));
  CO_TRY(OwnedShare* const changed, node_->shares().find(id));
  CO_TRY_VOID(node_->shares().set_rules(id, stored.rules));
  show_rules(*changed);
  note(AuditAction::kShareChanged, Outcome::kNoted, id, {},
       fmt::format("{}, {}", api::name_of(changed->view.visibility), api::name_of(changed->view.access)));
  if (stored.rules.visibility == access::Visibility::kUnlisted) {
    networks_.withdraw(id);
  } else {
    networks_.publish(*changed);
  }
  api::Event event;
  event.share = changed->view;
  publish(event);
  co_return changed->view;
}

// ---- requests and approvals

std::vector<api::RequestView> DaemonService::requests() const {
  return requests_.views();
}
asio::awaitable<Result<api::RequestView>> DaemonService::approve(std::string request,
                                                                 api::ApprovalRequest terms) {
  return requests_.approve(std::move(request), terms);
}
asio::awaitable<Result<api::RequestView>> DaemonService::deny(std::string request, std::string reason) {
  return requests_.deny(std::move(request), std::move(reason));
}
asio::awaitable<Result<api::RequestView>> DaemonService::withdraw(std::string request) {
  return requests_.withdraw(std::move(request));
}

api::GrantView DaemonService::grant_view(const Consent& consent) const {
  api::GrantView view = grant_view_of(consent, node_->consents().standing(consent));
  if (const auto share = node_->shares().find(consent.share)) view.title = (*share)->view.title;
  view.peer_name = shown_name(consent.peer);
  return view;
}

/// By which a network has it.
std::string DaemonService::name_of(const identity::PeerId& peer) const {
  const Person* const person = people_.find(peer);
  return person == nullptr || person->name.empty() ? networks_.name_of(peer) : person->name;
}

std::string DaemonService::shown_name(const identity::PeerId& peer) const {
  auto name = name_of(peer);
  const Person* const person = people_.find(peer);
  return name.empty() && person != nullptr ? person->claimed() : name;
}

/// What this peer tells one that has no network's word for it.
std::string DaemonService::name_for(const identity::PeerId& peer) const {
  return name_of(peer).empty() ? own_name_ : std::string();
}

std::vector<api::GrantView> DaemonService::grants() const {
  std::vector<api::GrantView> out;
  for (const Consent* const consent : node_->consents().all()) out.push_back(grant_view(*consent));
  std::reverse(out.begin(), out.end());
  return out;
}

asio::awaitable<Result<api::GrantView>> DaemonService::revoke(std::string words) {
  const Consent* found = nullptr;
  for (const Consent* const consent : node_->consents().all()) {
    if (words.empty() || !access::to_text(consent->id).starts_with(words)) continue;
    if (found != nullptr)
      co_return fail(ErrorCode::kInvalidArgument, "'{}' fits more than one approval; write more of its id",
                     words);
    found = consent;
  }
  if (found == nullptr)
    co_return fail(ErrorCode::kNotFound, "there is no approval '{}'; 'covey grants' lists them", words);
  const access::GrantId id = found->id;
  CO_TRY_VOID(node_->consents().revoke(id));
  const Consent revoked = *node_->consents().find(id);
  audit_.note({.action = AuditAction::kGrantRevoked,
               .outcome = Outcome::kNoted,
               .peer = revoked.peer,
               .share = revoked.share,
               .subject = access::to_text(id)});
  auto keep = [&revoked](DaemonStore& s) { return s.save(revoked); };
  CO_TRY_VOID(co_await store_.run(keep));
  co_return grant_view(revoked);
}

/// Whoever holds a grant of the share is told, so that no seed among them goes on.
void DaemonService::tell_revocations(const std::string& share, const access::SignedRevocationList& list) {
  const auto id = access::parse_share_id(share);
  if (!id) return;
  node_->tell_revocations(*id, list);
  note(AuditAction::kRevocationsPublished, Outcome::kNoted, share);
  const WallTime now = node_->clock().wall();
  const Bytes body = requests::encode(requests::Revoked{.share = *id, .list = list});
  for (const Consent* const consent : node_->consents().all()) {
    if (consent->share != share || consent->granted_until <= now) continue;
    Posting posting{.to = consent->peer,
                    .kind = requests::kRevocationsLetter,
                    .body = body,
                    .life = std::chrono::ceil<std::chrono::seconds>(consent->granted_until - now)};
    auto post = [](MailBook* mail, Posting letter) -> io::Awaitable<void> {
      const auto posted = co_await mail->post(std::move(letter));
      if (!posted) log::warn("a revocation could not be told: {}", to_string(posted.error()));
    };
    tasks_.spawn(post(&mail_, std::move(posting)));
  }
}

// ---- people

api::PersonView DaemonService::person_view(const Person& person) const {
  api::PersonView view;
  view.peer_id = person.peer.to_text();
  view.name = shown_name(person.peer);
  for (const auto word : identity::safety_words_of(person.peer)) view.safety_words.emplace_back(word);
  view.first_seen = to_unix_ms(person.first_seen);
  view.last_seen = to_unix_ms(person.last_seen);
  view.blocked = people_.is_blocked(person.peer);
  if (view.blocked) {
    if (person.block->until) view.blocked_until = to_unix_ms(*person.block->until);
    view.block_reason = person.block->reason;
    view.blocked_by_itself = person.block->by_itself;
  }
  view.trusted = person.trusted;
  view.trusted_shares.assign(person.trusted_shares.begin(), person.trusted_shares.end());
  return view;
}

asio::awaitable<Result<std::vector<api::PersonView>>> DaemonService::people() {
  std::vector<api::PersonView> out;
  for (const Person* const person : people_.all()) out.push_back(person_view(*person));
  co_return out;
}

/// Several may call themselves the same.
Result<identity::PeerId> DaemonService::claimant(std::string_view words) const {
  std::optional<identity::PeerId> found;
  for (const Person* const person : people_.all()) {
    if (shown_name(person->peer) != words) continue;
    if (found)
      return fail(ErrorCode::kInvalidArgument,
                  "more than one peer calls itself '{}'; write the beginning of its id", words);
    found = person->peer;
  }
  if (!found) return fail(ErrorCode::kNotFound, "nobody is known who calls itself '{}'", words);
  return *found;
}

io::Awaitable<Result<identity::PeerId>> DaemonService::peer_meant(std::string words) {
  for (const Person* const person : people_.all()) {
    if (!words.empty() && name_of(person->peer) == words) co_return person->peer;
  }
  if (words.starts_with(kClaimMark)) co_return claimant(words);
  CO_TRY(const auto peers, co_await networks_.resolve(std::vector<std::string>(1, words)));
  if (peers.front() == node_->device().peer_id())
    co_return fail(ErrorCode::kInvalidArgument, "that is this peer itself");
  co_return peers.front();
}

io::Awaitable<void> DaemonService::shut_out(identity::PeerId peer) {
  node_->shares().end_peer(peer);
  node_->onward().end_peer(peer);
  chats_.drop(peer);
  co_await requests_.drop(peer);
}

asio::awaitable<Result<api::PersonView>> DaemonService::block(std::string words, api::BlockRequest request) {
  CO_TRY(const auto peer, co_await peer_meant(std::move(words)));
  Person::Block block{.until = std::nullopt, .reason = std::move(request.reason), .by_itself = false};
  if (request.for_seconds) block.until = node_->clock().wall() + std::chrono::seconds(*request.for_seconds);
  const Person person = people_.block(peer, std::move(block));
  co_await shut_out(peer);
  audit_.note({.action = AuditAction::kPeerBlocked,
               .outcome = Outcome::kNoted,
               .peer = peer,
               .note = person.block->reason});
  co_return person_view(person);
}

asio::awaitable<Result<api::PersonView>> DaemonService::unblock(std::string words) {
  CO_TRY(const auto peer, co_await peer_meant(std::move(words)));
  CO_TRY(const Person* const person, people_.unblock(peer));
  audit_.note({.action = AuditAction::kPeerUnblocked, .outcome = Outcome::kNoted, .peer = peer});
  co_return person_view(*person);
}

asio::awaitable<Result<api::PersonView>> DaemonService::trust(std::string words, api::TrustRequest request) {
  CO_TRY(const auto peer, co_await peer_meant(std::move(words)));
  std::vector<std::string> shares;
  for (const std::string& share : request.shares) {
    CO_TRY(const OwnedShare* const found, node_->shares().find(share));
    shares.push_back(found->view.id);
  }
  const Person& person = people_.trust(peer, shares);
  audit_.note({.action = AuditAction::kPeerTrusted,
               .outcome = Outcome::kNoted,
               .peer = peer,
               .note = shares.empty() ? std::string("all shares") : fmt::format("{} shares", shares.size())});
  co_return person_view(person);
}

asio::awaitable<Result<api::PersonView>> DaemonService::untrust(std::string words) {
  CO_TRY(const auto peer, co_await peer_meant(std::move(words)));
  CO_TRY(const Person* const person, people_.untrust(peer));
  audit_.note({.action = AuditAction::kPeerUntrusted, .outcome = Outcome::kNoted, .peer = peer});
  co_return person_view(*person);
}

// ---- the audit log

io::Awaitable<Result<audit::AuditFilter>> DaemonService::audit_filter(api::AuditQuery query) {
  CO_TRY(auto filter, filter_of(query));
  if (!query.peer.empty()) {
    CO_TRY(filter.peer, co_await peer_meant(query.peer));
  }
  if (!query.share.empty()) {
    // A share that is no more is still in the log, by its whole id.
    const auto share = node_->shares().find(query.share);
    filter.share = share ? (*share)->view.id : query.share;
  }
  co_return filter;
}

api::AuditLineView DaemonService::line_view(const audit::AuditEntry& entry) const {
  const audit::AuditEvent& event = entry.event;
  api::AuditLineView view;
  view.number = entry.seq;
  view.at = to_unix_ms(event.at);
  view.action = audit::name_of(event.action);
  view.outcome = audit::name_of(event.outcome);
  view.code = audit::name_of(event.code);
  view.right = audit::name_of(event.right);
  if (event.peer) {
    view.peer_id = event.peer->to_text();
    view.peer_name = shown_name(*event.peer);
  }
  view.address = event.address;
  view.share_id = event.share;
  if (const auto share = node_->shares().find(event.share); !event.share.empty() && share)
    view.title = (*share)->view.title;
  view.subject = event.subject;
  view.bytes = event.bytes;
  view.note = event.note;
  return view;
}

asio::awaitable<Result<api::AuditPageView>> DaemonService::audit(api::AuditQuery query) {
  const std::size_t limit = std::min<std::size_t>(query.limit, kMaxAuditPage);
  const auto before = query.before;
  CO_TRY(auto filter, co_await audit_filter(std::move(query)));
  CO_TRY(const auto page, co_await audit_.page(std::move(filter), limit, before));
  api::AuditPageView view;
  for (const audit::AuditEntry& entry : page.entries) view.lines.push_back(line_view(entry));
  view.more = page.more;
  co_return view;
}

asio::awaitable<Result<api::AuditCheckView>> DaemonService::verify_audit() {
  CO_TRY(const auto report, co_await audit_.verify());
  api::AuditCheckView view;
  view.intact = !report.broken;
  view.lines = report.lines;
  view.files = report.files;
  if (report.broken) {
    view.problem =
        fmt::format("{}, line {}: {}", report.broken->file, report.broken->line, report.broken->what);
  }
  co_return view;
}

asio::awaitable<Result<std::uint64_t>> DaemonService::export_audit(api::AuditExportRequest request) {
  const std::filesystem::path path = request.path;
  if (!path.is_absolute())
    co_return fail(ErrorCode::kInvalidArgument, "the path {} is not absolute", request.path);
  if (request.form != "jsonl" && request.form != "csv")
    co_return fail(ErrorCode::kInvalidArgument, "an export is jsonl or csv, not '{}'", request.form);
  CO_TRY(auto filter, co_await audit_filter(std::move(request.query)));
  const auto form = request.form == "csv" ? audit::ExportForm::kCsv : audit::ExportForm::kJsonLines;
  co_return co_await audit_.write_out(std::move(filter), form, path);
}

}  // namespace covey::daemon
