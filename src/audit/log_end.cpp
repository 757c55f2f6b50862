#include "audit/log_end.hpp"

#include "audit/line_fields.hpp"
#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "base/record_time.hpp"

// end = {"kind":"end","version":1,"log":"HEX","first_file":N,"last_file":N,"seq":N,"chain":"HEX","at":MS,
//        "state":"open"|"closed","signer":"PEER","signature":"HEX"}, and a line feed

namespace covey::audit {
namespace {

constexpr std::uint64_t kEndVersion = 1;
constexpr std::string_view kKind = "end";

std::string_view name_of(LogState state) {
  return state == LogState::kClosed ? "closed" : "open";
}

/// log:16 first_file:u64 last_file:u64 seq:u64 chain:32 at:u64 state:u8
Bytes message_of(const LogEnd& end) {
  ByteWriter out(128);
  out.raw(end.log.view()).number(end.first_file).number(end.last_file).number(end.seq);
  out.raw(end.chain.view()).number(record_time(end.at)).number(static_cast<Byte>(end.state));
  return out.take();
}

}  // namespace

void sign(LogEnd& end, const identity::DeviceKey& key) {
  end.signer = key.peer_id();
  end.signature = key.sign(crypto::kAuditEndLabel, message_of(end));
}

bool is_signed(const LogEnd& end) {
  return crypto::verify(end.signer.public_key(), crypto::kAuditEndLabel, message_of(end), end.signature);
}

std::string to_text(const LogEnd& end) {
  std::string out;
  FieldWriter fields(out);
  fields.word("kind", kKind).number("version", kEndVersion).word("log", to_hex(end.log.view()));
  fields.number("first_file", end.first_file).number("last_file", end.last_file);
  fields.number("seq", end.seq).word("chain", to_hex(end.chain.view())).number("at", record_time(end.at));
  fields.word("state", name_of(end.state)).word("signer", end.signer.to_text());
  fields.word("signature", to_hex(end.signature.view())).finish();
  return out;
}

Result<LogEnd> parse_log_end(std::string_view text) {
  if (text.size() > kMaxLogEndBytes) {
    return fail(ErrorCode::kLimitExceeded, "it has more than {} bytes", kMaxLogEndBytes);
  }
  FieldReader in(text);
  LogEnd end;
  TRY(const std::string_view kind, in.word("kind"));
  TRY(const std::uint64_t version, in.number("version"));
  if (kind == kKind && version > kEndVersion) {
    return fail(ErrorCode::kUnsupported,
                "this audit log was written by a newer version of Covey; update this one");
  }
  TRY(end.log, in.hex<LogId>("log"));
  TRY(end.first_file, in.number("first_file"));
  TRY(end.last_file, in.number("last_file"));
  TRY(end.seq, in.number("seq"));
  TRY(end.chain, in.hex<ChainHash>("chain"));
  TRY(const std::uint64_t at, in.number("at"));
  if (at > kMaxUnixMs) return fail(ErrorCode::kMalformed, "'at' is beyond the year 9999");
  end.at = from_unix_ms(static_cast<std::int64_t>(at));
  TRY(const std::string_view state, in.word("state"));
  end.state = state == name_of(LogState::kClosed) ? LogState::kClosed : LogState::kOpen;
  TRY(const std::string_view signer, in.word("signer"));
  TRY(end.signer, read_peer(signer));
  TRY(end.signature, in.hex<crypto::Signature>("signature"));
  TRY_VOID(in.finish());
  if (to_text(end) != text) return fail(ErrorCode::kMalformed, "it is not written as Covey writes it");
  return end;
}

}  // namespace covey::audit
