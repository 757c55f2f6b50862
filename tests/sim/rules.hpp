#pragma once
// Rules: what has to hold in every simulated swarm, whatever happens. They keep books of their own, so that a
// mistake in what is tested is no mistake here. What was broken is gathered, with its time.

#include <map>
#include <set>

#include "sim/scenario.hpp"
#include "swarm/request_window.hpp"

namespace covey::sim {

class Rules {
 public:
  Rules(const Timeline& timeline, const Content& content) : timeline_(&timeline), content_(&content) {}

  /// A peer has begun to fetch, or begun again with what it had kept; the books of its run before are closed.
  void began(Peer peer);
  /// Its plan has handed out a piece to a lane that fetches it from `source`.
  void handed_out(Peer peer, std::uint32_t lane, Peer source, std::uint32_t piece);
  void given_back(Peer peer, std::uint32_t lane);
  /// The plan knows that a piece is there.
  void arrived(Peer peer, std::uint32_t piece);
  /// A request has left on a lane to `source`.
  void requested(Peer peer, std::uint32_t lane, Peer source);
  void dialled(Peer peer, Peer source);
  void stored(Peer peer, std::uint32_t piece, std::uint64_t value);
  /// An honest peer sends a piece.
  void served(Peer peer, bool held, std::uint32_t piece, std::uint64_t value);
  /// `source` has lied to a peer, in a way that the peer could see.
  void lied(Peer peer, Peer source);
  /// The peer has decided to ask `source` no more.
  void blocked(Peer peer, Peer source, bool for_a_lie);
  /// Bytes that came and were of no use: again, or wrong.
  void wasted(Peer peer, std::uint64_t again, std::uint64_t wrong);
  void completed(Peer peer);
  void broken(const std::string& what);

  [[nodiscard]] const std::vector<std::string>& broken() const { return broken_; }
  struct Waste {
    std::uint64_t again = 0;
    std::uint64_t wrong = 0;
    std::set<Peer> liars;
    std::set<std::pair<unsigned, std::uint32_t>> lanes;  // that asked for anything, by run
  };
  [[nodiscard]] const Waste& waste(Peer peer) const { return books_.at(peer).waste; }

 private:
  struct Book {
    unsigned runs = 0;
    std::map<std::uint32_t, std::map<std::uint32_t, Peer>> asked;  // piece → lane → source
    std::set<std::uint32_t> stored;
    std::set<std::uint32_t> arrived;
    std::map<Peer, SteadyTime> lied;
    std::map<Peer, SteadyTime> blocked;
    Waste waste;
  };

  const Timeline* timeline_;
  const Content* content_;
  std::map<Peer, Book> books_;
  std::vector<std::string> broken_;
};

}  // namespace covey::sim
