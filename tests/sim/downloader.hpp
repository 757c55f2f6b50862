#pragma once
// Downloader: one run of a download in a simulated swarm: the decisions of `swarm/download_lanes.cpp` and
// `swarm/download.cpp` around a real PiecePlan and SourcePool. Whoever changes those files changes this one.

#include <map>
#include <memory>

#include "sim/lane.hpp"
#include "swarm/piece_plan.hpp"
#include "swarm/source_pool.hpp"

namespace covey::sim {

class Downloader {
 public:
  Downloader(World world, Peer self, Storage& storage, Serving& serving, Mistake mistake,
             std::function<std::vector<Peer>()> ask_tracker);

  void begin();
  /// The machine is gone; what was stored stays.
  void kill();

  [[nodiscard]] bool is_running() const { return running_; }
  [[nodiscard]] bool is_complete() const { return complete_; }
  [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }
  [[nodiscard]] Peer self() const { return self_; }
  [[nodiscard]] Mistake mistake() const { return mistake_; }
  [[nodiscard]] Storage& storage() { return *storage_; }
  void note_progress() { progress_at_ = world_.now(); }
  /// Whether somebody honest who has what is missing is connected and has nothing to do, for that long.
  [[nodiscard]] bool is_stuck(Seconds patience) const;
  [[nodiscard]] std::string to_text() const;

  // From lanes.
  void lane_opened(swarm::LaneId lane, bool partial);
  void list_of_files_came(swarm::LaneId lane);
  void lane_ended(swarm::LaneId lane, Ending ending);
  std::optional<swarm::Batch> claim(swarm::LaneId lane, std::uint64_t bytes, double rate);
  void layer_came(content::FileIndex file);
  void pieces_came(swarm::LaneId lane, const std::vector<std::uint32_t>& pieces);
  void heard_pieces(swarm::LaneId lane, const std::vector<std::uint32_t>& pieces);
  void heard_providers(swarm::LaneId lane, const std::vector<Answer::Provider>& providers);

 private:
  struct Place {
    swarm::SourceId source;
    Lane* lane = nullptr;
  };
  struct Active {
    std::size_t lanes = 0;
    bool opened = false;
    bool partial = false;
    std::vector<std::uint32_t> holdings;
  };

  void turn();
  void turn_soon();
  void look_around();
  void connect_due();
  void widen();
  void start_lane(swarm::SourceId source);
  void judge(const Place& place, Ending ending);
  void block(swarm::SourceId source, bool for_a_lie);
  void open_content(swarm::LaneId lane);
  void begin_plan();
  void add_to_plan(swarm::SourceId source);
  void offer_pieces(const std::vector<std::uint32_t>& pieces);
  void offer_source(Peer peer, swarm::FoundBy found_by);
  void wake_lanes();

  World world_;
  Peer self_;
  Storage* storage_;
  Serving* serving_;
  Mistake mistake_;
  std::function<std::vector<Peer>()> ask_tracker_;
  std::minstd_rand random_;
  bool running_ = false;
  bool complete_ = false;
  bool turn_planned_ = false;
  std::uint64_t turns_ = 0;
  std::optional<std::string> failure_;
  swarm::SourcePool pool_;
  std::map<swarm::SourceId, Peer> peers_;
  std::unique_ptr<swarm::PiecePlan> plan_;
  std::vector<std::unique_ptr<Lane>> all_lanes_;  // ended ones too: what is planned may still speak of them
  std::map<swarm::LaneId, Place> lanes_;
  std::map<swarm::SourceId, Active> active_;
  std::set<swarm::SourceId> blocked_;
  std::optional<swarm::LaneId> opener_;
  std::vector<swarm::LaneId> wait_for_content_;
  std::vector<bool> layers_known_;
  SteadyTime next_look_{};
  SteadyTime progress_at_{};
};

}  // namespace covey::sim
