#pragma once
// FakeHome: the part of FakeService about this machine and its user: remembers what it was asked. Its
// functions run on the network thread like any Service's.

#include <string>
#include <utility>
#include <vector>

#include "api/home_json.hpp"
#include "api/service.hpp"

namespace covey::api {

class FakeHome : public Service {
 public:
  std::vector<std::string> asked;
  IdentityView kept_identity{.peer_id = "peer", .safety_words = {"otter"}, .first_run = true};
  SettingsView kept_settings;
  std::vector<ApiKeyView> kept_keys;
  std::vector<UiSessionView> kept_sessions;
  UploadView kept_upload{.id = "u1", .received = {0}};

  Result<UiLinkView> ui_link() override {
    return UiLinkView{.url = "http://127.0.0.1:7442/#once=token", .expires_at = 1, .fingerprint = {}};
  }
  [[nodiscard]] std::vector<UiSessionView> ui_sessions() const override { return kept_sessions; }
  std::uint64_t end_ui_sessions() override { return std::exchange(kept_sessions, {}).size(); }
  asio::awaitable<Result<>> set_ui_password(std::string password) override {
    asked.push_back("ui password " + password);
    co_return Result<>();
  }
  [[nodiscard]] std::vector<ApiKeyView> api_keys() const override { return kept_keys; }
  Result<ApiKeyView> add_api_key(ApiKeyRequest request) override {
    ApiKeyView view{.id = "k1", .name = request.name, .kind = request.kind, .created_at = 1, .key = {}};
    kept_keys.push_back(view);
    view.key = "covey-key-secret";
    return view;
  }
  Result<> remove_api_key(std::string key) override {
    if (std::erase_if(kept_keys, [&](const ApiKeyView& kept) { return kept.name == key; }) > 0) return {};
    return fail(ErrorCode::kNotFound, "there is no key '{}'", key);
  }

  asio::awaitable<Result<IdentityView>> identity() override { co_return kept_identity; }
  asio::awaitable<Result<IdentityView>> set_identity(IdentityRequest request) override {
    kept_identity.name = request.name.value_or(kept_identity.name);
    co_return kept_identity;
  }
  asio::awaitable<Result<IdentityView>> change_passphrase(PassphraseRequest request) override {
    asked.push_back("passphrase " + to_json(request));
    if (request.current == "wrong") co_return fail(ErrorCode::kRefused, "the current passphrase is wrong");
    kept_identity.passphrase_set = !request.wanted.empty();
    co_return kept_identity;
  }
  asio::awaitable<Result<IdentityView>> end_first_run() override {
    kept_identity.first_run = false;
    co_return kept_identity;
  }
  asio::awaitable<Result<SettingsView>> settings() override { co_return kept_settings; }
  asio::awaitable<Result<SettingsView>> set_settings(SettingsRequest request) override {
    kept_settings.download_directory = request.download_directory.value_or(kept_settings.download_directory);
    co_return kept_settings;
  }
  asio::awaitable<Result<FolderView>> folder(std::string path, HiddenFiles hidden) override {
    asked.push_back("folder " + path + (hidden == HiddenFiles::kShown ? " with hidden ones" : ""));
    co_return FolderView{.path = path, .parent = "/", .entries = {}, .more = false};
  }
  asio::awaitable<Result<UploadView>> begin_upload(UploadRequest request) override {
    asked.push_back("upload " + to_json(request));
    co_return kept_upload;
  }
  asio::awaitable<Result<UploadView>> take_part(std::string upload, UploadPart part) override {
    asked.push_back(fmt::format("part {} {} {} {}", upload, part.file, part.offset, part.bytes.size()));
    co_return kept_upload;
  }
  asio::awaitable<Result<ShareView>> share_upload(std::string upload, ShareRequest request) override {
    asked.push_back("share upload " + upload + " " + request.title);
    co_return ShareView{.id = "s1", .title = request.title};
  }
  asio::awaitable<Result<>> drop_upload(std::string upload) override {
    asked.push_back("drop upload " + upload);
    co_return Result<>();
  }
};

}  // namespace covey::api
