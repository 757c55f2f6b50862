#include "api/http_connections.hpp"

#include <algorithm>
#include <map>
#include <utility>

#ifdef ASIO_NO_DEPRECATED
#error "RESTinio 0.6 uses names that Asio calls deprecated: define ASIO_NO_DEPRECATED nowhere in the program"
#endif
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <restinio/http_server.hpp>
#include <restinio/message_builders.hpp>

#include "base/log.hpp"

namespace covey::api {
namespace {

/// RESTinio's log lines; a client that goes away is an error to it and news to nobody.
struct HttpLog {
  template <typename Message>
  void trace(Message&& /*message*/) {}
  template <typename Message>
  void info(Message&& /*message*/) {}
  template <typename Message>
  void warn(Message&& message) {
    log::debug("api: {}", message());
  }
  template <typename Message>
  void error(Message&& message) {
    log::debug("api: {}", message());
  }
};

/// The descriptors of the open connections. RESTinio reports a connection closed right after it closed the
/// descriptor, so none stands here that may mean another file by now.
class OpenConnections {
 public:
  explicit OpenConnections(HttpConnections::OnClosed on_closed) : on_closed_(std::move(on_closed)) {}

  void add(restinio::connection_id_t id, int descriptor) { descriptors_.emplace(id, descriptor); }
  void state_changed(const restinio::connection_state::notice_t& notice) noexcept {
    if (!restinio::holds_alternative<restinio::connection_state::closed_t>(notice.cause())) return;
    if (descriptors_.erase(notice.connection_id()) > 0) on_closed_();
  }
  [[nodiscard]] std::size_t count() const { return descriptors_.size(); }
  /// The end of its input closes a connection as soon as it waits for another request.
  void end_input() { shut(SHUT_RD); }
  void cut() { shut(SHUT_RDWR); }
  /// Whether the other side has closed its end.
  [[nodiscard]] bool is_abandoned(restinio::connection_id_t id) const {
    const auto found = descriptors_.find(id);
    if (found == descriptors_.end()) return true;
    pollfd state{.fd = found->second, .events = POLLRDHUP, .revents = 0};
    return ::poll(&state, 1, 0) > 0;
  }

 private:
  void shut(int how) {
    for (const auto& [id, descriptor] : descriptors_) ::shutdown(descriptor, how);
  }

  std::map<restinio::connection_id_t, int> descriptors_;
  HttpConnections::OnClosed on_closed_;
};

struct HttpTraits : restinio::single_thread_traits_t<
                        restinio::asio_timer_manager_t, HttpLog,
                        std::function<restinio::request_handling_status_t(restinio::request_handle_t)>> {
  using connection_state_listener_t = OpenConnections;
};

std::string reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    default:
      return status < 500 ? "Refused" : "Failed";  // the body says more
  }
}

restinio::http_status_line_t status_line(int status) {
  return {restinio::http_status_code_t(static_cast<std::uint16_t>(status)), reason_of(status)};
}

template <typename Builder>
void add_fields(Builder& builder, std::string content_type) {
  builder.append_header(restinio::http_field::content_type, std::move(content_type));
  builder.append_header(restinio::http_field::cache_control, "no-store");
  builder.append_header("X-Content-Type-Options", "nosniff");
}

/// What all streamed responses have in common; each ends its connection.
class OpenResponse : public ResponseStream {
 public:
  OpenResponse(const restinio::request_t& request, std::shared_ptr<const OpenConnections> open)
      : connection_(request.connection_id()), open_(std::move(open)) {}
  [[nodiscard]] bool is_abandoned() const override { return open_->is_abandoned(connection_); }

 protected:
  static auto reporting(std::function<void(Outcome)> done) {
    return
        [done = std::move(done)](const auto& error) { done(error ? Outcome::kFailed : Outcome::kWritten); };
  }

 private:
  restinio::connection_id_t connection_;
  std::shared_ptr<const OpenConnections> open_;
};

