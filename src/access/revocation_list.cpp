#include "access/revocation_list.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/cursor.hpp"
#include "base/record_time.hpp"

// Numbers are big-endian, times milliseconds since the Unix epoch.
//
//   revocations := version:u8=1 share_id:16 owner:33 number:u64 issued_at:u64 all_before:u64(0 none)
//                  count:u16(0..1900) grant_id:16{count}, ascending
//
// The signature covers kRevocationsLabel and the revocations.

namespace covey::access {
namespace {

constexpr Byte kListVersion = 1;

bool is_ascending(const std::vector<GrantId>& ids) {
  return std::adjacent_find(ids.begin(), ids.end(), std::greater_equal<>()) == ids.end();
}

Result<RevocationList> read_list_fields(ByteReader& reader) {
  RevocationList out;
  TRY(out.share, reader.fixed<ShareId>());
  TRY(const ByteView owner, reader.raw(identity::PeerId::kBytes));
  TRY(out.owner, identity::PeerId::from_bytes(owner));
  TRY(out.number, reader.number<std::uint64_t>());
  TRY(out.issued_at, read_time(reader));
  TRY(out.all_before, read_time(reader));
  TRY(const auto count, reader.number<std::uint16_t>());
  if (count > kMaxRevocations) return fail(ErrorCode::kLimitExceeded, "{} revocations in a list", count);
  if (reader.left() != std::size_t{count} * GrantId::kSize)
    return fail(ErrorCode::kMalformed, "a list of revocations of the wrong length");
  out.revoked.reserve(count);
  for (std::uint16_t i = 0; i < count; ++i) {
    TRY(const auto id, reader.fixed<GrantId>());
    out.revoked.push_back(id);
  }
  if (!is_ascending(out.revoked)) return fail(ErrorCode::kMalformed, "revocations out of order");
  return out;
}

}  // namespace

bool RevocationList::revokes(const Grant& grant) const {
  return grant.issued_at < all_before || std::binary_search(revoked.begin(), revoked.end(), grant.id);
}

SignedRevocationList sign(const RevocationList& list, const identity::DeviceKey& owner) {
  if (list.revoked.size() > kMaxRevocations || !is_ascending(list.revoked))
    throw std::invalid_argument("a list of revocations that nobody would read");
  ByteWriter out(kMaxRevocationListBytes);
  out.number(kListVersion).raw(list.share.view()).raw(list.owner.bytes()).number(list.number);
  out.number(record_time(list.issued_at)).number(record_time(list.all_before));
  out.number(static_cast<std::uint16_t>(list.revoked.size()));
  for (const GrantId& id : list.revoked) out.raw(id.view());
  SignedRevocationList signed_one{.payload = out.take(), .signature = {}};
  signed_one.signature = owner.sign(crypto::kRevocationsLabel, signed_one.payload);
  return signed_one;
}

Result<RevocationList> verify(const SignedRevocationList& list, const identity::PeerId& owner,
                              const ShareId& share) {
  if (list.payload.size() > kMaxRevocationListBytes)
    return fail(ErrorCode::kLimitExceeded, "a list of revocations of {} bytes", list.payload.size());
  if (!crypto::verify(owner.public_key(), crypto::kRevocationsLabel, list.payload, list.signature))
    return fail(ErrorCode::kVerificationFailed, "a list of revocations that the owner did not sign");
  ByteReader reader(list.payload);
  TRY(const Byte version, reader.number<Byte>());
  if (version > kListVersion) return fail(ErrorCode::kUnsupported, "a list of revocations of a newer Covey");
  if (version != kListVersion) return fail(ErrorCode::kMalformed, "a list of revocations of version 0");
  TRY(auto out, read_list_fields(reader));
  if (out.owner != owner || out.share != share)
    return fail(ErrorCode::kVerificationFailed, "a list of revocations for another share");
  return out;
}

}  // namespace covey::access
