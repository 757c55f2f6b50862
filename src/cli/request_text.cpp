#include "cli/request_text.hpp"

#include <algorithm>

#include <fmt/ranges.h>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/people_text.hpp"
#include "cli/progress_bar.hpp"
#include "cli/time_words.hpp"

namespace covey::cli {
namespace {

using api::RequestDirection;
using api::RequestState;
using api::RequestView;

constexpr int kLabelColumns = 12;
constexpr int kNarrowestValue = 20;

bool is_incoming(const RequestView& request) {
  return request.direction == RequestDirection::kIncoming;
}

std::string state_words(const RequestView& request) {
  const bool incoming = is_incoming(request);
  switch (request.state) {
    case RequestState::kWaiting:
      if (incoming) return "waits for you";
      return request.delivered ? "waits for the owner" : "not delivered yet";
    case RequestState::kApproved:
      return incoming ? "you approved it" : "approved";
    case RequestState::kDenied:
      return incoming ? "you denied it" : "denied";
    case RequestState::kWithdrawn:
      return incoming ? "withdrawn" : "you withdrew it";
    case RequestState::kExpired:
      return "expired";
  }
  return {};
}

/// Nothing for an empty value.
std::string labelled(std::string_view label, const std::string& value, int columns) {
  if (value.empty()) return {};
  std::string out;
  for (const std::string& line : wrapped(value, std::max(kNarrowestValue, columns - kLabelColumns))) {
    out += pad(out.empty() ? label : "", kLabelColumns, Glyphs::kAscii) + line + "\n";
  }
  return out;
}

}  // namespace

Table request_table() {
  using Align = Column::Align;
  using Room = Column::Room;
  return Table({{"ID"},
                {"WHO"},
                {""},
                {"STATE"},
                {"TITLE", Align::kLeft, Room::kFlexible},
                {"SIZE", Align::kRight},
                {"FILES", Align::kRight},
                {"ASKED"},
                {"REASON", Align::kLeft, Room::kFlexible},
                {""}});
}

void add_row(Table& table, const RequestView& request, WallTime now) {
  table.add({cell(request.id),
             {who_of(request.peer_name, request.peer_id), request.peer_id},
             {is_incoming(request) ? "in" : "out", std::string(api::name_of(request.direction))},
             {state_words(request), std::string(api::name_of(request.state))},
             cell(request.title),
             {human_bytes(request.bytes), std::to_string(request.bytes)},
             cell(std::to_string(request.files)),
             moment_cell(request.created_at, now),
             cell(request.reason),
             {"", request.peer_name}});
}

std::string request_title(const RequestView& request, Glyphs glyphs) {
  const std::string who = printable(who_of(request.peer_name, request.peer_id), glyphs);
  const std::string title = printable(request.title, glyphs);
  return is_incoming(request) ? fmt::format("{} asks for {}", who, title)
                              : fmt::format("you ask {} for {}", who, title);
}

std::string request_details(const RequestView& request, WallTime now, int columns, Glyphs glyphs) {
  const auto add = [&](std::string_view label, const std::string& value) {
    return labelled(label, printable(value, glyphs), columns);
  };
  std::string out = add("request", request.id);
  out += add("state", state_words(request));
  out += add("name", request.peer_name.empty() ? "none is known" : request.peer_name);
  out += add("peer", request.peer_id);
  out += add("words", joined_words(request.safety_words));
  out += add("first seen", request.first_seen ? moment_words(*request.first_seen, now) : "never before");
  out += add("share", fmt::format("{} ({})", request.title, request.share_id));
  out += add("size", human_bytes(request.bytes) + ", " + counted(request.files, "file"));
  out += add("wants",
             request.select.empty() ? "everything" : fmt::format("{}", fmt::join(request.select, ", ")));
  out += add("reason", request.reason.empty() ? "none given" : request.reason);
  const bool waits = request.state == RequestState::kWaiting;
  out += add("asked", moment_words(request.created_at, now) +
                          (waits ? "; it expires " + moment_words(request.expires_at, now) : ""));
  if (request.answered_at) out += add("answered", moment_words(*request.answered_at, now));
  out += add("answer", request.answer);
  if (request.ask_again_at) out += add("ask again", moment_words(*request.ask_again_at, now));
  out += add("transfer", request.transfer_id);
  return out;
}

std::string outcome_words(const RequestView& request, Glyphs glyphs) {
  const std::string who = printable(who_of(request.peer_name, request.peer_id), glyphs);
  const std::string title = printable(request.title, glyphs);
  const bool incoming = is_incoming(request);
  switch (request.state) {
    case RequestState::kWaiting:
      return request_title(request, glyphs);
    case RequestState::kApproved:
      return incoming ? fmt::format("approved: {} may fetch {}", who, title)
                      : fmt::format("{} has approved {}; it is fetched now", who, title);
    case RequestState::kDenied: {
      std::string out =
          incoming ? fmt::format("denied {} to {}", title, who) : fmt::format("{} has denied {}", who, title);
      return request.answer.empty() ? out : out + ": " + printable(request.answer, glyphs);
    }
    case RequestState::kWithdrawn:
      return incoming ? fmt::format("{} has withdrawn the request for {}", who, title)
                      : fmt::format("withdrew the request for {}; its download is cancelled", title);
    case RequestState::kExpired:
      return fmt::format("the request for {} has expired", title);
  }
  return {};
}

}  // namespace covey::cli
