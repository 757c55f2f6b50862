#include "cli/share_commands.hpp"

#include <ostream>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/daemon_watch.hpp"
#include "cli/progress_bar.hpp"
#include "cli/table.hpp"
#include "cli/ticket_output.hpp"

namespace covey::cli {
namespace {

constexpr std::size_t kShownIdCharacters = 10;

Result<api::ShareView> share_one(const std::string& path, const ShareOptions& options, Session& session) {
  api::ShareRequest request;
  TRY(request.path, absolute_path(path));
  request.title = options.title;
  request.verify = options.verify;
  if (!options.visibility.empty()) {
    TRY(request.visibility, api::visibility_named(options.visibility));
  }
  if (!options.access.empty()) {
    TRY(request.access, api::access_named(options.access));
  }
  request.named = options.named;
  request.tags = options.tags;
  request.reveal_names = options.reveal_names;
  if (!options.expires.empty()) {
    TRY(const auto duration, parse_duration(options.expires));
    request.expires_in_seconds = static_cast<std::uint64_t>(duration.count());
  }
  TRY(auto started, session.daemon().share(request));
  if (started.state == api::ShareState::kHashing) return watch_hashing(started, session);
  return started;
}

/// "" for an unlisted share.
std::string who_finds(const api::ShareView& share) {
  if (share.visibility == api::Visibility::kUnlisted) return {};
  const std::string who =
      share.visibility == api::Visibility::kNetwork ? "members of the network" : "those named";
  switch (share.access) {
    case api::Access::kOpen:
      return who + " find and fetch it; ";
    case api::Access::kListed:
      return who + " find it, those named fetch it; ";
    case api::Access::kAsk:
      return who + " find it, but nobody fetches it unasked; ";
  }
  return {};
}

std::string state_of(const api::ShareView& share) {
  switch (share.state) {
    case api::ShareState::kHashing:
      return share.bytes == 0 ? "hashing"
                              : fmt::format("hashing {}%", share.hashed_bytes * 100 / share.bytes);
    case api::ShareState::kReady:
      return "ready";
    case api::ShareState::kBroken:
      return "broken";
  }
  return {};
}

}  // namespace

ExitCode share(const ShareOptions& options, Session& session) {
  if (options.paths.size() > 1 && !options.title.empty()) {
    return session.fail({ErrorCode::kInvalidArgument,
                         "--title names one share, and here are several; share them one by one"});
  }
  for (const std::string& path : options.paths) {
    const auto made = share_one(path, options, session);
    if (!made) return session.fail(made.error());
    if (made->state == api::ShareState::kBroken)
      return session.fail({ErrorCode::kSourceChanged, made->problem});
    for (const std::string& notice : made->notices) session.say("left out: " + notice);
    const std::string id = made->id.substr(0, kShownIdCharacters);
    session.say(fmt::format("shared {}, {}, {}; {}a link for others: covey ticket {}", made->title,
                            human_bytes(made->bytes), counted(made->files, "file"), who_finds(*made), id));
    session.print(session.is_json() ? event_line("share", api::to_json(*made)) : made->id);
  }
  return ExitCode::kDone;
}

ExitCode shares(Session& session) {
  const auto all = session.daemon().shares();
  if (!all) return session.fail(all.error());
  if (session.is_json()) {
    for (const auto& view : *all) session.print(api::to_json(view));
    return ExitCode::kDone;
  }
  using Align = Column::Align;
  using Room = Column::Room;
  Table table({{"SHARE"},
               {"TITLE", Align::kLeft, Room::kFlexible},
               {"SIZE", Align::kRight},
               {"FILES", Align::kRight},
               {"STATE"},
               {"EXPIRES"},
               {"PATH", Align::kLeft, Room::kFlexible},
               {"SEEN BY"},
               {"ACCESS"}});
  for (const auto& view : *all) {
    table.add({{view.id.substr(0, kShownIdCharacters), view.id},
               cell(view.title),
               {human_bytes(view.bytes), std::to_string(view.bytes)},
               cell(std::to_string(view.files)),
               {state_of(view), std::string(api::name_of(view.state))},
               {expiry_words(view.expires_at, SystemClock().wall()),
                view.expires_at ? std::to_string(*view.expires_at / 1000) : std::string{}},
               cell(view.path),
               cell(std::string(api::name_of(view.visibility))),
               cell(std::string(api::name_of(view.access)))});
  }
  if (table.empty()) {
    session.say("nothing is shared yet; covey share PATH does that");
    return ExitCode::kDone;
  }
  session.console().out << drawn(table, session.console());
  for (const auto& view : *all) {
    if (!view.problem.empty()) session.say(view.title + ": " + view.problem);
  }
  return ExitCode::kDone;
}

ExitCode unshare(const std::string& share, Session& session) {
  if (const auto done = session.daemon().unshare(share); !done) return session.fail(done.error());
  session.say("no longer shared; the files stay where they are, and so does what others have fetched");
  return ExitCode::kDone;
}

ExitCode ticket(const TicketOptions& options, Session& session) {
  api::TicketRequest request;
  request.share_id = options.share;
  const auto expires = session.settings().seconds("ticket.expires", options.expires);
  if (!expires) return session.fail(expires.error());
  const auto uses = session.settings().count("ticket.uses", options.uses);
  if (!uses) return session.fail(uses.error());
  request.expires_in_seconds = *expires;
  request.uses = *uses;
  const auto made = session.daemon().ticket(request);
  if (!made) return session.fail(made.error());
  if (session.is_json()) {
    session.print(api::to_json(*made));
    return ExitCode::kDone;
  }
  session.print(made->ticket);
  if (options.qr) session.print(ticket_qr(*made, session.console().out_style()));
  for (const std::string& line : ticket_conditions(*made)) session.say(line);
  if (!made->id.empty()) session.say("covey revoke " + made->id + " takes it back");
  return ExitCode::kDone;
}

}  // namespace covey::cli
