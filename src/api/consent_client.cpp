// Client's part about consent: tickets, rules, requests, grants, people, alerts and the audit log.

#include "api/client.hpp"
#include "api/client_connection.hpp"
#include "base/encoding.hpp"

namespace covey::api {
namespace {

std::string request_path(std::string_view request, std::string_view action) {
  return fmt::format("/requests/{}/{}", percent_encoded(request), action);
}
std::string person_path(std::string_view peer, std::string_view action) {
  return fmt::format("/people/{}/{}", percent_encoded(peer), action);
}

std::string audit_path(const AuditQuery& query) {
  std::string out = fmt::format("/audit?limit={}", query.limit);
  const auto add_number = [&](std::string_view name, const auto& number) {
    if (number) out += fmt::format("&{}={}", name, *number);
  };
  const auto add_text = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) out += fmt::format("&{}={}", name, percent_encoded(text));
  };
  add_number("since", query.since);
  add_number("until", query.until);
  add_number("before", query.before);
  add_text("peer", query.peer);
  add_text("share", query.share);
  add_text("action", query.action);
  add_text("outcome", query.outcome);
  add_text("code", query.code);
  return out;
}

}  // namespace

Result<std::vector<IssuedTicketView>> Client::tickets(std::string_view share) {
  return view_in<std::vector<IssuedTicketView>>(
      connection_->call("GET", fmt::format("/shares/{}/tickets", percent_encoded(share))));
}

Result<> Client::revoke_ticket(std::string_view ticket) {
  return done(connection_->call("DELETE", "/tickets/" + percent_encoded(ticket)));
}

Result<ShareView> Client::set_rules(std::string_view share, const ShareRulesRequest& rules) {
  return view_in<ShareView>(
      connection_->call("POST", fmt::format("/shares/{}/rules", percent_encoded(share)), to_json(rules)));
}

Result<std::vector<RequestView>> Client::requests() {
  return view_in<std::vector<RequestView>>(connection_->call("GET", "/requests"));
}

Result<RequestView> Client::approve(std::string_view request, const ApprovalRequest& terms) {
  return view_in<RequestView>(connection_->call("POST", request_path(request, "approve"), to_json(terms)));
}

Result<RequestView> Client::deny(std::string_view request, const std::string& reason) {
  return view_in<RequestView>(
      connection_->call("POST", request_path(request, "deny"), denial_to_json(reason)));
}

Result<RequestView> Client::withdraw(std::string_view request) {
  return view_in<RequestView>(connection_->call("POST", request_path(request, "withdraw"), ""));
}

Result<std::vector<GrantView>> Client::grants() {
  return view_in<std::vector<GrantView>>(connection_->call("GET", "/grants"));
}

Result<GrantView> Client::revoke(std::string_view grant) {
  return view_in<GrantView>(connection_->call("DELETE", "/grants/" + percent_encoded(grant)));
}

Result<std::vector<PersonView>> Client::people() {
  return view_in<std::vector<PersonView>>(connection_->call("GET", "/people"));
}

Result<PersonView> Client::block(std::string_view peer, const BlockRequest& request) {
  return view_in<PersonView>(connection_->call("POST", person_path(peer, "block"), to_json(request)));
}

Result<PersonView> Client::unblock(std::string_view peer) {
  return view_in<PersonView>(connection_->call("POST", person_path(peer, "unblock"), ""));
}

Result<PersonView> Client::trust(std::string_view peer, const TrustRequest& request) {
  return view_in<PersonView>(connection_->call("POST", person_path(peer, "trust"), to_json(request)));
}

Result<PersonView> Client::untrust(std::string_view peer) {
  return view_in<PersonView>(connection_->call("POST", person_path(peer, "untrust"), ""));
}

Result<AuditPageView> Client::audit(const AuditQuery& query) {
  return view_in<AuditPageView>(connection_->call("GET", audit_path(query)));
}

Result<AuditCheckView> Client::verify_audit() {
  return view_in<AuditCheckView>(connection_->call("POST", "/audit/verify", ""));
}

Result<std::uint64_t> Client::export_audit(const AuditExportRequest& request) {
  const auto body = connection_->call("POST", "/audit/export", to_json(request));
  if (!body) return std::unexpected(body.error());
  return exported_from_json(*body);
}

Result<std::vector<AlertView>> Client::alerts() {
  return view_in<std::vector<AlertView>>(connection_->call("GET", "/alerts"));
}

Result<AlertView> Client::undo_alert(std::uint64_t alert) {
  return view_in<AlertView>(connection_->call("POST", fmt::format("/alerts/{}/undo", alert), ""));
}

}  // namespace covey::api
