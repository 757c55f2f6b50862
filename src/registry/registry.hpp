#pragma once
// Registry: the database of a network for programs that may not block: every call is queued for a thread that
// has a Store of its own, and answers on the executor of the coroutine that asked.
//
// Writes are committed in groups: a writer takes all that wait, at most kMaxGroup, runs each in a savepoint
// of one transaction, commits, and only then answers them. One that fails is undone alone. Queues are
// bounded: beyond kMaxWaiting the answer is kLimitExceeded at once. Any thread may call; the executors that
// wait outlive the Registry. What has not begun when it goes is answered with kCancelled.

#include <atomic>
#include <memory>
#include <vector>

#include <asio/async_result.hpp>

#include "io/coroutine.hpp"
#include "registry/job.hpp"
#include "registry/store.hpp"

namespace covey::registry {

class Registry {
 public:
  static constexpr std::size_t kMaxGroup = 256;
  static constexpr std::size_t kMaxWaiting = 4096;

  struct Threads {
    std::size_t readers = 2;
    std::size_t writers = 4;  // at most; SQLite has one
  };

  /// Opens a Store for each thread. `source` outlives the Registry.
  static Result<std::unique_ptr<Registry>> start(StoreSource& source, Threads threads);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Runs `work`, a callable from Store& to a Result<T>, in a transaction and gives its result once that is
  /// durable. Work about one peer, `whose`, keeps its order. It may run twice, the first time undone, when
  /// another tracker was in its way; so it moves nothing out of itself.
  template <typename Work>
  auto write(const identity::PeerId& whose, Work work) -> io::Awaitable<std::invoke_result_t<Work&, Store&>> {
    return queued(writer_of(whose), std::move(work));
  }

  /// Runs `work`, which changes nothing, on a reader.
  template <typename Work>
  auto read(Work work) -> io::Awaitable<std::invoke_result_t<Work&, Store&>> {
    return queued(idlest_reader(), std::move(work));
  }

  /// How many calls wait, for those who watch the tracker.
  [[nodiscard]] std::size_t waiting_writes() const;
  [[nodiscard]] std::size_t waiting_reads() const;

 private:
  class Lane;

  Registry() = default;
  [[nodiscard]] Lane& writer_of(const identity::PeerId& whose);
  [[nodiscard]] Lane& idlest_reader();
  static void put(Lane& lane, std::unique_ptr<Job> job);

  template <typename Work>
  static auto queued(Lane& lane, Work work) -> io::Awaitable<std::invoke_result_t<Work&, Store&>> {
    using Outcome = std::invoke_result_t<Work&, Store&>;
    auto begin = [&lane, work = std::move(work)](auto handler) mutable {
      using Handler = std::decay_t<decltype(handler)>;
      put(lane, std::make_unique<JobOf<Work, Handler>>(std::move(work), std::move(handler)));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Outcome)>(
        std::move(begin), asio::use_awaitable);
  }

  std::vector<std::unique_ptr<Lane>> writers_;
  std::vector<std::unique_ptr<Lane>> readers_;
};

}  // namespace covey::registry
