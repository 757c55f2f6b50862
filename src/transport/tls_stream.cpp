#include "transport/tls_stream.hpp"

#include <algorithm>
#include <cerrno>

#include <openssl/err.h>

#include "transport/watchdog.hpp"

namespace covey::transport {
namespace {

constexpr std::string_view kExporterLabel = "EXPORTER-covey-hello";
/// SSL_write is given at most this much at once, so that a slow peer's progress shows between calls.
constexpr std::size_t kMaxWriteBytes = 1U << 20;

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address.is_v6() ? fmt::format("[{}]:{}", address.to_string(), endpoint.port())
                         : fmt::format("{}:{}", address.to_string(), endpoint.port());
}

}  // namespace

struct TlsStream::State {
  explicit State(Tcp::socket connected)
      : socket(std::move(connected)), read_watchdog(socket), write_watchdog(socket) {}

  Tcp::socket socket;
  PeerCheck check;
  SslPtr ssl;  // after `check`, which it refers to
  TlsRole role = TlsRole::kDialer;
  std::array<Byte, kExporterBytes> exporter{};
  std::string remote;
  std::chrono::nanoseconds starved{0};
  Watchdog read_watchdog;
  Watchdog write_watchdog;
  bool closed = false;
};

TlsStream::TlsStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsStream::TlsStream(TlsStream&&) noexcept = default;
TlsStream& TlsStream::operator=(TlsStream&&) noexcept = default;
TlsStream::~TlsStream() {
  if (state_) close();
}

Result<TlsStream> TlsStream::create(Tcp::socket socket, const TlsContext& context, TlsRole role,
                                    std::optional<identity::PeerId> expected) {
  asio::error_code error;
  socket.non_blocking(true, error);
  if (!error) socket.set_option(Tcp::no_delay(true), error);
  const auto remote = error ? Tcp::endpoint() : socket.remote_endpoint(error);
  if (error) return fail(ErrorCode::kConnectionLost, "the connection broke at once: {}", error.message());
  auto state = std::make_unique<State>(std::move(socket));
  state->check.expected = std::move(expected);
  state->role = role;
  state->remote = text_of(remote);
  TRY(state->ssl, context.new_session(state->socket.native_handle(), role, state->check));
  return TlsStream(std::move(state));
}

io::Awaitable<Result<>> TlsStream::wait_for(int ssl_error, std::chrono::milliseconds timeout,
                                            std::string_view doing) {
  State& s = *state_;
  const bool reading = ssl_error == SSL_ERROR_WANT_READ;
  if (!reading && ssl_error != SSL_ERROR_WANT_WRITE) {
    if (ssl_error == SSL_ERROR_ZERO_RETURN) {
      co_return fail(ErrorCode::kConnectionLost, "{} ended the connection", s.remote);
    }
    // OpenSSL leaves errno alone for protocol errors; the queue then names the alert.
    const int saved = errno;
    const std::string reason =
        ERR_peek_error() != 0 ? take_openssl_error() : std::generic_category().message(saved);
    co_return fail(ErrorCode::kConnectionLost, "{} {}: {}", doing, s.remote, reason);
  }
  const bool cancelled = co_await io::cancelled();
  if (s.closed || cancelled) co_return fail(ErrorCode::kCancelled, "the connection was closed here");
  Watchdog& watchdog = reading ? s.read_watchdog : s.write_watchdog;
  watchdog.arm(timeout);
  const auto began = std::chrono::steady_clock::now();
  const auto [error] =
      co_await s.socket.async_wait(reading ? Tcp::socket::wait_read : Tcp::socket::wait_write, io::kNoThrow);
  watchdog.disarm();
  if (reading) s.starved += std::chrono::steady_clock::now() - began;
  // Whichever direction was late, its watchdog has ended the waits of both.
  if (s.read_watchdog.bit() || s.write_watchdog.bit()) {
    co_return fail(ErrorCode::kTimedOut, "{} {}: no progress for {} s", doing, s.remote,
                   timeout.count() / 1000);
  }
  if (s.closed || error) co_return fail(ErrorCode::kCancelled, "the connection was closed here");
  co_return Result<>{};
}

