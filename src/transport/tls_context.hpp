#pragma once
// TlsContext: the TLS settings of this process, and new TLS sessions from them.
//
// TLS 1.3 only, mutual, ALPN "covey/1", no tickets, no resumption, no early data. Made once on the network
// thread; new_session() may be called from any thread afterwards. Spec: docs/spec/handshake.md.

#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "transport/certificate.hpp"

namespace covey::transport {

enum class TlsRole : std::uint8_t { kDialer, kListener };

/// What one session must find out about its peer; lives as long as the session.
struct PeerCheck {
  const Clock* clock = nullptr;
  std::optional<identity::PeerId> expected;  // the peer that was dialled
  std::optional<identity::PeerId> found;     // set once the peer's certificate was accepted
  std::optional<Error> refusal;              // why it was not
};

class TlsContext {
 public:
  /// The clock outlives the context and its sessions.
  static Result<TlsContext> create(const identity::DeviceKey& device, const Clock& clock);

  /// A session over a connected, non-blocking socket, which it does not own. `check` outlives the session.
  [[nodiscard]] Result<SslPtr> new_session(int socket, TlsRole role, PeerCheck& check) const;
  [[nodiscard]] const Clock& clock() const { return *clock_; }

 private:
  TlsContext(SslContextPtr context, const Clock& clock) : context_(std::move(context)), clock_(&clock) {}

  SslContextPtr context_;
  const Clock* clock_;
};

}  // namespace covey::transport
