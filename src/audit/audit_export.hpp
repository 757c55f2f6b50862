#pragma once
// Events written out for other programs: the log's own lines, or a table for spreadsheets.
//
// In the table a text that a spreadsheet would take for a formula begins with an apostrophe, and what does
// not show is written as \uXXXX. Blocking; any thread. Spec: docs/spec/audit.md, "Export".

#include "audit/audit_reader.hpp"

namespace covey::audit {

enum class ExportForm : std::uint8_t { kJsonLines, kCsv };

/// Takes the next part of the text; an error ends the export.
using TextSink = std::function<Result<>(std::string_view)>;

/// Oldest first. Returns how many events were written.
Result<std::uint64_t> export_events(const std::filesystem::path& folder, const AuditFilter& filter,
                                    ExportForm form, const TextSink& sink);

/// One row of the table, with its line break (CR LF, as RFC 4180 has it).
[[nodiscard]] std::string csv_row(const AuditEntry& entry);
[[nodiscard]] std::string csv_header();

}  // namespace covey::audit
