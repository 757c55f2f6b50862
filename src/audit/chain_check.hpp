#pragma once
// ChainCheck: takes the lines of a log one after the other and says at the first that does not belong there
// what is wrong with it.
//
// The first file that it is given may be any: what came before is taken from that file's beginning, for which
// the heads after it vouch. Memory does not grow with the log. Single-threaded.
// Spec: docs/spec/audit.md, "What is checked".

#include <optional>

#include "audit/log_files.hpp"

namespace covey::audit {

/// As many events at most stand in a row without a head.
inline constexpr std::uint64_t kEventsPerHead = 64;

class ChainCheck {
 public:
  struct Totals {
    std::uint64_t lines = 0;
    std::uint64_t events = 0;
    std::uint64_t heads = 0;
    std::uint64_t bytes = 0;
    std::uint64_t first_seq = 0;
    std::uint64_t damage_events = 0;  // by which the log says that it was found damaged
  };

  explicit ChainCheck(const identity::PeerId& signer) : signer_(signer) {}

  /// The next lines are of this file.
  void begin_file(std::uint64_t number);
  /// kCorrupt, in words for people, when the line is not the one that belongs here; nothing more is to be
  /// taken then. kUnsupported for a log of a newer version.
  Result<> take(const RawLine& line);

  /// Of the last line that was taken; 0 before the first.
  [[nodiscard]] std::uint64_t seq() const { return seq_; }
  [[nodiscard]] const ChainHash& chain() const { return chain_; }
  /// Of the last head; 0 before the first.
  [[nodiscard]] std::uint64_t signed_seq() const { return signed_seq_; }
  [[nodiscard]] WallTime signed_at() const { return signed_at_; }
  [[nodiscard]] std::uint64_t events_since_head() const { return events_since_head_; }
  [[nodiscard]] const std::optional<LogId>& log() const { return log_; }
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  Result<> check_place(const AuditLine& line) const;
  Result<> take(const AuditLine& line, const FileBeginning& beginning);
  Result<> take(const AuditLine& line, const SignedHead& head);
  Result<> take(const AuditLine& line, const AuditEvent& event);

  identity::PeerId signer_;
  std::optional<LogId> log_;
  std::uint64_t file_ = 0;
  bool at_beginning_ = false;
  std::uint64_t seq_ = 0;
  ChainHash chain_;
  std::uint64_t signed_seq_ = 0;
  WallTime signed_at_{};
  std::uint64_t events_since_head_ = 0;
  Totals totals_;
};

}  // namespace covey::audit
