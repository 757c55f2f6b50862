#pragma once
// DownloadLane: one connection of a download, from dialling to the last piece.
//
// Lives on one link thread: reads pieces straight from TLS into one buffer, verifies, writes. It asks the
// download, on the network thread, for batches of work, and keeps enough asked for that the connection never
// runs dry. A piece that does not verify ends the lane with the piece and the peer named.

#include <memory>
#include <unordered_map>

#include "access/provider_record.hpp"
#include "swarm/batch.hpp"
#include "swarm/download_job.hpp"
#include "swarm/request_window.hpp"
#include "swarm/share_opening.hpp"
#include "transport/dialer.hpp"

namespace covey::swarm {

/// What a lane needs of the download that it works for. All functions run on the network thread.
class LaneOwner {
 public:
  virtual ~LaneOwner() = default;
  /// The job, or null when this lane is to fetch the manifest first.
  virtual io::Awaitable<Result<std::shared_ptr<DownloadJob>>> on_opened(LaneId lane,
                                                                        ShareOpening opening) = 0;
  /// The verified manifest.
  virtual io::Awaitable<Result<std::shared_ptr<DownloadJob>>> on_manifest(Bytes manifest) = 0;
  virtual std::optional<Batch> claim(LaneId lane, std::uint64_t bytes, double rate) = 0;
  virtual void on_layer(content::FileIndex file, Layer layer) = 0;
  /// Pieces that verified and are stored.
  virtual void on_pieces(LaneId lane, std::vector<content::PieceRef> pieces) = 0;
  /// What the source says that it holds, beside what it said before.
  virtual void on_holdings(LaneId lane, std::vector<std::uint32_t> pieces) = 0;
  virtual void on_providers(LaneId lane, std::vector<access::SignedProviderRecord> records) = 0;
  /// What the owner has taken back, by its own word; unchecked.
  virtual void on_revocations(LaneId lane, access::SignedRevocationList list) = 0;
};

/// Whose failure ended a lane.
enum class Fault : std::uint8_t {
  kPath,   // nobody was reached, or not the right one
  kPeer,   // what the peer said or did
  kLocal,  // this machine's disk, or what the download itself decided
};

class DownloadLane : public std::enable_shared_from_this<DownloadLane> {
 public:
  DownloadLane(LaneId id, LaneTarget target, const transport::Local& local, LaneOwner& owner,
               io::Executor network, io::Executor here);
  ~DownloadLane();

  /// The lane's whole life, on its link thread. Done when the download is complete or has no more work for
  /// it.
  io::Awaitable<Result<>> run();
  /// Ends it soon. Any thread.
  void stop();
  /// Work may have become free. Any thread.
  void wake();
  /// A piece that it was asked for has come from elsewhere. Any thread.
  void take_back(content::PieceRef piece);
  /// Tells the source where this peer serves the share. Any thread.
  void introduce(access::SignedProviderRecord record);

  [[nodiscard]] LaneId id() const { return id_; }
  /// Where run() is to be called.
  [[nodiscard]] io::Executor executor() const { return here_; }
  /// Verified bytes that came over this lane. Any thread.
  [[nodiscard]] std::uint64_t received() const { return received_.load(std::memory_order_relaxed); }
  /// Bytes that came and were of no use. Any thread.
  [[nodiscard]] std::uint64_t wasted() const { return wasted_.load(std::memory_order_relaxed); }
  /// Where its time has gone so far. Any thread.
  struct Times {
    std::chrono::nanoseconds starved{0};  // waiting for the network
    std::chrono::nanoseconds storing{0};  // writing to the disk
  };
  [[nodiscard]] Times times() const {
    return {.starved = std::chrono::nanoseconds(starved_ns_.load(std::memory_order_relaxed)),
            .storing = std::chrono::nanoseconds(storing_ns_.load(std::memory_order_relaxed))};
  }
  /// How much of the time the source waits for its own limits, by its word: 0 to 1. Any thread.
  [[nodiscard]] double held_back() const {
    return held_back_percent_.load(std::memory_order_relaxed) / 100.0;
  }
  /// Once run() has ended: whose failure it was.
  [[nodiscard]] Fault fault() const { return fault_; }
  /// Where it is connected to, once it is. Network thread.
  [[nodiscard]] const std::string& remote_address() const { return remote_address_; }

