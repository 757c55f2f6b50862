#pragma once
// SourcePool: whom a download knows, whom it dials next, and whom it never dials again.
//
// Peers come from the share's reference, from trackers and from other peers; anybody may send hundreds of
// made-up ones, so what is known is bounded, each sender's part of it too, and whoever cannot be reached is
// tried more and more rarely and then forgotten. The owner is never forgotten. Pure; on the network thread.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/endpoint.hpp"
#include "base/clock.hpp"
#include "identity/peer_id.hpp"
#include "swarm/batch.hpp"

namespace covey::swarm {

/// Who spoke of a source.
enum class FoundBy : std::uint8_t { kOwner, kTracker, kExchange };

struct Source {
  SourceId id;
  identity::PeerId peer;
  std::vector<access::Endpoint> addresses;
  FoundBy found_by = FoundBy::kExchange;
};

class SourcePool {
 public:
  static constexpr std::size_t kMaxKnown = 256;
  static constexpr std::size_t kMaxActive = 24;
  static constexpr std::size_t kMaxAddresses = 8;

  /// `self` is no source, unless it is the owner.
  explicit SourcePool(identity::PeerId self) : self_(self) {}

  /// A peer is said to serve the share there. New addresses replace what others than trackers and the owner
  /// had said. The source, unless it is refused: oneself, blocked, or too many are known.
  std::optional<SourceId> offer(const identity::PeerId& peer, std::vector<access::Endpoint> addresses,
                                FoundBy found_by);

  /// Who is to be dialled now: those that are due, as long as there is room, the most promising first. They
  /// count as active from then on.
  std::vector<Source> take_due(SteadyTime now);
  /// When take_due() may next have somebody; nothing while nobody waits.
  [[nodiscard]] std::optional<SteadyTime> next_due() const;

  /// An active one has delivered: what it failed at before is forgotten.
  void delivered(SourceId source);
  /// An active one has ended, by accident; it is dialled again, later and later.
  void lost(SourceId source, SteadyTime now, double jitter);
  /// Never again in this download, with the reason.
  void block(SourceId source, std::string reason);

  [[nodiscard]] const Source* find(SourceId source) const;
  [[nodiscard]] bool is_blocked(SourceId source) const;
  [[nodiscard]] std::size_t active() const { return active_; }
  /// Known and neither active nor blocked.
  [[nodiscard]] std::size_t waiting() const;
  struct Blocked {
    identity::PeerId peer;
    std::string reason;
  };
  [[nodiscard]] const std::vector<Blocked>& blocked() const { return blocked_; }

 private:
  enum class State : std::uint8_t { kWaiting, kActive, kBlocked };
  struct Known {
    Source source;
    State state = State::kWaiting;
    unsigned failures = 0;
    SteadyTime due{};
  };
  Known* find_known(SourceId source);

  identity::PeerId self_;
  std::map<identity::PeerId, Known> known_;
  std::map<SourceId, identity::PeerId> peers_;
  std::vector<Blocked> blocked_;
  std::size_t active_ = 0;
  SourceId next_;
};

}  // namespace covey::swarm
