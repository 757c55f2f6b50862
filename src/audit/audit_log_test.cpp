// What a log does in peace: it keeps what it was given, signs it, and stays within its limits.

#include "audit/audit_log.hpp"

#include <sys/stat.h>

#include <numeric>

#include "audit/test_log.hpp"

namespace covey::audit {
namespace {

std::vector<std::uint64_t> counted(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> out(to - from);
  std::iota(out.begin(), out.end(), from);
  return out;
}

std::vector<AuditEntry> entries_of(const TestLog& log, const AuditFilter& filter = {}) {
  return read_events(log.folder, filter, ReadOrder::kOldestFirst, 1000)->entries;
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777;
}

TEST(AuditLog, keeps_what_it_was_given_in_order_and_verifies) {
  TestLog test;
  {
    auto log = *test.open();
    test.append(log, 0, 200, 7);
    ASSERT_TRUE(log.close());
  }
  EXPECT_EQ(test.numbers(), counted(0, 200));
  const VerifyReport report = test.verify();
  EXPECT_FALSE(report.broken) << report.broken->what;
  EXPECT_EQ(report.events, 200U);
  EXPECT_EQ(report.files, 1U);
  EXPECT_EQ(report.heads, 1U + 3U + 1U);  // the first, one after every 64 events, the last
  EXPECT_EQ(report.lines, report.last_seq);
  EXPECT_EQ(report.unsigned_lines, 0U);
  EXPECT_EQ(report.damage_events, 0U);
}

TEST(AuditLog, goes_on_where_it_ended) {
  TestLog test;
  for (std::uint64_t run = 0; run < 5; ++run) {
    auto log = *test.open();
    test.append(log, run * 10, run * 10 + 10);
    ASSERT_TRUE(log.close());
    EXPECT_EQ(test.complaint(), "");
  }
  EXPECT_EQ(test.numbers(), counted(0, 50));
  EXPECT_EQ(entries_of(test).size(), 50U);  // nothing had to be mended
}

TEST(AuditLog, gives_the_number_of_the_last_event) {
  TestLog test;
  auto log = *test.open();
  const std::vector<AuditEvent> events(3);
  const auto seq = log.append(events);
  ASSERT_TRUE(seq);
  EXPECT_EQ(entries_of(test).back().seq, *seq);
  EXPECT_EQ(*log.append({}), log.end().seq);
}

TEST(AuditLog, belongs_to_its_user_alone) {
  TestLog test;
  test.folder = test.home / "new/audit";
  auto log = *test.open();
  test.append(log, 0, 3);
  EXPECT_EQ(mode_of(test.folder), 0700U);
  EXPECT_EQ(mode_of(test.file(1)), 0600U);
  EXPECT_EQ(mode_of(test.folder / "head"), 0600U);
}

TEST(AuditLog, is_opened_by_one_at_a_time) {
  TestLog test;
  const auto first = test.open();
  const auto second = test.open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kAlreadyExists);
}

TEST(AuditLog, syncs_a_batch_once_and_its_end_once) {
  TestLog test;
  auto log = *test.open();
  const int before = test.disk.file_syncs;
  const std::vector<AuditEvent> events(60);
  ASSERT_TRUE(log.append(events));
  EXPECT_EQ(test.disk.file_syncs - before, 2);
}

TEST(AuditLog, rotates_at_its_limit_and_keeps_the_newest_files) {
  TestLog test;
  test.settings = {8000, 3};
  {
    auto log = *test.open();
    test.append(log, 0, 300);
    ASSERT_TRUE(log.close());
  }
  const auto files = *list_log_files(test.folder);
  ASSERT_EQ(files.size(), 3U);
  EXPECT_GT(files.front(), 5U);
  for (const auto number : files) EXPECT_LE(std::filesystem::file_size(test.file(number)), 9000U);
  const auto kept = test.numbers();
  ASSERT_FALSE(kept.empty());
  EXPECT_EQ(kept, counted(kept.front(), 300));
  EXPECT_EQ(test.complaint(), "");
  EXPECT_GT(test.verify().first_seq, 1U);
  AuditFilter rotations;
  rotations.action = AuditAction::kLogRotated;
  EXPECT_EQ(entries_of(test, rotations).size(), 3U);
}

TEST(AuditLog, takes_a_batch_above_the_limit_of_a_file_into_one) {
  TestLog test;
  test.settings = {2000, 3};
  auto log = *test.open();
  test.append(log, 0, 100, 100);
  test.append(log, 100, 101);
  EXPECT_EQ(list_log_files(test.folder)->size(), 2U);
  EXPECT_EQ(test.complaint(), "");
}

TEST(AuditLog, takes_nothing_after_it_was_closed) {
  TestLog test;
  auto log = *test.open();
  ASSERT_TRUE(log.close());
  ASSERT_TRUE(log.close());
  const std::vector<AuditEvent> events(1);
  EXPECT_EQ(log.append(events).error().code, ErrorCode::kInvalidArgument);
}

TEST(AuditLog, of_another_device_is_left_alone) {
  TestLog test;
  {
    auto log = *test.open();
    ASSERT_TRUE(log.close());
  }
  test.key = test_key(2);
  const auto other = test.open();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kVerificationFailed);
}

