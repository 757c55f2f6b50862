#pragma once
// AuditLog: the log of a device: a folder of files, appended to in batches, each of them durable when
// append() returns.
//
// Whatever moment the process ends at, the log opens again with every event that was acknowledged, in order,
// and verifies. Opening and rotating keep it within AuditLogSettings. Blocking; one thread.
// Spec: docs/spec/audit.md.

#include <filesystem>
#include <span>

#include "audit/line_draft.hpp"
#include "audit/log_folder.hpp"
#include "audit/log_recovery.hpp"
#include "identity/private_files.hpp"

namespace covey::audit {

struct AuditLogSettings {
  std::uint64_t file_bytes = std::uint64_t{16} << 20;  // a file that a batch would take beyond it is closed
  std::uint64_t files = 64;                            // kept; at least 2
};

class AuditLog {
 public:
  /// What is passed in outlives the log.
  struct Collaborators {
    const identity::DeviceKey& key;
    const Clock& clock;
    crypto::Random& random;
    content::DiskCalls& disk = content::DiskCalls::real();
  };

  /// Makes the folder if it is not there. What a crash left behind is mended and noted by an event, damage is
  /// noted and stays. kAlreadyExists when another process has it open, kVerificationFailed when the log is
  /// another device's, kUnsupported when a newer version wrote it.
  static Result<AuditLog> open(const std::filesystem::path& folder, const Collaborators& collaborators,
                               const AuditLogSettings& settings = {});

  /// All of the events or none, durable; the number of the last. After an error the same may be tried again.
  /// Only a process that ends in the middle may leave events that nobody was told of.
  Result<std::uint64_t> append(std::span<const AuditEvent> events);
  /// Signs the end; nothing may be appended afterwards. A log that is dropped instead is as after a crash.
  Result<> close();

  /// What was signed last. Kept elsewhere, its `seq` and `chain` prove later that the log was not taken back.
  [[nodiscard]] const LogEnd& end() const { return end_; }

 private:
  AuditLog(identity::FolderLock lock, LogFolder folder, const Collaborators& collaborators,
           const AuditLogSettings& settings);

  Result<> take_up(const FoundLog& found);
  enum class Start : std::uint8_t { kFirst, kRotated };
  Result<> start_file(std::uint64_t number, Start start);
  Result<> rotate();
  void give_up_oldest();
  Result<> mend();
  Result<> commit(const LineDraft& lines, LogState state);
  Result<> write_out(const LineDraft& lines, LogState state);
  Result<> save_end(const ChainPlace& place, LogState state);
  [[nodiscard]] LineDraft draft() const;
  [[nodiscard]] AuditEvent event_of(AuditAction action, std::string subject, std::string note) const;

  identity::FolderLock lock_;
  LogFolder folder_;
  const identity::DeviceKey* key_;
  const Clock* clock_;
  crypto::Random* random_;
  AuditLogSettings settings_;
  LogEnd end_;
  ChainPlace place_;
  content::FileDescriptor file_;
  std::uint64_t file_number_ = 1;
  std::uint64_t size_ = 0;
  std::uint64_t first_file_ = 1;
  bool holds_events_ = false;  // the file does, beyond its beginning
  bool torn_ = false;          // the file may hold more than size_
  bool rotating_ = false;      // the next file was begun, so nothing more goes into this one
  bool closed_ = false;
};

}  // namespace covey::audit
