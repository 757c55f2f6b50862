#include "web/web_server.hpp"

#include <optional>

#include "base/log.hpp"
#include "crypto/base64.hpp"
#include "http/listener.hpp"
#include "http/target.hpp"
#include "io/task_group.hpp"
#include "web/sign_in.hpp"

namespace covey::web {
namespace {

using Fields = std::vector<http::Field>;

constexpr std::size_t kMaxReportBytes = 16 * 1024;
constexpr std::uint64_t kLoggedReports = 20;
constexpr std::size_t kNonceBytes = 16;

void append(Fields& fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
}

/// An exchange whose answers carry what protects the browser.
class GuardedExchange final : public http::Exchange {
 public:
  GuardedExchange(std::unique_ptr<http::Exchange> inner, Fields fields)
      : inner_(std::move(inner)), fields_(std::move(fields)) {}
  void respond(http::Response response, WhenWritten when_written) override {
    append(response.fields, fields_);
    inner_->respond(std::move(response), std::move(when_written));
  }
  std::unique_ptr<http::ResponseStream> respond_in_parts(http::ResponseHead head) override {
    append(head.fields, fields_);
    return inner_->respond_in_parts(std::move(head));
  }
  std::unique_ptr<http::ResponseStream> respond_sized(http::ResponseHead head,
                                                      std::uint64_t length) override {
    append(head.fields, fields_);
    return inner_->respond_sized(std::move(head), length);
  }

 private:
  std::unique_ptr<http::Exchange> inner_;
  Fields fields_;
};

/// What the browser tells of its page's policy, as far as it may stand in a log.
std::string printable(std::string_view text) {
  std::string out(text.substr(0, 500));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = ' ';
  }
  return out;
}

ErrorCode code_of(int status) {
  if (status == 400) return ErrorCode::kMalformed;
  return status == 405 ? ErrorCode::kUnsupported : ErrorCode::kPermissionDenied;
}

}  // namespace

class WebServer::Serving : public std::enable_shared_from_this<WebServer::Serving> {
 public:
  Serving(asio::io_context& io, WebSurroundings surroundings, WebOptions options,
          http::Connections::OnRequest on_api)
      : with_(surroundings),
        options_(std::move(options)),
        on_api_(std::move(on_api)),
        sign_in_(*with_.visitors, *with_.clock, *with_.offload, scheme(), cookie_name(options_.peer_id)),
        tasks_(io.get_executor()) {}

  Result<> open(asio::io_context& io) {
    TRY(const int bound, http::bind_tcp(options_.address));
    http::ListenerOptions listening{.limits = {.max_body_bytes = options_.max_body_bytes,
                                               .max_target_bytes = options_.max_target_bytes,
                                               .request_timeout = options_.request_timeout,
                                               .idle_timeout = options_.idle_timeout,
                                               .answer_timeout = options_.answer_timeout,
                                               .write_timeout = options_.write_timeout},
                                    .max_connections = options_.max_connections,
                                    .tls = options_.tls};
    auto on_request = [weak = weak_from_this()](http::Request request,
                                                std::unique_ptr<http::Exchange> exchange) {
      if (const auto self = weak.lock()) self->take(std::move(request), std::move(exchange));
    };
    TRY(listener_, http::Listener::listen(io, bound, std::move(listening), std::move(on_request)));
    place_ = place_of(scheme(), listener_->local_endpoint().port(), names(), options_.peer_id);
    return {};
  }

  [[nodiscard]] std::string scheme() const { return options_.tls ? "https" : "http"; }
  [[nodiscard]] asio::ip::tcp::endpoint local_endpoint() const { return listener_->local_endpoint(); }
  [[nodiscard]] std::string url() const {
    const auto local = local_endpoint();
    std::string host = options_.names.empty() ? host_of(local.address()) : options_.names.front();
    return fmt::format("{}://{}:{}/", scheme(), host, local.port());
  }
  [[nodiscard]] std::uint64_t csp_reports() const { return csp_reports_; }
  void stop() {
    tasks_.cancel();
    listener_->cut();
  }
  io::TaskGroup& tasks() { return tasks_; }

 private:
  static std::string host_of(const asio::ip::address& address) {
    if (address.is_unspecified()) return "127.0.0.1";
    return address.is_v6() ? fmt::format("[{}]", address.to_string()) : address.to_string();
  }
  [[nodiscard]] std::vector<std::string> names() const {
    auto out = options_.names;
    if (!options_.address.address().is_unspecified()) out.push_back(host_of(options_.address.address()));
    return out;
  }

