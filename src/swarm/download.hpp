#pragma once
// Download: one share on its way here, from a reference to the finished file or folder.
//
// Finds sources, connects to several, spreads the pieces over them, tells other peers what it holds, tries
// again with growing pauses whom it has lost, and puts the result in place when all of it has verified. A
// source that fails, stalls or lies is dropped; only the owner's refusal, this machine's disk or the last
// source's lie ends the download. What was verified stays recorded beside the destination, so a later run
// goes on from there. On the network thread; run() is awaited exactly once, and the object outlives it.

#include <functional>
#include <map>
#include <memory>
#include <random>

#include "access/share_reference.hpp"
#include "io/task_group.hpp"
#include "swarm/content_reading.hpp"
#include "swarm/download_budget.hpp"
#include "swarm/download_content.hpp"
#include "swarm/download_lane.hpp"
#include "swarm/limits.hpp"
#include "swarm/meeting.hpp"
#include "swarm/onward.hpp"
#include "swarm/piece_map.hpp"
#include "swarm/piece_plan.hpp"
#include "swarm/source_pool.hpp"
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
  Meetings* meetings = nullptr;
  DownloadBudget* budget = nullptr;              // null: as fast as it goes
  OnwardHost* onward = nullptr;                  // null: downloads serve nobody
  const content::LayerFolder* layers = nullptr;  // where piece layers outlive a run; null: nowhere
  /// A peer sent what is provably not of this share's content.
  using OnLie = std::function<void(const identity::PeerId&, const access::ShareId&, const Error&)>;
  OnLie on_lie;
};

/// Where a share can be had now, and the asker's membership as it is now.
struct Whereabouts {
  std::vector<access::Endpoint> addresses;  // the owner's
  struct Provider {
    identity::PeerId peer;
    std::vector<access::Endpoint> addresses;
  };
  std::vector<Provider> others;
  Bytes membership;
  std::optional<access::SignedGrant> grant;  // newer than what the order came with
};
/// Asked on the network thread; what it refers to outlives the download.
using Locate = std::function<io::Awaitable<Result<Whereabouts>>()>;

enum class ServeOn : std::uint8_t { kNo, kYes };

struct DownloadOrder {
  access::ShareReference share;
  /// Asked now and then, if there; while it fails, the last known addresses are tried.
  Locate locate;
  std::filesystem::path directory;
  std::vector<std::string> select;  // globs
  content::OnTaken on_taken = content::OnTaken::kRefuse;
  Keep keep = Keep::kFiles;
  /// Connections to a single source; with several sources fewer for each.
  std::size_t lanes = 4;
  PieceOrder piece_order = PieceOrder::kRarestFirst;
  RateLimits limits;
  /// How long to go on trying without any contact; nothing: for ever.
  std::optional<std::chrono::seconds> patience;
  /// Whether to serve to others what has come, where the owner allows it.
  ServeOn serve_on = ServeOn::kYes;
  LaneDeadlines deadlines;
};

/// What a complete download has put in its place, and the owner's word on it; for whoever serves it on.
struct Delivered {
  access::ShareDescription said;
  access::SignedShareDescription description;
  std::shared_ptr<const content::Manifest> manifest;
  content::Selection wanted;
  Bytes membership;  // by which this peer was let in, where it was no ticket
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
  io::Awaitable<Result<>> discard() { return content_.discard(); }

  /// After run() has returned a result. Nothing where its owner lets nobody else serve it.
  [[nodiscard]] std::optional<Delivered> delivered() const;

  /// May be changed while it runs.
  void set_piece_order(PieceOrder order);
  void set_limits(RateLimits limits);

  [[nodiscard]] TransferProgress progress();
  /// Who has which pieces now. Nothing until the list of files is known.
  [[nodiscard]] std::optional<PieceCensus> census() const;
  /// The owner's grant for this peer, as far as one is known and needed.
  [[nodiscard]] const std::optional<access::SignedGrant>& grant() const { return order_.share.grant; }
  /// For reading what has verified, beside the run and from its result; pieces that a reader waits for come
  /// first. It ends when the download ends without a result. Null until the list of files is known, and
  /// where nothing is kept.
  [[nodiscard]] std::shared_ptr<ContentReading> reading();

 private:
  struct LanePlace {
    SourceId source;
    std::shared_ptr<DownloadLane> lane;
    bool lied = false;  // its first words were not the owner's
    DownloadLane::Times measured;
  };
  /// A source that is being dialled or fetched from.
  struct Active {
    std::size_t lanes = 0;
    bool opened = false;
    bool partial = false;
    std::string address;
    std::optional<std::chrono::duration<double>> round_trip;
    std::uint64_t ended_bytes = 0;  // over lanes that have ended
    SpeedMeter speed;
    std::vector<std::uint32_t> holdings;  // heard before there was a plan
  };

