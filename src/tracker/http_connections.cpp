#include "tracker/http_connections.hpp"

#include <algorithm>
#include <map>
#include <utility>

#ifdef ASIO_NO_DEPRECATED
#error "RESTinio 0.6 uses names that Asio calls deprecated: define ASIO_NO_DEPRECATED nowhere in the program"
#endif
#include <sys/socket.h>
#include <asio/steady_timer.hpp>
#include <restinio/http_server.hpp>
#include <restinio/message_builders.hpp>

#include "base/log.hpp"

namespace covey::tracker {

// RESTinio finds these two by the type of the socket. The handshake is over when it gets one.
template <typename Connection, typename Start, typename Failed>
void prepare_connection_and_start_read(ClientSocket& /*socket*/, Connection& /*connection*/, Start start,
                                       Failed /*failed*/) {
  start();
}
inline restinio::tls_socket_t* make_tls_socket_pointer_for_state_listener(ClientSocket& /*socket*/) noexcept {
  return nullptr;
}

namespace {

constexpr std::chrono::milliseconds kSweepPeriod{500};

/// RESTinio's log lines; a client that goes away is an error to it and news to nobody.
struct HttpLog {
  template <typename Message>
  void trace(Message&& /*message*/) {}
  template <typename Message>
  void info(Message&& /*message*/) {}
  template <typename Message>
  void warn(Message&& message) {
    log::debug("http: {}", message());
  }
  template <typename Message>
  void error(Message&& message) {
    log::debug("http: {}", message());
  }
};

/// RESTinio reports a connection closed right after it closed the descriptor, so none here means another
/// file.
class OpenConnections {
 public:
  explicit OpenConnections(HttpConnections::OnClosed on_closed) : on_closed_(std::move(on_closed)) {}

  void add(restinio::connection_id_t id, int descriptor, std::shared_ptr<Arrival> arrival,
           const asio::ip::address& client) {
    open_.emplace(id, Connection{descriptor, std::move(arrival), client});
  }
  void state_changed(const restinio::connection_state::notice_t& notice) noexcept {
    if (!restinio::holds_alternative<restinio::connection_state::closed_t>(notice.cause())) return;
    const auto node = open_.extract(notice.connection_id());
    if (!node.empty()) on_closed_(node.mapped().client);
  }
  void request_complete(restinio::connection_id_t id) {
    if (const auto found = open_.find(id); found != open_.end()) found->second.arrival->began.reset();
  }
  [[nodiscard]] std::size_t count() const { return open_.size(); }
  /// The end of its input closes a connection as soon as it waits for another request.
  void end_input() {
    for (const auto& [id, connection] : open_) ::shutdown(connection.descriptor, SHUT_RD);
  }
  /// Cuts off requests that began to come before `limit` and are not here yet.
  void cut_off_slow(std::chrono::steady_clock::time_point limit) {
    for (const auto& [id, connection] : open_) {
      if (connection.arrival->began && *connection.arrival->began < limit) {
        ::shutdown(connection.descriptor, SHUT_RDWR);
      }
    }
  }

 private:
  struct Connection {
    int descriptor;
    std::shared_ptr<Arrival> arrival;
    asio::ip::address client;
  };
  std::map<restinio::connection_id_t, Connection> open_;
  HttpConnections::OnClosed on_closed_;
};

struct HttpTraits
    : restinio::traits_t<restinio::asio_timer_manager_t, HttpLog,
                         std::function<restinio::request_handling_status_t(restinio::request_handle_t)>,
                         restinio::noop_strand_t, ClientSocket> {
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
  }
  return status < 500 ? "Refused" : "Failed";  // the body says more
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

class ChunkedStream final : public ResponseStream {
 public:
  ChunkedStream(restinio::request_t& request, std::string content_type)
      : builder_(request.create_response<restinio::chunked_output_t>(status_line(200))) {
    add_fields(builder_, std::move(content_type));
    builder_.connection_close();
  }
  void write(std::string part, std::function<void(Outcome)> done) override {
    builder_.append_chunk(restinio::writable_item_t(std::move(part)));
    builder_.flush(
        [done = std::move(done)](const auto& error) { done(error ? Outcome::kFailed : Outcome::kWritten); });
  }
  void finish() override { builder_.done(); }

 private:
  restinio::response_builder_t<restinio::chunked_output_t> builder_;
};

class RestinioExchange final : public Exchange {
 public:
  explicit RestinioExchange(restinio::request_handle_t request) : request_(std::move(request)) {}

  void respond(Response response) override {
    auto builder = request_->create_response(status_line(response.status));
    add_fields(builder, std::move(response.content_type));
    if (!response.allow.empty()) builder.append_header(restinio::http_field::allow, response.allow);
    if (response.retry_after_seconds > 0) {
      builder.append_header(restinio::http_field::retry_after, std::to_string(response.retry_after_seconds));
    }
    // To HEAD no body may be sent, but RESTinio would; the client that waits for none gets nothing after it.
    if (request_->header().method() == restinio::http_method_head()) builder.connection_close();
    builder.set_body(std::move(response.body));
    builder.done();
  }
  std::unique_ptr<ResponseStream> respond_in_parts(std::string content_type) override {
    return std::make_unique<ChunkedStream>(*request_, std::move(content_type));
  }

