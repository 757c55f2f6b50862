#pragma once
// Download: one share on its way here, from a reference to the finished file or folder.
//
// Connects, opens the share, spreads the pieces over a few lanes, tries again with growing pauses when the
// peer or the path is away, and puts the result in place when all of it has verified. What was verified stays
// recorded beside the destination, so a later run goes on from there. On the network thread; run() is awaited
// exactly once, and the object outlives it.

#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <unordered_map>

#include "access/share_reference.hpp"
#include "io/offload.hpp"
#include "swarm/download_lane.hpp"
#include "swarm/limits.hpp"
#include "swarm/speed_meter.hpp"
#include "swarm/transfer_progress.hpp"
#include "transport/link_threads.hpp"

namespace covey::swarm {

/// What downloads need of the process they run in; all outlive them.
struct SwarmServices {
  io::Executor network;
  const transport::Local* local = nullptr;
  transport::LinkThreads* threads = nullptr;
  io::Offload* offload = nullptr;
  const Clock* clock = nullptr;
};

/// What becomes of the pieces once they have verified.
enum class Keep : std::uint8_t { kFiles, kNothing };

/// Which pieces come first.
enum class PieceOrder : std::uint8_t { kRarestFirst, kSequential };

/// Where a share's owner is now, and the asker's membership as it is now.
struct Whereabouts {
  std::vector<access::Endpoint> addresses;
  Bytes membership;
};
/// Asked on the network thread; what it refers to outlives the download.
using Locate = std::function<io::Awaitable<Result<Whereabouts>>()>;

struct DownloadOrder {
  access::ShareReference share;
  /// Asked before each attempt, if there; while it fails, the last known addresses are tried.
  Locate locate;
  std::filesystem::path directory;
  std::vector<std::string> select;  // globs
  content::OnTaken on_taken = content::OnTaken::kRefuse;
  Keep keep = Keep::kFiles;
  std::size_t lanes = 4;
  PieceOrder piece_order = PieceOrder::kRarestFirst;
  RateLimits limits;
  /// How long to go on trying without any contact; nothing: for ever.
  std::optional<std::chrono::seconds> patience;
  LaneDeadlines deadlines;
};

class Download final : public LaneOwner {
 public:
  Download(SwarmServices services, DownloadOrder order);
  ~Download() override;

  /// Runs to the end. The path of the result, or why there is none. Errors that the user must see to:
  /// kRefused, kExpired, kNotFound, kVerificationFailed, kSourceChanged, kAlreadyExists, kDiskFull,
  /// kPermissionDenied, kIo; kUnreachable after `patience`; kCancelled after stop().
  io::Awaitable<Result<std::filesystem::path>> run();
  /// Stops soon and in order; what was verified is kept.
  void stop();
  /// Removes what was downloaded so far. After run() has returned without a result.
  io::Awaitable<Result<>> discard();

  /// May be changed while it runs.
  void set_piece_order(PieceOrder order) { order_.piece_order = order; }
  void set_limits(RateLimits limits) { order_.limits = limits; }

  [[nodiscard]] TransferProgress progress();

 private:
  struct LanePlace {
    std::shared_ptr<DownloadLane> lane;
    SpeedMeter speed;
  };

  io::Awaitable<Result<std::filesystem::path>> try_until_done();
  io::Awaitable<Result<>> attempt();
  io::Awaitable<Result<>> locate();
  io::Awaitable<void> drive_lane(LaneId id);
  void start_lanes(std::size_t count);
  void stop_lanes();
  void wake_lanes();
  void lane_ended(LaneId id, const Result<>& outcome);
  io::Awaitable<Result<>> pause_before_retry(const Error& reason);
  io::Awaitable<Result<std::filesystem::path>> finish();
  io::Awaitable<void> keep_checkpoints();
  io::Awaitable<Result<>> checkpoint();

  io::Awaitable<Result<std::shared_ptr<DownloadJob>>> on_opened(
      access::SignedShareDescription description) override;
  io::Awaitable<Result<std::shared_ptr<DownloadJob>>> on_manifest(Bytes manifest) override;
  std::optional<Batch> claim(LaneId lane) override;
  void on_layer(content::FileIndex file, Layer layer) override;
  io::Awaitable<Result<std::shared_ptr<DownloadJob>>> open_job(
      std::shared_ptr<const content::Manifest> manifest, Bytes manifest_bytes);

  SwarmServices services_;
  DownloadOrder order_;
  io::TaskGroup tasks_;
  io::TaskGroup lane_tasks_;
  io::Gate changed_;
  Phase phase_ = Phase::kConnecting;
  bool stopping_ = false;
  bool opened_in_attempt_ = false;
  std::optional<access::ShareDescription> description_;
  std::optional<content::RelativePath> name_;
  std::shared_ptr<DownloadJob> job_;
  std::unique_ptr<WorkPlan> plan_;
  std::unordered_map<LaneId, LanePlace> lanes_;
  LaneId next_lane_;
  std::uint64_t ended_lanes_bytes_ = 0;
  std::optional<Error> lane_failure_;  // the most telling of this attempt's
  unsigned failures_in_row_ = 0;
  SteadyTime last_contact_{};
  std::string waiting_for_;
  std::filesystem::path result_;
  struct {
    content::PartFolder::Counts wanted, present, resumed;
  } last_counts_;  // of a finished download, whose part folder is gone
  std::optional<Error> error_;
  SpeedMeter speed_;
  std::minstd_rand jitter_{std::random_device{}()};
};

}  // namespace covey::swarm
