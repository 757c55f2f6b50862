#pragma once
// AuditLine: one line of the log: an event, the beginning of a file, or a signed head.
//
// There is one text for each line: parse_line() takes nothing but what to_line() gives, so bytes that differ
// are a difference that somebody made. Each line carries the hash of the line before it; a head is the
// device's signature over that hash, and so over everything before it. Values; any thread.
// Spec: docs/spec/audit.md, "Lines".

#include <string>
#include <string_view>
#include <variant>

#include "audit/audit_event.hpp"
#include "base/bytes.hpp"
#include "identity/device_key.hpp"

namespace covey::audit {

/// With its line break. Every event fits, however its texts have to be escaped.
inline constexpr std::size_t kMaxLineBytes = 4096;

using ChainHash = FixedBytes<struct ChainHashTag, 32>;
/// Made at random with the log.
using LogId = FixedBytes<struct LogIdTag, 16>;

/// The hash of one line, its line break included.
[[nodiscard]] ChainHash chain_hash(std::string_view line);

/// The first line of each file.
struct FileBeginning {
  WallTime at{};
  LogId log;
  std::uint64_t file = 1;

  bool operator==(const FileBeginning&) const = default;
};

struct SignedHead {
  WallTime at{};
  identity::PeerId signer;
  crypto::Signature signature;

  bool operator==(const SignedHead&) const = default;
};

struct AuditLine {
  std::uint64_t seq = 1;  // of the whole log, from 1
  ChainHash previous;     // zeros for the first line of the log
  std::variant<AuditEvent, FileBeginning, SignedHead> what;

  bool operator==(const AuditLine&) const = default;
};

/// Ends with a line break. An event is cleaned first.
[[nodiscard]] std::string to_line(const AuditLine& line);
/// With its line break. kMalformed; kUnsupported for a log of a newer version; kLimitExceeded.
Result<AuditLine> parse_line(std::string_view line);

/// The head that stands at `seq` and vouches for everything before it.
[[nodiscard]] SignedHead sign_head(const identity::DeviceKey& key, const LogId& log, std::uint64_t seq,
                                   const ChainHash& previous, WallTime at);
/// Whether its signer signed it for this place; whose key that is, the caller compares.
[[nodiscard]] bool is_signed(const SignedHead& head, const LogId& log, std::uint64_t seq,
                             const ChainHash& previous);

/// A peer id in exactly the form of to_text(). Unlike PeerId::parse() it does not ask whether the key can
/// verify anything: that costs more than the rest of a line, and the log vouches for its own lines.
Result<identity::PeerId> read_peer(std::string_view text);

}  // namespace covey::audit
