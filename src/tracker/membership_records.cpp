#include "tracker/membership_records.hpp"

#include "tracker/limits.hpp"

namespace covey::tracker {

Bytes fresh_membership(const registry::Member& member, const crypto::SigningKey& network, WallTime now) {
  const identity::SignedNameClaim claim{.payload = member.claim, .signature = member.claim_signature};
  return identity::endorse(claim, member.serial, now, now + kMembershipLife, network);
}

std::string_view name_of(registry::MemberState state) {
  switch (state) {
    case registry::MemberState::kActive:
      return "active";
    case registry::MemberState::kWaiting:
      return "waiting";
    case registry::MemberState::kBanned:
      return "banned";
  }
  return "unknown";
}

std::string_view name_of(registry::Registration how) {
  switch (how) {
    case registry::Registration::kOpen:
      return "open";
    case registry::Registration::kInvite:
      return "invite";
    case registry::Registration::kApproval:
      return "approval";
  }
  return "unknown";
}

void write_addresses(JsonLine& line, const std::vector<access::Endpoint>& addresses) {
  line.open('[');
  for (const access::Endpoint& address : addresses) line.text(address.to_text());
  line.close(']');
}

}  // namespace covey::tracker
