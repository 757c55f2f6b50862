#include "daemon/seed_record.hpp"

#include "base/cursor.hpp"

// seed word    := description_length:u16 description signature:64 network:u8 {network_key:32 if network = 1}
// [revocations] revocations  := list_length:u16(1..) list signature:64 seed content := count:u32 {inode:u64
// ctime_ns:u64}{count} manifest

namespace covey::daemon {
namespace {

constexpr std::size_t kStampBytes = 8 + 8;

}  // namespace

Bytes SeedWord::encode() const {
  ByteWriter out;
  out.sized16(description.payload).raw(description.signature.view());
  out.number(static_cast<Byte>(network ? 1 : 0));
  if (network) out.raw(network->view());
  if (revocations) out.sized16(revocations->payload).raw(revocations->signature.view());
  return out.take();
}

Result<SeedWord> SeedWord::parse(ByteView bytes) {
  ByteReader in(bytes);
  SeedWord out;
  TRY(const ByteView payload, in.sized16(access::kMaxShareDescriptionBytes));
  out.description.payload = to_bytes(payload);
  TRY(out.description.signature, in.fixed<crypto::Signature>());
  TRY(const Byte has_network, in.number<Byte>());
  if (has_network > 1) return fail(ErrorCode::kMalformed, "neither a network nor none");
  if (has_network == 1) {
    TRY(out.network, in.fixed<crypto::PublicKey>());
  }
  if (in.left() == 0) return out;
  TRY(const ByteView list, in.sized16(access::kMaxRevocationListBytes));
  if (list.empty()) return fail(ErrorCode::kMalformed, "an empty list of revocations");
  out.revocations.emplace();
  out.revocations->payload = to_bytes(list);
  TRY(out.revocations->signature, in.fixed<crypto::Signature>());
  TRY_VOID(in.expect_done());
  return out;
}

Bytes SeedContent::encode() const {
  ByteWriter out(sizeof(std::uint32_t) + stamps.size() * kStampBytes + manifest.size());
  out.number(static_cast<std::uint32_t>(stamps.size()));
  for (const auto& stamp : stamps) out.number(stamp.inode).number(static_cast<std::uint64_t>(stamp.ctime_ns));
  return out.raw(manifest).take();
}

Result<SeedContent> SeedContent::parse(ByteView bytes) {
  ByteReader in(bytes);
  TRY(const auto count, in.number<std::uint32_t>());
  if (count > content::kMaxManifestEntries)
    return fail(ErrorCode::kLimitExceeded, "stamps of {} files", count);
  if (count > in.left() / kStampBytes)
    return fail(ErrorCode::kMalformed, "stamps of {} files in {} bytes", count, bytes.size());
  SeedContent out;
  out.stamps.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    swarm::ResultStamp stamp;
    TRY(stamp.inode, in.number<std::uint64_t>());
    TRY(const auto ctime, in.number<std::uint64_t>());
    stamp.ctime_ns = static_cast<std::int64_t>(ctime);
    out.stamps.push_back(stamp);
  }
  if (in.left() > kMaxSeedManifestBytes)
    return fail(ErrorCode::kLimitExceeded, "a list of files of {} bytes", in.left());
  TRY(const ByteView manifest, in.raw(in.left()));
  out.manifest = to_bytes(manifest);
  return out;
}

}  // namespace covey::daemon
