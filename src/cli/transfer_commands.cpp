#include "cli/transfer_commands.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/daemon_watch.hpp"
#include "cli/progress_bar.hpp"
#include "cli/table.hpp"

namespace covey::cli {
namespace {

using api::TransferState;
using api::TransferView;

/// How a watched download ended, as an exit code; the reason on err.
ExitCode conclude(const TransferView& view, Session& session) {
  switch (view.state) {
    case TransferState::kComplete:
      if (view.direction == api::Direction::kDownload) print_destination(view, session);
      return ExitCode::kDone;
    case TransferState::kFailed:
      return session.fail(view.error.value_or(Error{ErrorCode::kInternal, "the transfer failed"}));
    case TransferState::kCancelled:
      return session.fail({ErrorCode::kCancelled, "the transfer was cancelled"}, ExitCode::kFailed);
    case TransferState::kWaitingApproval:
      return session.fail(
          {ErrorCode::kMustAsk,
           fmt::format("the owner is asked and has to approve it first; the request stands, and the download "
                       "begins by itself then: covey transfers {} --watch waits for it",
                       view.id)});
    default:
      session.say(fmt::format("paused; covey resume {} goes on", view.id));
      return ExitCode::kDone;
  }
}

ExitCode watch_one(const std::string& id, Approval approval, Session& session) {
  const auto last = watch_transfer(id, approval, session);
  if (last) return conclude(*last, session);
  if (last.error().code != ErrorCode::kCancelled) return session.fail(last.error());
  session.say(fmt::format("{}: covey transfers {} --watch", last.error().context, id));
  return ExitCode::kInterrupted;
}

void add_row(Table& table, const TransferView& view, Glyphs glyphs) {
  const bool download = view.direction == api::Direction::kDownload;
  const std::string arrow = glyphs == Glyphs::kAscii ? (download ? "in" : "out") : (download ? "↓" : "↑");
  const auto percent = percent_of(view);
  const bool moves = view.state == TransferState::kRunning;
  const auto eta = view.eta_seconds;
  const std::string priority(api::name_of(view.settings.priority));
  table.add({cell(view.id),
             {arrow, std::string(api::name_of(view.direction))},
             cell(view.title),
             {state_words(view, glyphs), std::string(api::name_of(view.state))},
             {percent ? fmt::format("{}%", *percent) : "", std::to_string(view.bytes_done)},
             {view.bytes_total == 0 ? "" : human_bytes(view.bytes_total), std::to_string(view.bytes_total)},
             {moves ? human_rate(view.rate) : "", fmt::format("{:.0f}", std::max(0.0, view.rate))},
             {moves && eta ? human_duration(std::chrono::seconds(static_cast<std::int64_t>(*eta))) : "",
              eta ? std::to_string(*eta) : ""},
             cell(std::to_string(distinct_peers(view))),
             {"", view.destination},
             {view.settings.priority == api::Priority::kNormal ? "" : priority, priority},
             {"", view.queue_position ? std::to_string(*view.queue_position) : ""}});
}

/// Whether a complete one is handed on to others, beside the table.
void say_seed(const std::string& id, const std::vector<TransferView>& views, Session& session) {
  const auto view = std::find_if(views.begin(), views.end(), [&](const auto& v) { return v.id == id; });
  if (view == views.end() || !view->seed) return;
  const api::SeedView& seed = *view->seed;
  const std::string reason = printable(seed.reason);
  switch (seed.state) {
    case api::SeedState::kServing:
      session.say(fmt::format("it is handed on to others; covey set {} --seed off ends that", id));
      return;
    case api::SeedState::kOff:
      session.say(fmt::format("it is not handed on to others; covey set {} --seed on changes that", id));
      return;
    case api::SeedState::kWaiting:
      session.say("it is not handed on to others at the moment: " + reason);
      return;
    case api::SeedState::kEnded:
      session.say("it is not handed on to others any more: " + reason);
      return;
  }
}

Table transfer_table() {
  using Align = Column::Align;
  using Room = Column::Room;
  return Table({{"ID"},
                {""},
                {"TITLE", Align::kLeft, Room::kFlexible},
                {"STATE", Align::kLeft, Room::kFlexible},
                {"DONE", Align::kRight},
                {"SIZE", Align::kRight},
                {"SPEED", Align::kRight},
                {"ETA", Align::kRight},
                {"PEERS", Align::kRight},
                {""},
                {""},
                {""}});
}

}  // namespace

ExitCode get(const GetOptions& options, Session& session) {
  if (auto running = session.daemon().status(); !running && running.error().code == ErrorCode::kUnreachable) {
    if (options.detach) return session.fail(running.error());
    session.say("no daemon is running here, so this command fetches it itself");
    return receive({options.download, {}}, session);
  }
  auto request = download_request_of(options.download, Shares::kYes, session);
  if (!request) return session.fail(request.error());
  request->reason = options.reason;
  const auto started = session.daemon().download(*request);
  if (!started) return session.fail(started.error());
  // An owner may take days: a script must not hang on that, and a person sees what it waits for.
  const bool is_seen = session.console().err_is_terminal && !session.is_json() && !session.options().quiet;
  if (!options.detach) return watch_one(started->id, is_seen ? Approval::kAwait : Approval::kReport, session);
  session.print(session.is_json() ? api::to_json(*started) : started->id);
  session.say(fmt::format("the daemon fetches it; look with: covey transfers {} --watch", started->id));
  return ExitCode::kDone;
}

ExitCode transfers(const TransfersOptions& options, Session& session) {
  if (options.watch && !options.id.empty()) return watch_one(options.id, Approval::kAwait, session);
  if (options.watch) {
    const auto watched = watch_all(session);
    if (watched) return ExitCode::kDone;
    return watched.error().code == ErrorCode::kCancelled ? ExitCode::kInterrupted
                                                         : session.fail(watched.error());
  }
  const auto all = session.daemon().transfers();
  if (!all) return session.fail(all.error());
  Table table = transfer_table();
  bool found = options.id.empty();
  for (const TransferView& view : *all) {
    if (!options.id.empty() && view.id != options.id) continue;
    found = true;
    if (session.is_json()) session.print(api::to_json(view));
    add_row(table, view, session.console().glyphs);
  }
  if (!found) {
    return session.fail({ErrorCode::kNotFound,
                         fmt::format("there is no transfer '{}'; covey transfers lists them", options.id)});
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty()) session.say("no transfers yet; covey get TICKET starts one");
  if (!table.empty()) session.console().out << drawn(table, session.console());
  if (!options.id.empty()) say_seed(options.id, *all, session);
  return ExitCode::kDone;
}

ExitCode status(Session& session) {
  const auto view = session.daemon().status();
  if (!view) return session.fail(view.error());
  if (session.is_json()) {
    session.print(api::to_json(*view));
    return ExitCode::kDone;
  }
  const auto running =
      std::chrono::duration_cast<std::chrono::seconds>(SystemClock().wall() - from_unix_ms(view->started_at));
  session.print("peer       " + printable(view->peer_id));
  session.print("version    " + printable(view->version));
  session.print("running    " + human_duration(running));
  for (const std::string& address : view->listening) session.print("listening  " + printable(address));
  if (view->ui) session.print("web UI     " + printable(*view->ui));
  session.print("shares     " + std::to_string(view->shares));
  session.print(fmt::format("transfers  {} active, down {}, up {}", view->active_transfers,
                            human_rate(view->download_rate), human_rate(view->upload_rate)));
  session.print("home       " + printable(view->home));
  return ExitCode::kDone;
}

}  // namespace covey::cli
