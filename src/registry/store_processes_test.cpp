// What several processes do to one database: this program runs itself again as a writer that is killed, and
// as one that others wait for.

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <future>
#include <mutex>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/store_fixture.hpp"

namespace covey::registry {
namespace {

constexpr const char* kWhere = "COVEY_TEST_WRITER_STORE";

/// This test program again, running WriterProcess alone; what it prints can be read.
class OtherProcess {
 public:
  explicit OtherProcess(const std::string& where) {
    int output[2];
    if (::pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const std::string variable = std::string(kWhere) + "=" + where;
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(output[1], STDOUT_FILENO);
      std::string own = variable;
      const char* const environment[] = {own.c_str(), nullptr};
      ::execle("/proc/self/exe", "registry_test", "--gtest_filter=WriterProcess.*",
               "--gtest_also_run_disabled_tests", nullptr, environment);
      ::_exit(1);
    }
    ::close(output[1]);
    output_ = output[0];
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess() {
    kill();
    ::close(output_);
  }

  /// Waits for this many lines that begin with "posted ".
  void await_posts(int count) {
    while (posts() < count && read_some()) {
    }
  }
  void kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(std::exchange(child_, -1), nullptr, 0);
    while (read_some()) {
    }
  }
  /// Whole lines only: one that was cut short says nothing.
  [[nodiscard]] int posts() const {
    int out = 0;
    for (std::size_t at = 0; (at = seen_.find("posted ", at)) != std::string::npos; ++at) {
      if (seen_.find('\n', at) != std::string::npos) ++out;
    }
    return out;
  }

 private:
  bool read_some() {
    char buffer[512];
    const auto size = ::read(output_, buffer, sizeof buffer);
    if (size > 0) seen_.append(buffer, static_cast<std::size_t>(size));
    return size > 0;
  }

  pid_t child_ = -1;
  int output_ = -1;
  std::string seen_;
};

/// Posts to the member "ada" until it is killed, and says so after each.
TEST(WriterProcess, DISABLED_posts_until_it_is_killed) {
  const char* const where = std::getenv(kWhere);  // NOLINT(concurrency-mt-unsafe)
  if (where == nullptr) return;                   // somebody runs the disabled tests by hand
  const auto source = expect_value(open_store_source(where));
  const auto store = expect_value(source->open());
  const auto ada = expect_value(store->member(*identity::PeerName::parse("ada")));
  for (;;) {
    const Message message{
        .from = ada->peer, .to = ada->peer, .kind = "chat", .sent_at = kNow, .expires_at = kNow + 1h};
    const auto id = store->post(message, {.messages = 1'000'000, .messages_of_one_sender = 1'000'000}, kNow);
    if (!id) return;
    const std::string line = fmt::format("posted {}\n", *id);
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
  }
}

class StoreProcesses : public StoreTest {};

TEST_P(StoreProcesses, what_a_killed_process_acknowledged_is_kept) {
  const auto ada = network.member(*store, "ada");
  for (int round = 1; round <= 5; ++round) {
    const auto before = expect_value(store->counts(kNow)).messages;
    OtherProcess writer(database->where());
    writer.await_posts(3 * round);
    writer.kill();
    const auto after = expect_value(open()->counts(kNow)).messages;
    EXPECT_GE(writer.posts(), 3 * round);
    EXPECT_GE(after - before, static_cast<std::uint64_t>(writer.posts()));
    // At most the one post that was not acknowledged yet.
    EXPECT_LE(after - before, static_cast<std::uint64_t>(writer.posts()) + 1);
  }
  store.reset();
  source = expect_value(open_store_source(database->where()));
  store = open();
  EXPECT_TRUE(expect_value(store->member(ada.id())));
}

TEST_P(StoreProcesses, two_write_to_one_mailbox_without_losing_a_message) {
  const auto ada = network.member(*store, "ada");
  OtherProcess one(database->where());
  OtherProcess two(database->where());
  one.await_posts(20);
  two.await_posts(20);
  one.kill();
  two.kill();
  std::vector<std::uint64_t> ids = {0};
  for (std::size_t before = 0; ids.size() > before;) {
    before = ids.size();
    for (const Message& each : expect_value(store->messages(ada.id(), ids.back(), kMaxPage, kNow))) {
      ids.push_back(each.id);
    }
  }
  EXPECT_GT(ids.size(), static_cast<std::size_t>(one.posts() + two.posts()));
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST_P(StoreProcesses, a_watcher_hears_of_what_another_process_posted) {
  if (GetParam() == Backend::kSqlite) return;  // which tells within its process alone: store.hpp
  const auto ada = network.member(*store, "ada");
  std::promise<identity::PeerId> told;
  std::once_flag once;
  const auto watcher = open();
  expect_value(watcher->watch_messages(
      [&](const identity::PeerId& peer) { std::call_once(once, [&] { told.set_value(peer); }); }));
  OtherProcess writer(database->where());
  auto heard = told.get_future();
  ASSERT_EQ(heard.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(heard.get(), ada.id());
}

COVEY_ON_EACH_BACKEND(StoreProcesses);

}  // namespace
}  // namespace covey::registry
