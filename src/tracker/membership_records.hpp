#pragma once
// The membership records that the tracker gives, fresh each time (docs/spec/network.md, "Membership"), and a
// member as JSON shows it. Any thread.

#include <string>

#include "base/clock.hpp"
#include "crypto/sign.hpp"
#include "registry/store.hpp"
#include "tracker/json_line.hpp"

namespace covey::tracker {

/// For kMembershipLife from `now`.
[[nodiscard]] Bytes fresh_membership(const registry::Member& member, const crypto::SigningKey& network,
                                     WallTime now);

[[nodiscard]] std::string_view name_of(registry::MemberState state);
[[nodiscard]] std::string_view name_of(registry::Registration how);

/// ["192.0.2.7:7440", …]
void write_addresses(JsonLine& line, const std::vector<access::Endpoint>& addresses);

}  // namespace covey::tracker
