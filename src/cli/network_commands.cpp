#include "cli/network_commands.hpp"

#include <fstream>
#include <ostream>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/table.hpp"
#include "cli/ticket_output.hpp"

namespace covey::cli {
namespace {

using Align = Column::Align;
using Room = Column::Room;

constexpr std::size_t kShownIdCharacters = 10;
constexpr std::uint64_t kPage = 100;

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

Result<std::string> first_line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return fail(ErrorCode::kNotFound, "there is no invite code in {}", path);
  return line;
}

std::string owner_of(const api::FoundShareView& share) {
  return share.owner_name.empty() ? share.owner.substr(0, share.owner.find('-')) : share.owner_name;
}

void add_row(Table& table, const api::FoundShareView& share) {
  table.add({{share.share_id.substr(0, kShownIdCharacters), share.share_id},
             cell(share.title),
             {human_bytes(share.bytes), std::to_string(share.bytes)},
             cell(std::to_string(share.files)),
             {owner_of(share), share.owner_name.empty() ? share.owner : share.owner_name},
             cell(share.owner_online ? "online" : "away"),
             cell(std::string(api::name_of(share.access))),
             {joined(share.tags, " "), joined(share.tags, " ")}});
}

Table share_table() {
  return Table({{"SHARE"},
                {"TITLE", Align::kLeft, Room::kFlexible},
                {"SIZE", Align::kRight},
                {"FILES", Align::kRight},
                {"OWNER"},
                {"IS"},
                {"ACCESS"},
                {"TAGS", Align::kLeft, Room::kFlexible}});
}

}  // namespace

ExitCode join(const JoinOptions& options, Session& session) {
  api::JoinRequest request;
  request.link = options.link;
  request.name = options.name;
  if (!options.invite_file.empty()) {
    auto code = first_line_of(options.invite_file);
    if (!code) return session.fail(code.error());
    request.invite = std::move(*code);
  } else if (const auto code = session.environment().get("COVEY_INVITE")) {
    request.invite = *code;
  }
  const auto network = session.daemon().join(request);
  if (!network) return session.fail(network.error());
  session.print(session.is_json() ? api::to_json(*network) : network->network);
  if (network->member_until) {
    session.say(
        fmt::format("joined as {}; covey search finds shares, covey peers who is online", network->name));
  } else {
    session.say(
        fmt::format("asked for the name {}; the tracker's operator has to approve it", network->name));
  }
  return ExitCode::kDone;
}

ExitCode networks(Session& session) {
  const auto all = session.daemon().networks();
  if (!all) return session.fail(all.error());
  Table table({{"NETWORK"},
               {"NAME"},
               {"STATE"},
               {"SHARES", Align::kRight},
               {"TRACKERS", Align::kLeft, Room::kFlexible}});
  for (const api::NetworkView& view : *all) {
    if (session.is_json()) session.print(api::to_json(view));
    table.add({{view.network.substr(0, kShownIdCharacters), view.network},
               cell(view.name),
               cell(std::string(api::name_of(view.state))),
               cell(std::to_string(view.announced_shares)),
               cell(joined(view.trackers, " "))});
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty()) {
    session.say("in no network yet; covey join LINK --name NAME joins one");
    return ExitCode::kDone;
  }
  session.console().out << drawn(table, session.console());
  for (const api::NetworkView& view : *all) {
    if (!view.problem.empty()) session.say(view.name + ": " + view.problem);
  }
  return ExitCode::kDone;
}

ExitCode leave(const std::string& network, Session& session) {
  if (const auto left = session.daemon().leave(network); !left) return session.fail(left.error());
  session.say("left; its members no longer see this peer's shares, tickets still work");
  return ExitCode::kDone;
}

ExitCode search(const SearchOptions& options, Session& session) {
  api::SearchRequest request;
  request.words = joined(options.words, " ");
  request.owner = options.owner;
  Table table = share_table();
  std::uint64_t shown = 0;
  std::optional<api::SearchView> first;
  do {
    request.limit = std::min(kPage, options.limit - shown);
    auto page = session.daemon().search(request);
    if (!page) return session.fail(page.error());
    for (const api::FoundShareView& share : page->shares) {
      if (session.is_json()) session.print(api::to_json(share));
      add_row(table, share);
    }
    shown += page->shares.size();
    request.after = page->next;
    if (!first) first = std::move(*page);
  } while (!request.after.empty() && shown < options.limit);
  if (shown == 0) {
    return session.fail({ErrorCode::kNotFound,
                         "nothing that you may see fits; try fewer words, or ask the owner for a ticket"});
  }
  if (session.is_json()) return ExitCode::kDone;
  session.console().out << drawn(table, session.console());
  if (first->total > shown) {
    session.say(fmt::format("{} of {}{}; --limit shows more", shown,
                            first->total_is_exact ? "" : "more than ", first->total));
  }
  return ExitCode::kDone;
}

ExitCode peers(Session& session) {
  const auto all = session.daemon().peers();
  if (!all) return session.fail(all.error());
  Table table({{"NAME"}, {"PEER"}, {"ADDRESSES", Align::kLeft, Room::kFlexible}});
  for (const api::PeerView& view : *all) {
    if (session.is_json()) session.print(api::to_json(view));
    table.add({cell(view.name.empty() ? "?" : view.name),
               {view.peer_id.substr(0, view.peer_id.find('-')), view.peer_id},
               cell(joined(view.addresses, " "))});
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty()) session.say("nobody is online at this moment");
  if (!table.empty()) session.console().out << drawn(table, session.console());
  return ExitCode::kDone;
}

}  // namespace covey::cli
