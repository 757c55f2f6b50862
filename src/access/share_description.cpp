#include "access/share_description.hpp"

#include "access/clean_text.hpp"
#include "base/cursor.hpp"
#include "base/record_time.hpp"

// Numbers are big-endian; times are milliseconds since the Unix epoch, mtime nanoseconds in two's complement.
//
//   payload := version:u8=1 share_id:16 owner:33 kind:u8(1 file, 2 folder) root:32 content_size:u64
//              total_bytes:u64 file_count:u64 executable:u8(0,1) mtime_ns:u64 created:u64
//              expires:u64(0 never) serve_until:u64(0 owner alone) serve_to:u8(0 owner alone, 1 holders,
//              2 members, 3 grantees) title_length:u16(1..255) title
//
// The signature covers kShareDescriptionLabel and the payload.

namespace covey::access {
namespace {

constexpr Byte kDescriptionVersion = 1;
Result<bool> read_flag(ByteReader& reader) {
  TRY(const Byte value, reader.number<Byte>());
  if (value > 1) return fail(ErrorCode::kMalformed, "a flag that is neither 0 nor 1");
  return value == 1;
}

Result<ShareKind> read_kind(ByteReader& reader) {
  TRY(const Byte value, reader.number<Byte>());
  if (value != 1 && value != 2) return fail(ErrorCode::kMalformed, "a share that is neither file nor folder");
  return static_cast<ShareKind>(value);
}

Result<std::string> read_title(ByteReader& reader) {
  TRY(const ByteView title, reader.sized16(kMaxTitleBytes));
  if (title.empty() || !is_clean_text(title))
    return fail(ErrorCode::kMalformed, "a title that is no clean text");
  return std::string(as_text(title));
}

Result<> check_sense(const ShareDescription& description) {
  const bool is_file = description.kind == ShareKind::kFile;
  if (is_file && (description.file_count != 1 || description.total_bytes != description.content_size)) {
    return fail(ErrorCode::kMalformed, "sizes that contradict each other");
  }
  if (!is_file && (description.executable || description.mtime_ns != 0)) {
    return fail(ErrorCode::kMalformed, "a folder with the properties of a file");
  }
  return {};
}

Result<ShareDescription> read_description_fields(ByteReader& reader) {
  ShareDescription out;
  TRY(out.share_id, reader.fixed<ShareId>());
  TRY(const ByteView owner, reader.raw(identity::PeerId::kBytes));
  TRY(out.owner, identity::PeerId::from_bytes(owner));
  TRY(out.kind, read_kind(reader));
  TRY(out.root, reader.fixed<ContentRoot>());
  TRY(out.content_size, reader.number<std::uint64_t>());
  TRY(out.total_bytes, reader.number<std::uint64_t>());
  TRY(out.file_count, reader.number<std::uint64_t>());
  TRY(out.executable, read_flag(reader));
  TRY(const auto mtime, reader.number<std::uint64_t>());
  out.mtime_ns = static_cast<std::int64_t>(mtime);
  TRY(out.created_at, read_time(reader));
  TRY(const WallTime expires, read_time(reader));
  if (expires != WallTime{}) out.expires_at = expires;
  TRY(const WallTime serve_until, read_time(reader));
  if (serve_until != WallTime{}) out.serve_until = serve_until;
  TRY(const Byte serve_to, reader.number<Byte>());
  if (serve_to > static_cast<Byte>(ServeTo::kGrantees) || (serve_to != 0) != out.serve_until.has_value())
    return fail(ErrorCode::kMalformed, "a share that is served on to nobody, or for no time");
  out.serve_to = static_cast<ServeTo>(serve_to);
  TRY(out.title, read_title(reader));
  TRY_VOID(reader.expect_done());
  TRY_VOID(check_sense(out));
  return out;
}

}  // namespace

SignedShareDescription sign(const ShareDescription& description, const identity::DeviceKey& owner) {
  ByteWriter out(kMaxShareDescriptionBytes);
  out.number(kDescriptionVersion).raw(description.share_id.view()).raw(description.owner.bytes());
  out.number(static_cast<Byte>(description.kind)).raw(description.root.view());
  out.number(description.content_size).number(description.total_bytes).number(description.file_count);
  out.number(static_cast<Byte>(description.executable ? 1 : 0));
  out.number(static_cast<std::uint64_t>(description.mtime_ns));
  out.number(record_time(description.created_at));
  out.number(description.expires_at ? record_time(*description.expires_at) : 0);
  out.number(description.serve_until ? record_time(*description.serve_until) : 0);
  out.number(static_cast<Byte>(description.serve_to));
  out.sized16(as_bytes(description.title));
  SignedShareDescription signed_one{.payload = out.take(), .signature = {}};
  signed_one.signature = owner.sign(crypto::kShareDescriptionLabel, signed_one.payload);
  return signed_one;
}

Result<ShareDescription> read_description(const SignedShareDescription& description) {
  if (description.payload.size() > kMaxShareDescriptionBytes) {
    return fail(ErrorCode::kLimitExceeded, "a share description of {} bytes, above its limit of {}",
                description.payload.size(), kMaxShareDescriptionBytes);
  }
  ByteReader reader(description.payload);
  TRY(const Byte version, reader.number<Byte>());
  if (version > kDescriptionVersion) {
    return fail(ErrorCode::kUnsupported,
                "the sender describes this share in a newer version of Covey; update this one");
  }
  auto out = version == kDescriptionVersion ? read_description_fields(reader)
                                            : fail(ErrorCode::kMalformed, "version 0");
  if (!out)
    return std::unexpected(in_context(std::move(out).error(), "the share's description is malformed"));
  return out;
}

Result<ShareDescription> verify(const SignedShareDescription& description,
                                const identity::PeerId& expected_owner, const ShareId& expected_share,
                                WallTime now) {
  // The limit comes first: nobody makes us hash megabytes.
  if (description.payload.size() > kMaxShareDescriptionBytes) return read_description(description);
  if (!crypto::verify(expected_owner.public_key(), crypto::kShareDescriptionLabel, description.payload,
                      description.signature)) {
    return fail(ErrorCode::kVerificationFailed,
                "the share's description is not signed by the owner that the ticket names");
  }
  TRY(auto out, read_description(description));
  if (out.owner != expected_owner) {
    return fail(ErrorCode::kVerificationFailed,
                "the share's description names another owner than the ticket");
  }
  if (out.share_id != expected_share) {
    return fail(ErrorCode::kVerificationFailed, "the description belongs to another share than the ticket");
  }
  if (out.expires_at && now >= *out.expires_at) {
    return fail(ErrorCode::kExpired, "this ticket has expired; ask the sender for a fresh one");
  }
  return out;
}

}  // namespace covey::access
