#pragma once
// Name rules: which names of a network people would mistake for one another, and which would pass for the
// network itself. Pure; any thread.

#include <string>

#include "identity/peer_name.hpp"

namespace covey::registry {

/// Equal for names that look alike: "rnike.0" and "mike-o". Never empty.
[[nodiscard]] std::string lookalike_of(const identity::PeerName& name);

/// Whether it is, or looks like, a name of an office ("admin", "support", "tr4cker") that no peer holds.
[[nodiscard]] bool is_reserved(const identity::PeerName& name);

}  // namespace covey::registry