  io::Awaitable<Result<std::filesystem::path>> try_until_done();
  io::Awaitable<Result<std::filesystem::path>> finish();
  io::Awaitable<void> look_around();
  io::Awaitable<void> keep_checkpoints();
  [[nodiscard]] Result<> check_patience() const;
  void show_phase();
  void measure_strain();
  [[nodiscard]] double held_back_by(SourceId source) const;
  void add_peers(TransferProgress& out, SteadyTime now);

  void connect_due();
  void widen();
  void start_lane(const Source& source);
  io::Awaitable<void> drive_lane(LaneId id);
  void lane_ended(LaneId id, const Result<>& outcome);
  void judge(const LanePlace& place, const Error& error);
  void drop_source(SourceId source, const Error& error);
  void stop_lanes();
  void wake_lanes();
  void wake_lanes_at(SteadyTime when);
  [[nodiscard]] bool is_owner(SourceId source) const;

  io::Awaitable<Result<std::shared_ptr<DownloadJob>>> on_opened(LaneId lane, ShareOpening opening) override;
  io::Awaitable<Result<std::shared_ptr<DownloadJob>>> on_manifest(Bytes manifest) override;
  std::optional<Batch> claim(LaneId lane, std::uint64_t bytes, double rate) override;
  void on_layer(content::FileIndex file, Layer layer) override;
  void on_pieces(LaneId lane, std::vector<content::PieceRef> pieces) override;
  void on_holdings(LaneId lane, std::vector<std::uint32_t> pieces) override;
  void on_providers(LaneId lane, std::vector<access::SignedProviderRecord> records) override;
  void on_revocations(LaneId lane, access::SignedRevocationList list) override;
  void listen_for_providers();
  Result<> believe(LaneId lane, const ShareOpening& opening);
  void take_consent(SourceId source, const ShareOpening& opening);
  void renew_grant();
  void on_revocations(const access::SignedRevocationList& list);
  io::Awaitable<Result<std::shared_ptr<DownloadJob>>> open_content(LaneId lane);
  void begin_plan();
  void add_to_plan(SourceId source);

  void begin_serving();
  void introduce(DownloadLane& lane);
  io::Awaitable<void> keep_introductions();
  void note_own_address(const access::Endpoint& seen);
  [[nodiscard]] std::optional<access::SignedProviderRecord> introduction();
  io::Awaitable<void> end_serving();
  [[nodiscard]] bool may_serve_on() const;
  io::Awaitable<void> keep_layer(Layer layer);
  void offer_pieces(std::span<const std::uint32_t> pieces);
  io::Awaitable<void> end_reading();

  SwarmServices services_;
  DownloadOrder order_;
  DownloadContent content_;
  SourcePool pool_;
  io::TaskGroup tasks_;
  io::TaskGroup lane_tasks_;
  io::Gate changed_;
  Phase phase_ = Phase::kConnecting;
  bool stopping_ = false;
  std::optional<Error> verdict_;  // what ends the download
  std::optional<Error> last_failure_;
  std::unique_ptr<PiecePlan> plan_;
  TransferKey transfer_;
  bool waking_ = false;  // a task waits for the budget to allow more
  std::map<LaneId, LanePlace> lanes_;
  std::map<SourceId, Active> active_;
  LaneId next_lane_;
  std::optional<LaneId> opener_;  // who opens the content, or fetches the manifest for that
  io::Gate job_known_;
  std::shared_ptr<Meeting> meeting_;
  std::unique_ptr<Meeting::Seat> seat_;
  access::SignedShareDescription description_;               // as its owner signed it
  std::optional<WallTime> renewal_due_;                      // of the owner's grant
  std::optional<access::SignedRevocationList> revocations_;  // the newest
  std::uint64_t revocations_number_ = 0;
  bool serving_ = false;
  std::shared_ptr<ContentReading> reading_;  // null until somebody reads
  std::vector<access::Endpoint> seen_at_;    // this peer's addresses as its sources see them
  content::PieceSet offered_;                // what others were told that they can fetch here
  SteadyTime next_look_{};
  unsigned looks_in_vain_ = 0;
  SteadyTime last_contact_{};
  Strain strain_;
  SteadyTime measured_at_{};
  SteadyTime limited_at_{};
  std::string waiting_for_;
  std::optional<Error> error_;
  SpeedMeter speed_;
  std::map<std::string, PeerProgress> seen_peers_;  // what each has brought, also those that are gone
  std::uint64_t wasted_ = 0;
  std::minstd_rand jitter_{std::random_device{}()};
};

}  // namespace covey::swarm
