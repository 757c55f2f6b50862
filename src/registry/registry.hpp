#pragma once
#include <mutex>
#include "io/coroutine.hpp"
#include "io/offload.hpp"
#include "registry/store.hpp"
namespace covey::registry {
class Registry {
 public:
  struct Threads {
    std::size_t readers = 2;
    std::size_t writers = 4;
  };
  static Result<std::unique_ptr<Registry>> start(StoreSource& source, Threads /*threads*/) {
    auto out = std::make_unique<Registry>();
    for (int i = 0; i < 2; ++i) {
      TRY(auto store, source.open());
      out->readers_.push_back(std::move(store));
    }
    TRY(out->writer_, source.open());
    return out;
  }
  template <typename Work>
  auto read(Work work) -> io::Awaitable<std::invoke_result_t<Work, Store&>> {
    auto job = [this, work = std::move(work)]() mutable {
      std::unique_ptr<Store> store;
      { std::lock_guard lock(mutex_); store = std::move(readers_.back()); readers_.pop_back(); }
      auto result = work(*store);
      { std::lock_guard lock(mutex_); readers_.push_back(std::move(store)); }
      return result;
    };
    co_return co_await pool_.run(std::move(job));
  }
  template <typename Work>
  auto write(const identity::PeerId& /*whose*/, Work work) -> io::Awaitable<std::invoke_result_t<Work, Store&>> {
    auto job = [this, work = std::move(work)]() mutable {
      std::invoke_result_t<Work, Store&> result = fail(ErrorCode::kInternal, "");
      auto done = writer_->in_transaction([&]() -> Result<> { result = work(*writer_); if (!result) return std::unexpected(result.error()); return {}; });
      if (!done && result) result = std::unexpected(done.error());
      return result;
    };
    co_return co_await writing_.run(std::move(job));
  }
 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Store>> readers_;
  std::unique_ptr<Store> writer_;
  io::Offload pool_{2};
  io::Offload writing_{1};
};
}  // namespace covey::registry
