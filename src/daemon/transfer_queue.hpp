#pragma once
// TransferQueue: which downloads run now, which wait for their turn, and which only look for their peer.
//
// There are N places to run. A queued download gets one by its priority, then in the order in which it came.
// One whose peer is absent gives up its place at once and looks for the peer from time to time: 5 s later,
// then 10, up to every minute, at most N of them at once, the one that has waited longest first. When the
// peer answers it goes on in a free place, or else goes back to where it was in the queue. So absent peers
// never hold up downloads that could run, and a long queue never holds up a download whose peer has returned.
// Pure; one thread.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "api/views.hpp"
#include "base/clock.hpp"

namespace covey::daemon {

class TransferQueue {
 public:
  explicit TransferQueue(std::size_t places) : places_(places) {}

  enum class Turn : std::uint8_t { kRun, kLook };
  struct Start {
    std::string id;
    Turn turn = Turn::kRun;
    bool operator==(const Start&) const = default;
  };

  /// It wants to run. Of two of one priority the one with the smaller `arrival` comes first.
  void add(const std::string& id, api::Priority priority, std::uint64_t arrival);
  /// It wants so no more, or is over. Unknown ids are passed over here and below.
  void remove(const std::string& id);
  void set_priority(const std::string& id, api::Priority priority);
  void set_places(std::size_t places) { places_ = places; }

  /// Its peer is not there, of a running or looking one.
  void set_absent(const std::string& id, SteadyTime now);
  /// The peer of a looking one has answered. Whether it has got a place; otherwise it is to be stopped, and
  /// added again once it has.
  bool set_found(const std::string& id);

  /// What is to be started now; from here on it counts as started.
  std::vector<Start> due(SteadyTime now);
  /// Running ones that there are no longer places for, the last first; likewise.
  std::vector<std::string> surplus();
  /// When due() may have something without any other change.
  [[nodiscard]] std::optional<SteadyTime> next_look() const;

  /// From 1; nothing unless it waits for its turn.
  [[nodiscard]] std::optional<std::uint64_t> position(const std::string& id) const;
  /// The first `count` that wait for their turn.
  [[nodiscard]] std::vector<std::string> front(std::size_t count) const;
  [[nodiscard]] std::size_t running() const { return running_; }
  [[nodiscard]] std::size_t looking() const { return looking_; }

 private:
  enum class Stage : std::uint8_t { kQueued, kRunning, kAbsent, kLooking };
  struct Item {
    api::Priority priority = api::Priority::kNormal;
    std::uint64_t arrival = 0;
    Stage stage = Stage::kQueued;
    unsigned looks = 0;  // in a row without an answer
    SteadyTime look_at{};
  };
  using Rank = std::tuple<api::Priority, std::uint64_t, std::string>;
  using Look = std::pair<SteadyTime, std::string>;

  static Rank rank_of(const std::string& id, const Item& item) { return {item.priority, item.arrival, id}; }
  void enter(const std::string& id, Item& item, Stage stage);
  void leave(const std::string& id, const Item& item);

  std::size_t places_;
  std::map<std::string, Item> items_;
  std::set<Rank> queued_;
  std::set<Look> absent_;
  std::size_t running_ = 0;
  std::size_t looking_ = 0;
};

}  // namespace covey::daemon
