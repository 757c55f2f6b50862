#include "audit/audit_line.hpp"

#include <algorithm>

#include "audit/line_fields.hpp"
#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "base/record_time.hpp"
#include "crypto/hash.hpp"

// event = {"seq":N,"prev":"HEX","kind":"event","at":MS,"action":"…","outcome":"…","code":"…","peer":"…",
//          "address":"…","share":"…","right":"…","subject":"…","bytes":N,"note":"…"}
// begin = {"seq":N,"prev":"HEX","kind":"begin","at":MS,"version":1,"log":"HEX","file":N}
// head  = {"seq":N,"prev":"HEX","kind":"head","at":MS,"signer":"PEER","signature":"HEX"}
// Each is followed by one line feed; no spaces but inside texts.

namespace covey::audit {
namespace {

constexpr std::uint64_t kLogVersion = 1;
constexpr std::string_view kEventKind = "event";
constexpr std::string_view kBeginKind = "begin";
constexpr std::string_view kHeadKind = "head";

// A control character of one byte becomes six; the rest of a line has no more than its own 1024.
static_assert(6 * (kMaxAddressBytes + kMaxShareBytes + kMaxSubjectBytes + kMaxNoteBytes) + 1024 <=
              kMaxLineBytes);

Result<WallTime> read_at(FieldReader& in) {
  TRY(const std::uint64_t ms, in.number("at"));
  if (ms > kMaxUnixMs) return fail(ErrorCode::kMalformed, "'at' is beyond the year 9999");
  return from_unix_ms(static_cast<std::int64_t>(ms));
}

template <typename Enum>
Result<Enum> read_name(FieldReader& in, std::string_view key,
                       std::optional<Enum> (*named)(std::string_view)) {
  TRY(const std::string_view name, in.word(key));
  const auto value = named(name);
  if (!value) return fail(ErrorCode::kMalformed, "'{}' is a word that this version does not know", key);
  return *value;
}

Result<std::string> read_text(FieldReader& in, std::string_view key, std::size_t limit) {
  TRY(std::string text, in.text(key));
  if (text.size() > limit) return fail(ErrorCode::kMalformed, "'{}' has more than {} bytes", key, limit);
  return text;
}

Result<AuditEvent> read_event(FieldReader& in, WallTime at) {
  AuditEvent event;
  event.at = at;
  TRY(event.action, read_name(in, "action", &audit_action_named));
  TRY(event.outcome, read_name(in, "outcome", &outcome_named));
  TRY(event.code, read_name(in, "code", &reason_code_named));
  TRY(const std::string_view peer, in.word("peer"));
  if (!peer.empty()) {
    TRY(event.peer, read_peer(peer));
  }
  TRY(event.address, read_text(in, "address", kMaxAddressBytes));
  TRY(event.share, read_text(in, "share", kMaxShareBytes));
  TRY(event.right, read_name(in, "right", &right_named));
  TRY(event.subject, read_text(in, "subject", kMaxSubjectBytes));
  TRY(event.bytes, in.number("bytes"));
  TRY(event.note, read_text(in, "note", kMaxNoteBytes));
  return event;
}

Result<FileBeginning> read_beginning(FieldReader& in, WallTime at) {
  FileBeginning beginning;
  beginning.at = at;
  TRY(const std::uint64_t version, in.number("version"));
  if (version > kLogVersion) {
    return fail(ErrorCode::kUnsupported,
                "this audit log was written by a newer version of Covey; update this one");
  }
  TRY(beginning.log, in.hex<LogId>("log"));
  TRY(beginning.file, in.number("file"));
  return beginning;
}

Result<SignedHead> read_head(FieldReader& in, WallTime at) {
  SignedHead head;
  head.at = at;
  TRY(const std::string_view signer, in.word("signer"));
  TRY(head.signer, read_peer(signer));
  TRY(head.signature, in.hex<crypto::Signature>("signature"));
  return head;
}

void write(FieldWriter& out, const AuditEvent& given) {
  const AuditEvent event = cleaned(given);
  out.word("kind", kEventKind).number("at", record_time(event.at));
  out.word("action", name_of(event.action)).word("outcome", name_of(event.outcome));
  out.word("code", name_of(event.code)).word("peer", event.peer ? event.peer->to_text() : std::string());
  out.text("address", event.address).text("share", event.share).word("right", name_of(event.right));
  out.text("subject", event.subject).number("bytes", event.bytes).text("note", event.note);
}

void write(FieldWriter& out, const FileBeginning& beginning) {
  out.word("kind", kBeginKind).number("at", record_time(beginning.at)).number("version", kLogVersion);
  out.word("log", to_hex(beginning.log.view())).number("file", beginning.file);
}

void write(FieldWriter& out, const SignedHead& head) {
  out.word("kind", kHeadKind).number("at", record_time(head.at));
  out.word("signer", head.signer.to_text()).word("signature", to_hex(head.signature.view()));
}

/// log:16 seq:u64 previous:32 at:u64
Bytes head_message(const LogId& log, std::uint64_t seq, const ChainHash& previous, WallTime at) {
  ByteWriter out(LogId::kSize + 8 + ChainHash::kSize + 8);
  return out.raw(log.view()).number(seq).raw(previous.view()).number(record_time(at)).take();
}

}  // namespace

ChainHash chain_hash(std::string_view line) {
  return ChainHash(crypto::labelled_blake3(crypto::kAuditChainLabel, as_bytes(line)).array());
}

std::string to_line(const AuditLine& line) {
  std::string out;
  out.reserve(512);
  FieldWriter fields(out);
  fields.number("seq", line.seq).word("prev", to_hex(line.previous.view()));
  std::visit([&fields](const auto& what) { write(fields, what); }, line.what);
  fields.finish();
  return out;
}

Result<AuditLine> parse_line(std::string_view line) {
  if (line.size() > kMaxLineBytes) {
    return fail(ErrorCode::kLimitExceeded, "the line has more than {} bytes", kMaxLineBytes);
  }
  FieldReader in(line);
  AuditLine out;
  TRY(out.seq, in.number("seq"));
  TRY(out.previous, in.hex<ChainHash>("prev"));
  TRY(const std::string_view kind, in.word("kind"));
  TRY(const WallTime at, read_at(in));
  if (kind == kEventKind) {
    TRY(out.what, read_event(in, at));
  } else if (kind == kBeginKind) {
    TRY(out.what, read_beginning(in, at));
  } else if (kind == kHeadKind) {
    TRY(out.what, read_head(in, at));
  } else {
    return fail(ErrorCode::kMalformed, "a line of a kind that this version does not know");
  }
  TRY_VOID(in.finish());
  if (to_line(out) != line) return fail(ErrorCode::kMalformed, "the line is not written as Covey writes it");
  return out;
}

SignedHead sign_head(const identity::DeviceKey& key, const LogId& log, std::uint64_t seq,
                     const ChainHash& previous, WallTime at) {
  return {at, key.peer_id(), key.sign(crypto::kAuditHeadLabel, head_message(log, seq, previous, at))};
}

bool is_signed(const SignedHead& head, const LogId& log, std::uint64_t seq, const ChainHash& previous) {
  return crypto::verify(head.signer.public_key(), crypto::kAuditHeadLabel,
                        head_message(log, seq, previous, head.at), head.signature);
}

Result<identity::PeerId> read_peer(std::string_view text) {
  constexpr std::size_t kDataCharacters = 53;
  std::string bare(text.substr(0, 64));
  std::erase(bare, '-');
  const auto bytes = from_base32(std::string_view(bare).substr(0, kDataCharacters));
  if (bytes && bytes->size() == identity::PeerId::kBytes) {
    const identity::PeerId peer(crypto::PublicKey::from(ByteView(*bytes).subspan(1)));
    if (peer.to_text() == text) return peer;
  }
  return fail(ErrorCode::kMalformed, "a peer id that is none");
}

}  // namespace covey::audit
