// covey explain: a transfer looked at closely.

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/managing_commands.hpp"
#include "cli/progress_bar.hpp"
#include "cli/table.hpp"

namespace covey::cli {
namespace {

std::string found_words(api::FoundBy found_by) {
  return found_by == api::FoundBy::kOwner     ? "owner"
         : found_by == api::FoundBy::kTracker ? "tracker"
                                              : "other peers";
}

std::string state_of(const api::SourceView& source) {
  if (source.address.empty()) return "gone";
  if (source.held_back > 0.25)
    return fmt::format("at its limit {:.0f} % of the time", source.held_back * 100);
  return source.useful ? "sending" : "has nothing that is missing here";
}

Table table_of(const api::ExplanationView& view) {
  using Align = Column::Align;
  Table out({{.heading = "PEER"},
             {.heading = "ADDRESS"},
             {.heading = "KNOWN BY"},
             {.heading = "LATENCY", .align = Align::kRight},
             {.heading = "HAS", .align = Align::kRight},
             {.heading = "SPEED", .align = Align::kRight},
             {.heading = "BROUGHT", .align = Align::kRight},
             {.heading = "STATE", .room = Column::Room::kFlexible}});
  for (const auto& source : view.sources) {
    const std::string latency = source.round_trip_ms ? fmt::format("{:.1f} ms", *source.round_trip_ms) : "";
    out.add(
        {{.shown = short_peer(source.peer_id), .exact = source.peer_id},
         cell(source.address),
         cell(found_words(source.found_by)),
         {.shown = latency,
          .exact = source.round_trip_ms ? fmt::format("{:.3f}", *source.round_trip_ms) : ""},
         {.shown = fmt::format("{:.0f} %", source.holds * 100), .exact = fmt::format("{:.4f}", source.holds)},
         {.shown = human_rate(source.rate), .exact = fmt::format("{:.0f}", source.rate)},
         {.shown = human_bytes(source.bytes), .exact = fmt::format("{}", source.bytes)},
         cell(state_of(source))});
  }
  return out;
}

}  // namespace

ExitCode explain(const std::string& id, Session& session) {
  const auto view = session.daemon().explain(id);
  if (!view) return session.fail(view.error());
  if (session.is_json()) {
    session.print(api::to_json(*view));
    return ExitCode::kDone;
  }
  const Glyphs glyphs = session.console().err_style().glyphs;
  session.say(fmt::format("{} {}: {}", view->transfer.id, printable(view->transfer.title, glyphs),
                          state_words(view->transfer, glyphs)));
  session.say(printable(view->reason, glyphs));
  if (!view->sources.empty())
    session.console().out << drawn(table_of(*view), session.console()) << std::flush;
  for (const auto& blocked : view->blocked)
    session.say(fmt::format("not asked again: {}", printable(blocked.reason, glyphs)));
  if (view->bytes_wasted > 0) session.say(human_bytes(view->bytes_wasted) + " came and were of no use");
  if (view->waiting_peers > 0) session.say(counted(view->waiting_peers, "further peer") + " known");
  if (view->transfer.state == api::TransferState::kRunning && view->availability == 0)
    session.say("nobody who is connected has every missing piece");
  return ExitCode::kDone;
}

}  // namespace covey::cli
