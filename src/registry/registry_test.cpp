// Registry: queues, groups and answers, over every backend.

#include "registry/registry.hpp"

#include <future>

#include <asio/detached.hpp>

#include "io/event_threads.hpp"
#include "registry/store_fixture.hpp"

namespace covey::registry {
namespace {

class RegistryTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    registry = expect_value(Registry::start(*source, {.readers = 2, .writers = 2}));
  }

  /// Runs coroutines on a loop until all have ended.
  template <typename... Tasks>
  static void run(Tasks&&... tasks) {
    asio::io_context loop;
    (asio::co_spawn(loop, std::forward<Tasks>(tasks), asio::detached), ...);
    loop.run();
  }

  std::unique_ptr<Registry> registry;
};

TEST_P(RegistryTest, a_write_is_answered_on_the_callers_thread_once_everybody_sees_it) {
  const auto ada = network.person("ada");
  bool seen = false;
  std::thread::id thread;
  run([&]() -> io::Awaitable<void> {
    auto add = [&](Store& own) { return own.add_member(TestNetwork::application(ada), kNow); };
    const auto added = co_await registry->write(ada.id(), add);
    thread = std::this_thread::get_id();
    EXPECT_EQ(added->name, ada.name);
    auto look = [&](Store& own) { return own.member(ada.id()); };
    const auto found = co_await registry->read(look);
    seen = found && found->has_value();
  });
  EXPECT_TRUE(seen);
  EXPECT_EQ(thread, std::this_thread::get_id());
}

TEST_P(RegistryTest, a_write_that_fails_undoes_no_other_of_its_group) {
  const auto owner = network.member(*store, "owner");
  constexpr int kWrites = 60;
  int done = 0;
  int refused = 0;
  asio::io_context loop;
  std::vector<Announcement> announcements;
  for (int i = 0; i < kWrites; ++i)
    announcements.push_back(network.announcement(owner, network.share_id(), {}));
  for (int i = 0; i < kWrites; ++i) {
    auto task = [&, i]() -> io::Awaitable<void> {
      auto work = [&, i](Store& own) -> Result<> {
        TRY_VOID(own.announce(announcements[static_cast<std::size_t>(i)], 1000));
        if (i % 3 == 0) return fail(ErrorCode::kRefused, "no");
        return {};
      };
      const auto outcome = co_await registry->write(owner.id(), work);
      outcome ? ++done : ++refused;
    };
    asio::co_spawn(loop, task, asio::detached);
  }
  loop.run();
  EXPECT_EQ(refused, kWrites / 3);
  EXPECT_EQ(done, kWrites - kWrites / 3);
  EXPECT_EQ(search(owner.id(), "").total, static_cast<std::uint64_t>(done));
}

TEST_P(RegistryTest, work_of_one_peer_keeps_its_order) {
  const auto ada = network.member(*store, "ada");
  asio::io_context loop;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 300; ++i) {
    auto task = [&]() -> io::Awaitable<void> {
      auto work = [&](Store& own) {
        const Message message{
            .from = ada.id(), .to = ada.id(), .kind = "chat", .sent_at = kNow, .expires_at = kNow + 1h};
        return own.post(message, {.messages_of_one_sender = 1000}, kNow);
      };
      const auto id = co_await registry->write(ada.id(), work);
      ids.push_back(id.value_or(0));
    };
    asio::co_spawn(loop, task, asio::detached);
  }
  loop.run();
  EXPECT_EQ(ids.size(), 300U);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

/// A write that holds its lane until it is let go.
struct Plug {
  std::promise<void> begun;
  std::promise<void> let_go;

  auto work() {
    return [this](Store&) -> Result<> {
      begun.set_value();
      let_go.get_future().wait();
      return {};
    };
  }
};

TEST_P(RegistryTest, beyond_its_queue_the_answer_comes_at_once) {
  const auto ada = network.person("ada");
  Plug plug;
  asio::io_context loop;
  auto plugging = [&]() -> io::Awaitable<void> {
    const auto outcome = co_await registry->write(ada.id(), plug.work());
    EXPECT_TRUE(outcome);
  };
  asio::co_spawn(loop, plugging, asio::detached);
  loop.poll();
  plug.begun.get_future().wait();
  int done = 0;
  int busy = 0;
  for (std::size_t i = 0; i < Registry::kMaxWaiting + 9; ++i) {
    auto task = [&]() -> io::Awaitable<void> {
      auto work = [](Store&) -> Result<> { return {}; };
      const auto outcome = co_await registry->write(ada.id(), work);
      if (outcome) ++done;
      if (!outcome && outcome.error().code == ErrorCode::kLimitExceeded) ++busy;
    };
    asio::co_spawn(loop, task, asio::detached);
  }
  loop.poll();
  EXPECT_EQ(busy, 10);  // the plug waits for its commit too
  EXPECT_EQ(registry->waiting_writes(), Registry::kMaxWaiting);
  plug.let_go.set_value();
  loop.run();
  EXPECT_EQ(done, static_cast<int>(Registry::kMaxWaiting) - 1);
  EXPECT_EQ(registry->waiting_writes(), 0U);
}

TEST_P(RegistryTest, what_has_not_begun_when_it_goes_is_cancelled) {
  const auto ada = network.person("ada");
  Plug plug;
  asio::io_context loop;
  auto plugging = [&]() -> io::Awaitable<void> { (void)co_await registry->write(ada.id(), plug.work()); };
  asio::co_spawn(loop, plugging, asio::detached);
  loop.poll();
  plug.begun.get_future().wait();
  ErrorCode code{};
  auto late = [&]() -> io::Awaitable<void> {
    auto work = [](Store&) -> Result<> { return {}; };
    const auto outcome = co_await registry->write(ada.id(), work);
    if (!outcome) code = outcome.error().code;
  };
  asio::co_spawn(loop, late, asio::detached);
  loop.poll();
  auto stopped = std::async(std::launch::async, [&] { registry.reset(); });
  plug.let_go.set_value();
  stopped.get();
  loop.run();
  // Stopping and the end of the plug race: the late one either ran or was cancelled, and was answered in any
  // case.
  EXPECT_TRUE(code == ErrorCode::kCancelled || code == ErrorCode{});
}

COVEY_ON_EACH_BACKEND(RegistryTest);

}  // namespace
}  // namespace covey::registry
