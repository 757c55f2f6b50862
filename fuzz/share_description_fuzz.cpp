// Share descriptions: one payload for what it says, and a signature that covers every bit of it.

#include "access/share_description.hpp"

#include "crypto/hash.hpp"

#include "fuzz/plain_text.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using access::ShareDescription;
using access::ShareKind;

constexpr WallTime kNow{std::chrono::hours{24 * 365 * 56}};

const identity::DeviceKey& owner() {
  static const identity::DeviceKey key = [] {
    crypto::SeededRandom random(7);
    return identity::DeviceKey::ephemeral(random);
  }();
  return key;
}

void check_sense(const ShareDescription& description) {
  const auto title = code_points(description.title);
  require(title && !title->empty() && description.title.size() <= access::kMaxTitleBytes,
          "a title is UTF-8 of 1 to 255 bytes");
  require(std::none_of(title->begin(), title->end(), is_control), "a title holds no control characters");
  if (description.kind == ShareKind::kFile) {
    require(description.file_count == 1 && description.total_bytes == description.content_size,
            "a file's sizes agree");
  } else {
    require(!description.executable && description.mtime_ns == 0, "a folder has no properties of a file");
  }
}

void check_signature(access::SignedShareDescription signed_one, const ShareDescription& said) {
  const auto verified = access::verify(signed_one, owner().peer_id(), said.share_id, kNow);
  const bool expired = said.expires_at && kNow >= *said.expires_at;
  require(verified.has_value() == !expired, "what the owner signed holds until it expires");
  if (verified) require(*verified == said, "what is verified is what was signed");
  const crypto::Hash where = crypto::blake3(signed_one.payload);
  Choices choices{where.view()};
  const std::size_t at = choices.below(signed_one.payload.size() + crypto::Signature::kSize);
  const auto flipped = static_cast<Byte>(1U << (choices.byte() % 8));
  if (at < signed_one.payload.size()) {
    signed_one.payload[at] ^= flipped;
  } else {
    signed_one.signature.mutable_view()[at - signed_one.payload.size()] ^= flipped;
  }
  const auto changed = access::verify(signed_one, owner().peer_id(), said.share_id, kNow);
  require(!changed && changed.error().code == ErrorCode::kVerificationFailed, "one changed bit is noticed");
}

void run(ByteView input) {
  const access::SignedShareDescription received{.payload = to_bytes(input), .signature = {}};
  require(!access::verify(received, owner().peer_id(), {}, kNow), "nothing unsigned is believed");
  auto said = access::read_description(received);
  if (!said) return;
  check_sense(*said);
  require(same(access::sign(*said, owner()).payload, input),
          "a description is the only one for what it says");
  said->owner = owner().peer_id();
  check_signature(access::sign(*said, owner()), *said);
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
