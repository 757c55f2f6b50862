#pragma once
// Opening a share at a source: who is asked, by which right, and what is answered. Values; any thread.
// Spec: docs/spec/wire.md, "OpenShare, ShareOpened".

#include "access/provider_record.hpp"
#include "access/revocation_list.hpp"
#include "access/share_description.hpp"
#include "transport/dialer.hpp"

namespace covey::wire {
class OpenShare;
class ShareOpened;
}  // namespace covey::wire

namespace covey::swarm {

/// What a source says when it lets somebody in.
struct ShareOpening {
  access::SignedShareDescription description;
  bool partial = false;      // it holds only what it tells
  std::string seen_at;       // where it sees us; its word
  std::uint32_t others = 0;  // who fetch from it as well
  std::chrono::duration<double> round_trip{};
  std::optional<access::SignedGrant> grant;
  std::optional<access::SignedRevocationList> revocations;
};

/// How long a sender is waited for; the values of the spec unless a test is in a hurry.
struct LaneDeadlines {
  std::chrono::milliseconds answer{30'000};  // to OpenShare, and for each piece of the list of files
  std::chrono::milliseconds stall{60'000};   // for the next piece of those asked for
};

/// Where a lane goes and what it shows there.
struct LaneTarget {
  identity::PeerId peer;
  std::vector<access::Endpoint> addresses;
  access::ShareId share;
  const access::TicketSecret* secret = nullptr;  // outlives the lane; null: asked for as a member
  Bytes membership;
  std::optional<access::SignedGrant> grant;
  LaneDeadlines deadlines;
};

[[nodiscard]] wire::OpenShare opening_request(const LaneTarget& target, const transport::Link& link,
                                              const transport::Local& local);
/// As it came, unverified. kPeerMisbehaved without a signature, or with a record that cannot be one.
Result<ShareOpening> read_opening(const wire::ShareOpened& message);

}  // namespace covey::swarm
