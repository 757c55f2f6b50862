#pragma once
// The views and requests about this machine and its user: the identity, settings, folders, uploads, and who
// may use the web UI. Part of views.hpp. Plain values; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/views.hpp"

namespace covey::api {

/// A way into the web UI, once.
struct UiLinkView {
  std::string url;
  UnixMs expires_at = 0;
  std::optional<std::string> fingerprint;  // of the certificate, where the browser cannot know it
};

struct UiSessionView {
  std::string id;
  UnixMs created_at = 0;
  UnixMs used_at = 0;  // by the hour
  UnixMs expires_at = 0;
  std::string agent;  // as the browser calls itself
};

enum class KeyKind : std::uint8_t { kFull, kReadOnly };

struct ApiKeyRequest {
  std::string name;
  KeyKind kind = KeyKind::kReadOnly;
};
struct ApiKeyView {
  std::string id;
  std::string name;
  KeyKind kind = KeyKind::kReadOnly;
  UnixMs created_at = 0;
  std::optional<std::string> key;  // when it is made, and never again
};

struct IdentityView {
  std::string peer_id;
  std::vector<std::string> safety_words;
  std::string name;  // by which networks and chats shall know this peer; empty: none chosen
  bool passphrase_set = false;
  bool first_run = false;
};
struct IdentityRequest {
  std::optional<std::string> name;
};
struct PassphraseRequest {
  std::string current;  // empty: there is none
  std::string wanted;   // empty: none from now on
};

struct SettingsView {
  std::string download_directory;
  std::uint64_t listen_port = 0;
  std::string notify_command;  // from config.toml alone: what a browser sends is never run
  std::string ui_address;
  std::string home;
};
struct SettingsRequest {
  std::optional<std::string> download_directory;
};

enum class EntryKind : std::uint8_t { kFile, kFolder, kOther };
struct FolderEntryView {
  std::string name;
  EntryKind kind = EntryKind::kOther;
  std::uint64_t bytes = 0;
  UnixMs changed_at = 0;
};
struct FolderView {
  std::string path;
  std::optional<std::string> parent;
  std::vector<FolderEntryView> entries;  // folders first
  bool more = false;
};
enum class HiddenFiles : std::uint8_t { kLeftOut, kShown };

struct UploadFileView {
  std::string path;  // inside what is uploaded
  std::uint64_t bytes = 0;
};
struct UploadRequest {
  std::string title;
  std::vector<UploadFileView> files;
};
struct UploadView {
  std::string id;
  std::vector<std::uint64_t> received;  // bytes of each file
};
/// A part of one file; parts come in order.
struct UploadPart {
  std::uint64_t file = 0;
  std::uint64_t offset = 0;
  std::string bytes;
};

}  // namespace covey::api