TEST(AuditLog, of_a_newer_version_is_left_alone) {
  TestLog test;
  {
    auto log = *test.open();
    ASSERT_TRUE(log.close());
  }
  std::string end = text_of(test.folder / "head");
  put_text(test.folder / "head", end.replace(end.find("\"version\":1"), 11, "\"version\":9"));
  EXPECT_EQ(test.open().error().code, ErrorCode::kUnsupported);
}

TEST(AuditLog, after_a_crash_cuts_the_torn_line_off_and_says_so) {
  TestLog test;
  {
    auto log = *test.open();
    test.append(log, 0, 10);
  }
  put_text(test.file(1), text_of(test.file(1)) + "{\"seq\":99,\"pr");
  EXPECT_EQ(test.verify().torn_bytes, 13U);
  EXPECT_EQ(test.complaint(), "");
  auto log = *test.open();
  const auto last = entries_of(test).back().event;
  EXPECT_EQ(last.action, AuditAction::kLogRecovered);
  EXPECT_NE(last.note.find("13 bytes"), std::string::npos);
  test.append(log, 10, 12);
  ASSERT_TRUE(log.close());
  EXPECT_EQ(test.numbers(), counted(0, 12));
  EXPECT_EQ(test.complaint(), "");
}

TEST(AuditLog, after_a_crash_keeps_lines_that_were_not_signed_yet_and_says_so) {
  TestLog test;
  std::string end;
  {
    auto log = *test.open();
    test.append(log, 0, 10);
    end = text_of(test.folder / "head");
    test.append(log, 10, 13);
  }
  put_text(test.folder / "head", end);
  EXPECT_EQ(test.verify().unsigned_lines, 3U);
  EXPECT_EQ(test.complaint(), "");
  auto log = *test.open();
  EXPECT_NE(entries_of(test).back().event.note.find("3 lines"), std::string::npos);
  EXPECT_EQ(test.numbers(), counted(0, 13));
  EXPECT_EQ(test.verify().unsigned_lines, 0U);
}

TEST(AuditLog, that_lost_its_end_goes_on_but_the_loss_stays_visible) {
  TestLog test;
  {
    auto log = *test.open();
    test.append(log, 0, 10, 1);
    ASSERT_TRUE(log.close());
  }
  auto lines = lines_of(text_of(test.file(1)));
  lines.resize(lines.size() - 4);
  put_text(test.file(1), joined(lines));
  {
    auto log = *test.open();
    const auto last = entries_of(test).back().event;
    EXPECT_EQ(last.action, AuditAction::kLogDamaged);
    EXPECT_NE(last.note.find("4 lines are missing"), std::string::npos) << last.note;
    test.append(log, 50, 60);
    ASSERT_TRUE(log.close());
  }
  EXPECT_NE(test.complaint().find("lines are missing before this one"), std::string::npos)
      << test.complaint();
  VerifySettings behind;
  behind.first_file = 2;
  EXPECT_EQ(test.complaint(behind), "");
}

TEST(AuditLog, that_was_edited_goes_on_but_the_edit_stays_visible) {
  TestLog test;
  {
    auto log = *test.open();
    test.append(log, 0, 10);
    ASSERT_TRUE(log.close());
  }
  std::string text = text_of(test.file(1));
  put_text(test.file(1), text.replace(text.find("\"bytes\":5"), 9, "\"bytes\":6"));
  {
    auto log = *test.open();
    EXPECT_EQ(entries_of(test).back().event.action, AuditAction::kLogDamaged);
  }
  EXPECT_NE(test.complaint().find("audit-000001.jsonl"), std::string::npos);
}

TEST(AuditLog, without_its_end_file_goes_on_and_says_so) {
  TestLog test;
  {
    auto log = *test.open();
    test.append(log, 0, 10);
    ASSERT_TRUE(log.close());
  }
  std::filesystem::remove(test.folder / "head");
  EXPECT_NE(test.complaint().find("head"), std::string::npos);
  auto log = *test.open();
  EXPECT_EQ(test.complaint(), "");
  EXPECT_EQ(test.verify().damage_events, 1U);
}

TEST(AuditLog, whose_files_are_all_gone_says_so) {
  TestLog test;
  {
    auto log = *test.open();
    test.append(log, 0, 10);
    ASSERT_TRUE(log.close());
  }
  std::filesystem::remove(test.file(1));
  EXPECT_NE(test.complaint().find("audit-000001.jsonl"), std::string::npos);
  auto log = *test.open();
  EXPECT_EQ(entries_of(test).back().event.action, AuditAction::kLogDamaged);
  EXPECT_NE(test.complaint(), "");
}

}  // namespace
}  // namespace covey::audit
