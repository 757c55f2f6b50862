#pragma once
// verify_log(): reads a whole log and says whether it is what the device wrote, or the first place where it
// is not.
//
// Streams with bounded memory and changes nothing. A log that is being appended to may look cut short at its
// end; ask when nobody writes. Blocking; any thread. Spec: docs/spec/audit.md, "What is checked".

#include <filesystem>

#include "audit/chain_check.hpp"

namespace covey::audit {

/// A line that somebody noted down earlier, from LogEnd or VerifyReport.
struct KnownLine {
  std::uint64_t seq = 0;
  ChainHash chain;
};

struct VerifySettings {
  std::optional<KnownLine> known =
      std::nullopt;              // finds a log that was taken back to an earlier state as a whole
  std::uint64_t first_file = 1;  // begin here, say behind a damage that is known
};

struct BrokenPlace {
  std::string file;
  std::uint64_t line = 0;  // in that file, from 1; 0: the file itself
  std::uint64_t seq = 0;   // of the line, or the one that should be there; 0: none
  std::string what;        // in plain words
};

struct VerifyReport {
  std::uint64_t files = 0;
  std::uint64_t lines = 0;
  std::uint64_t events = 0;
  std::uint64_t heads = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  ChainHash chain;                  // of the last line
  WallTime signed_at{};             // the last signature
  std::uint64_t damage_events = 0;  // by which the log says that it was once found damaged
  // After a crash, until the log is opened again:
  std::uint64_t unsigned_lines = 0;  // at the end; they continue the log, but anybody could have written them
  std::uint64_t torn_bytes = 0;      // of a line that was not finished
  std::optional<BrokenPlace> broken;  // the first; the totals count what stands before it
};

/// kNotFound when there is no such folder, kUnsupported for a log of a newer version, kIo.
Result<VerifyReport> verify_log(const std::filesystem::path& folder, const identity::PeerId& signer,
                                const VerifySettings& settings = {});

}  // namespace covey::audit
