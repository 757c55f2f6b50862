#pragma once
// Lane: one connection of a simulated download: what `swarm/download_lane.cpp` does, without sockets. It
// keeps its request window, notices silence, verifies what comes. What it tells the download, and hears of
// it, takes a moment, as between threads, and keeps its order.

#include <random>
#include <unordered_map>
#include <unordered_set>

#include "sim/serving.hpp"

namespace covey::sim {

class Downloader;

/// A deliberate mistake in a download, to see that the rules notice.
enum class Mistake : std::uint8_t {
  kNone,
  kNeverGivesBack,    // what a lane was asked for when it ended
  kForgivesLiars,     // who lied is dialled again
  kBelievesAll,       // pieces are stored as they come
  kTakesNothingBack,  // others go on sending what has come
  kWaitsForEver,      // a lane has no deadline for silence
  kRestartsPatience,  // of a lane with its sender, whenever it is woken
};

enum class Ending : std::uint8_t { kDone, kStopped, kPassing, kRefused, kLie };

class Lane final : public Asker {
 public:
  Lane(World world, Downloader& owner, swarm::LaneId id, Peer source);

  void begin();
  // From the download, on its thread.
  void stop();
  void wake();
  void take_back(std::uint32_t piece);
  void introduce(Answer::Provider self);
  void fetch_list_of_files();
  void work();  // the content is open
  /// Its machine is gone.
  void kill() { state_ = State::kEnded; }

  [[nodiscard]] Peer source() const { return source_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] bool is_idle() const { return state_ == State::kWorking && asked_.empty(); }
  [[nodiscard]] Connection* connection() const { return connection_; }

  void on_connected(Connection* connection) override;
  void on_answer(Answer answer) override;
  void on_cut() override { finish(Ending::kPassing); }

 private:
  enum class State : std::uint8_t { kDialling, kOpening, kWaiting, kListing, kWorking, kEnded };
  void to_network(std::move_only_function<void()> what);
  void to_lane(std::move_only_function<void()> what);
  void expect_answer(State state);
  void finish(Ending ending);
  void pump();
  void claimed(std::optional<swarm::Batch> batch, std::uint64_t woken_before);
  void request(const swarm::Batch& batch);
  void wait();
  void changed();
  void take_piece(const Answer& answer);
  void take_layer(const Answer& answer);
  void report(std::uint32_t piece);
  void tell_pieces();
  [[nodiscard]] bool wants_work() const { return asked_bytes_ * 4 <= window_.bytes() * 3; }

  World world_;
  Downloader* owner_;
  swarm::LaneId id_;
  Peer source_;
  std::minstd_rand random_;
  SteadyTime last_to_network_{};
  SteadyTime last_to_lane_{};
  State state_ = State::kDialling;
  Connection* connection_ = nullptr;
  SteadyTime opened_at_{};
  SteadyTime quiet_since_{};  // it is the sender's turn since then
  bool claiming_ = false;
  bool waiting_ = false;
  std::uint64_t waits_ = 0;  // counts them, so that an old alarm is no alarm
  std::uint64_t woken_ = 0;
  std::uint64_t received_ = 0;
  std::unordered_map<std::uint32_t, std::uint32_t> asked_;  // piece → length
  std::uint64_t asked_bytes_ = 0;
  std::unordered_set<std::uint32_t> taken_back_;
  std::vector<std::uint32_t> to_take_back_;
  std::unordered_set<std::uint32_t> layers_;         // known, by file
  std::unordered_set<std::uint32_t> layers_coming_;  // asked for
  std::vector<std::uint32_t> unreported_;
  swarm::RequestWindow window_;
};

}  // namespace covey::sim
