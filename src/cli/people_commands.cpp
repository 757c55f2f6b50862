#include "cli/people_commands.hpp"

#include <ostream>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/people_text.hpp"
#include "cli/progress_bar.hpp"
#include "cli/time_words.hpp"

namespace covey::cli {
namespace {

using api::PersonView;

/// "NAME …", for people and scripts.
ExitCode tell(const Result<PersonView>& person, std::string_view what, Session& session) {
  if (!person) return session.fail(person.error());
  if (session.is_json()) session.print(api::to_json(*person));
  session.say(fmt::format("{} {}", who_of(person->name, person->peer_id), what));
  return ExitCode::kDone;
}

}  // namespace

ExitCode people(Session& session) {
  const auto all = session.daemon().people();
  if (!all) return session.fail(all.error());
  using Room = Column::Room;
  const WallTime now = SystemClock().wall();
  Table table({{"NAME"},
               {"PEER"},
               {"FIRST SEEN"},
               {"LAST SEEN"},
               {"STANDING", Column::Align::kLeft, Room::kFlexible},
               {""}});
  for (const PersonView& view : *all) {
    if (session.is_json()) session.print(api::to_json(view));
    table.add({{view.name.empty() ? "?" : view.name, view.name},
               {short_peer(view.peer_id), view.peer_id},
               moment_cell(view.first_seen, now),
               moment_cell(view.last_seen, now),
               {standing_words(view, now), standing_name(view)},
               {"", view.block_reason}});
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty()) session.say("this peer has met nobody yet");
  if (!table.empty()) session.console().out << drawn(table, session.console()) << std::flush;
  return ExitCode::kDone;
}

ExitCode block(const BlockOptions& options, Session& session) {
  api::BlockRequest request;
  request.reason = options.reason;
  if (!options.duration.empty()) {
    const auto duration = parse_duration(options.duration);
    if (!duration) return session.fail(duration.error());
    request.for_seconds = static_cast<std::uint64_t>(duration->count());
  }
  const auto person = session.daemon().block(options.peer, request);
  const std::string until = options.duration.empty() ? "until covey unblock" : "for " + options.duration;
  return tell(person, "is blocked " + until + ": it finds and fetches nothing here", session);
}

ExitCode unblock(const std::string& peer, Session& session) {
  return tell(session.daemon().unblock(peer), "is blocked no more", session);
}

ExitCode trust(const std::string& peer, const std::vector<std::string>& shares, Session& session) {
  const std::string what = shares.empty() ? "every share" : counted(shares.size(), "share");
  return tell(session.daemon().trust(peer, {shares}),
              "is trusted: its requests for " + what + " are approved by themselves", session);
}

ExitCode untrust(const std::string& peer, Session& session) {
  return tell(session.daemon().untrust(peer), "is asked about again; grants that it has stay", session);
}

}  // namespace covey::cli
