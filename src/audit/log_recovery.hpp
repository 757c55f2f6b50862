#pragma once
// What an audit log looks like at its opening, and where it goes on.
//
// Nothing that was written is ever thrown away but a line that was not finished. A log that is not as it was
// left goes on in a new file, from what was signed last, so that the damage stays visible to whoever verifies
// it. Reads at most two files; blocking; any thread. Spec: docs/spec/audit.md, "Opening".

#include <filesystem>
#include <string>
#include <vector>

#include "audit/line_draft.hpp"

namespace covey::audit {

struct FoundLog {
  enum class Next : std::uint8_t {
    kCreate,    // there is none
    kContinue,  // in last_file, which is to be cut after `bytes`
    kNewFile,   // in next_file, whatever of it is there
  };

  Next next = Next::kCreate;
  LogId log;
  ChainPlace place;
  std::uint64_t first_file = 1;
  std::uint64_t last_file = 1;
  std::uint64_t next_file = 1;
  std::uint64_t bytes = 0;
  std::uint64_t torn_bytes = 0;      // of a line that was not finished
  std::uint64_t unsigned_lines = 0;  // beyond what was signed last
  std::string damage;                // in words; empty when the log is as it was left
};

/// kVerificationFailed when another device wrote it, kUnsupported for a newer version, kIo.
Result<FoundLog> examine_log(const std::filesystem::path& folder, const identity::PeerId& signer);

}  // namespace covey::audit
