#pragma once
// Simulation: one scenario, run to its end, and what came of it.

#include "sim/downloader.hpp"

namespace covey::sim {

struct Outcome {
  std::vector<std::string> broken;  // the rules that did not hold
  double seconds = 0;               // of simulated time, until the last honest download was complete
  double quiet_until_done = 0;      // of these, after the trouble was over
  std::size_t downloads = 0;
  std::uint64_t content_bytes = 0;
  std::uint64_t wasted_again = 0;  // of the download that wasted most
  std::uint64_t wasted_wrong = 0;
  std::size_t liars_met = 0;  // by that download
};

class Simulation {
 public:
  Simulation(const Scenario& scenario, Mistake mistake);
  Outcome run();

 private:
  /// A peer and its present run, if it is online and downloads.
  struct Participant {
    Participant(World world, Peer self) : storage(world.content->total()), serving(world, self, storage) {}
    Storage storage;
    Serving serving;
    std::vector<std::unique_ptr<Downloader>> runs;
  };
  void appear(Peer peer);
  void disappear(Peer peer, bool silent);
  void watch();
  [[nodiscard]] std::vector<Peer> online() const;
  [[nodiscard]] bool is_done(Peer peer) const;
  [[nodiscard]] bool all_done() const;
  void check_waste(Outcome& out);

  const Scenario* scenario_;
  Mistake mistake_;
  Timeline timeline_;
  Content content_;
  Rules rules_;
  Network network_;
  World world_;
  std::vector<std::unique_ptr<Participant>> participants_;
};

}  // namespace covey::sim
