// Reading with filters and pages, in both directions, and writing out for other programs.

#include "audit/audit_reader.hpp"

#include "audit/audit_export.hpp"
#include "audit/test_log.hpp"

namespace covey::audit {
namespace {

/// 120 events of many kinds in several files.
struct MixedLog : TestLog {
  MixedLog() {
    settings.file_bytes = 10'000;
    auto log = *open();
    std::mt19937 dice(5);
    for (std::uint64_t i = 0; i < 120; ++i) {
      AuditEvent event = numbered_event(i);
      event.action = i % 3 == 0 ? AuditAction::kOpened : AuditAction::kServed;
      event.outcome = dice() % 2 == 0 ? Outcome::kRefused : Outcome::kAllowed;
      event.code = dice() % 4 == 0 ? ReasonCode::kHidden : ReasonCode::kNone;
      if (dice() % 2 == 0) event.peer = test_key(dice() % 3).peer_id();
      event.share = dice() % 2 == 0 ? "a" : "a\"\n";
      const auto seq = log.append({&event, 1});
      EXPECT_TRUE(seq);
      all.push_back({*seq, event});
    }
    EXPECT_TRUE(log.close());
    EXPECT_GE(list_log_files(folder)->size(), 3U);
  }

  /// What a slow reader would find of the events that this test appended.
  template <typename Predicate>
  [[nodiscard]] std::vector<AuditEntry> chosen(Predicate predicate) const {
    std::vector<AuditEntry> out;
    for (const AuditEntry& entry : all) {
      if (predicate(entry.event)) out.push_back(entry);
    }
    return out;
  }
  [[nodiscard]] std::vector<AuditEntry> read(const AuditFilter& filter,
                                             ReadOrder order = ReadOrder::kOldestFirst) const {
    auto page = read_events(folder, filter, order, 1000);
    EXPECT_TRUE(page);
    std::erase_if(page->entries,
                  [](const AuditEntry& entry) { return entry.event.action == AuditAction::kLogRotated; });
    return page->entries;
  }

