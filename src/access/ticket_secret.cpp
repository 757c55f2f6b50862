#include "access/ticket_secret.hpp"

#include <stdexcept>

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace covey::access {

TicketSecret TicketSecret::generate(crypto::Random& random) {
  return TicketSecret(random.secret(kSize));
}

TicketSecret TicketSecret::from(ByteView bytes) {
  if (bytes.size() != kSize) throw std::invalid_argument("a ticket secret has 16 bytes");
  return TicketSecret(crypto::SecretBytes::copy_of(bytes));
}

ShareId share_id_of(const TicketSecret& secret) {
  return ShareId::from(
      crypto::derive_key(crypto::kTicketShareIdLabel, secret.view()).view().first(ShareId::kSize));
}

std::string to_text(const ShareId& id) {
  return to_base32(id.view());
}

Result<ShareId> parse_share_id(std::string_view text) {
  const auto bytes = text.size() <= 64 ? from_base32(text) : Result<Bytes>(Bytes{});
  if (!bytes || bytes->size() != ShareId::kSize) {
    return fail(ErrorCode::kInvalidArgument, "'{}' is no share id; it has 26 letters and digits",
                text.substr(0, 64));
  }
  return ShareId::from(*bytes);
}

TicketProof make_proof(const TicketSecret& secret, ByteView exporter, const identity::PeerId& holder) {
  if (exporter.size() != kExporterBytes) throw std::invalid_argument("a TLS exporter value has 32 bytes");
  const auto key = crypto::derive_key(crypto::kTicketProofLabel, secret.view());
  const Bytes message = ByteWriter().raw(exporter).raw(holder.bytes()).take();
  return TicketProof::from(crypto::keyed_blake3(key, message).view());
}

bool check_proof(const TicketProof& proof, const TicketSecret& secret, ByteView exporter,
                 const identity::PeerId& holder) {
  return crypto::constant_time_equal(proof.view(), make_proof(secret, exporter, holder).view());
}

}  // namespace covey::access
