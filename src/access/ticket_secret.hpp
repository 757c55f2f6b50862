#pragma once
// TicketSecret: the bearer secret of a ticket, and what derives from it: the share id under which owner and
// holder find each other, and the proof by which a holder shows on one link that it has the secret, without
// sending it. Pure; any thread. Spec: docs/spec/ticket.md, "What derives from the secret".

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "identity/peer_id.hpp"

namespace covey::access {

/// Names what a ticket opens; it tells nothing about the secret.
using ShareId = FixedBytes<struct ShareIdTag, 16>;
using TicketProof = FixedBytes<struct TicketProofTag, 32>;

/// Exactly 16 bytes; never formatted or logged, wiped when it goes.
class TicketSecret {
 public:
  static constexpr std::size_t kSize = 16;

  [[nodiscard]] static TicketSecret generate(crypto::Random& random);
  /// From kSize bytes, else std::invalid_argument: a bug of the caller.
  [[nodiscard]] static TicketSecret from(ByteView bytes);

  [[nodiscard]] ByteView view() const { return bytes_.view(); }
  [[nodiscard]] TicketSecret clone() const { return TicketSecret(bytes_.clone()); }
  [[nodiscard]] bool equals(const TicketSecret& other) const { return bytes_.equals(other.view()); }

 private:
  explicit TicketSecret(crypto::SecretBytes bytes) : bytes_(std::move(bytes)) {}
  crypto::SecretBytes bytes_;
};

[[nodiscard]] ShareId share_id_of(const TicketSecret& secret);
/// 26 base32 characters.
[[nodiscard]] std::string to_text(const ShareId& id);
/// kInvalidArgument when it is none.
Result<ShareId> parse_share_id(std::string_view text);

inline constexpr std::size_t kExporterBytes = 32;

/// Holds on the link with this TLS exporter value and for this holder only. `exporter` has kExporterBytes,
/// else std::invalid_argument: a bug of the caller.
[[nodiscard]] TicketProof make_proof(const TicketSecret& secret, ByteView exporter,
                                     const identity::PeerId& holder);
/// In constant time.
[[nodiscard]] bool check_proof(const TicketProof& proof, const TicketSecret& secret, ByteView exporter,
                               const identity::PeerId& holder);

}  // namespace covey::access
