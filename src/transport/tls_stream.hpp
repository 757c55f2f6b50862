#pragma once
// TlsStream: an authenticated byte stream over one TCP connection, driven by OpenSSL directly on the socket.
//
// Reads and writes decrypt into and encrypt from the caller's memory; the coroutine waits only when the
// socket has nothing to give or take. Every wait has a deadline. One reader and one writer at a time;
// everything on the thread of its executor. After an error the stream is of no further use. Spec:
// docs/spec/handshake.md.

#include <chrono>
#include <memory>

#include <asio/ip/tcp.hpp>

#include "io/coroutine.hpp"
#include "transport/tls_context.hpp"

namespace covey::transport {

class TlsStream {
 public:
  using Tcp = asio::ip::tcp;
  static constexpr std::size_t kExporterBytes = 32;

  /// `socket` is connected and stands on the executor that the stream will live on. With `expected`, any
  /// other peer is refused in the handshake.
  static Result<TlsStream> create(Tcp::socket socket, const TlsContext& context, TlsRole role,
                                  std::optional<identity::PeerId> expected);
  TlsStream(TlsStream&&) noexcept;
  TlsStream& operator=(TlsStream&&) noexcept;
  ~TlsStream();

  /// Errors: kVerificationFailed (not who was dialled, a certificate that breaks the rules), kTimedOut,
  /// kConnectionLost.
  io::Awaitable<Result<>> handshake(std::chrono::milliseconds timeout);

  /// What a timeout runs against: each pause without progress, or the call as a whole (against peers that
  /// drip).
  enum class Pace : std::uint8_t { kEachPause, kWhole };

  /// Fills `out`. kConnectionLost when the peer ends the stream first; kTimedOut by `timeout` and `pace`.
  io::Awaitable<Result<>> read_exactly(MutableBytes out, std::chrono::milliseconds timeout,
                                       Pace pace = Pace::kEachPause);
  /// Sends all of `in`. kTimedOut when the peer takes nothing for `timeout`.
  io::Awaitable<Result<>> write_all(ByteView in, std::chrono::milliseconds timeout);

  /// How long reads have waited for the network so far, in all. On its thread.
  [[nodiscard]] std::chrono::nanoseconds starved() const;

  /// Whether read_exactly of that many bytes would return without waiting for the network.
  [[nodiscard]] bool has_pending_bytes() const;

  /// Ends the stream: what waits on it gets kConnectionLost. A close_notify is sent if the socket takes it.
  void close();

  /// The peer at the other end; valid after the handshake.
  [[nodiscard]] const identity::PeerId& peer() const;
  /// 32 bytes that only the two ends of this very connection know (RFC 8446, 7.5); valid after the handshake.
  [[nodiscard]] const std::array<Byte, kExporterBytes>& exporter() const;
  [[nodiscard]] TlsRole role() const;
  /// "192.0.2.7:7440"; for people, logs and limits.
  [[nodiscard]] std::string remote_address() const;

 private:
  struct State;
  explicit TlsStream(std::unique_ptr<State> state);
  io::Awaitable<Result<>> wait_for(int ssl_error, std::chrono::milliseconds timeout, std::string_view doing);
  Result<> after_handshake();

  std::unique_ptr<State> state_;
};

}  // namespace covey::transport
