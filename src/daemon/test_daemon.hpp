#pragma once
// For tests: the part of a daemon that has to do with downloads, on a real store and a node.

#include <set>

#include "daemon/download_book.hpp"
#include "daemon/test_node.hpp"

namespace covey::daemon {

/// The part of a daemon that has to do with downloads, on a store that outlives it.
struct Daemon {
  Daemon(TestNode& on, const std::filesystem::path& file)
      : store(*DaemonStore::open(file, crypto::SecretBytes(32), on.random)),
        networks(*on.node, store, [](const api::Event& /*event*/) {}),
        book(*on.node, networks, store, on.random) {
    book.on_change([this](const api::TransferView& view) { note(view); });
  }

  void note(const api::TransferView& view) {
    if (view.state == api::TransferState::kComplete && !ended.contains(view.id)) completed.push_back(view.id);
    if (view.state == api::TransferState::kComplete) ended.insert(view.id);
    most_at_a_time = std::max(most_at_a_time, book.active());
  }
  io::Awaitable<Result<>> restore() {
    auto read = [](DaemonStore& s) { return s.downloads(); };
    CO_TRY(auto stored, co_await store.run(read));
    for (auto& download : stored) book.restore(std::move(download));
    co_return co_await book.restored();
  }
  io::Awaitable<void> close() {
    co_await book.stop();
    co_await networks.stop();
    store.join();
  }
  [[nodiscard]] api::TransferView view(const std::string& id) {
    for (auto& view : book.views()) {
      if (view.id == id) return view;
    }
    ADD_FAILURE() << "no download " << id;
    return {};
  }
  /// Until it is in this state; a failure ends the wait, too.
  io::Awaitable<api::TransferView> wait_for(std::string id, api::TransferState state) {
    while (true) {
      const auto now = view(id);
      if (now.state == state || now.state == api::TransferState::kFailed || now.id.empty()) {
        EXPECT_EQ(now.state, state) << (now.error ? now.error->context : "");
        co_return now;
      }
      const auto slept = co_await io::sleep_for(1ms);
      if (!slept) co_return now;
    }
  }

  /// What its files are to be is stored in the background, soon after it is complete.
  io::Awaitable<Result<>> wait_for_list(std::string id) {
    while (true) {
      auto read = [id](DaemonStore& s) { return s.promised(id); };
      CO_TRY(const auto list, co_await store.run(read));
      if (list) co_return Result<>{};
      CO_TRY_VOID(co_await io::sleep_for(1ms));
    }
  }

  StoreThread store;
  NetworkBook networks;
  DownloadBook book;
  std::vector<std::string> completed;
  std::set<std::string> ended;
  std::size_t most_at_a_time = 0;
};

}  // namespace covey::daemon
