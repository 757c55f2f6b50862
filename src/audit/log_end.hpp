#pragma once
// LogEnd: the file `head`: the device's signature over where the log ends, replaced with each append, so that
// lines taken off the end are missed.
//
// It never says more than what is durable. It has a label of its own: a head inside the log cannot stand in
// for it. Values; any thread. Spec: docs/spec/audit.md, "The end".

#include "audit/audit_line.hpp"

namespace covey::audit {

inline constexpr std::string_view kLogEndName = "head";
inline constexpr std::size_t kMaxLogEndBytes = 1024;

enum class LogState : std::uint8_t {
  kOpen,    // lines may follow that were written just before a crash
  kClosed,  // nothing may follow
};

struct LogEnd {
  LogId log;
  std::uint64_t first_file = 1;  // the oldest that is kept
  std::uint64_t last_file = 1;
  std::uint64_t seq = 0;  // of the last line
  ChainHash chain;        // the hash of that line
  WallTime at{};
  LogState state = LogState::kOpen;
  identity::PeerId signer;
  crypto::Signature signature;

  bool operator==(const LogEnd&) const = default;
};

/// Fills in who signs, and the signature.
void sign(LogEnd& end, const identity::DeviceKey& key);
[[nodiscard]] bool is_signed(const LogEnd& end);

[[nodiscard]] std::string to_text(const LogEnd& end);
/// kMalformed; kUnsupported for a newer version; kLimitExceeded. The signature is not looked at.
Result<LogEnd> parse_log_end(std::string_view text);

}  // namespace covey::audit
