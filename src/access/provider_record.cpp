#include "access/provider_record.hpp"

#include "access/address_list.hpp"
#include "base/cursor.hpp"
#include "base/record_time.hpp"
#include "crypto/labels.hpp"
#include "crypto/sign.hpp"

// Numbers are big-endian, times milliseconds since the Unix epoch.
//
//   provider := version:u8=1 share_id:16 peer:33 issued_at:u64 expires_at:u64 addresses   (address_list.cpp)
//
// The signature covers kProviderLabel and the provider.

namespace covey::access {
namespace {

constexpr Byte kRecordVersion = 1;
constexpr std::chrono::minutes kClockDifference{5};

Result<ProviderRecord> read_record_fields(ByteReader& reader) {
  ProviderRecord out;
  TRY(out.share, reader.fixed<ShareId>());
  TRY(const ByteView peer, reader.raw(identity::PeerId::kBytes));
  TRY(out.peer, identity::PeerId::from_bytes(peer));
  TRY(out.issued_at, read_time(reader));
  TRY(out.expires_at, read_time(reader));
  TRY(out.addresses, read_addresses(reader));
  TRY_VOID(reader.expect_done());
  if (out.addresses.empty()) return fail(ErrorCode::kMalformed, "a provider without an address");
  if (out.expires_at <= out.issued_at || out.expires_at - out.issued_at > kMaxProviderLife)
    return fail(ErrorCode::kMalformed, "a provider's record that holds for too long, or never");
  return out;
}

}  // namespace

SignedProviderRecord sign(const ProviderRecord& record, const identity::DeviceKey& provider) {
  ByteWriter out(kMaxProviderRecordBytes);
  out.number(kRecordVersion).raw(record.share.view()).raw(record.peer.bytes());
  out.number(record_time(record.issued_at)).number(record_time(record.expires_at));
  write_addresses(out, record.addresses);
  SignedProviderRecord signed_one{.payload = out.take(), .signature = {}};
  signed_one.signature = provider.sign(crypto::kProviderLabel, signed_one.payload);
  return signed_one;
}

Result<ProviderRecord> verify(const SignedProviderRecord& record, const ShareId& expected_share,
                              WallTime now) {
  if (record.payload.size() > kMaxProviderRecordBytes)
    return fail(ErrorCode::kLimitExceeded, "a provider's record of {} bytes", record.payload.size());
  ByteReader reader(record.payload);
  TRY(const Byte version, reader.number<Byte>());
  if (version > kRecordVersion) return fail(ErrorCode::kUnsupported, "a provider's record of a newer Covey");
  if (version != kRecordVersion) return fail(ErrorCode::kMalformed, "a provider's record of version 0");
  TRY(auto out, read_record_fields(reader));
  if (!crypto::verify(out.peer.public_key(), crypto::kProviderLabel, record.payload, record.signature))
    return fail(ErrorCode::kVerificationFailed, "a provider's record that its peer did not sign");
  if (out.share != expected_share)
    return fail(ErrorCode::kVerificationFailed, "a provider's record for another share");
  if (now >= out.expires_at || out.issued_at > now + kClockDifference)
    return fail(ErrorCode::kExpired, "a provider's record that does not hold now");
  return out;
}

}  // namespace covey::access