class ChunkedStream final : public OpenResponse {
 public:
  ChunkedStream(restinio::request_t& request, std::string content_type,
                std::shared_ptr<const OpenConnections> open)
      : OpenResponse(request, std::move(open)),
        builder_(request.create_response<restinio::chunked_output_t>(status_line(200))) {
    add_fields(builder_, std::move(content_type));
    builder_.connection_close();
  }
  void write(std::string part, std::function<void(Outcome)> done) override {
    builder_.append_chunk(restinio::writable_item_t(std::move(part)));
    builder_.flush(reporting(std::move(done)));
  }
  void finish(std::string last_part) override {
    builder_.append_chunk(restinio::writable_item_t(std::move(last_part)));
    builder_.done();
  }

 private:
  restinio::response_builder_t<restinio::chunked_output_t> builder_;
};

class SizedStream final : public OpenResponse {
 public:
  SizedStream(restinio::request_t& request, ResponseHead head, std::shared_ptr<const OpenConnections> open)
      : OpenResponse(request, std::move(open)),
        builder_(request.create_response<restinio::user_controlled_output_t>(status_line(head.status))) {
    for (auto& [name, value] : head.fields) builder_.append_header(std::move(name), std::move(value));
    builder_.set_content_length(head.length);
    builder_.connection_close();
  }
  void write(std::string part, std::function<void(Outcome)> done) override {
    builder_.append_body(restinio::writable_item_t(std::move(part)));
    builder_.flush(reporting(std::move(done)));
  }
  void finish(std::string last_part) override {
    builder_.append_body(restinio::writable_item_t(std::move(last_part)));
    builder_.done();
  }

 private:
  restinio::response_builder_t<restinio::user_controlled_output_t> builder_;
};

class RestinioExchange final : public Exchange {
 public:
  RestinioExchange(restinio::request_handle_t request, std::shared_ptr<const OpenConnections> open)
      : request_(std::move(request)), open_(std::move(open)) {}

  void respond(HttpResponse response, std::function<void()> when_written) override {
    auto builder = request_->create_response(status_line(response.status));
    add_fields(builder, "application/json");
    if (!response.allow.empty()) builder.append_header(restinio::http_field::allow, response.allow);
    builder.set_body(std::move(response.body));
    builder.done([when_written = std::move(when_written)](const auto& /*error*/) {
      if (when_written) when_written();
    });
  }
  std::unique_ptr<ResponseStream> respond_in_parts(std::string content_type) override {
    return std::make_unique<ChunkedStream>(*request_, std::move(content_type), open_);
  }
  std::unique_ptr<ResponseStream> respond_sized(ResponseHead head) override {
    return std::make_unique<SizedStream>(*request_, std::move(head), open_);
  }

 private:
  restinio::request_handle_t request_;
  std::shared_ptr<const OpenConnections> open_;
};

restinio::request_handling_status_t take(const restinio::request_handle_t& request,
                                         const HttpConnections::OnRequest& on_request,
                                         const std::shared_ptr<OpenConnections>& open) {
  const auto& header = request->header();
  auto exchange = std::make_unique<RestinioExchange>(request, open);
  if (header.connection() == restinio::http_connection_header_t::upgrade) {
    // RESTinio puts an upgraded connection under no time limits.
    HttpResponse refusal;
    refusal.status = 400;
    refusal.body = R"({"error":{"code":"unsupported","message":"this API has no protocol upgrades"}})";
    exchange->respond(std::move(refusal), {});
    return restinio::request_accepted();
  }
  HttpRequest taken;
  taken.method = header.method().c_str();
  taken.target = header.request_target();
  taken.content_type = header.get_field_or(restinio::http_field::content_type, "");
  taken.host = header.get_field_or(restinio::http_field::host, "");
  taken.range = header.get_field_or(restinio::http_field::range, "");
  taken.body = request->body();
  on_request(std::move(taken), std::move(exchange));
  return restinio::request_accepted();
}

