#include "api/home_json.hpp"

#include "api/home_form.hpp"
#include "api/json_visitors.hpp"

namespace covey::api {

using namespace json_form;  // NOLINT(google-build-using-namespace)

std::string to_json(const UiLinkView& view) {
  return line(view);
}
std::string to_json(const ApiKeyRequest& request) {
  return line(request);
}
std::string to_json(const ApiKeyView& view) {
  return line(view);
}
std::string to_json(const IdentityView& view) {
  return line(view);
}
std::string to_json(const IdentityRequest& request) {
  return line(request);
}
std::string to_json(const PassphraseRequest& request) {
  return line(request);
}
std::string to_json(const SettingsView& view) {
  return line(view);
}
std::string to_json(const SettingsRequest& request) {
  return line(request);
}
std::string to_json(const FolderView& view) {
  return line(view);
}
std::string to_json(const UploadRequest& request) {
  return line(request);
}
std::string to_json(const UploadView& view) {
  return line(view);
}
std::string to_json(const std::vector<UiSessionView>& sessions) {
  return line(UiSessionList{sessions});
}
std::string to_json(const std::vector<ApiKeyView>& keys) {
  return line(ApiKeyList{keys});
}
std::string ended_to_json(std::uint64_t sessions) {
  return line(EndedBody{sessions});
}
std::string ui_password_to_json(const std::string& password) {
  return line(UiPasswordBody{password});
}

Result<std::uint64_t> ended_from_json(std::string_view text) {
  TRY(const auto body, parsed<EndedBody>(text));
  return body.ended;
}
Result<std::string> ui_password_from_json(std::string_view text) {
  TRY(auto body, parsed<UiPasswordBody>(text));
  return std::move(body.password);
}
Result<ShareRequest> upload_share_from_json(std::string_view text) {
  TRY(auto body, parsed<UploadShareBody>(text));
  return std::move(body.request);
}

template <>
Result<UiLinkView> from_json(std::string_view text) {
  return parsed<UiLinkView>(text);
}
template <>
Result<ApiKeyRequest> from_json(std::string_view text) {
  return parsed<ApiKeyRequest>(text);
}
template <>
Result<ApiKeyView> from_json(std::string_view text) {
  return parsed<ApiKeyView>(text);
}
template <>
Result<IdentityView> from_json(std::string_view text) {
  return parsed<IdentityView>(text);
}
template <>
Result<IdentityRequest> from_json(std::string_view text) {
  return parsed<IdentityRequest>(text);
}
template <>
Result<PassphraseRequest> from_json(std::string_view text) {
  return parsed<PassphraseRequest>(text);
}
template <>
Result<SettingsView> from_json(std::string_view text) {
  return parsed<SettingsView>(text);
}
template <>
Result<SettingsRequest> from_json(std::string_view text) {
  return parsed<SettingsRequest>(text);
}
template <>
Result<FolderView> from_json(std::string_view text) {
  return parsed<FolderView>(text);
}
template <>
Result<UploadRequest> from_json(std::string_view text) {
  return parsed<UploadRequest>(text);
}
template <>
Result<UploadView> from_json(std::string_view text) {
  return parsed<UploadView>(text);
}
template <>
Result<std::vector<UiSessionView>> from_json(std::string_view text) {
  TRY(auto list, parsed<UiSessionList>(text));
  return std::move(list.sessions);
}
template <>
Result<std::vector<ApiKeyView>> from_json(std::string_view text) {
  TRY(auto list, parsed<ApiKeyList>(text));
  return std::move(list.keys);
}

}  // namespace covey::api
