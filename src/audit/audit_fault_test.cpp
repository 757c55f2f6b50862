// What a log promises when calls fail, processes die and machines lose power: every event that was
// acknowledged is there once and in order, and the log opens and verifies.

#include <cerrno>

#include "audit/test_log.hpp"

namespace covey::audit {
namespace {

constexpr std::uint64_t kEvents = 40;
constexpr std::uint64_t kBatch = 3;

/// What a run was told before it ended.
struct Told {
  std::uint64_t events = 0;  // of these it was told that they are kept
  bool closed = false;
};

std::vector<AuditEvent> batch_from(std::uint64_t first) {
  std::vector<AuditEvent> out;
  for (std::uint64_t i = first; i < std::min(first + kBatch, kEvents); ++i) out.push_back(numbered_event(i));
  return out;
}

/// Small files, so that a run rotates and drops several times.
void make_small(TestLog& test) {
  test.settings = {3000, 3};
}

/// Appends until something fails, in two openings.
Told run(TestLog& test) {
  Told told;
  for (const std::uint64_t until : {kEvents / 2, kEvents}) {
    auto log = test.open();
    if (!log) return told;
    while (told.events < until) {
      const auto batch = batch_from(told.events);
      if (!log->append(batch)) return told;
      told.events += batch.size();
    }
    if (!log->close()) return told;
  }
  told.closed = true;
  return told;
}

int calls_of_a_run() {
  TestLog test;
  make_small(test);
  EXPECT_TRUE(run(test).closed);
  return test.disk.calls();
}

/// Of the numbers that are kept none is missing or twice, and no acknowledged one is lost at the end.
void expect_kept(const TestLog& test, std::uint64_t told) {
  const auto numbers = test.numbers();
  if (numbers.empty()) {
    EXPECT_EQ(told, 0U);
    return;
  }
  for (std::size_t i = 1; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], numbers[i - 1] + 1);
  EXPECT_GE(numbers.back() + 1, told);
  EXPECT_LE(numbers.back() + 1, told + kBatch);
  if (*list_log_files(test.folder) == std::vector<std::uint64_t>{1}) {
    EXPECT_EQ(numbers.front(), 0U);
  }
}

void expect_sound(TestLog& test, const Told& told) {
  // Also before it is opened again, unless it was never made.
  if (std::filesystem::exists(test.folder / "head")) {
    EXPECT_EQ(test.complaint(), "");
  }
  {
    auto log = test.open();
    ASSERT_TRUE(log) << log.error().context;
    EXPECT_EQ(test.complaint(), "");
    EXPECT_EQ(test.verify().damage_events, 0U);
    expect_kept(test, told.events);
    const std::uint64_t next = test.numbers().empty() ? 0 : test.numbers().back() + 1;
    const auto batch = batch_from(next);
    ASSERT_TRUE(log->append(batch));
    ASSERT_TRUE(log->close());
  }
  EXPECT_EQ(test.complaint(), "");
  EXPECT_EQ(test.verify().unsigned_lines, 0U);
  EXPECT_LE(list_log_files(test.folder)->size(), 3U);
}

TEST(AuditFaults, whichever_call_fails_a_kill_loses_nothing_and_breaks_nothing) {
  const int calls = calls_of_a_run();
  ASSERT_GT(calls, 150);
  for (int n = 1; n <= calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n) + " fails");
    TestLog test;
    make_small(test);
    test.disk.fail_call(n, n % 2 == 0 ? ENOSPC : EIO);
    const Told told = run(test);
    ASSERT_TRUE(test.disk.failed());
    expect_sound(test, told);
    if (HasFatalFailure()) return;
  }
}

TEST(AuditFaults, whichever_call_fails_a_power_loss_loses_nothing_that_was_acknowledged) {
  const int calls = calls_of_a_run();
  for (int n = 1; n <= calls; ++n) {
    SCOPED_TRACE("power is lost at call " + std::to_string(n));
    TestLog test;
    make_small(test);
    test.disk.fail_call(n, EIO);
    const Told told = run(test);
    test.disk.lose_power();
    expect_sound(test, told);
    if (HasFatalFailure()) return;
  }
}

TEST(AuditFaults, whichever_call_fails_trying_again_goes_on_as_if_nothing_had_been) {
  const int calls = calls_of_a_run();
  for (int n = 1; n <= calls; ++n) {
    for (const int m : {1, 2, 3}) {  // the attempt to mend may fail as well
      SCOPED_TRACE("call " + std::to_string(n) + " fails, then another after " + std::to_string(m));
      TestLog test;
      make_small(test);
      test.disk.fail_call(n, ENOSPC);
      auto log = test.open();
      if (!log) log = test.open();
      ASSERT_TRUE(log) << log.error().context;
      bool second = false;
      for (std::uint64_t at = 0; at < kEvents;) {
        const auto batch = batch_from(at);
        if (log->append(batch)) {
          at += batch.size();
        } else if (!second) {
          second = true;
          test.disk.fail_call(m, EIO);
        }
      }
      if (!log->close()) {
        ASSERT_TRUE(log->close());
      }
      expect_kept(test, kEvents);
      EXPECT_EQ(test.numbers().back() + 1, kEvents);
      ASSERT_EQ(test.complaint(), "");
      EXPECT_EQ(test.verify().unsigned_lines, 0U);
      EXPECT_EQ(test.verify().damage_events, 0U);
    }
  }
}

TEST(AuditFaults, a_line_torn_by_a_failure_that_could_not_be_mended_does_not_outlive_a_rotation) {
  TestLog test;
  test.settings.file_bytes = 30'000;
  auto log = *test.open();
  test.append(log, 0, 64, 64);  // ends with a head, so a rotation has nothing to add to this file
  const auto batch = batch_from(0);
  test.disk.fail_call(1, EIO);
  test.disk.fail_next_resize = true;
  ASSERT_FALSE(log.append(batch));
  test.append(log, 64, 128, 64);
  ASSERT_TRUE(log.close());
  EXPECT_EQ(list_log_files(test.folder)->size(), 2U);
  EXPECT_EQ(test.complaint(), "");
}

TEST(AuditFaults, a_full_disk_says_what_could_not_be_done) {
  TestLog test;
  auto log = *test.open();
  test.disk.fail_call(1, ENOSPC);
  const auto batch = batch_from(0);
  const auto full = log.append(batch);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kDiskFull);
  EXPECT_NE(full.error().context.find("audit log"), std::string::npos);
}

}  // namespace
}  // namespace covey::audit
