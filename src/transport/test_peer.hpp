#pragma once
// For tests of links: a peer with its own key, a TCP connection to oneself, and TLS ends that know no rules.

#include <future>
#include <thread>

#include <asio/connect.hpp>

#include "base/cursor.hpp"
#include "transport/dialer.hpp"
#include "transport/socket_address.hpp"
#include "transport/test_loop.hpp"

namespace covey::transport {

using namespace std::chrono_literals;
using Tcp = asio::ip::tcp;

/// Long enough for a loaded machine; no test waits for it to pass.
inline constexpr std::chrono::milliseconds kPatience{20'000};

struct TestPeer {
  explicit TestPeer(std::uint64_t seed)
      : random(seed),
        device(identity::DeviceKey::ephemeral(random)),
        tls(*TlsContext::create(device, clock)) {
    local = {.tls = &tls,
             .hello = {.device = &device, .agent = "covey/test", .capabilities = {"test/1"}},
             .router = &router,
             .dial_timeout = kPatience,
             .deadlines = {}};
  }
  TestPeer(const TestPeer&) = delete;
  TestPeer& operator=(const TestPeer&) = delete;

  [[nodiscard]] const identity::PeerId& id() const { return device.peer_id(); }

  crypto::SeededRandom random;
  identity::DeviceKey device;
  SystemClock clock;
  TlsContext tls;
  Router router;
  Local local;
};

struct SocketPair {
  Tcp::socket dialer;
  Tcp::socket listener;
};

/// Two connected sockets over loopback.
inline SocketPair socket_pair(const io::Executor& executor) {
  Tcp::acceptor acceptor(executor, {asio::ip::address_v4::loopback(), 0});
  SocketPair pair{.dialer = Tcp::socket(executor), .listener = Tcp::socket(executor)};
  pair.dialer.connect(acceptor.local_endpoint());
  acceptor.accept(pair.listener);
  return pair;
}

/// One side's handshake.
inline io::Awaitable<Result<TlsStream>> shake_hands(Tcp::socket socket, const TestPeer& peer, TlsRole role,
                                                    std::optional<identity::PeerId> expected = std::nullopt,
                                                    std::chrono::milliseconds timeout = kPatience) {
  CO_TRY(TlsStream stream, TlsStream::create(std::move(socket), peer.tls, role, expected));
  CO_TRY_VOID(co_await stream.handshake(timeout));
  co_return stream;
}

struct StreamPair {
  TlsStream dialer;
  TlsStream listener;
};

/// Two TLS streams that have found each other, before any Hello.
inline io::Awaitable<Result<StreamPair>> stream_pair(const TestPeer& dialer, const TestPeer& listener) {
  const io::Executor executor = co_await asio::this_coro::executor;
  SocketPair sockets = socket_pair(executor);
  auto ends =
      co_await test::both(shake_hands(std::move(sockets.dialer), dialer, TlsRole::kDialer, listener.id()),
                          shake_hands(std::move(sockets.listener), listener, TlsRole::kListener));
  if (!ends.first) co_return std::unexpected(ends.first.error());
  if (!ends.second) co_return std::unexpected(ends.second.error());
  StreamPair pair{.dialer = std::move(*ends.first), .listener = std::move(*ends.second)};
  co_return pair;
}

struct LinkPair {
  std::shared_ptr<Link> dialer;
  std::shared_ptr<Link> listener;
};

inline io::Awaitable<Result<std::shared_ptr<Link>>> establish(Tcp::socket socket, const TestPeer& peer,
                                                              TlsRole role,
                                                              std::optional<identity::PeerId> expected) {
  CO_TRY(TlsStream stream, TlsStream::create(std::move(socket), peer.tls, role, expected));
  co_return co_await Link::establish(std::move(stream), peer.local.hello, peer.router, kPatience,
                                     peer.local.deadlines);
}

inline io::Awaitable<Result<LinkPair>> link_pair(const TestPeer& dialer, const TestPeer& listener) {
  const io::Executor executor = co_await asio::this_coro::executor;
  SocketPair sockets = socket_pair(executor);
  auto ends =
      co_await test::both(establish(std::move(sockets.dialer), dialer, TlsRole::kDialer, listener.id()),
                          establish(std::move(sockets.listener), listener, TlsRole::kListener, std::nullopt));
  if (!ends.first) co_return std::unexpected(ends.first.error());
  if (!ends.second) co_return std::unexpected(ends.second.error());
  LinkPair pair{.dialer = std::move(*ends.first), .listener = std::move(*ends.second)};
  co_return pair;
}

/// A frame as it travels; the length that its header claims may be a lie.
inline Bytes frame_bytes(wire::FrameKind kind, std::uint32_t stream, ByteView body,
                         std::optional<std::uint32_t> claimed = std::nullopt) {
  Bytes out(wire::kFrameHeaderBytes);
  wire::encode({.length = claimed.value_or(static_cast<std::uint32_t>(body.size())),
                .kind = kind,
                .stream = wire::StreamId(stream)},
               std::span(out).first<wire::kFrameHeaderBytes>());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

struct Frame {
  wire::FrameHeader header;
  Bytes body;
};

/// The next frame of a peer that a test speaks to by hand.
inline io::Awaitable<Result<Frame>> read_frame(TlsStream& stream) {
  std::array<Byte, wire::kFrameHeaderBytes> header{};
  CO_TRY_VOID(co_await stream.read_exactly(header, kPatience));
  Frame frame;
  CO_TRY(frame.header, wire::decode_header(header));
  frame.body.resize(frame.header.length);
  CO_TRY_VOID(co_await stream.read_exactly(frame.body, kPatience));
  co_return frame;
}

}  // namespace covey::transport
