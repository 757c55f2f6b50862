// Lines of a file one after the other, forwards and backwards, whatever stands in it.

#include "audit/log_files.hpp"

#include "audit/test_log.hpp"

namespace covey::audit {
namespace {

using Form = RawLine::Form;

std::vector<std::string> forwards(const content::TestFolder& folder) {
  LineReader reader(*open_log_file(folder.path(), 1));
  std::vector<std::string> out;
  std::uint64_t end = 0;
  while (true) {
    const auto line = reader.next();
    if (!line || !*line) break;
    EXPECT_EQ((*line)->number, out.size() + 1);
    EXPECT_GT((*line)->end, end);
    end = (*line)->end;
    const std::string mark = (*line)->form == Form::kTorn      ? "torn:"
                             : (*line)->form == Form::kTooLong ? "long:"
                                                               : "";
    out.push_back(mark + std::string((*line)->text));
  }
  return out;
}

std::vector<std::string> backwards(const content::TestFolder& folder) {
  auto reader = *BackwardLineReader::open(*open_log_file(folder.path(), 1));
  std::vector<std::string> out;
  while (true) {
    const auto line = reader.next();
    if (!line || !*line) break;
    out.emplace_back((*line)->text);
  }
  return out;
}

TEST(LineReader, gives_each_line_with_its_break_and_tells_what_is_torn) {
  const content::TestFolder folder;
  put_text(folder / log_file_name(1), "a\n\nbc\ntail");
  EXPECT_EQ(forwards(folder), (std::vector<std::string>{"a\n", "\n", "bc\n", "torn:tail"}));
  EXPECT_EQ(backwards(folder), (std::vector<std::string>{"bc\n", "\n", "a\n"}));
}

TEST(LineReader, finds_nothing_in_an_empty_file) {
  const content::TestFolder folder;
  put_text(folder / log_file_name(1), "");
  EXPECT_TRUE(forwards(folder).empty());
  EXPECT_TRUE(backwards(folder).empty());
}

TEST(LineReader, passes_over_what_is_too_long_in_bounded_memory) {
  const content::TestFolder folder;
  const std::string most(kMaxLineBytes - 1, 'm');
  for (const std::size_t size : {kMaxLineBytes, std::size_t{70000}, std::size_t{1} << 20}) {
    put_text(folder / log_file_name(1), "a\n" + std::string(size, 'x') + "\n" + most + "\nb\n");
    EXPECT_EQ(forwards(folder), (std::vector<std::string>{"a\n", "long:", most + "\n", "b\n"})) << size;
    EXPECT_EQ(backwards(folder), (std::vector<std::string>{"b\n", most + "\n", "a\n"})) << size;
  }
}

TEST(LineReader, reads_the_same_in_both_directions_across_blocks) {
  const content::TestFolder folder;
  std::mt19937 random(3);
  std::vector<std::string> lines;
  for (int i = 0; i < 2000; ++i) {
    lines.push_back(std::string(random() % 400, static_cast<char>('a' + random() % 26)) + "\n");
  }
  put_text(folder / log_file_name(1), joined(lines));
  EXPECT_EQ(forwards(folder), lines);
  std::vector<std::string> turned = backwards(folder);
  std::reverse(turned.begin(), turned.end());
  EXPECT_EQ(turned, lines);
}

TEST(LogFiles, are_listed_by_number_and_nothing_else_is) {
  const content::TestFolder folder;
  for (const char* name : {"audit-000010.jsonl", "audit-000002.jsonl", "audit-1000000.jsonl", "audit-1.jsonl",
                           "audit-000000.jsonl", "audit-0000003.jsonl", "audit-000004.jsonl.new", "head",
                           "audit-00000x.jsonl"}) {
    put_text(folder / name, "");
  }
  EXPECT_EQ(*list_log_files(folder.path()), (std::vector<std::uint64_t>{2, 10, 1000000}));
  EXPECT_EQ(list_log_files(folder / "nowhere").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace covey::audit
