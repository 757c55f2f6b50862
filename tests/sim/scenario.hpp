#pragma once
// Scenario: who takes part in a simulated swarm, what they do, and what goes wrong when. Plain values, all of
// them drawn from one seed.

#include <cstdint>
#include <string>
#include <vector>

#include "content/piece_numbers.hpp"
#include "sim/timeline.hpp"
#include "swarm/batch.hpp"

namespace covey::sim {

/// A peer's number; the owner is 0. From kBogus on: made up, nobody is there.
using Peer = unsigned;
constexpr Peer kOwnerPeer = 0;
constexpr Peer kBogus = 1000;

enum class Role : std::uint8_t { kOwner, kSeed, kDownloader, kBad };

/// What a bad peer does. The first four can be proved by one message.
enum class Conduct : std::uint8_t {
  kHonest,
  kWrongBytes,      // in every piece
  kSomeWrongBytes,  // in some
  kWrongLayer,
  kUnasked,  // pieces that nobody asked for
  kStalls,   // lets everybody in and sends nothing, or nothing more after a while
  kClaims,   // says that it holds everything, has half of it, and passes over the rest
};

/// While it is away; for ever when `until` is beyond the end.
struct Absence {
  Seconds from{};
  Seconds until{};
  bool silent = false;  // no farewell: its connections just become quiet
};

struct Member {
  Role role = Role::kDownloader;
  Conduct conduct = Conduct::kHonest;
  bool partial = false;  // a seed or bad peer that tells of its pieces one by one
  double up = 1e6;       // bytes a second
  double down = 1e6;
  double latency = 0.02;  // seconds to the middle of the network
  Seconds joins{};
  std::vector<Absence> absences;
  unsigned bogus = 0;  // made-up providers that it speaks of
  unsigned region = 0;
};

struct Partition {
  Seconds from{};
  Seconds until{};
};

struct Scenario {
  std::uint64_t seed = 0;
  std::vector<std::uint64_t> files;  // sizes
  std::vector<Member> members;       // [0] is the owner
  std::vector<Partition> partitions;
  double resets_per_minute = 0;  // of each connection
  bool tracker = false;          // everybody who is online can be asked for
  unsigned bogus_at_tracker = 0;
  /// From then on nothing more goes wrong but what bad peers do.
  Seconds quiet{};

  static Scenario drawn(std::uint64_t seed);
  [[nodiscard]] std::string to_text() const;
};

/// What is shared: as many pieces as the files make, each with the one value that is right.
struct Content {
  explicit Content(const Scenario& scenario);
  [[nodiscard]] std::uint64_t truth(std::uint32_t piece) const { return (piece + 1) * 0x9E3779B97F4A7C15ULL; }
  [[nodiscard]] std::uint32_t length(std::uint32_t piece) const { return lengths[piece]; }
  [[nodiscard]] std::uint32_t total() const { return numbers.total(); }

  content::Manifest manifest;
  content::PieceNumbers numbers;
  std::vector<std::uint32_t> lengths;
  std::vector<swarm::Layer> layers;  // by file; null for one of a single piece
  std::uint64_t bytes = 0;
};

}  // namespace covey::sim
