#include "registry/registry.hpp"

#include <algorithm>

#include "io/event_threads.hpp"

namespace covey::registry {

/// One thread, its Store and the jobs that wait for it.
class Registry::Lane {
 public:
  enum class Kind { kReader, kWriter };

  Lane(std::unique_ptr<Store> store, Kind kind)
      : store_(std::move(store)),
        kind_(kind),
        thread_(kind == Kind::kWriter ? "registry-write" : "registry-read") {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() { thread_.stop(); }

  [[nodiscard]] std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

  void put(std::unique_ptr<Job> job) {
    if (waiting_.fetch_add(1) >= kMaxWaiting) {
      --waiting_;
      return job->answer(Error{ErrorCode::kLimitExceeded, "the tracker is busy: try again in a moment"});
    }
    asio::post(thread_.executor(), [this, job = std::move(job)]() mutable { take(std::move(job)); });
  }

 private:
  /// On the thread. All jobs that were put before run_group() comes around are in its group.
  void take(std::unique_ptr<Job> job) {
    if (kind_ == Kind::kReader) {
      (void)job->run(*store_);
      return finish(*job, std::nullopt);
    }
    group_.push_back(std::move(job));
    if (group_.size() == kMaxGroup) return run_group();
    if (group_.size() == 1) asio::post(thread_.executor(), [this] { run_group(); });
  }

  void run_group() {
    // Full groups run at once and leave their turn behind.
    if (group_.empty()) return;
    const std::vector<std::unique_ptr<Job>> group = std::exchange(group_, {});
    std::vector<Job*> again;
    const Result<> kept = group.size() == 1 ? alone(*group.front()) : together(group, again);
    std::optional<Error> failure;
    if (!kept) failure = kept.error();
    for (const auto& job : group) {
      if (failure || std::find(again.begin(), again.end(), job.get()) == again.end()) finish(*job, failure);
    }
    if (failure) return;
    for (Job* const job : again) {
      const Result<> done = alone(*job);
      finish(*job, done ? std::nullopt : std::optional(done.error()));
    }
  }

  Result<> alone(Job& job) {
    return store_->in_transaction([&] { return job.run(*store_); });
  }

  /// Fails when nothing of the group was kept. Those that another writer was in the way of come into `again`.
  Result<> together(const std::vector<std::unique_ptr<Job>>& group, std::vector<Job*>& again) {
    return store_->in_transaction([&]() -> Result<> {
      for (const auto& job : group) {
        bool ran = false;
        const Result<> done = store_->in_transaction([&] {
          ran = true;
          return job->run(*store_);
        });
        if (done) continue;
        if (!ran) return done;
        if (done.error().code == ErrorCode::kTimedOut) again.push_back(job.get());
      }
      return {};
    });
  }

  void finish(Job& job, const std::optional<Error>& failure) {
    --waiting_;
    job.answer(failure);
  }

  std::unique_ptr<Store> store_;
  Kind kind_;
  std::atomic<std::size_t> waiting_ = 0;
  std::vector<std::unique_ptr<Job>> group_;
  io::EventThread thread_;
};

Result<std::unique_ptr<Registry>> Registry::start(StoreSource& source, Threads threads) {
  std::unique_ptr<Registry> registry(new Registry());
  const std::size_t writers = std::clamp<std::size_t>(threads.writers, 1, source.useful_writers());
  for (std::size_t i = 0; i < writers; ++i) {
    TRY(auto store, source.open());
    registry->writers_.push_back(std::make_unique<Lane>(std::move(store), Lane::Kind::kWriter));
  }
  for (std::size_t i = 0; i < std::max<std::size_t>(1, threads.readers); ++i) {
    TRY(auto store, source.open());
    registry->readers_.push_back(std::make_unique<Lane>(std::move(store), Lane::Kind::kReader));
  }
  return registry;
}

Registry::~Registry() = default;

Registry::Lane& Registry::writer_of(const identity::PeerId& whose) {
  return *writers_[std::hash<identity::PeerId>{}(whose) % writers_.size()];
}

Registry::Lane& Registry::idlest_reader() {
  return **std::min_element(readers_.begin(), readers_.end(),
                            [](const auto& a, const auto& b) { return a->waiting() < b->waiting(); });
}

void Registry::put(Lane& lane, std::unique_ptr<Job> job) {
  lane.put(std::move(job));
}

std::size_t Registry::waiting_writes() const {
  std::size_t sum = 0;
  for (const auto& lane : writers_) sum += lane->waiting();
  return sum;
}

std::size_t Registry::waiting_reads() const {
  std::size_t sum = 0;
  for (const auto& lane : readers_) sum += lane->waiting();
  return sum;
}

}  // namespace covey::registry
