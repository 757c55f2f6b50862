#include "audit/audit_reader.hpp"

#include <algorithm>

#include "audit/log_files.hpp"

namespace covey::audit {
namespace {

namespace fs = std::filesystem;
using Visitor = std::function<Result<VisitNext>(const AuditEntry&, std::string_view)>;

class Visit {
 public:
  Visit(const AuditFilter& filter, ReadOrder order, std::optional<std::uint64_t> after,
        const Visitor& visitor)
      : filter_(filter), order_(order), after_(after), visitor_(visitor) {}

  template <typename Reader>
  Result<> read(Reader reader) {
    while (!stopped_) {
      TRY(const auto line, reader.next());
      if (!line) break;
      TRY_VOID(take(*line));
    }
    return {};
  }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] std::uint64_t damaged() const { return damaged_; }

 private:
  Result<> take(const RawLine& raw) {
    if (raw.form == RawLine::Form::kTorn) return {};
    if (raw.form == RawLine::Form::kTooLong) ++damaged_;
    if (!filter_.may_match(raw.text)) return {};
    auto line = parse_line(raw.text);
    if (!line) {
      ++damaged_;
      return {};
    }
    auto* const event = std::get_if<AuditEvent>(&line->what);
    if (event == nullptr || !follows(line->seq) || !filter_.matches(*event)) return {};
    TRY(const VisitNext next, visitor_({line->seq, std::move(*event)}, raw.text));
    stopped_ = next == VisitNext::kStop;
    return {};
  }
  [[nodiscard]] bool follows(std::uint64_t seq) const {
    if (!after_) return true;
    return order_ == ReadOrder::kOldestFirst ? seq > *after_ : seq < *after_;
  }

  LineFilter filter_;
  ReadOrder order_;
  std::optional<std::uint64_t> after_;
  const Visitor& visitor_;
  std::uint64_t damaged_ = 0;
  bool stopped_ = false;
};

/// The number of a file's first line; nothing when it cannot be told.
std::optional<std::uint64_t> first_seq_of(const fs::path& folder, std::uint64_t number) {
  auto file = open_log_file(folder, number);
  if (!file) return std::nullopt;
  LineReader reader(*std::move(file));
  const auto raw = reader.next();
  if (!raw || !*raw || (*raw)->form != RawLine::Form::kWhole) return std::nullopt;
  const auto line = parse_line((*raw)->text);
  if (!line) return std::nullopt;
  return line->seq;
}

/// Leaves out the files that hold only what came before `after`, in the order of reading.
void skip_files(std::vector<std::uint64_t>& files, const fs::path& folder, ReadOrder order,
                std::uint64_t after) {
  // Ascending: the last file that begins at or before `after` is where both orders go on.
  const auto begins_beyond = [&](std::uint64_t number) {
    const auto first = first_seq_of(folder, number);
    return first && *first > after;
  };
  auto place = files.end();
  while (place != files.begin() && begins_beyond(*(place - 1))) --place;
  if (order == ReadOrder::kNewestFirst) {
    files.erase(place, files.end());
  } else if (place != files.begin()) {
    files.erase(files.begin(), place - 1);
  }
}

}  // namespace

Result<std::uint64_t> visit_events(const fs::path& folder, const AuditFilter& filter, ReadOrder order,
                                   std::optional<std::uint64_t> after_seq, const Visitor& visitor) {
  TRY(auto files, list_log_files(folder));
  if (after_seq) skip_files(files, folder, order, *after_seq);
  if (order == ReadOrder::kNewestFirst) std::reverse(files.begin(), files.end());
  Visit visit(filter, order, after_seq, visitor);
  for (const std::uint64_t number : files) {
    if (visit.stopped()) break;
    auto file = open_log_file(folder, number);
    if (!file && file.error().code == ErrorCode::kNotFound) continue;  // dropped meanwhile
    if (!file) return std::unexpected(file.error());
    if (order == ReadOrder::kOldestFirst) {
      TRY_VOID(visit.read(LineReader(*std::move(file))));
    } else {
      TRY(auto reader, BackwardLineReader::open(*std::move(file)));
      TRY_VOID(visit.read(std::move(reader)));
    }
  }
  return visit.damaged();
}

Result<AuditPage> read_events(const fs::path& folder, const AuditFilter& filter, ReadOrder order,
                              std::size_t limit, std::optional<std::uint64_t> after_seq) {
  AuditPage page;
  const std::size_t wanted = std::min(limit, kMaxEntriesRead);
  const auto take = [&](const AuditEntry& entry, std::string_view) -> Result<VisitNext> {
    page.more = page.entries.size() == wanted;
    if (page.more) return VisitNext::kStop;
    page.entries.push_back(entry);
    return VisitNext::kGoOn;
  };
  TRY(page.damaged_lines, visit_events(folder, filter, order, after_seq, take));
  return page;
}

}  // namespace covey::audit
