// json.hpp's part about consent: tickets, rules, requests, grants, people and the audit log.

#include "api/consent_form.hpp"
#include "api/json.hpp"
#include "api/json_visitors.hpp"

namespace covey::api {

using namespace json_form;  // NOLINT(google-build-using-namespace)

std::string_view name_of(RequestDirection direction) {
  return name_in_table(direction);
}
std::string_view name_of(RequestState state) {
  return name_in_table(state);
}

std::string to_json(const IssuedTicketView& view) {
  return line(view);
}
std::string to_json(const ShareRulesRequest& request) {
  return line(request);
}
std::string to_json(const RequestView& view) {
  return line(view);
}
std::string to_json(const ApprovalRequest& request) {
  return line(request);
}
std::string to_json(const GrantView& view) {
  return line(view);
}
std::string to_json(const PersonView& view) {
  return line(view);
}
std::string to_json(const BlockRequest& request) {
  return line(request);
}
std::string to_json(const TrustRequest& request) {
  return line(request);
}
std::string to_json(const AuditLineView& view) {
  return line(view);
}
std::string to_json(const AuditPageView& view) {
  return line(view);
}
std::string to_json(const AuditCheckView& view) {
  return line(view);
}
std::string to_json(const AuditExportRequest& request) {
  return line(request);
}
std::string to_json(const std::vector<IssuedTicketView>& tickets) {
  return line(IssuedTicketList{tickets});
}
std::string to_json(const std::vector<HolderView>& holders) {
  return line(HolderList{holders});
}
std::string to_json(const std::vector<RequestView>& requests) {
  return line(RequestList{requests});
}
std::string to_json(const std::vector<GrantView>& grants) {
  return line(GrantList{grants});
}
std::string to_json(const std::vector<PersonView>& people) {
  return line(PersonList{people});
}
std::string denial_to_json(const std::string& reason) {
  return line(DenialBody{reason});
}
std::string exported_to_json(std::uint64_t lines) {
  return line(ExportedBody{lines});
}

template Result<IssuedTicketView> from_json(std::string_view text);
template Result<ShareRulesRequest> from_json(std::string_view text);
template Result<RequestView> from_json(std::string_view text);
template Result<ApprovalRequest> from_json(std::string_view text);
template Result<GrantView> from_json(std::string_view text);
template Result<PersonView> from_json(std::string_view text);
template Result<BlockRequest> from_json(std::string_view text);
template Result<TrustRequest> from_json(std::string_view text);
template Result<AuditLineView> from_json(std::string_view text);
template Result<AuditPageView> from_json(std::string_view text);
template Result<AuditCheckView> from_json(std::string_view text);
template Result<AuditExportRequest> from_json(std::string_view text);
template <>
Result<std::vector<IssuedTicketView>> from_json(std::string_view text) {
  TRY(IssuedTicketList list, parsed<IssuedTicketList>(text));
  return std::move(list.tickets);
}
template <>
Result<std::vector<HolderView>> from_json(std::string_view text) {
  TRY(HolderList list, parsed<HolderList>(text));
  return std::move(list.holders);
}
template <>
Result<std::vector<RequestView>> from_json(std::string_view text) {
  TRY(RequestList list, parsed<RequestList>(text));
  return std::move(list.requests);
}
template <>
Result<std::vector<GrantView>> from_json(std::string_view text) {
  TRY(GrantList list, parsed<GrantList>(text));
  return std::move(list.grants);
}
template <>
Result<std::vector<PersonView>> from_json(std::string_view text) {
  TRY(PersonList list, parsed<PersonList>(text));
  return std::move(list.people);
}
Result<std::string> denial_from_json(std::string_view text) {
  TRY(DenialBody body, parsed<DenialBody>(text));
  return std::move(body.reason);
}
Result<std::uint64_t> exported_from_json(std::string_view text) {
  TRY(const ExportedBody body, parsed<ExportedBody>(text));
  return body.lines;
}

}  // namespace covey::api
