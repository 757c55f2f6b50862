#include "cli/audit_commands.hpp"

#include <algorithm>
#include <ostream>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/people_text.hpp"
#include "cli/progress_bar.hpp"
#include "cli/time_words.hpp"

namespace covey::cli {
namespace {

using api::AuditLineView;
using Align = Column::Align;
using Room = Column::Room;

constexpr std::uint64_t kPage = 1000;

Result<api::AuditQuery> query_of(const AuditOptions& options) {
  const WallTime now = SystemClock().wall();
  api::AuditQuery out;
  if (!options.since.empty()) {
    TRY(out.since, moment_from(options.since, now, DayEnd::kBegin));
  }
  if (!options.until.empty()) {
    TRY(out.until, moment_from(options.until, now, DayEnd::kEnd));
  }
  out.peer = options.peer;
  out.share = options.share;
  out.action = options.only_action;
  out.outcome = options.outcome;
  out.code = options.code;
  return out;
}

Table audit_table() {
  return Table({{"WHEN"},
                {"WHO"},
                {"ACTION"},
                {"OUTCOME"},
                {"SHARE", Align::kLeft, Room::kFlexible},
                {"WHAT", Align::kLeft, Room::kFlexible},
                {"CODE"},
                {"BYTES", Align::kRight},
                {"NOTE", Align::kLeft, Room::kFlexible},
                {""},
                {""},
                {""},
                {""},
                {""}});
}

void add_row(Table& table, const AuditLineView& line, WallTime now) {
  const bool has_peer = !line.peer_id.empty() || !line.peer_name.empty();
  table.add({moment_cell(line.at, now),
             {has_peer ? who_of(line.peer_name, line.peer_id) : "", line.peer_id},
             cell(line.action),
             cell(line.outcome),
             cell(line.title),
             cell(line.subject),
             cell(line.code),
             {line.bytes == 0 ? "" : human_bytes(line.bytes), std::to_string(line.bytes)},
             cell(line.note),
             {"", line.right},
             {"", line.address},
             {"", std::to_string(line.number)},
             {"", line.share_id},
             {"", line.peer_name}});
}

ExitCode show(api::AuditQuery query, std::uint64_t count, Session& session) {
  api::Client daemon = session.daemon();
  const WallTime now = SystemClock().wall();
  Table table = audit_table();
  bool more = true;
  while (more && count > 0) {
    query.limit = std::min(count, kPage);
    const auto page = daemon.audit(query);
    if (!page) return session.fail(page.error());
    for (const AuditLineView& line : page->lines) {
      if (session.is_json()) session.print(api::to_json(line));
      add_row(table, line, now);
      query.before = line.number;
    }
    count -= std::min<std::uint64_t>(count, page->lines.size());
    more = page->more && !page->lines.empty();
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty()) session.say("the log has no line that fits");
  if (!table.empty()) session.console().out << drawn(table, session.console()) << std::flush;
  if (more) session.say("there are older lines; -n shows more of them");
  return ExitCode::kDone;
}

ExitCode verify(Session& session) {
  const auto check = session.daemon().verify_audit();
  if (!check) return session.fail(check.error());
  if (session.is_json()) session.print(api::to_json(*check));
  if (!check->intact) return session.fail({ErrorCode::kVerificationFailed, check->problem});
  session.say(fmt::format("the log is as it was written: {} in {}", counted(check->lines, "line"),
                          counted(check->files, "file")));
  return ExitCode::kDone;
}

ExitCode write_to_file(const AuditOptions& options, const api::AuditQuery& query, Session& session) {
  auto path = absolute_path(options.file);
  if (!path) return session.fail(path.error());
  const api::AuditExportRequest request{
      .path = std::move(*path), .form = options.csv ? "csv" : "jsonl", .query = query};
  const auto lines = session.daemon().export_audit(request);
  if (!lines) return session.fail(lines.error());
  if (session.is_json()) session.print(api::exported_to_json(*lines));
  session.say(fmt::format("wrote {} to {}", counted(*lines, "line"), request.path));
  return ExitCode::kDone;
}

}  // namespace

ExitCode audit(const AuditOptions& options, Session& session) {
  const bool is_export = options.action == "export";
  if (is_export == options.file.empty()) {
    return session.fail(
        {ErrorCode::kInvalidArgument, is_export ? "which file is to be written? covey audit export FILE"
                                                : "only covey audit export takes a FILE"});
  }
  if (options.csv && !is_export)
    return session.fail({ErrorCode::kInvalidArgument, "--csv is for covey audit export FILE"});
  const auto query = query_of(options);
  if (!query) return session.fail(query.error());
  if (is_export) return write_to_file(options, *query, session);
  return options.action == "verify" ? verify(session) : show(*query, options.count, session);
}

ExitCode alerts(Session& session) {
  const auto all = session.daemon().alerts();
  if (!all) return session.fail(all.error());
  const WallTime now = SystemClock().wall();
  Table table({{"ID", Align::kRight}, {"WHEN"}, {"KIND"}, {"WHO"}, {""}, {""}});
  for (const api::AlertView& view : *all) {
    if (session.is_json()) session.print(api::to_json(view));
    table.add({cell(std::to_string(view.id)),
               moment_cell(view.at, now),
               cell(view.kind),
               {short_peer(view.peer_id), view.peer_id},
               cell(view.undone ? "undone" : ""),
               {"", view.text}});
    table.add_below(view.text);
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty()) session.say("no alerts");
  if (!table.empty()) session.console().out << drawn(table, session.console()) << std::flush;
  return ExitCode::kDone;
}

ExitCode undo_alert(std::uint64_t alert, Session& session) {
  const auto view = session.daemon().undo_alert(alert);
  if (!view) return session.fail(view.error());
  if (session.is_json()) session.print(api::to_json(*view));
  session.say(fmt::format("took back what was done by itself because of alert {}", view->id));
  return ExitCode::kDone;
}

}  // namespace covey::cli
