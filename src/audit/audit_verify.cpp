#include "audit/audit_verify.hpp"

#include <algorithm>

namespace covey::audit {
namespace {

namespace fs = std::filesystem;

class Verification {
 public:
  Verification(fs::path folder, const identity::PeerId& signer, const VerifySettings& settings)
      : folder_(std::move(folder)), signer_(signer), settings_(settings), check_(signer) {}

  Result<VerifyReport> run() {
    TRY_VOID(read_end());
    TRY(auto files, list_log_files(folder_));
    std::erase_if(files, [&](std::uint64_t number) { return number < settings_.first_file; });
    if (files.empty() && !end_ && !end_problem_) return report_;
    TRY_VOID(read_files(files));
    if (!report_.broken) judge_end();
    const auto& totals = check_.totals();
    report_.lines = totals.lines;
    report_.events = totals.events;
    report_.heads = totals.heads;
    report_.bytes = totals.bytes;
    report_.first_seq = totals.first_seq;
    report_.last_seq = check_.seq();
    report_.chain = check_.chain();
    report_.signed_at = end_ ? std::max(end_->at, check_.signed_at()) : check_.signed_at();
    report_.damage_events = totals.damage_events;
    const std::uint64_t vouched = std::max(check_.signed_seq(), end_ ? end_->seq : 0);
    report_.unsigned_lines = check_.seq() - std::min(vouched, check_.seq());
    return report_;
  }

 private:
  void broken(std::string file, std::uint64_t line, std::uint64_t seq, std::string what) {
    if (!report_.broken) report_.broken = BrokenPlace{std::move(file), line, seq, std::move(what)};
  }
  void broken_at_line(std::uint64_t seq, std::string what) {
    broken(log_file_name(file_), line_, seq, std::move(what));
  }

  Result<> read_end() {
    auto end = read_log_end(folder_);
    if (!end && end.error().code != ErrorCode::kCorrupt) return std::unexpected(end.error());
    if (!end) {
      end_problem_ = end.error().context;
    } else if (*end && (*end)->signer != signer_) {
      end_problem_ =
          fmt::format("this log is that of {}, not of {}", (*end)->signer.to_text(), signer_.to_text());
    } else if (*end && !is_signed(**end)) {
      end_problem_ = "the signature does not hold: it, or what it was made for, was replaced";
    } else {
      end_ = *end;
    }
    return {};
  }

  Result<> read_files(const std::vector<std::uint64_t>& files) {
    // Without an end, only the first file of all can be known not to be missing.
    std::uint64_t expected = std::max(settings_.first_file, end_ ? end_->first_file : 1);
    if (!files.empty() && (!end_ || files.front() < expected)) expected = files.front();
    for (const std::uint64_t number : files) {
      if (number != expected) {
        broken(log_file_name(expected), 0, check_.seq() + 1, "the file is missing");
        return {};
      }
      TRY_VOID(read_file(number, number == files.back()));
      if (report_.broken) return {};
      ++report_.files;
      ++expected;
    }
    if (end_ && expected <= end_->last_file) {
      broken(log_file_name(expected), 0, check_.seq() + 1, "the file is missing");
    }
    return {};
  }

  Result<> read_file(std::uint64_t number, bool last) {
    TRY(auto file, open_log_file(folder_, number));
    LineReader reader(std::move(file));
    file_ = number;
    line_ = 0;
    check_.begin_file(number);
    std::uint64_t offset = 0;
    while (true) {
      TRY(const auto line, reader.next());
      if (!line) return {};
      line_ = line->number;
      if (last && line->form == RawLine::Form::kTorn) {
        report_.torn_bytes = line->end - offset;
        --line_;
        return {};
      }
      const auto taken = check_.take(*line);
      if (!taken && taken.error().code != ErrorCode::kCorrupt) return taken;
      if (!taken) {
        broken_at_line(check_.seq() + 1, taken.error().context);
        return {};
      }
      offset = line->end;
      compare();
      if (report_.broken) return {};
    }
  }

  /// The line that was just taken with what is known of it from elsewhere.
  void compare() {
    const std::uint64_t seq = check_.seq();
    if (end_ && end_->seq == seq && end_->chain != check_.chain()) {
      broken_at_line(seq, "this line is not the one that was signed last: it was changed");
    }
    if (settings_.known && settings_.known->seq == seq && settings_.known->chain != check_.chain()) {
      broken_at_line(seq, "this line is not the one that was noted down: the log was written anew");
    }
  }

  void judge_end() {
    if (end_problem_) return broken(std::string(kLogEndName), 0, 0, *end_problem_);
    if (!end_) {
      return broken(std::string(kLogEndName), 0, 0,
                    "the file is missing, so nobody can tell whether lines are missing at the end");
    }
    const std::uint64_t last = check_.seq();
    if (check_.log() && *check_.log() != end_->log) {
      return broken(std::string(kLogEndName), 0, 0, "the file belongs to another log");
    }
    if (last < end_->seq) {
      return broken_at_line(last + 1,
                            fmt::format("the log ends before this line, but was signed up to number "
                                        "{}: {} lines are missing",
                                        end_->seq, end_->seq - last));
    }
    if (end_->state == LogState::kClosed && (last > end_->seq || report_.torn_bytes > 0)) {
      return broken_at_line(end_->seq + 1, "something was added after the log was closed");
    }
    if (settings_.known && settings_.known->seq > last) {
      return broken_at_line(last + 1,
                            fmt::format("the log ends before this line, but number {} was noted down: "
                                        "it was taken back to an earlier state",
                                        settings_.known->seq));
    }
  }

  fs::path folder_;
  identity::PeerId signer_;
  VerifySettings settings_;
  ChainCheck check_;
  std::optional<LogEnd> end_;
  std::optional<std::string> end_problem_;
  VerifyReport report_;
  std::uint64_t file_ = 1;
  std::uint64_t line_ = 0;
};

}  // namespace

Result<VerifyReport> verify_log(const fs::path& folder, const identity::PeerId& signer,
                                const VerifySettings& settings) {
  return Verification(folder, signer, settings).run();
}

}  // namespace covey::audit
