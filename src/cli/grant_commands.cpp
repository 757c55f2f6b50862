#include "cli/grant_commands.hpp"

#include <algorithm>
#include <ostream>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/json_text.hpp"
#include "cli/people_text.hpp"
#include "cli/progress_bar.hpp"
#include "cli/time_words.hpp"

namespace covey::cli {
namespace {

using api::GrantView;
using api::IssuedTicketView;
using Align = Column::Align;
using Room = Column::Room;

std::string state_of(const GrantView& grant) {
  if (grant.holds) return "holds";
  return grant.revoked_at ? "revoked" : "over";
}

std::string state_of(const IssuedTicketView& ticket, WallTime now) {
  if (ticket.revoked) return "revoked";
  if (ticket.expires_at && *ticket.expires_at <= to_unix_ms(now)) return "expired";
  return ticket.uses_left == 0U ? "used up" : "valid";
}

Cell bytes_cell(const std::optional<std::uint64_t>& bytes, std::string without) {
  if (!bytes) return {std::move(without), ""};
  return {human_bytes(*bytes), std::to_string(*bytes)};
}

}  // namespace

ExitCode grants(bool all, Session& session) {
  const auto views = session.daemon().grants();
  if (!views) return session.fail(views.error());
  const WallTime now = SystemClock().wall();
  Table table({{"ID"},
               {"WHO"},
               {"TITLE", Align::kLeft, Room::kFlexible},
               {"STATE"},
               {"GIVEN"},
               {"UNTIL"},
               {"USED", Align::kRight},
               {"LIMIT", Align::kRight},
               {""},
               {""}});
  for (const GrantView& view : *views) {
    if (!all && !view.holds) continue;
    if (session.is_json()) session.print(api::to_json(view));
    table.add({cell(view.id),
               {who_of(view.peer_name, view.peer_id), view.peer_id},
               cell(view.title),
               cell(state_of(view)),
               moment_cell(view.given_at, now),
               moment_cell(view.until, now, "revoked"),
               bytes_cell(view.bytes_used, {}),
               bytes_cell(view.byte_limit, "none"),
               {"", view.share_id},
               {"", view.peer_name}});
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty())
    session.say(all ? "nobody was approved yet" : "no grant holds; covey grants --all shows what is over");
  if (!table.empty()) session.console().out << drawn(table, session.console()) << std::flush;
  return ExitCode::kDone;
}

ExitCode revoke(const std::string& id, Session& session) {
  api::Client daemon = session.daemon();
  const auto grant = daemon.revoke(id);
  if (grant) {
    if (session.is_json()) session.print(api::to_json(*grant));
    session.say(fmt::format(
        "revoked the grant {}: {} may fetch {} no more; what was already delivered cannot be called back",
        grant->id, who_of(grant->peer_name, grant->peer_id), grant->title));
    return ExitCode::kDone;
  }
  if (grant.error().code != ErrorCode::kNotFound) return session.fail(grant.error());
  const auto ticket = daemon.revoke_ticket(id);
  if (!ticket && ticket.error().code == ErrorCode::kNotFound) {
    return session.fail(
        {ErrorCode::kNotFound,
         fmt::format("there is no grant and no ticket '{}'; covey grants and covey tickets SHARE list them",
                     id)});
  }
  if (!ticket) return session.fail(ticket.error());
  if (session.is_json()) session.print(json_object({{"revoked_ticket", id}}));
  session.say(fmt::format(
      "revoked the ticket {}: it lets nobody in any more; what was already delivered cannot be called back",
      id));
  return ExitCode::kDone;
}

ExitCode tickets(const std::string& share, Session& session) {
  const auto views = session.daemon().tickets(share);
  if (!views) return session.fail(views.error());
  const WallTime now = SystemClock().wall();
  Table table(
      {{"ID"}, {"STATE"}, {"EXPIRES"}, {"USES LEFT", Align::kRight}, {"HOLDERS", Align::kRight}, {""}});
  for (const IssuedTicketView& view : *views) {
    if (session.is_json()) session.print(api::to_json(view));
    const std::string uses = view.uses_left ? std::to_string(*view.uses_left) : std::string();
    table.add({cell(view.id),
               cell(state_of(view, now)),
               moment_cell(view.expires_at, now, "never"),
               {uses.empty() ? "no limit" : uses, uses},
               cell(std::to_string(view.holders)),
               {"", view.ticket}});
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty()) session.say("there is no ticket to it; covey ticket SHARE makes one");
  if (!table.empty()) session.console().out << drawn(table, session.console()) << std::flush;
  return ExitCode::kDone;
}

}  // namespace covey::cli