restinio::server_settings_t<HttpTraits> settings_for(const HttpLimits& limits,
                                                     HttpConnections::OnRequest on_request,
                                                     std::shared_ptr<OpenConnections> open) {
  constexpr std::size_t kMaxUrl = 8 * 1024;
  constexpr std::size_t kMaxFieldName = 256;
  constexpr std::size_t kMaxFieldValue = 8 * 1024;
  constexpr std::size_t kMaxFields = 64;
  restinio::server_settings_t<HttpTraits> settings;
  settings
      .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t()
                                    .max_url_size(kMaxUrl)
                                    .max_field_name_size(kMaxFieldName)
                                    .max_field_value_size(kMaxFieldValue)
                                    .max_field_count(kMaxFields)
                                    .max_body_size(limits.max_body_bytes))
      .read_next_http_message_timelimit(limits.read_timeout)
      .handle_request_timeout(limits.answer_timeout)
      .write_http_response_timelimit(limits.write_timeout)
      .connection_state_listener(open)
      .request_handler([on_request = std::move(on_request), open](const restinio::request_handle_t& request) {
        return take(request, on_request, open);
      });
  return settings;
}

// RESTinio's interface has no virtual destructor and is never destroyed through.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
struct NoAccepts final : restinio::connection_count_limits::impl::acceptor_callback_iface_t {
  void call_accept_now(std::size_t /*index*/) noexcept override {}
  void schedule_next_accept_attempt(std::size_t /*index*/) noexcept override {}
};
#pragma GCC diagnostic pop

}  // namespace

class HttpConnections::Http {
 public:
  Http(asio::io_context& io, const HttpLimits& limits, OnRequest on_request, OnClosed on_closed)
      : io_(io), open_(std::make_shared<OpenConnections>(std::move(on_closed))) {
    auto settings = settings_for(limits, std::move(on_request), open_);
    const auto check_period = std::min({std::chrono::milliseconds(1000), limits.read_timeout / 2,
                                        limits.answer_timeout / 2, limits.write_timeout / 2});
    auto shared = std::make_shared<restinio::impl::connection_settings_t<HttpTraits>>(
        settings, restinio::impl::create_parser_settings<HttpTraits::http_methods_mapper_t>(),
        std::make_shared<restinio::asio_timer_manager_t>(io, check_period));
    factory_.emplace(std::move(shared), settings.socket_options_setter());
  }

  void serve(int descriptor) {
    asio::ip::tcp::socket socket(io_);
    std::error_code refused;
    // The protocol is a name here; a socket of any family is read and written alike.
    socket.assign(asio::ip::tcp::v4(), descriptor, refused);
    if (refused) {
      ::close(descriptor);
      throw std::system_error(refused);
    }
    const auto connection = factory_->create_new_connection(std::move(socket), restinio::endpoint_t(),
                                                            LifetimeMonitor(&limiter_));
    open_->add(connection->connection_id(), descriptor);
    connection->init();
  }

  OpenConnections& open() { return *open_; }

 private:
  using Limiter = restinio::connection_count_limits::noop_connection_count_limiter_t;
  using LifetimeMonitor = restinio::connection_count_limits::connection_lifetime_monitor_t<Limiter>;
  asio::io_context& io_;
  std::shared_ptr<OpenConnections> open_;
  std::optional<restinio::impl::connection_factory_t<HttpTraits>> factory_;
  // Demanded by the factory, and without effect: connections are counted by OpenConnections.
  NoAccepts no_accepts_;
  Limiter limiter_{&no_accepts_, restinio::connection_count_limits::max_parallel_connections_t{0},
                   restinio::connection_count_limits::max_active_accepts_t{0}};
};

HttpConnections::HttpConnections(asio::io_context& io, HttpLimits limits, OnRequest on_request,
                                 OnClosed on_closed)
    : http_(std::make_unique<Http>(io, limits, std::move(on_request), std::move(on_closed))) {}

HttpConnections::~HttpConnections() = default;

void HttpConnections::serve(int descriptor) {
  http_->serve(descriptor);
}

std::size_t HttpConnections::count() const {
  return http_->open().count();
}

void HttpConnections::close_when_answered() {
  http_->open().end_input();
}

void HttpConnections::cut() {
  http_->open().cut();
}

}  // namespace covey::api
