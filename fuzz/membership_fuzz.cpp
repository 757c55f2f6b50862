// Memberships: nothing unsigned is believed, and one changed bit of a signed one is noticed.

#include "identity/membership.hpp"

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::hours{24 * 365 * 56}};

struct Parties {
  crypto::SeededRandom random{7};
  crypto::SigningKey network = crypto::SigningKey::generate(random);
  identity::DeviceKey peer = identity::DeviceKey::ephemeral(random);
};

/// The input as the two fields of a claim that its author chooses, honestly signed and endorsed, and then not
/// quite.
void check_endorsed(const Parties& by, ByteView input) {
  const auto name = identity::PeerName::parse(as_text(input.first(std::min<std::size_t>(input.size(), 32))));
  if (!name) return;
  const identity::NameClaim claim{
      .network = by.network.public_key(), .peer = by.peer.peer_id(), .name = *name, .claimed_at = kNow};
  Bytes record = identity::endorse(identity::sign(claim, by.peer), 1, kNow, kNow + 48h, by.network);
  const auto read = identity::verify_membership(record, by.network.public_key(), kNow);
  require(read && read->claim == claim, "an honest membership is read back");
  Choices choices(input);
  record[choices.below(record.size())] ^= static_cast<Byte>(1U << (choices.byte() % 8));
  require(!identity::verify_membership(record, by.network.public_key(), kNow), "one changed bit is noticed");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey;  // NOLINT(google-build-using-namespace)
  static const fuzz::Parties by;
  const ByteView input(data, size);
  fuzz::require(!identity::verify_membership(input, by.network.public_key(), fuzz::kNow),
                "nothing unsigned is believed");
  (void)identity::verify({.payload = to_bytes(input), .signature = {}});
  if (!input.empty()) fuzz::check_endorsed(by, input);
  return 0;
}
