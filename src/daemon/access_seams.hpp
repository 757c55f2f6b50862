#pragma once
// What those who let peers in ask of the rest of the node, and tell it.

#include "access/consent.hpp"
#include "identity/membership.hpp"
#include "swarm/served_share.hpp"

namespace covey::daemon {

/// Whether a record makes a peer a member of one of our networks.
class MemberCheck {
 public:
  virtual ~MemberCheck() = default;
  /// The network in which the record makes the peer a member. The errors of identity::verify_membership;
  /// kRefused for a network that is not ours.
  virtual Result<crypto::PublicKey> check_member(ByteView record, const identity::PeerId& peer) const = 0;
};

/// Whether this peer wants to have nothing to do with another one.
class BlockCheck {
 public:
  virtual ~BlockCheck() = default;
  [[nodiscard]] virtual bool is_blocked(const identity::PeerId& peer) const = 0;
  /// Whether whoever comes from there is kept out for a while, unless it has been met before.
  [[nodiscard]] virtual bool is_shut_out(const identity::PeerId& peer,
                                         const std::string& remote_address) const = 0;
};

/// An opening and how it was judged.
struct JudgedOpening {
  identity::PeerId peer;
  std::string remote_address;
  std::string share;   // its own id as text; what was asked for where that is unknown
  std::string ticket;  // the share id of the ticket, where there is one
  access::Judgement judgement;
  std::optional<Error> trouble;  // let in, but it cannot be served at the moment
};

/// Told of every opening, allowed or refused. On the network thread.
class AccessWitness {
 public:
  virtual ~AccessWitness() = default;
  virtual void on_judged(const JudgedOpening& opening) = 0;
};

}  // namespace covey::daemon
