#include "transport/hello.hpp"

#include <algorithm>

#include "base/cursor.hpp"
#include "wire/frame.hpp"
#include "wire/link.pb.h"

namespace covey::transport {
namespace {

constexpr std::size_t kMaxHelloBytes = 8U << 10;
constexpr int kMaxCapabilities = 64;
constexpr std::size_t kMaxNameBytes = 64;

/// signed := exporter:u8[32] role:u8 hello    role is 1 for the dialer, 2 for the listener
Bytes signed_part(const TlsStream& stream, TlsRole sender, ByteView hello) {
  return ByteWriter(hello.size() + 33)
      .raw(ByteView(stream.exporter()))
      .number(static_cast<Byte>(sender == TlsRole::kDialer ? 1 : 2))
      .raw(hello)
      .take();
}

TlsRole other(TlsRole role) {
  return role == TlsRole::kDialer ? TlsRole::kListener : TlsRole::kDialer;
}

Bytes encode_hello(const TlsStream& stream, const LocalHello& local) {
  wire::Hello hello;
  hello.set_oldest_version(kOldestVersion);
  hello.set_newest_version(kNewestVersion);
  hello.set_agent(local.agent);
  for (const auto& capability : local.capabilities) hello.add_capabilities(capability);
  wire::SignedHello message;
  hello.SerializeToString(message.mutable_hello());
  const auto signature =
      local.device->sign(crypto::kHelloLabel, signed_part(stream, stream.role(), as_bytes(message.hello())));
  message.set_signature(std::string(as_text(signature.view())));
  Bytes frame(wire::kFrameHeaderBytes + message.ByteSizeLong());
  wire::encode({.length = static_cast<std::uint32_t>(message.ByteSizeLong()),
                .kind = wire::FrameKind::kHello,
                .stream = {}},
               std::span(frame).first<wire::kFrameHeaderBytes>());
  message.SerializeToArray(frame.data() + wire::kFrameHeaderBytes, static_cast<int>(message.ByteSizeLong()));
  return frame;
}

bool is_printable(std::string_view text) {
  return text.size() <= kMaxNameBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Result<RemoteHello> check_hello(const TlsStream& stream, ByteView body) {
  wire::SignedHello message;
  wire::Hello hello;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size())) ||
      message.signature().size() != crypto::Signature::kSize || !hello.ParseFromString(message.hello())) {
    return fail(ErrorCode::kPeerMisbehaved, "{} sent a Hello that cannot be read", stream.remote_address());
  }
  if (!crypto::verify(stream.peer().public_key(), crypto::kHelloLabel,
                      signed_part(stream, other(stream.role()), as_bytes(message.hello())),
                      crypto::Signature::from(as_bytes(message.signature())))) {
    return fail(ErrorCode::kVerificationFailed, "the Hello of {} is not signed for this connection",
                stream.remote_address());
  }
  const std::uint32_t version = std::min(kNewestVersion, hello.newest_version());
  if (hello.oldest_version() > hello.newest_version() ||
      version < std::max(kOldestVersion, hello.oldest_version())) {
    return fail(ErrorCode::kUnsupported,
                "{} speaks versions {} to {} of the protocol, this program {} to {}; update the older one",
                stream.remote_address(), hello.oldest_version(), hello.newest_version(), kOldestVersion,
                kNewestVersion);
  }
  RemoteHello remote{.version = version, .agent = hello.agent(), .capabilities = {}};
  if (!is_printable(remote.agent) || hello.capabilities_size() > kMaxCapabilities) {
    return fail(ErrorCode::kPeerMisbehaved, "{} sent a Hello above its limits", stream.remote_address());
  }
  for (const auto& capability : hello.capabilities()) {
    if (is_printable(capability)) remote.capabilities.push_back(capability);
  }
  return remote;
}

}  // namespace

io::Awaitable<Result<RemoteHello>> exchange_hello(TlsStream& stream, const LocalHello& local,
                                                  std::chrono::milliseconds timeout) {
  const Bytes ours = encode_hello(stream, local);
  CO_TRY_VOID(co_await stream.write_all(ours, timeout));
  std::array<Byte, wire::kFrameHeaderBytes> header_bytes{};
  CO_TRY_VOID(co_await stream.read_exactly(header_bytes, timeout, TlsStream::Pace::kWhole));
  CO_TRY(const wire::FrameHeader header, wire::decode_header(header_bytes));
  if (header.kind != wire::FrameKind::kHello || header.length > kMaxHelloBytes) {
    co_return fail(ErrorCode::kPeerMisbehaved, "{} did not begin with a Hello", stream.remote_address());
  }
  Bytes body(header.length);
  CO_TRY_VOID(co_await stream.read_exactly(body, timeout, TlsStream::Pace::kWhole));
  co_return check_hello(stream, body);
}

}  // namespace covey::transport
