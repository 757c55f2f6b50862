#pragma once
// The JSON names of what concerns this machine and its user; the part of json_form.hpp about it. Included by
// json_visitors.hpp's users and their test only. Pure; any thread.

#include "api/home_views.hpp"
#include "api/json_form.hpp"

namespace covey::api::json_form {

template <>
struct Names<KeyKind> {
  static constexpr std::array<std::string_view, 2> kAll{"full", "read_only"};
};
template <>
struct Names<EntryKind> {
  static constexpr std::array<std::string_view, 3> kAll{"file", "folder", "other"};
};

template <typename Visitor>
void fields(Visitor& visit, UiLinkView& v) {
  visit("url", v.url);
  visit("expires_at", v.expires_at);
  visit("fingerprint", v.fingerprint);
}
template <typename Visitor>
void fields(Visitor& visit, UiSessionView& v) {
  visit("id", v.id);
  visit("created_at", v.created_at);
  visit("used_at", v.used_at);
  visit("expires_at", v.expires_at);
  visit("agent", v.agent);
}
template <typename Visitor>
void fields(Visitor& visit, ApiKeyRequest& v) {
  visit("name", v.name);
  visit.defaulted("kind", v.kind);
}
template <typename Visitor>
void fields(Visitor& visit, ApiKeyView& v) {
  visit("id", v.id);
  visit("name", v.name);
  visit("kind", v.kind);
  visit("created_at", v.created_at);
  visit("key", v.key);
}
template <typename Visitor>
void fields(Visitor& visit, IdentityView& v) {
  visit("peer_id", v.peer_id);
  visit("safety_words", v.safety_words);
  visit("name", v.name);
  visit("passphrase_set", v.passphrase_set);
  visit("first_run", v.first_run);
}
template <typename Visitor>
void fields(Visitor& visit, IdentityRequest& v) {
  visit("name", v.name);
}
template <typename Visitor>
void fields(Visitor& visit, PassphraseRequest& v) {
  visit.defaulted("current", v.current);
  visit("new", v.wanted);
}
template <typename Visitor>
void fields(Visitor& visit, SettingsView& v) {
  visit("download_directory", v.download_directory);
  visit("listen_port", v.listen_port);
  visit("notify_command", v.notify_command);
  visit("ui_address", v.ui_address);
  visit("home", v.home);
}
template <typename Visitor>
void fields(Visitor& visit, SettingsRequest& v) {
  visit("download_directory", v.download_directory);
}
template <typename Visitor>
void fields(Visitor& visit, FolderEntryView& v) {
  visit("name", v.name);
  visit("kind", v.kind);
  visit("bytes", v.bytes);
  visit("changed_at", v.changed_at);
}
template <typename Visitor>
void fields(Visitor& visit, FolderView& v) {
  visit("path", v.path);
  visit("parent", v.parent);
  visit("entries", v.entries);
  visit("more", v.more);
}
template <typename Visitor>
void fields(Visitor& visit, UploadFileView& v) {
  visit("path", v.path);
  visit("bytes", v.bytes);
}
template <typename Visitor>
void fields(Visitor& visit, UploadRequest& v) {
  visit.defaulted("title", v.title);
  visit("files", v.files);
}
template <typename Visitor>
void fields(Visitor& visit, UploadView& v) {
  visit("id", v.id);
  visit("received", v.received);
}

struct UiSessionList {
  std::vector<UiSessionView> sessions;
};
template <typename Visitor>
void fields(Visitor& visit, UiSessionList& v) {
  visit("sessions", v.sessions);
}
struct EndedBody {
  std::uint64_t ended = 0;
};
template <typename Visitor>
void fields(Visitor& visit, EndedBody& v) {
  visit("ended", v.ended);
}
struct UiPasswordBody {
  std::string password;
};
template <typename Visitor>
void fields(Visitor& visit, UiPasswordBody& v) {
  visit("password", v.password);
}
struct ApiKeyList {
  std::vector<ApiKeyView> keys;
};
template <typename Visitor>
void fields(Visitor& visit, ApiKeyList& v) {
  visit("keys", v.keys);
}
/// A ShareRequest whose path is known already.
struct UploadShareBody {
  ShareRequest request;
};
template <typename Visitor>
void fields(Visitor& visit, UploadShareBody& v) {
  rules_fields(visit, v.request);
}

}  // namespace covey::api::json_form
