#pragma once
// FakeConsent: the part of FakeService about consent: keeps requests, grants and people in memory and
// remembers what it was asked. Its functions run on the network thread like any Service's.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "api/fake_home.hpp"
#include "api/json.hpp"

namespace covey::api {

class FakeConsent : public FakeHome {
 public:
  std::vector<ShareView> kept_shares;
  std::vector<IssuedTicketView> kept_tickets;
  std::vector<HolderView> kept_holders;
  std::vector<RequestView> kept_requests;
  std::vector<GrantView> kept_grants;
  std::vector<PersonView> kept_people;
  std::vector<AlertView> kept_alerts;
  std::vector<AuditLineView> kept_lines;  // newest first
  AuditCheckView kept_check{.intact = true, .lines = 3, .files = 1, .problem = {}};

  [[nodiscard]] Result<std::vector<IssuedTicketView>> tickets(const std::string& share) const override {
    std::vector<IssuedTicketView> out;
    for (const auto& ticket : kept_tickets) {
      if (ticket.share_id == share) out.push_back(ticket);
    }
    if (out.empty()) return fail(ErrorCode::kNotFound, "there is no share '{}'", share);
    return out;
  }
  asio::awaitable<Result<std::vector<HolderView>>> holders(std::string share) override {
    if (among(kept_shares, share) == nullptr)
      co_return fail(ErrorCode::kNotFound, "there is no share '{}'", share);
    co_return kept_holders;
  }
  asio::awaitable<Result<>> revoke_ticket(std::string ticket) override {
    asked.push_back("revoke ticket " + ticket);
    IssuedTicketView* const found = among(kept_tickets, ticket);
    if (found == nullptr) co_return fail(ErrorCode::kNotFound, "there is no ticket '{}'", ticket);
    found->revoked = true;
    co_return Result<>();
  }
  asio::awaitable<Result<ShareView>> set_rules(std::string share, ShareRulesRequest rules) override {
    asked.push_back("rules " + share + " " + to_json(rules));
    ShareView* const found = among(kept_shares, share);
    if (found == nullptr) co_return fail(ErrorCode::kNotFound, "there is no share '{}'", share);
    found->visibility = rules.visibility;
    found->access = rules.access;
    found->named = rules.named;
    co_return *found;
  }

  [[nodiscard]] std::vector<RequestView> requests() const override { return kept_requests; }
  asio::awaitable<Result<RequestView>> approve(std::string request, ApprovalRequest terms) override {
    return answered(request, "approve " + request + " " + to_json(terms), RequestState::kApproved, {});
  }
  asio::awaitable<Result<RequestView>> deny(std::string request, std::string reason) override {
    return answered(request, "deny " + request + " " + reason, RequestState::kDenied, reason);
  }
  asio::awaitable<Result<RequestView>> withdraw(std::string request) override {
    return answered(request, "withdraw " + request, RequestState::kWithdrawn, {});
  }
  [[nodiscard]] std::vector<GrantView> grants() const override { return kept_grants; }
  asio::awaitable<Result<GrantView>> revoke(std::string grant) override {
    asked.push_back("revoke grant " + grant);
    GrantView* const found = among(kept_grants, grant);
    if (found == nullptr) co_return fail(ErrorCode::kNotFound, "there is no grant '{}'", grant);
    found->holds = false;
    found->revoked_at = 1;
    co_return *found;
  }

  asio::awaitable<Result<std::vector<PersonView>>> people() override { co_return kept_people; }
  asio::awaitable<Result<PersonView>> block(std::string peer, BlockRequest request) override {
    asked.push_back("block " + peer + " " + to_json(request));
    return changed_person(peer, [request](PersonView& person) {
      person.blocked = true;
      person.block_reason = request.reason;
    });
  }
  asio::awaitable<Result<PersonView>> unblock(std::string peer) override {
    asked.push_back("unblock " + peer);
    return changed_person(peer, [](PersonView& person) { person.blocked = false; });
  }
  asio::awaitable<Result<PersonView>> trust(std::string peer, TrustRequest request) override {
    asked.push_back("trust " + peer + " " + to_json(request));
    return changed_person(peer, [request](PersonView& person) {
      person.trusted = request.shares.empty();
      person.trusted_shares = request.shares;
    });
  }
  asio::awaitable<Result<PersonView>> untrust(std::string peer) override {
    asked.push_back("untrust " + peer);
    return changed_person(peer, [](PersonView& person) { person.trusted = false; });
  }

  asio::awaitable<Result<AuditPageView>> audit(AuditQuery query) override {
    AuditExportRequest as_asked;
    as_asked.query = query;
    asked.push_back("audit " + to_json(as_asked));
    AuditPageView page;
    for (const auto& line : kept_lines) {
      if (query.before && line.number >= *query.before) continue;
      page.more = page.lines.size() == query.limit;
      if (page.more) break;
      page.lines.push_back(line);
    }
    co_return page;
  }
  asio::awaitable<Result<AuditCheckView>> verify_audit() override { co_return kept_check; }
  asio::awaitable<Result<std::uint64_t>> export_audit(AuditExportRequest request) override {
    asked.push_back("export " + to_json(request));
    if (request.path.ends_with("there"))
      co_return fail(ErrorCode::kAlreadyExists, "{} is there already", request.path);
    co_return kept_lines.size();
  }
  asio::awaitable<Result<std::vector<AlertView>>> alerts() override { co_return kept_alerts; }
  asio::awaitable<Result<AlertView>> undo_alert(std::uint64_t alert) override {
    asked.push_back(fmt::format("undo {}", alert));
    for (AlertView& kept : kept_alerts) {
      if (kept.id != alert) continue;
      kept.undone = true;
      co_return kept;
    }
    co_return fail(ErrorCode::kNotFound, "there is no alert {}", alert);
  }

 private:
  template <typename View>
  static View* among(std::vector<View>& kept, const std::string& id) {
    const auto found =
        std::find_if(kept.begin(), kept.end(), [&](const View& view) { return view.id == id; });
    return found == kept.end() ? nullptr : &*found;
  }
  asio::awaitable<Result<RequestView>> answered(std::string request, std::string what, RequestState state,
                                                std::string answer) {
    asked.push_back(what);
    RequestView* const found = among(kept_requests, request);
    if (found == nullptr) co_return fail(ErrorCode::kNotFound, "there is no request '{}'", request);
    found->state = state;
    found->answer = answer;
    found->answered_at = 1;
    co_return *found;
  }
  asio::awaitable<Result<PersonView>> changed_person(std::string peer,
                                                     std::function<void(PersonView&)> change) {
    for (PersonView& person : kept_people) {
      if (person.peer_id != peer && person.name != peer) continue;
      change(person);
      co_return person;
    }
    co_return fail(ErrorCode::kNotFound, "nobody called '{}' is known here", peer);
  }
};

}  // namespace covey::api
