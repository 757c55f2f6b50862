#include "daemon/web_book.hpp"

#include "access/endpoint.hpp"
#include "base/encoding.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "http/tls_certificate.hpp"
#include "identity/private_files.hpp"

namespace covey::daemon {
namespace {

constexpr const char* kPasswordSetting = "ui password";
constexpr std::size_t kMaxPemBytes = 256 * 1024;
constexpr std::size_t kShownIdCharacters = 8;

Result<asio::ip::tcp::endpoint> endpoint_of(const std::string& text) {
  TRY(const auto parsed, access::Endpoint::parse(text));
  std::error_code error;
  const auto address = asio::ip::make_address(parsed.ip_text(), error);
  if (error) return fail(ErrorCode::kInvalidArgument, "'{}' is no address", text);
  return asio::ip::tcp::endpoint(address, parsed.port());
}

/// What is there, or what is made and kept.
template <typename Make>
Result<crypto::SecretBytes> read_or_make(const std::filesystem::path& file, Make make) {
  auto found = identity::read_private_file(file, kMaxPemBytes);
  if (found || found.error().code != ErrorCode::kNotFound) return found;
  TRY(const auto made, make());
  TRY_VOID(identity::write_private_file(file, made.view(), identity::Existing::kRefuse));
  return made.clone();
}

api::KeyKind view_of(web::KeyKind kind) {
  return kind == web::KeyKind::kFull ? api::KeyKind::kFull : api::KeyKind::kReadOnly;
}

api::ApiKeyView view_of(const web::ApiKey& key) {
  return {.id = key.id,
          .name = key.name,
          .kind = view_of(key.kind),
          .created_at = to_unix_ms(key.created_at),
          .key = std::nullopt};
}

}  // namespace

WebBook::WebBook(Surroundings surroundings)
    : with_(std::move(surroundings)), visitors_(*with_.random, keeping()), tasks_(with_.network) {}

web::Visitors::Keep WebBook::keeping() {
  return {.session =
              [this](const crypto::Hash& id, const std::optional<web::Session>& session) {
                keep([id, session](DaemonStore& s) {
                  return session ? s.save(*session) : s.remove_ui_session(id);
                });
              },
          .key =
              [this](const std::string& id, const std::optional<web::ApiKey>& key) {
                keep([id, key](DaemonStore& s) { return key ? s.save(*key) : s.remove_api_key(id); });
              },
          .password =
              [this](const std::optional<web::PasswordRecord>& password) {
                const std::string text = password ? web::to_text(*password) : "";
                keep([text](DaemonStore& s) { return s.save_setting(kPasswordSetting, text); });
              }};
}

/// In the order in which it is called.
void WebBook::keep(std::function<Result<>(DaemonStore&)> work) {
  auto run = [](StoreThread* store, std::function<Result<>(DaemonStore&)> job) -> io::Awaitable<void> {
    const auto kept = co_await store->run(std::move(job));
    if (!kept) log::error("cannot remember who may use the web UI: {}", to_string(kept.error()));
  };
  tasks_.spawn(run(with_.store, std::move(work)));
}

io::Awaitable<Result<>> WebBook::restore() {
  auto read_sessions = [](DaemonStore& s) { return s.ui_sessions(); };
  CO_TRY(auto sessions, co_await with_.store->run(read_sessions));
  for (web::Session& session : sessions) visitors_.restore(std::move(session), with_.clock->wall());
  auto read_keys = [](DaemonStore& s) { return s.api_keys(); };
  CO_TRY(auto keys, co_await with_.store->run(read_keys));
  for (web::ApiKey& key : keys) visitors_.restore(std::move(key));
  auto read_password = [](DaemonStore& s) { return s.setting(kPasswordSetting); };
  CO_TRY(const auto password, co_await with_.store->run(read_password));
  if (!password || password->empty()) co_return Result<>{};
  CO_TRY(auto record, web::password_record(*password));
  visitors_.restore(std::move(record));
  co_return Result<>{};
}

Result<> WebBook::open(asio::io_context& io, const api::UiRequest& request, api::Service& service) {
  web::WebOptions options;
  TRY(options.address, endpoint_of(request.address.empty() ? api::kUsualUiAddress : request.address));
  options.names = request.names;
  options.peer_id = with_.peer_id;
  options.version = kVersion;
  options.max_body_bytes = api::kMaxReadBytes;
  options.max_target_bytes = api::kMaxTargetBytes;
  TRY_VOID(find_certificate(request, options));
  const web::WebSurroundings surroundings{
      .visitors = &visitors_, .clock = with_.clock, .random = with_.random, .offload = with_.offload};
  // Fewer than connections, so that open tabs leave some for everything else.
  const api::RequestLimits limits{.max_event_streams = options.max_connections / 2};
  requests_ = std::make_shared<api::PendingRequests>(io, service, limits, api::From::kBrowser);
  const auto listen = [&] {
    return web::WebServer::listen(
        io, surroundings, options,
        [requests = requests_](http::Request taken, std::unique_ptr<http::Exchange> exchange) {
          requests->take(std::move(taken), std::move(exchange));
        });
  };
  auto server = listen();
  if (!server && server.error().code == ErrorCode::kAlreadyExists && request.address.empty()) {
    options.address.port(0);
    server = listen();
    if (server) {
      log::warn("another program listens at {} already, so the web UI is at {}", api::kUsualUiAddress,
                (*server)->url());
    }
  }
  if (!server) return std::unexpected(server.error());
  server_ = std::move(*server);
  return {};
}

/// The operator's own, or one that is made once and kept in the home.
Result<> WebBook::find_certificate(const api::UiRequest& request, web::WebOptions& options) {
  if (!request.tls && request.certificate.empty()) return {};
  const bool own = request.certificate.empty();
  const std::filesystem::path key_file = own ? with_.home / "ui.key" : std::filesystem::path(request.key);
  const std::filesystem::path chain_file =
      own ? with_.home / "ui.crt" : std::filesystem::path(request.certificate);
  if (own) {
    TRY(const auto key, read_or_make(key_file, &http::make_tls_key));
    const auto sign = [&]() -> Result<crypto::SecretBytes> {
      TRY(const Bytes made, http::make_self_signed(key.view(), with_.clock->wall(), "covey"));
      return crypto::SecretBytes::copy_of(made);
    };
    TRY_VOID(read_or_make(chain_file, sign));
  }
  TRY(const auto key, identity::read_private_file(key_file, kMaxPemBytes));
  TRY(const Bytes chain, http::read_chain(chain_file));
  TRY(auto tls, http::make_server_tls(chain, key.view()));
  if (tls.pin) {
    TRY(fingerprint_, http::fingerprint_of(chain));
  }
  options.tls = std::move(tls.context);
  return {};
}

io::Awaitable<void> WebBook::close() {
  if (requests_) requests_->close();
  if (server_) co_await server_->close();
  server_ = nullptr;
  if (requests_) co_await requests_->all_done();
  co_await tasks_.join();
}

std::optional<std::string> WebBook::url() const {
  return server_ ? std::optional(server_->url()) : std::nullopt;
}

Result<api::UiLinkView> WebBook::link() {
  if (!server_)
    return fail(ErrorCode::kUnreachable, "the web UI is not served; start the daemon without --no-ui");
  const WallTime now = with_.clock->wall();
  return api::UiLinkView{.url = server_->url() + "#once=" + visitors_.make_once(now),
                         .expires_at = to_unix_ms(now + web::kOnceLife),
                         .fingerprint = fingerprint_};
}

std::vector<api::UiSessionView> WebBook::sessions() const {
  std::vector<api::UiSessionView> out;
  for (const web::Session& session : visitors_.sessions(with_.clock->wall())) {
    out.push_back({.id = to_hex(session.id.view()).substr(0, kShownIdCharacters),
                   .created_at = to_unix_ms(session.created_at),
                   .used_at = to_unix_ms(session.used_at),
                   .expires_at = to_unix_ms(session.expires_at()),
                   .agent = session.agent});
  }
  return out;
}

io::Awaitable<Result<>> WebBook::set_password(std::string password) {
  if (password.empty()) {
    visitors_.set_password(std::nullopt);
    co_return Result<>{};
  }
  auto secret = std::make_shared<crypto::SecretBytes>(crypto::SecretBytes::copy_of(as_bytes(password)));
  auto make = [secret] {
    crypto::SystemRandom random;
    return web::make_password(*secret, random);
  };
  CO_TRY(auto record, co_await with_.offload->run(std::move(make)));
  visitors_.set_password(std::move(record));
  visitors_.end_all();  // whoever came in by the former one
  co_return Result<>{};
}

std::vector<api::ApiKeyView> WebBook::keys() const {
  std::vector<api::ApiKeyView> out;
  for (const web::ApiKey& key : visitors_.keys()) out.push_back(view_of(key));
  return out;
}

Result<api::ApiKeyView> WebBook::add_key(const api::ApiKeyRequest& request) {
  const auto kind = request.kind == api::KeyKind::kFull ? web::KeyKind::kFull : web::KeyKind::kReadOnly;
  TRY(auto made, visitors_.add_key(request.name, kind, with_.clock->wall()));
  api::ApiKeyView view = view_of(made.key);
  view.key = std::move(made.text);
  return view;
}

Result<> WebBook::remove_key(const std::string& words) {
  TRY_VOID(visitors_.remove_key(words));
  return {};
}

}  // namespace covey::daemon
