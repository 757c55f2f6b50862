#pragma once
// The Hello exchange: what makes a TLS session a Covey link. Each side sends one signed Hello; the signature
// covers the TLS exporter and the sender's role, so it is worth nothing on any other connection or in the
// other direction.
//
// A TLS 1.3 client may believe its handshake done before the server has seen its certificate; the link counts
// as up only when both Hellos have been checked. On the stream's thread. Spec: docs/spec/handshake.md.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "identity/device_key.hpp"
#include "transport/tls_stream.hpp"

namespace covey::transport {

/// The versions of the link protocol that this build speaks.
inline constexpr std::uint32_t kOldestVersion = 1;
inline constexpr std::uint32_t kNewestVersion = 1;

/// What this side says of itself.
struct LocalHello {
  const identity::DeviceKey* device = nullptr;
  std::string agent;
  std::vector<std::string> capabilities;
};

/// What the other side said, checked.
struct RemoteHello {
  std::uint32_t version = 0;  // the newest that both speak
  std::string agent;
  std::vector<std::string> capabilities;
};

/// Sends ours, reads theirs. Errors: kVerificationFailed, kPeerMisbehaved, kUnsupported (no version in
/// common), kTimedOut after `timeout` in all.
io::Awaitable<Result<RemoteHello>> exchange_hello(TlsStream& stream, const LocalHello& local,
                                                  std::chrono::milliseconds timeout);

}  // namespace covey::transport
