#pragma once
// Bottleneck: what keeps a download from being faster, judged by where its lanes' time goes. Pure; any
// thread.

#include <cstdint>

namespace covey::swarm {

enum class Bottleneck : std::uint8_t {
  kNone,       // it does not run
  kWaiting,    // for somebody to answer, or to have what is missing
  kOwnLimit,   // a limit that was set here
  kPeerLimit,  // limits of those who send
  kNetwork,    // the way here, or the senders' disks and processors
  kDisk,       // this machine's
  kProcessor   // this machine's
};

/// The last moments of a download.
struct Strain {
  bool fetching = false;      // something is asked for and comes
  bool limited_here = false;  // more would have been asked for but for a limit
  double starved = 0;         // of the lanes' time: waiting for the network, 0 to 1
  double storing = 0;         // of the lanes' time: writing to the disk
  double held_back = 0;       // of the senders' time: waiting for their own limits, by their word
};

[[nodiscard]] inline Bottleneck bottleneck_of(const Strain& strain) {
  constexpr double kMuch = 0.4;
  constexpr double kLittle = 0.25;
  if (!strain.fetching) return Bottleneck::kWaiting;
  if (strain.limited_here) return Bottleneck::kOwnLimit;
  if (strain.storing > kMuch) return Bottleneck::kDisk;
  if (strain.starved < kLittle) return Bottleneck::kProcessor;
  return strain.held_back > kLittle ? Bottleneck::kPeerLimit : Bottleneck::kNetwork;
}

}  // namespace covey::swarm