 private:
  restinio::request_handle_t request_;
};

std::size_t head_bytes(const restinio::http_request_header_t& header) {
  std::size_t bytes = header.request_target().size();
  header.for_each_field([&](const auto& field) { bytes += field.name().size() + field.value().size(); });
  return bytes;
}

restinio::request_handling_status_t take(const restinio::request_handle_t& request,
                                         const HttpConnections::OnRequest& on_request) {
  const auto& header = request->header();
  auto exchange = std::make_unique<RestinioExchange>(request);
  if (header.connection() == restinio::http_connection_header_t::upgrade) {
    // RESTinio puts an upgraded connection under no time limits.
    Response refusal;
    refusal.status = 400;
    refusal.body = R"({"error":{"code":"unsupported","message":"this API has no protocol upgrades"}})";
    exchange->respond(std::move(refusal));
    return restinio::request_accepted();
  }
  Request taken;
  taken.method = header.method().c_str();
  taken.target = header.request_target();
  taken.authorization = header.get_field_or(restinio::http_field::authorization, "");
  taken.content_type = header.get_field_or(restinio::http_field::content_type, "");
  taken.body = request->body();
  taken.head_bytes = head_bytes(header);
  taken.client = request->remote_endpoint().address();
  on_request(std::move(taken), std::move(exchange));
  return restinio::request_accepted();
}

restinio::server_settings_t<HttpTraits> settings_for(const HttpLimits& limits,
                                                     HttpConnections::OnRequest on_request,
                                                     const std::shared_ptr<OpenConnections>& open) {
  constexpr std::size_t kMaxUrl = 4 * 1024;
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
      .read_next_http_message_timelimit(limits.idle_timeout)
      .handle_request_timeout(limits.answer_timeout)
      .write_http_response_timelimit(limits.write_timeout)
      .connection_state_listener(open)
      .request_handler(
          [on_request = std::move(on_request), open = open.get()](const restinio::request_handle_t& request) {
            open->request_complete(request->connection_id());
            return take(request, on_request);
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
      : open_(std::make_shared<OpenConnections>(std::move(on_closed))),
        request_timeout_(limits.request_timeout),
        sweep_(io) {
    auto settings = settings_for(limits, std::move(on_request), open_);
    const auto check_period = std::min({std::chrono::milliseconds(1000), limits.idle_timeout / 2,
                                        limits.answer_timeout / 2, limits.write_timeout / 2});
    auto shared = std::make_shared<restinio::impl::connection_settings_t<HttpTraits>>(
        settings, restinio::impl::create_parser_settings<HttpTraits::http_methods_mapper_t>(),
        std::make_shared<restinio::asio_timer_manager_t>(io, check_period));
    factory_.emplace(std::move(shared), settings.socket_options_setter());
    sweep_later();
  }

  void serve(ClientSocket socket, const asio::ip::tcp::endpoint& client) {
    const int descriptor = socket.descriptor();
    auto arrival = socket.arrival();
    const auto connection =
        factory_->create_new_connection(std::move(socket), client, LifetimeMonitor(&limiter_));
    open_->add(connection->connection_id(), descriptor, std::move(arrival), client.address());
    connection->init();
  }

  OpenConnections& open() { return *open_; }

 private:
  using Limiter = restinio::connection_count_limits::noop_connection_count_limiter_t;
  using LifetimeMonitor = restinio::connection_count_limits::connection_lifetime_monitor_t<Limiter>;

  void sweep_later() {
    sweep_.expires_after(std::min(kSweepPeriod, request_timeout_ / 2));
    sweep_.async_wait([this](std::error_code cancelled) {
      if (cancelled) return;
      open_->cut_off_slow(std::chrono::steady_clock::now() - request_timeout_);
      sweep_later();
    });
  }

  std::shared_ptr<OpenConnections> open_;
  std::optional<restinio::impl::connection_factory_t<HttpTraits>> factory_;
  std::chrono::milliseconds request_timeout_;
  asio::steady_timer sweep_;
  // Demanded by the factory, and without effect: connections are counted by OpenConnections.
  NoAccepts no_accepts_;
  Limiter limiter_{&no_accepts_, restinio::connection_count_limits::max_parallel_connections_t{0},
                   restinio::connection_count_limits::max_active_accepts_t{0}};
};

HttpConnections::HttpConnections(asio::io_context& io, const HttpLimits& limits, OnRequest on_request,
                                 OnClosed on_closed)
    : http_(std::make_unique<Http>(io, limits, std::move(on_request), std::move(on_closed))) {}

HttpConnections::~HttpConnections() = default;

void HttpConnections::serve(ClientSocket socket, const asio::ip::tcp::endpoint& client) {
  http_->serve(std::move(socket), client);
}

std::size_t HttpConnections::count() const {
  return http_->open().count();
}

void HttpConnections::close_when_answered() {
  http_->open().end_input();
}

}  // namespace covey::tracker
