#include "cli/progress_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::cli {
namespace {

using namespace std::chrono_literals;
using api::TransferState;
using api::TransferView;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr Style kFeedStyle{Glyphs::kUnicode, Colour::kOff};
constexpr int kColumns = 80;

TransferView running(std::uint64_t done) {
  TransferView view;
  view.id = "t1";
  view.title = "photos";
  view.state = TransferState::kRunning;
  view.bytes_total = 1000;
  view.bytes_done = done;
  return view;
}

std::string text_of(const std::vector<Chunk>& chunks, Stream stream) {
  std::string out;
  for (const Chunk& chunk : chunks) {
    if (chunk.stream == stream) out += chunk.text;
  }
  return out;
}

TEST(LiveFeed, draws_at_most_ten_times_a_second) {
  ProgressFeed feed(ProgressMode::kLive, kFeedStyle);
  const SteadyTime start{};
  feed.transfer(running(10), start);
  EXPECT_THAT(text_of(feed.take(start, BoardSize{kColumns, 24}), Stream::kErr), HasSubstr("1%"));
  feed.transfer(running(500), start + 50ms);
  EXPECT_THAT(feed.take(start + 50ms, BoardSize{kColumns, 24}), IsEmpty());
  EXPECT_THAT(text_of(feed.take(start + 100ms, BoardSize{kColumns, 24}), Stream::kErr), HasSubstr("50%"));
}

TEST(LiveFeed, puts_results_above_the_bars_on_lines_of_their_own) {
  ProgressFeed feed(ProgressMode::kLive, kFeedStyle);
  feed.transfer(running(10), {});
  feed.take({}, BoardSize{kColumns, 24});
  feed.print("covey:ticket");
  const auto chunks = feed.take(SteadyTime{} + 1ms, BoardSize{kColumns, 24});
  ASSERT_EQ(chunks.size(), 3U);
  EXPECT_EQ(chunks[0].text, "\r\x1b[1A\x1b[J") << "both lines of the bar are taken away first";
  EXPECT_EQ(chunks[1].text, "covey:ticket\n");
  EXPECT_EQ(chunks[1].stream, Stream::kOut);
  EXPECT_THAT(chunks[2].text, HasSubstr("photos"));
}

TEST(LiveFeed, replaces_the_bar_of_a_finished_transfer_by_its_final_line) {
  ProgressFeed feed(ProgressMode::kLive, kFeedStyle);
  feed.transfer(running(10), {});
  feed.take({}, BoardSize{kColumns, 24});
  TransferView done = running(1000);
  done.state = TransferState::kComplete;
  feed.transfer(done, {});
  feed.transfer(done, {});
  const std::string text = text_of(feed.take(SteadyTime{} + 1s, BoardSize{kColumns, 24}), Stream::kErr);
  EXPECT_THAT(text, HasSubstr("received photos: 1000 B"));
  EXPECT_THAT(text, Not(HasSubstr("█")));
  EXPECT_EQ(text.find("received"), text.rfind("received")) << "said once";
  EXPECT_THAT(feed.finish(ProgressFeed::Bars::kRemove, BoardSize{kColumns, 24}), IsEmpty());
}

TEST(LiveFeed, leaves_the_bar_where_it_stood_after_an_interrupt) {
  ProgressFeed feed(ProgressMode::kLive, kFeedStyle);
  feed.transfer(running(430), {});
  feed.take({}, BoardSize{kColumns, 24});
  const std::string last =
      text_of(feed.finish(ProgressFeed::Bars::kKeep, BoardSize{kColumns, 24}), Stream::kErr);
  EXPECT_THAT(last, HasSubstr("43%"));
  EXPECT_EQ(last.back(), '\n');
}

TEST(PlainFeed, writes_at_most_a_line_every_two_seconds) {
  ProgressFeed feed(ProgressMode::kPlain, kFeedStyle);
  std::vector<Chunk> all;
  for (int tick = 0; tick < 50; ++tick) {  // five seconds
    feed.transfer(running(static_cast<std::uint64_t>(tick)), SteadyTime{} + tick * 100ms);
    for (auto& chunk : feed.take(SteadyTime{} + tick * 100ms, BoardSize{kColumns, 24}))
      all.push_back(std::move(chunk));
  }
  EXPECT_EQ(all.size(), 3U);
  EXPECT_THAT(all.front().text, Not(HasSubstr("\x1b")));
}

TEST(PlainFeed, tells_a_change_of_state_at_once_but_no_countdown) {
  ProgressFeed feed(ProgressMode::kPlain, kFeedStyle);
  feed.transfer(running(10), {});
  TransferView waiting = running(10);
  waiting.waiting_for = "the sender; next try in 4s";
  feed.transfer(waiting, SteadyTime{} + 1ms);
  waiting.waiting_for = "the sender; next try in 3s";
  feed.transfer(waiting, SteadyTime{} + 2ms);
  const auto chunks = feed.take(SteadyTime{} + 2ms, BoardSize{kColumns, 24});
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(chunks[1].text, "photos: 1%, waiting for the sender; next try in 4s\n");
}

TEST(JsonFeed, writes_every_change_as_an_event_on_out_and_nothing_else) {
  ProgressFeed feed(ProgressMode::kJson, kFeedStyle);
  feed.say("a friendly word");
  feed.transfer(running(10), {});
  feed.transfer(running(20), {});
  const auto chunks = feed.take({}, BoardSize{kColumns, 24});
  ASSERT_EQ(chunks.size(), 2U);
  for (const auto& chunk : chunks) {
    EXPECT_EQ(chunk.stream, Stream::kOut);
    EXPECT_THAT(chunk.text, StartsWith("{\"event\":\"transfer\",\"id\":\"t1\""));
    EXPECT_EQ(chunk.text.find('\n'), chunk.text.size() - 1);
  }
}

TEST(SilentFeed, writes_results_only) {
  ProgressFeed feed(ProgressMode::kSilent, kFeedStyle);
  feed.say("a friendly word");
  feed.transfer(running(10), {});
  feed.print("covey:ticket");
  const auto chunks = feed.take({}, BoardSize{kColumns, 24});
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].text, "covey:ticket\n");
}

TEST(EventLine, is_one_object_also_of_an_empty_one) {
  EXPECT_EQ(event_line("ready", "{}"), R"({"event":"ready"})");
  EXPECT_EQ(event_line("ready", R"({"a":1})"), R"({"event":"ready","a":1})");
}

}  // namespace
}  // namespace covey::cli
