#pragma once
// DownloadBook: the daemon's downloads: queued, started, paused, resumed, cancelled, checked, moved,
// remembered.
//
// What is stored is what was asked for and what is final: of one that is to run, that it is queued. Every
// such change goes to the store before it is told to anyone, and costs one write however many downloads there
// are. TransferQueue decides who runs; a download that runs is a swarm::Download in a task of its own. At
// most one is checked or moved at a time, so that the pool has room for the others. On the network thread.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "crypto/random.hpp"
#include "daemon/approval_seeker.hpp"
#include "daemon/file_check.hpp"
#include "daemon/network_book.hpp"
#include "daemon/result_move.hpp"
#include "daemon/seed_book.hpp"
#include "daemon/store_thread.hpp"
#include "daemon/transfer_queue.hpp"
#include "io/turns.hpp"

namespace covey::daemon {

class DownloadBook final : public WaitingDownloads {
 public:
  using OnChange = std::function<void(const api::TransferView&)>;
  using OnRemoved = std::function<void(const std::string& id)>;
  using Changed = io::Awaitable<Result<api::TransferView>>;

  /// All references outlive the book.
  DownloadBook(Node& node, NetworkBook& networks, StoreThread& store, crypto::Random& random,
               content::LayerCache* cache = nullptr);
  ~DownloadBook() override;
  void on_change(OnChange callback) { on_change_ = std::move(callback); }
  void on_removed(OnRemoved callback) { on_removed_ = std::move(callback); }
  /// Who asks owners for their approval. Outlives the book; without it nobody is asked.
  void set_seeker(ApprovalSeeker* seeker) { seeker_ = seeker; }

  /// How many run at a time, from now on.
  void set_places(std::size_t places);

  /// A new download, running at once if there is a place. kInvalidArgument for a bad ticket, folder, glob or
  /// setting; kNotFound for a share that no network knows.
  Changed start(api::DownloadRequest request);
  /// One of an earlier run of the daemon; queued if it was to run then.
  void restore(StoredDownload download);
  /// After the last of them: what is complete is served on, moves that were cut short are ended, and answers
  /// of owners are heeded that came just before the end of the last run.
  io::Awaitable<Result<>> restored();

  // Each gives kNotFound for an unknown id, and kInvalidArgument for what makes no sense in its state.
  Changed set(std::string id, api::TransferSettings settings);
  /// Also ends a check or a move.
  Changed pause(std::string id);
  /// Queues a paused or failed one, and a complete one whose last check found changes: it is fetched again.
  Changed resume(std::string id);
  Changed cancel(std::string id, api::PartialFiles partial);
  io::Awaitable<Result<>> remove(std::string id, api::RemovedFiles files);
  /// Begins, and ends by itself; so does move.
  Changed verify(std::string id);
  Changed move(std::string id, std::string directory);

  /// Where the bytes of a download are to be read now.
  struct Readable {
    std::shared_ptr<swarm::ContentReading> running;
    std::filesystem::path result;  // of a complete one; neither: not yet
  };
  /// kNotFound for an unknown id; kInvalidArgument for one that will not go on by itself.
  Result<Readable> readable(const std::string& id);
  /// Nothing for an unknown id.
  [[nodiscard]] std::optional<api::ExplanationView> explain(const std::string& id);
  /// Which pieces are here; what they are grouped into is at most so many cells. kNotFound.
  io::Awaitable<Result<api::PieceMapView>> pieces(std::string id, std::uint64_t most_cells);
  /// The newest first.
  [[nodiscard]] std::vector<api::TransferView> views();
  /// Those whose progress or place in the queue has gone on by itself since the last call.
  [[nodiscard]] std::vector<api::TransferView> moving_on();
  [[nodiscard]] std::size_t active() const { return live_.size(); }
  /// Which of them are served on.
  [[nodiscard]] SeedBook& seeds() { return seeds_; }
  /// Bytes a second, over all.
  [[nodiscard]] double rate() const;
  /// Stops what runs, in order, so that it goes on at the next start.
  io::Awaitable<void> stop();

  void on_approved(const std::string& transfer) override;
  void on_denied(const std::string& transfer, const Error& why) override;

 private:
  struct Entry;
  struct Chore;
  struct Source {
    access::ShareReference share;
    std::string title;  // until the share says its own
    bool must_ask = false;
    std::uint64_t bytes = 0;  // as its owner published it, and so on; 0: not known
    std::uint64_t files = 0;
  };
  enum class Then : std::uint8_t { kRest, kQueue };

