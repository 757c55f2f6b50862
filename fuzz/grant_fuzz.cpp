// Grants and lists of revocations: one payload for what each says, within its limits, and believed only when
// signed.

#include "access/grant.hpp"
#include "access/revocation_list.hpp"
#include "base/cursor.hpp"
#include "crypto/labels.hpp"

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

constexpr WallTime kNow{std::chrono::hours{24 * 365 * 56}};

void run(ByteView input) {
  static crypto::SeededRandom random(7);
  static const identity::DeviceKey owner = identity::DeviceKey::ephemeral(random);
  static const identity::DeviceKey grantee = identity::DeviceKey::ephemeral(random);
  const access::ShareId share = access::ShareId::from(Bytes(16, 1));
  const access::ContentRoot root = access::ContentRoot::from(Bytes(32, 2));
  const access::SignedGrant unsigned_one{.payload = to_bytes(input), .signature = {}};
  require(!access::check(unsigned_one, owner.peer_id(), share, root, grantee.peer_id(), kNow),
          "nothing unsigned is believed");
  // The input as what stands behind the peers of an honest grant.
  ByteWriter payload;
  payload.number(Byte{1}).raw(Bytes(16, 3)).raw(share.view()).raw(root.view());
  payload.raw(owner.peer_id().bytes()).raw(grantee.peer_id().bytes()).raw(input);
  access::SignedGrant grant{.payload = payload.take(), .signature = {}};
  grant.signature = owner.sign(crypto::kGrantLabel, grant.payload);
  if (const auto read = access::check(grant, owner.peer_id(), share, root, grantee.peer_id(), kNow)) {
    require(read->expires_at > kNow, "a grant that has expired does not hold");
    require(access::sign(*read, owner).payload == grant.payload, "a grant is the only one for what it says");
  }
  ByteWriter listed;
  listed.number(Byte{1}).raw(share.view()).raw(owner.peer_id().bytes()).raw(input);
  access::SignedRevocationList list{.payload = listed.take(), .signature = {}};
  list.signature = owner.sign(crypto::kRevocationsLabel, list.payload);
  if (const auto read = access::verify(list, owner.peer_id(), share)) {
    require(read->revoked.size() <= access::kMaxRevocations, "a list has its limit");
    require(access::sign(*read, owner).payload == list.payload, "a list is the only one for what it says");
  }
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
