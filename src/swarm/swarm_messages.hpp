#pragma once
// The messages by which peers of a swarm speak of what they hold and whom they know: between the wire's form
// and ours, within the limits of the spec. Pure; any thread. Spec: docs/spec/wire.md, "Have" and "Providers".

#include <vector>

#include "access/provider_record.hpp"
#include "access/revocation_list.hpp"
#include "content/piece_numbers.hpp"
#include "wire/fetch.pb.h"

namespace covey::swarm {

inline constexpr std::size_t kMaxHaveBits = 32768;    // bytes of `bits` in one message
inline constexpr std::size_t kMaxHaveNumbers = 4096;  // single pieces in one message
inline constexpr std::size_t kMaxProvidersTold = 64;  // in one message

/// A piece of a file as one number.
inline std::uint64_t key_of(std::uint32_t file, std::uint32_t piece) {
  return (std::uint64_t{file} << 32) | piece;
}

/// Everything in a set, in as many messages as it takes.
std::vector<wire::Have> messages_of(const content::PieceSet& held);
std::vector<wire::Have> messages_of(const std::vector<std::uint32_t>& pieces);
/// The numbers that a message speaks of. kPeerMisbehaved above its limits.
Result<std::vector<std::uint32_t>> read_have(const wire::Have& message);

std::vector<wire::Providers> messages_of(const std::vector<access::SignedProviderRecord>& records);
/// A signed record of one of these kinds as two fields of a message; nothing where both are empty. As it
/// came, unverified. kPeerMisbehaved when it cannot be one.
Result<std::optional<access::SignedGrant>> read_grant(const std::string& payload,
                                                      const std::string& signature);
Result<std::optional<access::SignedRevocationList>> read_revocations(const std::string& payload,
                                                                     const std::string& signature);

/// As it came, unverified. kPeerMisbehaved when it cannot be one.
Result<access::SignedProviderRecord> read_provider(const wire::Provider& message);
/// kPeerMisbehaved above the limit of providers.
Result<std::vector<access::SignedProviderRecord>> read_providers(const wire::Providers& message);

}  // namespace covey::swarm