  std::vector<AuditEntry> all;
};

TEST(AuditReader, finds_what_a_filter_asks_for_and_nothing_else) {
  const MixedLog log;
  EXPECT_EQ(log.read({}), log.all);
  AuditFilter filter;
  filter.action = AuditAction::kOpened;
  EXPECT_TRUE(log.read(filter) == log.chosen([](const auto& e) { return e.action == AuditAction::kOpened; }));
  filter.outcome = Outcome::kRefused;
  EXPECT_EQ(log.read(filter), log.chosen([](const auto& e) {
    return e.action == AuditAction::kOpened && e.outcome == Outcome::kRefused;
  }));
  filter = {};
  filter.code = ReasonCode::kHidden;
  EXPECT_TRUE(log.read(filter) == log.chosen([](const auto& e) { return e.code == ReasonCode::kHidden; }));
  filter = {};
  filter.peer = test_key(1).peer_id();
  EXPECT_TRUE(log.read(filter) == log.chosen([&](const auto& e) { return e.peer == filter.peer; }));
  filter = {};
  filter.share = "a\"\n";
  EXPECT_TRUE(log.read(filter) == log.chosen([](const auto& e) { return e.share == "a\"\n"; }));
  filter = {};
  filter.since = log.all[20].event.at;
  filter.until = log.all[40].event.at;
  EXPECT_TRUE(log.read(filter) == std::vector(log.all.begin() + 20, log.all.begin() + 40));
}

TEST(AuditReader, gives_the_same_newest_first) {
  const MixedLog log;
  auto turned = log.read({}, ReadOrder::kNewestFirst);
  std::reverse(turned.begin(), turned.end());
  EXPECT_EQ(turned, log.all);
}

TEST(AuditReader, turns_pages_in_both_directions_without_a_gap) {
  const MixedLog log;
  for (const ReadOrder order : {ReadOrder::kOldestFirst, ReadOrder::kNewestFirst}) {
    std::vector<AuditEntry> out;
    std::optional<std::uint64_t> after;
    bool more = true;
    while (more) {
      const auto page = read_events(log.folder, {}, order, 7, after);
      ASSERT_TRUE(page);
      ASSERT_LE(page->entries.size(), 7U);
      more = page->more;
      for (const AuditEntry& entry : page->entries) {
        if (entry.event.action != AuditAction::kLogRotated) out.push_back(entry);
        after = entry.seq;
      }
    }
    if (order == ReadOrder::kNewestFirst) std::reverse(out.begin(), out.end());
    EXPECT_TRUE(out == log.all);
  }
}

TEST(AuditReader, finds_nothing_beyond_the_ends) {
  const MixedLog log;
  EXPECT_TRUE(read_events(log.folder, {}, ReadOrder::kOldestFirst, 10, 100'000)->entries.empty());
  EXPECT_TRUE(read_events(log.folder, {}, ReadOrder::kNewestFirst, 10, 1)->entries.empty());
  EXPECT_TRUE(read_events(log.folder, {}, ReadOrder::kNewestFirst, 0)->entries.empty());
}

TEST(AuditReader, passes_over_damaged_lines_and_counts_them) {
  TestLog test;
  {
    auto log = *test.open();
    test.append(log, 0, 5);
  }
  std::string text = text_of(test.file(1));
  text.insert(text.find("\"bytes\":2"), " ");
  put_text(test.file(1), text + std::string(10'000, 'x') + "\n");
  const auto page = read_events(test.folder, {}, ReadOrder::kOldestFirst, 10);
  EXPECT_EQ(page->entries.size(), 4U);
  EXPECT_EQ(page->damaged_lines, 2U);
}

std::string exported(const TestLog& log, ExportForm form, const AuditFilter& filter = {}) {
  std::string out;
  const auto sink = [&out](std::string_view part) -> Result<> {
    out += part;
    return {};
  };
  EXPECT_TRUE(export_events(log.folder, filter, form, sink));
  return out;
}

TEST(AuditExport, writes_lines_as_they_stand_in_the_log) {
  const MixedLog log;
  AuditFilter filter;
  filter.action = AuditAction::kOpened;
  const auto lines = lines_of(exported(log, ExportForm::kJsonLines, filter));
  EXPECT_EQ(lines.size(), 40U);
  for (const std::string& line : lines) EXPECT_TRUE(parse_line(line));
}

TEST(AuditExport, writes_a_table) {
  TestLog test;
  {
    auto log = *test.open();
    test.append(log, 0, 2);
  }
  EXPECT_EQ(exported(test, ExportForm::kCsv), csv_header() +
                                                  "\"3\",\"2026-09-21T14:13:20.000Z\",\"served\",\"allowed\","
                                                  "\"none\",\"\",\"\",\"share\",\"ticket\",\"\","
                                                  "\"0\",\"\"\r\n"
                                                  "\"4\",\"2026-09-21T14:13:20.001Z\",\"served\",\"allowed\","
                                                  "\"none\",\"\",\"\",\"share\",\"ticket\",\"\","
                                                  "\"1\",\"\"\r\n");
}

TEST(AuditExport, lets_nothing_in_a_table_be_a_formula_or_another_cell) {
  AuditEntry entry{1, {}};
  for (const auto& [note, cell] :
       std::vector<std::pair<std::string, std::string>>{{"=1+1", "\"'=1+1\""},
                                                        {"+1", "\"'+1\""},
                                                        {"-1", "\"'-1\""},
                                                        {"@SUM(A1)", "\"'@SUM(A1)\""},
                                                        {"\t=1", "\"'\\u0009=1\""},
                                                        {"\uff1d1", "\"'\uff1d1\""},
                                                        {"a\",\"b", "\"a\"\",\"\"b\""},
                                                        {"a\r\nb", "\"a\\u000d\\u000ab\""},
                                                        {"\u202ex", "\"\\u202ex\""},
                                                        {"1-2", "\"1-2\""}}) {
    entry.event.note = note;
    const std::string row = csv_row(entry);
    EXPECT_TRUE(row.ends_with(",\"0\"," + cell + "\r\n")) << row;
  }
}

TEST(AuditExport, ends_when_its_sink_does) {
  const MixedLog log;
  int parts = 0;
  const auto sink = [&parts](std::string_view) -> Result<> {
    if (++parts == 3) return fail(ErrorCode::kDiskFull, "no room");
    return {};
  };
  const auto written = export_events(log.folder, {}, ExportForm::kCsv, sink);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(parts, 3);
}

}  // namespace
}  // namespace covey::audit
