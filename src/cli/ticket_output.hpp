#pragma once
// How tickets are read and shown, the same for send, receive, get and ticket.

#include <string>
#include <vector>

#include "api/views.hpp"
#include "cli/session.hpp"

namespace covey::cli {

/// The ticket from the command line, or from standard input when it is "-", checked to be one.
/// Errors of Ticket::parse.
Result<std::string> ticket_from(const std::string& argument, Session& session);

/// Whether it is meant as a ticket, right or wrong: any of the forms in which tickets travel.
bool looks_like_ticket(std::string_view text);

/// What limits the ticket, in sentences: expiry, uses.
std::vector<std::string> ticket_conditions(const api::TicketView& ticket);

/// The QR code's lines without a line end after the last, or a sentence if there cannot be one.
std::string ticket_qr(const api::TicketView& ticket, Style style);

/// "in 6d 23h", "expired"; "never" without a time.
std::string expiry_words(const std::optional<api::UnixMs>& expires_at, WallTime now);

}  // namespace covey::cli
