#pragma once
// TransferProgress: how far a transfer is and what holds it up, as a plain value that the node turns into
// what people see. Any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "swarm/bottleneck.hpp"
#include "swarm/source_pool.hpp"

namespace covey::swarm {

enum class Phase : std::uint8_t {
  kConnecting,
  kRunning,
  kWaiting,
  kVerifying,
  kComplete,
  kFailed,
  kCancelled
};

struct PeerProgress {
  std::string peer_id;
  std::string address;  // empty once it is gone
  std::uint64_t bytes = 0;
  double rate = 0;
  FoundBy found_by = FoundBy::kOwner;
  std::size_t connections = 0;
  std::optional<double> round_trip_seconds;
  double holds = 0;      // of the content, 0 to 1
  bool useful = false;   // it holds something that is missing here
  double held_back = 0;  // by its own limits, of its time, 0 to 1
};

struct BlockedPeer {
  std::string peer_id;
  std::string reason;
};

struct TransferProgress {
  Phase phase = Phase::kConnecting;
  std::string title;        // empty until the share was opened
  std::string destination;  // where the result is or will be
  std::uint64_t bytes_total = 0, bytes_done = 0, bytes_resumed = 0;
  std::uint64_t bytes_wasted = 0;  // came and were of no use: wrong, or there already
  std::uint64_t pieces_total = 0, pieces_done = 0;
  std::uint64_t files_total = 0, files_done = 0;
  double rate = 0;
  std::optional<std::uint64_t> eta_seconds;
  std::vector<PeerProgress> peers;
  std::vector<BlockedPeer> blocked;
  std::size_t known_peers = 0;     // that are not connected now
  std::uint32_t availability = 0;  // sources of the rarest missing piece
  Bottleneck bottleneck = Bottleneck::kNone;
  std::string waiting_for;
  std::optional<Error> error;
};

}  // namespace covey::swarm