  void take(http::Request request, std::unique_ptr<http::Exchange> raw) {
    const Verdict verdict = judge(request, place_, *with_.visitors, with_.clock->wall());
    if (verdict.way == Way::kPage) return show(request, *raw);
    auto exchange = std::make_unique<GuardedExchange>(std::move(raw), security_fields({}));
    if (const Session* const session = with_.visitors->session(verdict.cookie, with_.clock->wall()))
      with_.visitors->touch(session->id, with_.clock->wall());
    switch (verdict.way) {
      case Way::kApi:
        return on_api_(std::move(request), std::move(exchange));
      case Way::kSession:
        return tasks_.spawn(
            answer_session(shared_from_this(), std::move(request), verdict, std::move(exchange)));
      case Way::kReport:
        return note_report(request, *exchange);
      case Way::kRefused:
      case Way::kPage:
        return refuse(request, verdict, *exchange);
    }
  }

  void show(const http::Request& request, http::Exchange& exchange) {
    const std::string nonce = crypto::to_base64url(with_.random->secret(kNonceBytes).view());
    http::Response response = answer_asset(request, options_.assets, nonce);
    append(response.fields, security_fields(nonce));
    exchange.respond(std::move(response), {});
  }

  static void refuse(const http::Request& request, const Verdict& verdict, http::Exchange& exchange) {
    log::debug("web UI: {} {} refused: {}", request.method, printable(http::path_of(request.target)),
               verdict.words);
    http::Response response = error_answer(verdict.status, {code_of(verdict.status), verdict.words});
    if (verdict.status == 405) response.fields.push_back({"Allow", "GET, HEAD"});
    exchange.respond(std::move(response), {});
  }

  static io::Awaitable<void> answer_session(std::shared_ptr<Serving> self, http::Request request,
                                            Verdict verdict, std::unique_ptr<http::Exchange> exchange) {
    Greeting greeting;
    greeting.peer_id = self->options_.peer_id;
    greeting.version = self->options_.version;
    greeting.csp_reports = self->csp_reports_;
    http::Response response =
        co_await self->sign_in_.answer(std::move(request), std::move(verdict), std::move(greeting));
    exchange->respond(std::move(response), {});
  }

  void note_report(const http::Request& request, http::Exchange& exchange) {
    ++csp_reports_;
    if (csp_reports_ <= kLoggedReports && request.body.size() <= kMaxReportBytes)
      log::warn("web UI: a page broke its policy: {}", printable(request.body));
    http::Response response;
    response.status = 204;
    exchange.respond(std::move(response), {});
  }

  WebSurroundings with_;
  WebOptions options_;
  http::Connections::OnRequest on_api_;
  SignIn sign_in_;
  io::TaskGroup tasks_;
  std::optional<http::Listener> listener_;
  Place place_;
  std::uint64_t csp_reports_ = 0;
};

Result<std::unique_ptr<WebServer>> WebServer::listen(asio::io_context& io, WebSurroundings surroundings,
                                                     WebOptions options,
                                                     http::Connections::OnRequest on_api) {
  if (!options.address.address().is_loopback()) {
    if (!options.tls || !surroundings.visitors->password()) {
      return fail(ErrorCode::kInvalidArgument,
                  "the web UI is served beyond this machine only with a password and TLS: first covey ui "
                  "--set-password, then covey daemon --ui {}:{} --ui-tls",
                  options.address.address().to_string(), options.address.port());
    }
  }
  auto serving = std::make_shared<Serving>(io, surroundings, std::move(options), std::move(on_api));
  TRY_VOID(serving->open(io));
  return std::unique_ptr<WebServer>(new WebServer(std::move(serving)));
}

WebServer::WebServer(std::shared_ptr<Serving> serving) : serving_(std::move(serving)) {}

WebServer::~WebServer() {
  if (serving_) serving_->stop();
}

std::string WebServer::url() const {
  return serving_->url();
}

asio::ip::tcp::endpoint WebServer::local_endpoint() const {
  return serving_->local_endpoint();
}

std::uint64_t WebServer::csp_reports() const {
  return serving_->csp_reports();
}

io::Awaitable<void> WebServer::close() {
  const auto serving = std::exchange(serving_, nullptr);
  if (!serving) co_return;
  serving->stop();
  co_await serving->tasks().join();
}

}  // namespace covey::web