  // download_book.cpp: what people ask for
  /// What the request names, looked up where it is no ticket; writes down what was found.
  io::Awaitable<Result<Source>> source_of(api::DownloadRequest& request);
  Result<access::ShareReference> reference_of(const api::DownloadRequest& request) const;
  io::Awaitable<Result<>> save(const Entry& entry);
  using Found = std::shared_ptr<Entry>;  // so that nobody who waits is left with one that was removed
  Result<Found> find(const std::string& id);
  /// As find. Ends a check or a move, which is taken back unless it was done.
  io::Awaitable<Result<Found>> find_idle(std::string id);
  /// The download, and the turn to change it.
  struct Held {
    Found entry;
    io::Turns::Turn turn;
  };
  io::Awaitable<Result<Held>> take(std::string id);
  enum class First : std::uint8_t { kRun, kAsk };
  io::Awaitable<Result<>> begin(Entry& entry, First first);
  io::Awaitable<Result<>> enqueue(Entry& entry);
  io::Awaitable<void> end_serving(const Entry& entry);
  io::Awaitable<Result<>> remove_stopped(const Entry& entry, api::RemovedFiles files);
  io::Awaitable<Result<>> delete_partial(const Entry& entry);
  io::Awaitable<Result<>> delete_result(const Entry& entry);
  [[nodiscard]] std::string new_id();

  // download_approval.cpp: what an owner has to approve first
  [[nodiscard]] bool has_to_ask(const Entry& entry) const;
  io::Awaitable<Result<>> ask_owner(Entry& entry);
  io::Awaitable<void> ask_owner_again(Entry& entry);
  io::Awaitable<void> go_on_as_answered(std::string id);
  io::Awaitable<void> end_as_denied(std::string id, Error why);
  [[nodiscard]] swarm::Locate locate(const Entry& entry, const access::ShareReference& share) const;

  // download_views.cpp: how people see them
  [[nodiscard]] api::TransferView refreshed(Entry& entry);
  void tell(Entry& entry);

  // download_run.cpp: their lives while they run
  void start_due();
  Result<> launch(Entry& entry, TransferQueue::Turn turn);
  io::Awaitable<void> run(Entry& entry);
  io::Awaitable<void> conclude(Entry& entry, const Result<std::filesystem::path>& result,
                               std::optional<swarm::Delivered> delivered);
  [[nodiscard]] SeedOrder seed_order(const Entry& entry) const;
  io::Awaitable<void> serve_on(std::string id, SeedOrder order, swarm::Delivered delivered);
  io::Awaitable<void> note_seed(std::string id);
  void back_to_queue(Entry& entry, const Error& reason);
  io::Awaitable<void> settle(Entry& entry, api::TransferState state, std::optional<Error> error);
  io::Awaitable<void> stop_running(Entry& entry, api::TransferState then);
  io::Awaitable<void> tend();
  void look_after(Entry& entry);

  // download_chores.cpp: checks and moves
  io::Awaitable<bool> wait_for_turn(const std::shared_ptr<Chore>& chore);
  void begin_chore(Entry& entry, api::TransferState state);
  io::Awaitable<void> end_chore(Entry& entry, Then then);
  io::Awaitable<Then> set_aside(Entry& entry);
  io::Awaitable<void> check(Entry& entry, Then then);
  io::Awaitable<void> check_owed(std::string id);
  io::Awaitable<void> tell_seeds(Entry& entry, const CheckFindings& found);
  io::Awaitable<Result<CheckFindings>> findings_of(StoredDownload download, std::shared_ptr<Chore> chore);
  io::Awaitable<void> carry(Entry& entry, Then then);
  io::Awaitable<void> recover_move(Entry& entry);
  io::Awaitable<void> moved(Entry& entry, Result<> outcome, Then then);
  io::Awaitable<void> note_promised(std::string id, api::DownloadRequest request, std::string name);
  io::Awaitable<void> note_found(std::string id, std::filesystem::path result);

  Node* node_;
  NetworkBook* networks_;
  StoreThread* store_;
  crypto::Random* random_;
  SeedBook seeds_;
  ApprovalSeeker* seeker_ = nullptr;
  OnChange on_change_;
  OnRemoved on_removed_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  TransferQueue queue_{api::LimitSettings{}.active_downloads};
  std::uint64_t arrivals_ = 0;
  std::set<Entry*> live_;    // with a swarm::Download
  std::set<Entry*> chores_;  // checked or moved, or waiting to be
  bool chore_runs_ = false;
  std::shared_ptr<CheckProgress> noting_ = std::make_shared<CheckProgress>();
  io::Gate chore_ended_;
  io::Gate woken_;
  io::TaskGroup tasks_;
  io::TaskGroup watch_;
  bool shutting_down_ = false;
};

}  // namespace covey::daemon
