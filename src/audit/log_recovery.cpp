#include "audit/log_recovery.hpp"

#include <algorithm>

namespace covey::audit {
namespace {

namespace fs = std::filesystem;

/// The files from the one that was signed last to the last.
struct Walk {
  explicit Walk(const identity::PeerId& signer) : check(signer) {}

  ChainCheck check;
  std::string damage;
  std::optional<ChainHash> chain_at_end;  // of the line that was signed last
  std::uint64_t last_file_lines = 0;
  std::uint64_t last_file_bytes = 0;
  std::uint64_t torn_bytes = 0;
};

Result<> walk_file(Walk& walk, const fs::path& folder, std::uint64_t number, std::uint64_t end_seq) {
  walk.last_file_lines = 0;
  walk.last_file_bytes = 0;
  walk.torn_bytes = 0;
  TRY(auto file, open_log_file(folder, number));
  LineReader reader(std::move(file));
  walk.check.begin_file(number);
  while (true) {
    TRY(const auto line, reader.next());
    if (!line) return {};
    if (line->form == RawLine::Form::kTorn) {
      walk.torn_bytes = line->end - walk.last_file_bytes;
      return {};
    }
    const auto taken = walk.check.take(*line);
    if (!taken && taken.error().code != ErrorCode::kCorrupt) return taken;
    if (!taken) {
      walk.damage =
          fmt::format("{}, line {}: {}", log_file_name(number), line->number, taken.error().context);
      return {};
    }
    ++walk.last_file_lines;
    walk.last_file_bytes = line->end;
    if (walk.check.seq() == end_seq) walk.chain_at_end = walk.check.chain();
  }
}

Result<Walk> walk_files(const fs::path& folder, std::span<const std::uint64_t> files,
                        const identity::PeerId& signer, std::uint64_t end_seq) {
  Walk walk(signer);
  for (const std::uint64_t number : files) {
    if (walk.torn_bytes > 0) walk.damage = "a file in the middle ends in mid-line";
    if (!walk.damage.empty()) break;
    TRY_VOID(walk_file(walk, folder, number, end_seq));
  }
  return walk;
}

/// What contradicts the end that was signed; empty when nothing does.
std::string contradiction(const Walk& walk, const LogEnd& end) {
  const std::uint64_t last = walk.check.seq();
  if (last < end.seq) {
    return fmt::format("it was signed up to line number {}, but ends with {}: {} lines are missing", end.seq,
                       last, end.seq - last);
  }
  if (walk.check.log() != end.log) return "its end was signed for another log";
  if (walk.chain_at_end != end.chain)
    return fmt::format("line number {} is not the one that was signed", end.seq);
  if (end.state == LogState::kClosed && last > end.seq) {
    return fmt::format("{} lines were added after it was closed", last - end.seq);
  }
  return {};
}

/// The signed end if it can be believed; otherwise what is wrong with it.
Result<std::optional<LogEnd>> believed_end(const fs::path& folder, const identity::PeerId& signer,
                                           std::string& damage) {
  auto end = read_log_end(folder);
  if (!end && end.error().code != ErrorCode::kCorrupt) return end;
  if (!end) {
    damage = end.error().context;
    return std::nullopt;
  }
  if (!*end) return std::nullopt;
  if (!is_signed(**end)) {
    damage = fmt::format("the signature in the file '{}' does not hold", kLogEndName);
    return std::nullopt;
  }
  if ((*end)->signer != signer) {
    return fail(ErrorCode::kVerificationFailed,
                "the audit log in {} is that of {}; move it away to begin a new one", folder.string(),
                (*end)->signer.to_text());
  }
  return end;
}

/// A log whose making was cut short has no signed end, and nothing in it yet.
bool is_unborn(std::span<const std::uint64_t> files, const Walk& walk) {
  return files.size() == 1 && files.front() == 1 && walk.damage.empty() && walk.check.totals().events == 0 &&
         walk.check.totals().lines <= 2;
}

FoundLog created(const Walk& walk) {
  FoundLog found;
  if (walk.check.seq() == 0) return found;
  found.next = FoundLog::Next::kContinue;
  found.log = *walk.check.log();
  found.place = {walk.check.seq(), walk.check.chain(), 0, walk.check.signed_seq() == walk.check.seq()};
  found.bytes = walk.last_file_bytes;
  found.torn_bytes = walk.torn_bytes;
  found.unsigned_lines = walk.check.totals().lines;  // to be told: somebody may have cut it back to this
  return found;
}

}  // namespace

Result<FoundLog> examine_log(const fs::path& folder, const identity::PeerId& signer) {
  TRY(const auto files, list_log_files(folder));
  std::string damage;
  TRY(const auto end, believed_end(folder, signer, damage));
  if (files.empty() && !end && damage.empty()) return FoundLog{};

  // Without an end to begin at, two files: the last may be empty.
  auto from = end ? std::lower_bound(files.begin(), files.end(), end->last_file)
                  : files.end() - std::min<std::ptrdiff_t>(2, std::ssize(files));
  TRY(const Walk walk, walk_files(folder, {from, files.end()}, signer, end ? end->seq : 0));
  if (!end && damage.empty() && is_unborn(files, walk)) return created(walk);

  if (damage.empty()) damage = walk.damage;
  if (damage.empty()) damage = end ? contradiction(walk, *end) : "the file 'head' is missing";

  FoundLog found;
  found.damage = damage;
  found.first_file = end ? end->first_file : files.empty() ? 1 : files.front();
  found.last_file = std::max(files.empty() ? 0 : files.back(), end ? end->last_file : 0);
  const ChainCheck& check = walk.check;
  if (!damage.empty()) {
    found.next = FoundLog::Next::kNewFile;
    found.next_file = found.last_file + 1;
    if (end) {
      found.log = end->log;
      found.place = {end->seq, end->chain, 0, false};
    } else {
      found.log = check.log().value_or(LogId{});
      found.place = {check.seq(), check.chain(), 0, false};
    }
    return found;
  }
  found.log = end->log;
  found.place = {check.seq(), check.chain(), check.events_since_head(), check.signed_seq() == check.seq()};
  found.torn_bytes = walk.torn_bytes;
  found.unsigned_lines = check.seq() - end->seq;
  found.bytes = walk.last_file_bytes;
  const bool begun = walk.last_file_lines > 0;
  found.next = begun ? FoundLog::Next::kContinue : FoundLog::Next::kNewFile;
  found.next_file = found.last_file;
  return found;
}

}  // namespace covey::audit