 private:
  class Receiver;
  struct LayerAssembly {
    Bytes raw;
    std::size_t expected = 0;
  };
  struct ManifestAssembly {
    content::PieceGeometry geometry;
    content::ContentId root;
    Layer layer;
    Bytes bytes;
    std::uint32_t next_piece = 0;
  };

  io::Awaitable<void> work();
  io::Awaitable<Result<>> connect_and_fetch();
  io::Awaitable<Result<>> open_share();
  io::Awaitable<Result<>> fetch_manifest();
  io::Awaitable<Result<>> fetch_batches();
  io::Awaitable<Result<>> request(Batch batch);
  io::Awaitable<Result<>> wait_until(bool (DownloadLane::*condition)() const);
  io::Awaitable<void> read_link();
  io::Awaitable<Result<>> send_notes();
  /// Marks a failure as this machine's own.
  template <typename Value>
  Result<Value> own(Result<Value> outcome) {
    if (!outcome) fault_ = Fault::kLocal;
    return outcome;
  }

  io::Awaitable<Result<>> take_opened(transport::FrameBody& body);
  io::Awaitable<Result<>> take_piece(transport::FrameBody& body);
  io::Awaitable<Result<>> take_manifest_piece(content::PieceIndex piece, transport::FrameBody& body);
  io::Awaitable<Result<>> take_layer(transport::FrameBody& body);
  io::Awaitable<Result<>> take_trouble(transport::FrameBody& body);
  io::Awaitable<Result<>> take_have(transport::FrameBody& body);
  io::Awaitable<Result<>> take_providers(transport::FrameBody& body);
  io::Awaitable<Result<>> take_pace(transport::FrameBody& body);
  io::Awaitable<Result<>> take_revocations(transport::FrameBody& body);
  io::Awaitable<Result<>> drop_piece(std::uint64_t key, transport::FrameBody& body);
  void report(content::PieceRef piece);
  void tell_pieces();
  Result<> finish_layer(std::uint32_t file);
  Result<> store_piece(content::FileIndex file, content::PieceIndex piece,
                       const content::PieceGeometry& geometry, ByteView bytes, bool hole);
  [[nodiscard]] std::unexpected<Error> wrong_piece(std::string_view file, content::PieceIndex piece) const;
  void end(Error reason);

  [[nodiscard]] bool opened() const { return opening_.has_value(); }
  [[nodiscard]] bool manifest_done() const {
    return manifest_ && manifest_->next_piece == manifest_->geometry.piece_count();
  }
  [[nodiscard]] bool wants_work() const;

  LaneId id_;
  LaneTarget target_;
  const transport::Local* local_;
  LaneOwner* owner_;
  io::Executor network_;
  io::Executor here_;
  std::string remote_address_;
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> wasted_{0};
  std::atomic<std::int64_t> starved_ns_{0};
  std::atomic<std::int64_t> storing_ns_{0};
  std::atomic<std::uint32_t> held_back_percent_{0};
  Fault fault_ = Fault::kPath;

  // From here on: the link thread's.
  std::unique_ptr<io::TaskGroup> tasks_;
  io::Gate changed_;
  bool stopped_ = false;
  std::shared_ptr<transport::Link> link_;
  wire::StreamId stream_;
  std::optional<Error> ended_;  // why the stream is over
  std::optional<ShareOpening> opening_;
  std::optional<ManifestAssembly> manifest_;
  std::shared_ptr<DownloadJob> job_;
  std::unordered_map<content::FileIndex, Layer> layers_;
  std::unordered_map<std::uint32_t, LayerAssembly> layer_assemblies_;
  std::unordered_map<std::uint64_t, std::uint32_t> asked_;  // piece → its length
  std::uint64_t asked_bytes_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> taken_back_;  // asked for, and come from elsewhere
  RequestWindow window_;
  SteadyTime last_word_{};  // when a piece came last, or was first asked for again
  std::vector<content::PieceRef> unreported_;
  std::vector<content::PieceRef> to_take_back_;  // to be told to the source
  std::optional<access::SignedProviderRecord> introduction_;
  std::size_t providers_heard_ = 0;
  std::uint64_t woken_ = 0;
  Bytes piece_buffer_;
  Result<> outcome_;
};

}  // namespace covey::swarm
