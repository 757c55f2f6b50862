#pragma once
// PartRecord: the durable list of the pieces that a partial download holds.
//
// Append-only, fixed-size, checksummed entries behind a header that names the content. An entry survives the
// end of the process by itself; after a restart of the machine only those entries count that a later `synced`
// entry vouched for. A torn or damaged tail is cut off. One thread at a time.
// Grammar: docs/spec/content.md, "Part record".

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "content/content_id.hpp"
#include "content/disk_calls.hpp"
#include "content/file_descriptor.hpp"
#include "content/piece_geometry.hpp"

namespace covey::content {

using PartShareId = FixedBytes<struct PartShareIdTag, 16>;

/// What the record belongs to.
struct RecordHeader {
  std::uint8_t kind = 0;   // 1 a file, 2 a folder
  std::uint64_t size = 0;  // of a file; of the manifest for a folder
  ContentId root;
  PartShareId share_id;
  bool operator==(const RecordHeader&) const = default;
};

class PartRecord {
 public:
  static constexpr std::size_t kHeaderBytes = 72;
  enum class EntryKind : std::uint8_t {
    kBoot = 1,
    kPiece = 2,
    kHole = 3,
    kSynced = 4,
    kForgotten = 5,
    kFinishing = 6
  };
  struct Entry {
    EntryKind kind = EntryKind::kPiece;
    std::uint32_t note = 0;  // 24 bits
    std::uint32_t file = 0;
    std::uint32_t piece = 0;

    /// An entry whose file and piece together are one number, and that number.
    static Entry of_number(EntryKind kind, std::uint64_t number, std::uint32_t note = 0);
    [[nodiscard]] std::uint64_t number() const { return (std::uint64_t{file} << 32) | piece; }
  };
  /// What one entry says of a piece; a later one overrules it.
  enum class Claim : std::uint8_t { kBelieved, kUnproven, kForgotten };
  struct PieceClaim {
    PieceRef piece;
    Claim claim;
  };
  /// What an existing record said.
  struct Replay {
    std::vector<PieceClaim> claims;  // in order
    bool unsynced = false;           // some believed entry has no `synced` after it
    std::optional<Entry> finishing;  // the last word was that the result is being moved into place
  };

  /// The header of an open record file; kCorrupt when it is none.
  static Result<RecordHeader> read_header(int file);

  /// What an open record says now; changes nothing, and may run beside whoever writes it. kCorrupt.
  static Result<Replay> read(int file, DiskCalls& disk);

  /// Writes a new record into an empty file and makes it durable.
  static Result<PartRecord> create(FileDescriptor file, const RecordHeader& header, DiskCalls& disk);
  /// Continues an existing one; `replay` receives what it says.
  static Result<PartRecord> resume(FileDescriptor file, const RecordHeader& header, DiskCalls& disk,
                                   Replay& replay);

  /// Appends in one write: all of them or, on failure, none.
  Result<> append(std::span<const Entry> entries);
  /// The number of entries so far, for vouch().
  [[nodiscard]] std::uint64_t entry_count() const { return entry_count_; }
  /// Appends that the data of the first `count` entries is durable; it counts once flush() has succeeded.
  Result<> vouch(std::uint64_t count);
  /// Makes the record itself durable. May run beside the other calls.
  Result<> flush();
  [[nodiscard]] int descriptor() const { return file_.get(); }

 private:
  PartRecord(FileDescriptor file, const RecordHeader& header, DiskCalls& disk);
  Result<> begin_boot();
  [[nodiscard]] static Replay judge(const std::vector<Entry>& entries, DiskCalls& disk);

  FileDescriptor file_;
  DiskCalls* disk_;
  std::uint32_t seed_;
  std::uint64_t entry_count_ = 0;
  bool torn_ = false;  // a failed append could not be undone
};

}  // namespace covey::content
