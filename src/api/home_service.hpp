#pragma once
// HomeService: the part of Service about this machine and its user: the identity, settings, folders, uploads,
// and who may use the web UI. On the network thread, like all of it.

#include <asio/awaitable.hpp>

#include "api/home_views.hpp"
#include "base/result.hpp"

namespace covey::api {

class HomeService {
 public:
  virtual ~HomeService() = default;

  /// kUnreachable where the web UI is not served.
  virtual Result<UiLinkView> ui_link() = 0;
  [[nodiscard]] virtual std::vector<UiSessionView> ui_sessions() const = 0;
  /// Signs every browser out; how many there were.
  virtual std::uint64_t end_ui_sessions() = 0;
  /// Empty: there is none from now on.
  virtual asio::awaitable<Result<>> set_ui_password(std::string password) = 0;
  [[nodiscard]] virtual std::vector<ApiKeyView> api_keys() const = 0;
  virtual Result<ApiKeyView> add_api_key(ApiKeyRequest request) = 0;
  /// By name or id.
  virtual Result<> remove_api_key(std::string key) = 0;

  virtual asio::awaitable<Result<IdentityView>> identity() = 0;
  virtual asio::awaitable<Result<IdentityView>> set_identity(IdentityRequest request) = 0;
  /// kRefused where the current one is wrong.
  virtual asio::awaitable<Result<IdentityView>> change_passphrase(PassphraseRequest request) = 0;
  virtual asio::awaitable<Result<IdentityView>> end_first_run() = 0;

  virtual asio::awaitable<Result<SettingsView>> settings() = 0;
  virtual asio::awaitable<Result<SettingsView>> set_settings(SettingsRequest request) = 0;
  /// Empty: the user's home.
  virtual asio::awaitable<Result<FolderView>> folder(std::string path, HiddenFiles hidden) = 0;

  virtual asio::awaitable<Result<UploadView>> begin_upload(UploadRequest request) = 0;
  virtual asio::awaitable<Result<UploadView>> take_part(std::string upload, UploadPart part) = 0;
  /// Of what is there whole; its path is left empty. Unsharing it deletes the files.
  virtual asio::awaitable<Result<ShareView>> share_upload(std::string upload, ShareRequest request) = 0;
  virtual asio::awaitable<Result<>> drop_upload(std::string upload) = 0;
};

}  // namespace covey::api
