#include "audit/audit_export.hpp"

#include <algorithm>
#include <array>

#include "audit/visible_text.hpp"

namespace covey::audit {
namespace {

void append_cell(std::string& row, std::string_view text) {
  // Also the wide forms, which some versions fold.
  constexpr std::array<std::string_view, 11> kFormulaBeginnings{
      "=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"};
  std::string shown;
  if (std::any_of(kFormulaBeginnings.begin(), kFormulaBeginnings.end(),
                  [text](std::string_view beginning) { return text.starts_with(beginning); })) {
    shown += '\'';
  }
  append_visible(shown, text, {});
  if (!row.empty()) row += ',';
  row += '"';
  for (const char c : shown) {
    if (c == '"') row += '"';
    row += c;
  }
  row += '"';
}

/// "2026-11-21T18:05:36.123Z"
std::string time_text(WallTime at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(seconds - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     (at - seconds).count());
}

}  // namespace

std::string csv_header() {
  return "\"seq\",\"at\",\"action\",\"outcome\",\"code\",\"peer\",\"address\",\"share\",\"right\","
         "\"subject\","
         "\"bytes\",\"note\"\r\n";
}

std::string csv_row(const AuditEntry& entry) {
  const AuditEvent& event = entry.event;
  std::string row;
  append_cell(row, std::to_string(entry.seq));
  append_cell(row, time_text(event.at));
  append_cell(row, name_of(event.action));
  append_cell(row, name_of(event.outcome));
  append_cell(row, name_of(event.code));
  append_cell(row, event.peer ? event.peer->to_text() : std::string());
  append_cell(row, event.address);
  append_cell(row, event.share);
  append_cell(row, name_of(event.right));
  append_cell(row, event.subject);
  append_cell(row, std::to_string(event.bytes));
  append_cell(row, event.note);
  return row + "\r\n";
}

Result<std::uint64_t> export_events(const std::filesystem::path& folder, const AuditFilter& filter,
                                    ExportForm form, const TextSink& sink) {
  if (form == ExportForm::kCsv) {
    TRY_VOID(sink(csv_header()));
  }
  std::uint64_t written = 0;
  const auto write = [&](const AuditEntry& entry, std::string_view line) -> Result<VisitNext> {
    TRY_VOID(form == ExportForm::kCsv ? sink(csv_row(entry)) : sink(line));
    ++written;
    return VisitNext::kGoOn;
  };
  TRY_VOID(visit_events(folder, filter, ReadOrder::kOldestFirst, std::nullopt, write));
  return written;
}

}  // namespace covey::audit
