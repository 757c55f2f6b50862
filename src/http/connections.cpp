#include "http/connections.hpp"

#include <algorithm>
#include <map>
#include <utility>

#ifdef ASIO_NO_DEPRECATED
#error "RESTinio 0.6 uses names that Asio calls deprecated: define ASIO_NO_DEPRECATED nowhere in the program"
#endif
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <restinio/http_server.hpp>

#include "base/log.hpp"
#include "http/exchange.hpp"
#include "http/open_connections.hpp"

namespace covey::http {

// RESTinio finds these two by the type of the socket. The handshake is over when it gets one.
template <typename Connection, typename Start, typename Failed>
void prepare_connection_and_start_read(Socket& /*socket*/, Connection& /*connection*/, Start start,
                                       Failed /*failed*/) {
  start();
}
inline restinio::tls_socket_t* make_tls_socket_pointer_for_state_listener(Socket& /*socket*/) noexcept {
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

struct HttpTraits
    : restinio::traits_t<restinio::asio_timer_manager_t, HttpLog,
                         std::function<restinio::request_handling_status_t(restinio::request_handle_t)>,
                         restinio::noop_strand_t, Socket> {
  using connection_state_listener_t = OpenConnections;
};

restinio::server_settings_t<HttpTraits> settings_for(asio::io_context& io, const Limits& limits,
                                                     Connections::OnRequest on_request,
                                                     const std::shared_ptr<OpenConnections>& open) {
  constexpr std::size_t kMaxFieldName = 256;
  constexpr std::size_t kMaxFieldValue = 8 * 1024;
  constexpr std::size_t kMaxFields = 64;
  restinio::server_settings_t<HttpTraits> settings;
  settings
      .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t()
                                    .max_url_size(limits.max_target_bytes)
                                    .max_field_name_size(kMaxFieldName)
                                    .max_field_value_size(kMaxFieldValue)
                                    .max_field_count(kMaxFields)
                                    .max_body_size(limits.max_body_bytes))
      .read_next_http_message_timelimit(limits.idle_timeout)
      .handle_request_timeout(limits.answer_timeout)
      .write_http_response_timelimit(limits.write_timeout)
      .connection_state_listener(open)
      .request_handler([&io,
                        on_request = std::make_shared<const Connections::OnRequest>(std::move(on_request)),
                        open](const restinio::request_handle_t& request) {
        open->request_complete(request->connection_id());
        // Later: who answers at once would do so in the middle of the connection's own bookkeeping, which
        // then cuts off clients that have sent a further request already.
        asio::post(io, [request, on_request, open] { take_request(request, *on_request, open); });
        return restinio::request_accepted();
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

class Connections::Library {
 public:
  Library(asio::io_context& io, const Limits& limits, OnRequest on_request, OnClosed on_closed)
      : open_(std::make_shared<OpenConnections>(std::move(on_closed))),
        request_timeout_(limits.request_timeout),
        sweep_(io) {
    auto settings = settings_for(io, limits, std::move(on_request), open_);
    const auto check_period = std::min({std::chrono::milliseconds(1000), limits.idle_timeout / 2,
                                        limits.answer_timeout / 2, limits.write_timeout / 2});
    auto shared = std::make_shared<restinio::impl::connection_settings_t<HttpTraits>>(
        settings, restinio::impl::create_parser_settings<HttpTraits::http_methods_mapper_t>(),
        std::make_shared<restinio::asio_timer_manager_t>(io, check_period));
    factory_.emplace(std::move(shared), settings.socket_options_setter());
  }

  void serve(Socket socket, const asio::ip::tcp::endpoint& client) {
    const int descriptor = socket.descriptor();
    auto arrival = socket.arrival();
    const auto connection =
        factory_->create_new_connection(std::move(socket), client, LifetimeMonitor(&limiter_));
    open_->add(connection->connection_id(), {descriptor, std::move(arrival), client.address()});
    connection->init();
    if (!std::exchange(*sweeping_, true)) sweep_later();
  }

  OpenConnections& open() { return *open_; }

 private:
  using Limiter = restinio::connection_count_limits::noop_connection_count_limiter_t;
  using LifetimeMonitor = restinio::connection_count_limits::connection_lifetime_monitor_t<Limiter>;

  /// As long as there are connections.
  void sweep_later() {
    sweep_.expires_after(std::min(kSweepPeriod, request_timeout_ / 2));
    sweep_.async_wait([this, alive = std::weak_ptr(sweeping_)](std::error_code cancelled) {
      if (cancelled || alive.expired()) return;
      open_->cut_off_slow(std::chrono::steady_clock::now() - request_timeout_);
      *sweeping_ = open_->count() > 0;
      if (*sweeping_) sweep_later();
    });
  }

  std::shared_ptr<OpenConnections> open_;
  std::optional<restinio::impl::connection_factory_t<HttpTraits>> factory_;
  std::chrono::milliseconds request_timeout_;
  asio::steady_timer sweep_;
  std::shared_ptr<bool> sweeping_ = std::make_shared<bool>(false);
  // Demanded by the factory, and without effect: connections are counted by OpenConnections.
  NoAccepts no_accepts_;
  Limiter limiter_{&no_accepts_, restinio::connection_count_limits::max_parallel_connections_t{0},
                   restinio::connection_count_limits::max_active_accepts_t{0}};
};

Connections::Connections(asio::io_context& io, const Limits& limits, OnRequest on_request, OnClosed on_closed)
    : library_(std::make_unique<Library>(io, limits, std::move(on_request), std::move(on_closed))) {}

Connections::~Connections() = default;

void Connections::serve(Socket socket, const asio::ip::tcp::endpoint& client) {
  library_->serve(std::move(socket), client);
}

std::size_t Connections::count() const {
  return library_->open().count();
}

void Connections::close_when_answered() {
  library_->open().end_input();
}

void Connections::cut() {
  library_->open().cut();
}

}  // namespace covey::http
