#pragma once
// Ticket: a link that carries the owner's consent. Whoever holds it is let in without asking, so its text is
// a secret like a key. Movable, not copyable; pure; any thread. Spec: docs/spec/ticket.md.

#include <string>
#include <string_view>
#include <vector>

#include "access/endpoint.hpp"
#include "access/ticket_secret.hpp"
#include "base/result.hpp"
#include "identity/peer_id.hpp"

namespace covey::access {

inline constexpr std::size_t kMaxTicketAddresses = 8;

struct Ticket {
  identity::PeerId owner;
  TicketSecret secret;
  std::vector<Endpoint> addresses;  // where to try first; may be empty

  [[nodiscard]] ShareId share_id() const { return share_id_of(secret); }

  /// "covey:" and base32; 102 characters with one IPv4 address. Addresses beyond kMaxTicketAddresses, and
  /// those that nobody could dial, are left out.
  [[nodiscard]] std::string to_text() const;

  /// Takes the text as people paste it: blanks and line breaks anywhere, either case, "covey://…", or a web
  /// link that ends in "#covey:…". kInvalidArgument tells apart what is no ticket and what was mistyped or
  /// cut short; kUnsupported is a ticket of a newer version.
  static Result<Ticket> parse(std::string_view text);
};

}  // namespace covey::access
