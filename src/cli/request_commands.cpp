#include "cli/request_commands.hpp"

#include <algorithm>
#include <ostream>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/people_text.hpp"
#include "cli/request_text.hpp"
#include "cli/request_watch.hpp"

namespace covey::cli {
namespace {

using api::RequestState;
using api::RequestView;

bool waits_for_an_answer(const RequestView& view) {
  return view.direction == api::RequestDirection::kIncoming && view.state == RequestState::kWaiting;
}

/// By its id or an unambiguous beginning of it.
Result<RequestView> one_of(const std::vector<RequestView>& views, const std::string& id) {
  std::vector<const RequestView*> fitting;
  for (const RequestView& view : views) {
    if (view.id == id) return view;
    if (view.id.starts_with(id)) fitting.push_back(&view);
  }
  if (fitting.size() == 1) return *fitting.front();
  if (fitting.empty()) {
    return covey::fail(ErrorCode::kNotFound, "there is no request '{}'; covey requests --all lists them",
                       printable(id));
  }
  return covey::fail(ErrorCode::kInvalidArgument, "{} requests begin with '{}'; write more of the id",
                     fitting.size(), printable(id));
}

ExitCode show_one(const RequestView& view, Session& session) {
  if (session.is_json()) {
    session.print(api::to_json(view));
    return ExitCode::kDone;
  }
  const Console& console = session.console();
  console.out << inked(request_title(view, console.glyphs), Ink::kBold, console.out_style()) << '\n'
              << request_details(view, SystemClock().wall(), console.columns(), console.glyphs) << std::flush;
  if (waits_for_an_answer(view))
    session.say(fmt::format("answer with: covey approve {0}, or covey deny {0}", view.id));
  return ExitCode::kDone;
}

ExitCode list(const std::vector<RequestView>& views, bool all, Session& session) {
  Table table = request_table();
  bool asked = false;
  for (const RequestView& view : views) {
    if (!all && view.state != RequestState::kWaiting) continue;
    asked = asked || waits_for_an_answer(view);
    if (session.is_json()) session.print(api::to_json(view));
    add_row(table, view, SystemClock().wall());
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty()) {
    session.say(all ? "nobody has asked yet" : "no request waits; covey requests --all shows what is over");
    return ExitCode::kDone;
  }
  session.console().out << drawn(table, session.console()) << std::flush;
  if (asked) session.say("covey requests ID shows who asks; covey approve ID and covey deny ID answer");
  return ExitCode::kDone;
}

/// What became of it, for people and scripts.
ExitCode tell(const Result<RequestView>& view, std::string_view addition, Session& session) {
  if (!view) return session.fail(view.error());
  if (session.is_json()) session.print(api::to_json(*view));
  session.say(outcome_words(*view, session.console().glyphs).append(addition));
  return ExitCode::kDone;
}

}  // namespace

ExitCode requests(const RequestsOptions& options, Session& session) {
  if (options.watch) return watch_requests(session);
  const auto views = session.daemon().requests();
  if (!views) return session.fail(views.error());
  if (options.id.empty()) return list(*views, options.all, session);
  const auto view = one_of(*views, options.id);
  return view ? show_one(*view, session) : session.fail(view.error());
}

ExitCode approve(const ApproveOptions& options, Session& session) {
  api::ApprovalRequest terms;
  terms.always = options.always;
  std::string addition;
  if (!options.duration.empty()) {
    const auto duration = parse_duration(options.duration);
    if (!duration) return session.fail(duration.error());
    terms.for_seconds = static_cast<std::uint64_t>(duration->count());
    addition += ", for " + options.duration;
  }
  if (!options.bytes.empty()) {
    const auto bytes = parse_bytes(options.bytes);
    if (!bytes) return session.fail(bytes.error());
    if (*bytes == 0) {
      return session.fail(
          {ErrorCode::kInvalidArgument, "with --bytes 0 nothing could be fetched; covey deny says no"});
    }
    terms.bytes = *bytes;
    addition += fmt::format(", {} at most", human_bytes(*bytes));
  }
  if (options.always) addition += "; its later requests for this share are approved by themselves";
  addition += "; covey grants lists it, covey revoke takes it back";
  return tell(session.daemon().approve(options.id, terms), addition, session);
}

ExitCode deny(const std::string& id, const std::string& reason, Session& session) {
  return tell(session.daemon().deny(id, reason), {}, session);
}

ExitCode withdraw(const std::string& id, Session& session) {
  return tell(session.daemon().withdraw(id), {}, session);
}

}  // namespace covey::cli
