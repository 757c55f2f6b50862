#pragma once
// TransferProgress: how far a transfer is, as a plain value that the node turns into what people see. Any
// thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

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
  std::string address;
  std::uint64_t bytes = 0;
  double rate = 0;
};

struct TransferProgress {
  Phase phase = Phase::kConnecting;
  std::string title;        // empty until the share was opened
  std::string destination;  // where the result is or will be
  std::uint64_t bytes_total = 0, bytes_done = 0, bytes_resumed = 0;
  std::uint64_t pieces_total = 0, pieces_done = 0;
  std::uint64_t files_total = 0, files_done = 0;
  double rate = 0;
  std::optional<std::uint64_t> eta_seconds;
  std::vector<PeerProgress> peers;
  std::string waiting_for;
  std::optional<Error> error;
};

}  // namespace covey::swarm
