// Provider records: one payload for what it says, within its limits, and believed only when signed.

#include "access/provider_record.hpp"

#include "access/address_list.hpp"
#include "base/cursor.hpp"
#include "crypto/labels.hpp"

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

constexpr WallTime kNow{std::chrono::hours{24 * 365 * 56}};

void run(ByteView input) {
  static crypto::SeededRandom random(7);
  static const identity::DeviceKey provider = identity::DeviceKey::ephemeral(random);
  const access::ShareId share = access::ShareId::from(Bytes(16, 1));
  require(!access::verify({.payload = to_bytes(input), .signature = {}}, share, kNow),
          "nothing unsigned is believed");
  // The input as what stands behind the peer of an honest record.
  ByteWriter payload;
  payload.number(Byte{1}).raw(share.view()).raw(provider.peer_id().bytes()).raw(input);
  access::SignedProviderRecord record{.payload = payload.take(), .signature = {}};
  record.signature = provider.sign(crypto::kProviderLabel, record.payload);
  const auto read = access::verify(record, share, kNow);
  if (!read) return;
  require(!read->addresses.empty() && read->addresses.size() <= access::kMaxListedAddresses,
          "a provider has 1 to 8 addresses");
  require(access::sign(*read, provider).payload == record.payload,
          "a record is the only one for what it says");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
