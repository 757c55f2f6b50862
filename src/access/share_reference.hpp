#pragma once
// ShareReference: which share of whom, where to ask for it, and by which right: a ticket's secret, membership
// in the owner's network, or the owner's grant. Movable, not copyable; any thread.

#include <optional>
#include <vector>

#include "access/grant.hpp"
#include "access/ticket.hpp"

namespace covey::access {

struct ShareReference {
  identity::PeerId owner;
  ShareId share;
  std::vector<Endpoint> addresses;     // where to try first; may be empty
  std::optional<TicketSecret> secret;  // of a ticket
  Bytes membership;                    // a membership's record; where there is no ticket
  std::optional<SignedGrant> grant;    // the owner's, for the peer that asks; where it has approved

  static ShareReference from(Ticket ticket) {
    ShareReference out{.owner = ticket.owner,
                       .share = ticket.share_id(),
                       .addresses = std::move(ticket.addresses),
                       .secret = std::nullopt,
                       .membership = {},
                       .grant = std::nullopt};
    out.secret = std::move(ticket.secret);
    return out;
  }
};

}  // namespace covey::access
