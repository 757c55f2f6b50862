#pragma once
// What this peer keeps of the networks it has joined, and of the names it has met in them. Plain values.

#include "api/views.hpp"
#include "base/bytes.hpp"
#include "identity/network_link.hpp"
#include "identity/peer_id.hpp"
#include "identity/peer_name.hpp"

namespace covey::daemon {

struct JoinedNetwork {
  identity::NetworkLink link;
  identity::PeerName name;
  Bytes membership;  // the newest record; empty until the tracker has approved
  api::UnixMs joined_at = 0;
};

/// Whose name it was when it was first met.
struct KnownName {
  crypto::PublicKey network;
  identity::PeerName name;
  identity::PeerId peer;
  std::uint64_t serial = 0;
};

}  // namespace covey::daemon
