#pragma once
// json.hpp's part about this machine and its user. Pure; any thread.

#include "api/home_views.hpp"
#include "api/json.hpp"

namespace covey::api {

std::string to_json(const UiLinkView& view);
std::string to_json(const ApiKeyRequest& request);
std::string to_json(const ApiKeyView& view);
std::string to_json(const IdentityView& view);
std::string to_json(const IdentityRequest& request);
std::string to_json(const PassphraseRequest& request);
std::string to_json(const SettingsView& view);
std::string to_json(const SettingsRequest& request);
std::string to_json(const FolderView& view);
std::string to_json(const UploadRequest& request);
std::string to_json(const UploadView& view);
/// {"sessions":[…]}, {"keys":[…]}
std::string to_json(const std::vector<UiSessionView>& sessions);
std::string to_json(const std::vector<ApiKeyView>& keys);

/// The answer to signing everybody out: {"ended":N}, and the number in it.
std::string ended_to_json(std::uint64_t sessions);
Result<std::uint64_t> ended_from_json(std::string_view text);
/// {"password":"…"}, and what it holds.
std::string ui_password_to_json(const std::string& password);
Result<std::string> ui_password_from_json(std::string_view text);
/// A ShareRequest without its path.
Result<ShareRequest> upload_share_from_json(std::string_view text);

}  // namespace covey::api
