#include "cli/ticket_output.hpp"

#include <istream>

#include "access/ticket.hpp"
#include "base/quantity.hpp"
#include "cli/progress_bar.hpp"
#include "cli/qr_picture.hpp"

namespace covey::cli {
namespace {

constexpr std::size_t kMaxTicketInput = 64 * 1024;

/// One line at a terminal; elsewhere everything, which a mail program may have broken into lines.
std::string read_pasted(std::istream& in, bool is_terminal) {
  std::string text;
  char c = 0;
  while (text.size() < kMaxTicketInput && in.get(c)) {
    if (is_terminal && c == '\n') break;
    text += c;
  }
  return text;
}

}  // namespace

Result<std::string> ticket_from(const std::string& argument, Session& session) {
  std::string text = argument;
  if (argument == "-") {
    const bool is_terminal = session.console().in_is_terminal;
    if (is_terminal) session.say("paste the ticket and press Enter:");
    text = read_pasted(session.console().in, is_terminal);
    if (text.empty()) {
      return covey::fail(ErrorCode::kInvalidArgument,
                         "there is no ticket on standard input; pipe one in, for example: "
                         "covey receive - < ticket.txt");
    }
  }
  const auto ticket = access::Ticket::parse(text);
  if (!ticket) return std::unexpected(ticket.error());
  // Its canonical form, so that whatever pasting did to it is gone.
  return ticket->to_text();
}

bool looks_like_ticket(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  text.remove_prefix(std::min(begin, text.size()));
  const auto begins_with = [&](std::string_view scheme) {
    return std::equal(
        scheme.begin(), scheme.end(), text.begin(),
        text.begin() + static_cast<std::ptrdiff_t>(std::min(scheme.size(), text.size())),
        [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b); });
  };
  return begins_with("covey:") || begins_with("https:") || begins_with("http:");
}

std::string expiry_words(const std::optional<api::UnixMs>& expires_at, WallTime now) {
  if (!expires_at) return "never";
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(from_unix_ms(*expires_at) - now);
  return left.count() <= 0 ? "expired" : "in " + human_duration(left);
}

std::vector<std::string> ticket_conditions(const api::TicketView& ticket) {
  std::vector<std::string> out;
  if (ticket.expires_at) {
    out.push_back("the ticket expires " + expiry_words(ticket.expires_at, SystemClock().wall()));
  }
  if (ticket.uses_left) {
    out.push_back("the ticket lets in " + counted(*ticket.uses_left, "receiver"));
  }
  return out;
}

std::string ticket_qr(const api::TicketView& ticket, Style style) {
  auto picture = qr_picture(ticket.ticket, style);
  if (!picture) return picture.error().context;
  if (!picture->empty() && picture->back() == '\n') picture->pop_back();
  return std::move(*picture);
}

}  // namespace covey::cli
