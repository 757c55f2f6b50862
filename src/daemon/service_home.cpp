// DaemonService's part about this machine and its user: the identity, settings, folders, uploads, and who may
// use the web UI.

#include <cstdlib>

#include "base/log.hpp"
#include "daemon/daemon_service.hpp"
#include "daemon/folder_listing.hpp"
#include "daemon/request_hook.hpp"
#include "identity/home.hpp"
#include "identity/peer_name.hpp"
#include "identity/safety_words.hpp"

namespace covey::daemon {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFirstRunOver = "first run over";
constexpr const char* kDownloadDirectory = "download directory";
constexpr std::size_t kMaxNameFile = 64;

fs::path user_folder() {
  const char* const home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? fs::path(home) : fs::path("/");
}

std::string usual_download_directory() {
  std::error_code error;
  const fs::path downloads = user_folder() / "Downloads";
  return (fs::is_directory(downloads, error) ? downloads : user_folder()).string();
}

struct Kept {
  bool passphrase_set = false;
  std::string name;
};

/// What of the identity lies in files.
Result<Kept> read_kept(const fs::path& folder) {
  const identity::Home home(folder);
  TRY(const auto sealed, home.identity());
  Kept out{.passphrase_set = sealed.passphrase.has_value(), .name = {}};
  const auto name = identity::read_private_file(home.name_file(), kMaxNameFile);
  if (name) out.name = as_text(name->view());
  return out;
}

std::optional<crypto::SecretBytes> secret_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return crypto::SecretBytes::copy_of(as_bytes(text));
}

}  // namespace

io::Awaitable<Result<>> DaemonService::restore_home() {
  CO_TRY_VOID(co_await web_.restore());
  auto read_directory = [](DaemonStore& s) { return s.setting(kDownloadDirectory); };
  CO_TRY(const auto directory, co_await store_.run(read_directory));
  download_directory_ = directory.value_or("");
  auto read = [folder = fs::path(home_)] { return read_kept(folder); };
  CO_TRY(auto kept, co_await node_->offload().run(std::move(read)));
  if (identity::PeerName::parse(kept.name)) own_name_ = std::move(kept.name);
  std::vector<std::string> paths;
  for (const auto& view : node_->shares().views()) paths.push_back(view.path);
  co_await uploaded_.clean(std::move(paths));
  co_return Result<>{};
}

void DaemonService::set_notify_command(std::string command) {
  notify_command_ = std::move(command);
  requests_.on_waiting(notify_command_.empty() ? RequestBook::OnWaiting()
                                               : [words = notify_command_](const api::RequestView& request) {
                                                   run_request_hook(words, request);
                                                 });
}

asio::awaitable<Result<api::IdentityView>> DaemonService::identity() {
  const fs::path folder = home_;
  auto read = [folder] { return read_kept(folder); };
  CO_TRY(const auto kept, co_await node_->offload().run(std::move(read)));
  auto read_over = [](DaemonStore& s) { return s.setting(kFirstRunOver); };
  CO_TRY(const auto over, co_await store_.run(read_over));
  api::IdentityView view;
  view.peer_id = node_->device().peer_id().to_text();
  for (const auto word : identity::safety_words_of(node_->device().peer_id()))
    view.safety_words.emplace_back(word);
  view.name = kept.name;
  view.passphrase_set = kept.passphrase_set;
  view.first_run = !over && networks_.views().empty() && node_->shares().views().empty();
  co_return view;
}

asio::awaitable<Result<api::IdentityView>> DaemonService::set_identity(api::IdentityRequest request) {
  if (request.name) {
    if (!request.name->empty()) CO_TRY_VOID(identity::PeerName::parse(*request.name));
    auto write = [file = identity::Home(home_).name_file(), name = *request.name] {
      return identity::write_private_file(file, as_bytes(name), identity::Existing::kReplace);
    };
    CO_TRY_VOID(co_await node_->offload().run(std::move(write)));
    own_name_ = *request.name;
  }
  co_return co_await identity();
}

asio::awaitable<Result<api::IdentityView>> DaemonService::change_passphrase(api::PassphraseRequest request) {
  auto asked = std::make_shared<api::PassphraseRequest>(std::move(request));
  auto change = [folder = fs::path(home_), asked] {
    crypto::SystemRandom random;
    return identity::Home(folder).change_passphrase(random, secret_of(asked->current),
                                                    secret_of(asked->wanted));
  };
  const auto changed = co_await node_->offload().run(std::move(change));
  if (!changed && changed.error().code == ErrorCode::kVerificationFailed)
    co_return fail(ErrorCode::kRefused, "the current passphrase is wrong");
  if (!changed) co_return std::unexpected(changed.error());
  log::info("the identity is {} by a passphrase from now on",
            asked->wanted.empty() ? "not protected" : "protected");
  co_return co_await identity();
}

asio::awaitable<Result<api::IdentityView>> DaemonService::end_first_run() {
  auto keep = [](DaemonStore& s) { return s.save_setting(kFirstRunOver, "1"); };
  CO_TRY_VOID(co_await store_.run(keep));
  co_return co_await identity();
}

asio::awaitable<Result<api::SettingsView>> DaemonService::settings() {
  api::SettingsView view;
  view.download_directory = download_directory_.empty() ? usual_download_directory() : download_directory_;
  for (const auto& address : node_->listening()) view.listen_port = address.port();
  view.notify_command = notify_command_;
  view.ui_address = web_.url().value_or("");
  view.home = home_;
  co_return view;
}

asio::awaitable<Result<api::SettingsView>> DaemonService::set_settings(api::SettingsRequest request) {
  if (request.download_directory && !request.download_directory->empty()) {
    std::error_code error;
    const fs::path directory(*request.download_directory);
    if (!directory.is_absolute() || !fs::is_directory(directory, error))
      co_return fail(ErrorCode::kInvalidArgument, "{} is no folder of this machine", directory.string());
  }
  auto keep = [request](DaemonStore& s) -> Result<> {
    if (request.download_directory) TRY_VOID(s.save_setting(kDownloadDirectory, *request.download_directory));
    return {};
  };
  CO_TRY_VOID(co_await store_.run(std::move(keep)));
  if (request.download_directory) download_directory_ = *request.download_directory;
  co_return co_await settings();
}

asio::awaitable<Result<api::FolderView>> DaemonService::folder(std::string path, api::HiddenFiles hidden) {
  auto list = [wanted = path.empty() ? user_folder() : fs::path(path), hidden] {
    return list_folder(wanted, hidden);
  };
  co_return co_await node_->offload().run(std::move(list));
}

asio::awaitable<Result<api::UploadView>> DaemonService::begin_upload(api::UploadRequest request) {
  return uploaded_.begin(std::move(request));
}

asio::awaitable<Result<api::UploadView>> DaemonService::take_part(std::string upload, api::UploadPart part) {
  return uploaded_.take(std::move(upload), std::move(part));
}

asio::awaitable<Result<api::ShareView>> DaemonService::share_upload(std::string upload,
                                                                    api::ShareRequest request) {
  CO_TRY(auto whole, co_await uploaded_.finish(upload));
  request.path = std::move(whole.path);
  if (request.title.empty()) request.title = std::move(whole.title);
  auto made = co_await share(std::move(request));
  made ? uploaded_.hand_over(upload) : uploaded_.take_back(upload);
  co_return made;
}

asio::awaitable<Result<>> DaemonService::drop_upload(std::string upload) {
  return uploaded_.drop(std::move(upload));
}

asio::awaitable<Result<>> DaemonService::set_ui_password(std::string password) {
  return web_.set_password(std::move(password));
}

}  // namespace covey::daemon