io::Awaitable<Result<>> TlsStream::handshake(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(state_->ssl.get());
    if (outcome == 1) co_return after_handshake();
    const int reason = SSL_get_error(state_->ssl.get(), outcome);
    if (state_->check.refusal)
      co_return std::unexpected(in_context(*state_->check.refusal, "at " + state_->remote));
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0)
      co_return fail(ErrorCode::kTimedOut, "no handshake with {} in time", state_->remote);
    CO_TRY_VOID(co_await wait_for(reason, left, "cannot agree on a secure connection with"));
  }
}

Result<> TlsStream::after_handshake() {
  State& s = *state_;
  const unsigned char* alpn = nullptr;
  unsigned int alpn_length = 0;
  SSL_get0_alpn_selected(s.ssl.get(), &alpn, &alpn_length);
  if (alpn_length == 0) return fail(ErrorCode::kVerificationFailed, "{} does not speak Covey", s.remote);
  if (!s.check.found) return fail(ErrorCode::kVerificationFailed, "{} showed no identity", s.remote);
  if (SSL_export_keying_material(s.ssl.get(), s.exporter.data(), s.exporter.size(), kExporterLabel.data(),
                                 kExporterLabel.size(), nullptr, 0, 0) != 1) {
    return fail(ErrorCode::kInternal, "cannot bind to the TLS session: {}", take_openssl_error());
  }
  return {};
}

io::Awaitable<Result<>> TlsStream::read_exactly(MutableBytes out, std::chrono::milliseconds timeout,
                                                Pace pace) {
  const auto start = std::chrono::steady_clock::now();
  while (!out.empty()) {
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome = SSL_read_ex(state_->ssl.get(), out.data(), out.size(), &count);
    if (outcome == 1) {
      out = out.subspan(count);
      continue;
    }
    const int reason = SSL_get_error(state_->ssl.get(), outcome);
    auto left = timeout;
    if (pace == Pace::kWhole) {
      left -= std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    }
    CO_TRY_VOID(co_await wait_for(reason, left, "reading from"));
  }
  co_return Result<>{};
}

io::Awaitable<Result<>> TlsStream::write_all(ByteView in, std::chrono::milliseconds timeout) {
  while (!in.empty()) {
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome =
        SSL_write_ex(state_->ssl.get(), in.data(), std::min(in.size(), kMaxWriteBytes), &count);
    if (outcome == 1) {
      in = in.subspan(count);
      continue;
    }
    const int reason = SSL_get_error(state_->ssl.get(), outcome);
    CO_TRY_VOID(co_await wait_for(reason, timeout, "sending to"));
  }
  co_return Result<>{};
}

std::chrono::nanoseconds TlsStream::starved() const {
  return state_->starved;
}

bool TlsStream::has_pending_bytes() const {
  return SSL_has_pending(state_->ssl.get()) == 1;
}

void TlsStream::close() {
  State& s = *state_;
  if (s.closed) return;
  s.closed = true;
  if (SSL_is_init_finished(s.ssl.get()) == 1) {
    ERR_clear_error();
    (void)SSL_shutdown(s.ssl.get());
    ERR_clear_error();
  }
  asio::error_code ignored;
  s.socket.shutdown(Tcp::socket::shutdown_send, ignored);
  s.socket.cancel(ignored);
}

const identity::PeerId& TlsStream::peer() const {
  return *state_->check.found;
}
const std::array<Byte, TlsStream::kExporterBytes>& TlsStream::exporter() const {
  return state_->exporter;
}
TlsRole TlsStream::role() const {
  return state_->role;
}
std::string TlsStream::remote_address() const {
  return state_->remote;
}

}  // namespace covey::transport
