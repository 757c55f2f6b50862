#include "audit/audit_log.hpp"

#include <algorithm>

namespace covey::audit {

AuditLog::AuditLog(identity::FolderLock lock, LogFolder folder, const Collaborators& collaborators,
                   const AuditLogSettings& settings)
    : lock_(std::move(lock)),
      folder_(std::move(folder)),
      key_(&collaborators.key),
      clock_(&collaborators.clock),
      random_(&collaborators.random),
      settings_(settings) {
  settings_.files = std::max<std::uint64_t>(settings_.files, 2);
}

Result<AuditLog> AuditLog::open(const std::filesystem::path& path, const Collaborators& collaborators,
                                const AuditLogSettings& settings) {
  TRY_VOID(identity::make_private_folder(path));
  TRY(auto lock, identity::FolderLock::acquire(path));
  TRY(const FoundLog found, examine_log(path, collaborators.key.peer_id()));
  TRY(auto folder, LogFolder::open(path, collaborators.disk));
  AuditLog log(std::move(lock), std::move(folder), collaborators, settings);
  TRY_VOID(log.take_up(found));
  return log;
}

Result<> AuditLog::take_up(const FoundLog& found) {
  place_ = found.place;
  first_file_ = found.first_file;
  end_.log = found.log;
  if (found.log.is_zero()) end_.log = random_->fixed<LogId>();
  if (found.next == FoundLog::Next::kContinue) {
    file_number_ = found.last_file;
    size_ = found.bytes;
    holds_events_ = true;
    TRY(file_, folder_.open_for_appending(file_number_));
    if (found.torn_bytes > 0) {
      TRY_VOID(folder_.cut(file_, size_));
      TRY_VOID(folder_.sync(file_));
    }
  } else {
    TRY_VOID(start_file(found.next_file, Start::kFirst));
  }
  give_up_oldest();
  // An end that says "closed" must not come back after a power loss, since lines follow now.
  TRY_VOID(save_end(place_, LogState::kOpen));
  TRY_VOID(folder_.sync_names());
  TRY_VOID(folder_.remove_before(first_file_));
  if (!found.damage.empty()) {
    const std::string note = fmt::format("the log was not as it was left: {}", found.damage);
    const AuditEvent event = event_of(AuditAction::kLogDamaged, log_file_name(file_number_), note);
    TRY_VOID(append({&event, 1}));
  } else if (found.torn_bytes > 0 || found.unsigned_lines > 0) {
    const std::string note = fmt::format(
        "after a crash: {} bytes of an unfinished line were cut off, {} lines not yet signed were kept",
        found.torn_bytes, found.unsigned_lines);
    const AuditEvent event = event_of(AuditAction::kLogRecovered, log_file_name(file_number_), note);
    TRY_VOID(append({&event, 1}));
  }
  return {};
}

Result<std::uint64_t> AuditLog::append(std::span<const AuditEvent> events) {
  if (closed_) return fail(ErrorCode::kInvalidArgument, "the audit log is closed");
  if (events.empty()) return place_.seq;
  TRY_VOID(mend());
  const auto drafted = [&] {
    LineDraft lines = draft();
    for (const AuditEvent& event : events) lines.add_event(event);
    return lines;
  };
  LineDraft lines = drafted();
  const bool full = holds_events_ && size_ + lines.text().size() > settings_.file_bytes;
  if (rotating_ || full) {
    TRY_VOID(rotate());
    lines = drafted();
  }
  TRY_VOID(commit(lines, LogState::kOpen));
  holds_events_ = true;
  return lines.last_event();
}

Result<> AuditLog::close() {
  if (closed_) return {};
  TRY_VOID(mend());
  if (rotating_) {
    TRY_VOID(rotate());
  }
  LineDraft lines = draft();
  if (!place_.at_head) lines.add_head();
  TRY_VOID(commit(lines, LogState::kClosed));
  closed_ = true;
  return folder_.sync_names();
}

Result<> AuditLog::start_file(std::uint64_t number, Start start) {
  LineDraft lines = draft();
  lines.add_beginning(number);
  lines.add_head();
  if (start == Start::kRotated) {
    lines.add_event(event_of(AuditAction::kLogRotated, log_file_name(number), {}));
  }
  TRY(auto file, folder_.create(number));
  TRY_VOID(folder_.append(file, lines.text()));
  TRY_VOID(folder_.sync(file));
  TRY_VOID(folder_.sync_names());
  file_ = std::move(file);
  file_number_ = number;
  place_ = lines.place();
  size_ = lines.text().size();
  holds_events_ = false;
  torn_ = false;
  return {};
}

Result<> AuditLog::rotate() {
  if (!place_.at_head) {
    LineDraft lines = draft();
    lines.add_head();
    TRY_VOID(commit(lines, LogState::kOpen));
  }
  rotating_ = true;
  TRY_VOID(start_file(file_number_ + 1, Start::kRotated));
  rotating_ = false;
  give_up_oldest();
  TRY_VOID(save_end(place_, LogState::kOpen));
  // What has to go is not missed before the end that says so is durable.
  TRY_VOID(folder_.sync_names());
  return folder_.remove_before(first_file_);
}

void AuditLog::give_up_oldest() {
  if (file_number_ < settings_.files) return;
  first_file_ = std::max(first_file_, file_number_ - settings_.files + 1);
}

Result<> AuditLog::mend() {
  if (!torn_) return {};
  TRY_VOID(folder_.cut(file_, size_));
  torn_ = false;
  return {};
}

Result<> AuditLog::commit(const LineDraft& lines, LogState state) {
  const auto written = write_out(lines, state);
  if (!written) {
    torn_ = !folder_.cut(file_, size_);
    return written;
  }
  place_ = lines.place();
  size_ += lines.text().size();
  return {};
}

Result<> AuditLog::write_out(const LineDraft& lines, LogState state) {
  if (!lines.text().empty()) {
    TRY_VOID(folder_.append(file_, lines.text()));
    TRY_VOID(folder_.sync(file_));
  }
  return save_end(lines.place(), state);
}

Result<> AuditLog::save_end(const ChainPlace& place, LogState state) {
  LogEnd end;
  end.log = end_.log;
  end.first_file = first_file_;
  end.last_file = file_number_;
  end.seq = place.seq;
  end.chain = place.chain;
  end.at = clock_->wall();
  end.state = state;
  sign(end, *key_);
  TRY_VOID(folder_.replace_end(end));
  end_ = end;
  return {};
}

LineDraft AuditLog::draft() const {
  return {place_, end_.log, *key_, clock_->wall()};
}

AuditEvent AuditLog::event_of(AuditAction action, std::string subject, std::string note) const {
  AuditEvent event;
  event.at = clock_->wall();
  event.action = action;
  event.subject = std::move(subject);
  event.note = std::move(note);
  return event;
}

}  // namespace covey::audit
