#pragma once
// The form in which records carry addresses: a count and that many addresses, one encoding for each. Pure;
// any thread. Spec: docs/spec/ticket.md, "Text".

#include <vector>

#include "access/endpoint.hpp"
#include "base/cursor.hpp"

namespace covey::access {

inline constexpr std::size_t kMaxListedAddresses = 8;

/// The first kMaxListedAddresses of those that can be dialled.
void write_addresses(ByteWriter& out, const std::vector<Endpoint>& addresses);
/// kLimitExceeded for more than kMaxListedAddresses; kMalformed for one that cannot be dialled.
Result<std::vector<Endpoint>> read_addresses(ByteReader& reader);

}  // namespace covey::access
