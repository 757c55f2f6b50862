#pragma once
// One complete download as SeedBook keeps it; shared by the files that implement it. On the network thread.

#include "daemon/seed_book.hpp"

namespace covey::daemon {

struct SeedBook::Seed {
  SeedOrder order;
  SeedWord word;
  access::ShareDescription said;  // what the word says
  std::string ended;              // why not any more; empty: it goes on
  bool suspended = false;
  bool kept = true;  // what it is served on by is stored
  // Visits.
  SteadyTime next_visit{};
  unsigned in_vain = 0;
  unsigned refusals = 0;
  Bytes membership;  // this peer's, as the last look at the networks told it
  std::vector<swarm::Whereabouts::Provider> others;

  [[nodiscard]] bool may_serve() const { return order.on && ended.empty() && !suspended; }
};

}  // namespace covey::daemon
