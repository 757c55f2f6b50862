#include "api/json.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::api {
namespace {

using ::testing::HasSubstr;

TransferView full_transfer() {
  TransferView view;
  view.id = "t7k2";
  view.direction = Direction::kUpload;
  view.state = TransferState::kWaitingApproval;
  view.title = "Holiday \"2026\"\n\xc3\xa9";
  view.share_id = "abcd";
  view.destination = "/home/ada/Holiday";
  view.bytes_total = std::numeric_limits<std::uint64_t>::max();
  view.bytes_done = 7;
  view.rate = 12.5;
  view.eta_seconds = 9;
  view.peers = {{"p1", "[::1]:7440", 3.5, 99}};
  view.error = Error{ErrorCode::kDiskFull, "no room"};
  view.created_at = -5;
  return view;
}

TEST(Json, a_transfer_comes_back_as_it_was) {
  const TransferView view = full_transfer();
  const std::string text = to_json(view);
  const auto back = from_json<TransferView>(text);
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(back->title, view.title);
  EXPECT_EQ(back->bytes_total, view.bytes_total);
  EXPECT_EQ(back->state, TransferState::kWaitingApproval);
  EXPECT_EQ(back->peers.at(0).address, "[::1]:7440");
  EXPECT_EQ(back->error, view.error);
  EXPECT_EQ(back->finished_at, std::nullopt);
  EXPECT_THAT(text, HasSubstr(R"("state":"waiting_approval")"));
  EXPECT_THAT(text, HasSubstr(R"("error":{"code":"disk_full","message":"no room"})"));
  EXPECT_EQ(text.find('\n'), std::string::npos) << "one line";
}

TEST(Json, what_an_older_daemon_stored_of_a_download_is_read) {
  std::string text = to_json(full_transfer());
  const auto settings = text.find(",\"settings\"");
  text = text.substr(0, settings) + "}";
  EXPECT_EQ(from_json<TransferView>(text).value().settings, TransferSettings{});
}

TEST(Json, a_list_of_transfers_comes_back_as_it_was) {
  for (const std::size_t count : {0U, 1U, 3U}) {
    const std::vector<TransferView> views(count, full_transfer());
    const auto back = from_json<std::vector<TransferView>>(to_json(views));
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(back->size(), count);
    EXPECT_EQ(to_json(*back), to_json(views));
  }
}

TEST(Json, every_other_type_comes_back_as_it_was) {
  ShareView share;
  share.kind = ShareKind::kFolder;
  share.state = ShareState::kBroken;
  share.notices = {"left out: a -> b (symlink)"};
  share.expires_at = 1;
  EXPECT_EQ(to_json(from_json<ShareView>(to_json(share)).value()), to_json(share));
  EXPECT_THAT(to_json(share), HasSubstr(R"("kind":"folder")"));
  const StatusView status{"p", "0.1.0", {"192.0.2.7:7440"}, 5, 6, 7, 8.5, 9.5, "/h"};
  EXPECT_EQ(to_json(from_json<StatusView>(to_json(status)).value()), to_json(status));
  const TicketView ticket{"covey:x", "t", "s", 1, 2};
  EXPECT_EQ(to_json(from_json<TicketView>(to_json(ticket)).value()), to_json(ticket));
  const ShareRequest request{.path = "/p",
                             .title = "t",
                             .expires_in_seconds = 60,
                             .verify = true,
                             .visibility = Visibility::kListed,
                             .access = Access::kOpen,
                             .named = {"bob"},
                             .tags = {"summer"},
                             .reveal_names = true};
  EXPECT_EQ(to_json(from_json<ShareRequest>(to_json(request)).value()), to_json(request));
  const DownloadRequest download{.ticket = "covey:x",
                                 .share = "s",
                                 .owner = "o",
                                 .directory = "/d",
                                 .select = {"*.jpg"},
                                 .reason = "for the album",
                                 .on_existing = OnExisting::kRename,
                                 .settings = {.priority = Priority::kHigh,
                                              .piece_order = PieceOrder::kSequential,
                                              .limit_down = 1,
                                              .limit_up = 2}};
  EXPECT_EQ(to_json(from_json<DownloadRequest>(to_json(download)).value()), to_json(download));
  EXPECT_EQ(from_json<TransferSettings>(to_json(download.settings)).value(), download.settings);
  LimitsView limits{.settings = {.down = 5, .upload_slots = 3, .schedule = {"08:00-18:00=2M"}}, .up_now = 9};
  EXPECT_EQ(to_json(from_json<LimitsView>(to_json(limits)).value()), to_json(limits));
  EXPECT_EQ(to_json(from_json<LimitSettings>(to_json(limits.settings)).value()), to_json(limits.settings));
  EXPECT_EQ(move_from_json(move_to_json("/a \"b\"")).value(), "/a \"b\"");
  const Error error{ErrorCode::kSourceChanged, "changed"};
  EXPECT_EQ(from_json<Error>(to_json(error)).value(), error);
  EXPECT_EQ(from_json<PartialFiles>(to_json(PartialFiles::kDelete)).value(), PartialFiles::kDelete);
  EXPECT_EQ(from_json<std::vector<ShareView>>(to_json(std::vector{share, share})).value().size(), 2U);
}

TEST(Json, an_event_tells_of_one_thing) {
  Event event;
  event.removed_share = "abcd";
  EXPECT_EQ(to_json(event), R"({"removed_share":"abcd"})");
  EXPECT_EQ(from_json<Event>(to_json(event)).value().removed_share, "abcd");
  event.transfer = full_transfer();
  EXPECT_EQ(from_json<Event>(to_json(event)).error().code, ErrorCode::kMalformed);
  EXPECT_TRUE(from_json<Event>(R"({"of_a_newer_daemon":1})"));
}

TEST(Json, unknown_fields_are_ignored_and_defaults_may_be_left_out) {
  const auto request = from_json<DownloadRequest>(R"({"ticket":"covey:x","directory":"/d","new":{"a":[1]}})");
  ASSERT_TRUE(request) << to_string(request.error());
  EXPECT_EQ(request->on_existing, OnExisting::kRefuse);
}

TEST(Json, says_which_field_is_missing_or_wrong) {
  const auto problem = [](std::string_view text) {
    const auto request = from_json<DownloadRequest>(text);
    EXPECT_FALSE(request) << text;
    EXPECT_EQ(request.error().code, ErrorCode::kMalformed);
    return request.error().context;
  };
  EXPECT_THAT(problem(R"({"ticket":"x"})"), HasSubstr("'directory' is missing"));
  EXPECT_THAT(problem(R"({"ticket":7,"directory":"/d"})"), HasSubstr("'ticket'"));
  EXPECT_THAT(problem(R"({"ticket":"x","directory":"/d","on_existing":"burn"})"), HasSubstr("'on_existing'"));
  EXPECT_THAT(problem(R"({"ticket":"x","directory":"/d","select":["a",1]})"), HasSubstr("'select'"));
  EXPECT_THAT(problem("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(problem("{"), HasSubstr("not JSON"));
  EXPECT_THAT(problem(""), HasSubstr("not JSON"));
}

TEST(Json, numbers_that_do_not_fit_are_refused) {
  const auto with_uses = [](std::string_view number) {
    return from_json<TicketRequest>(fmt::format(R"({{"uses":{}}})", number));
  };
  EXPECT_EQ(with_uses("18446744073709551615")->uses, std::numeric_limits<std::uint64_t>::max());
  EXPECT_FALSE(with_uses("18446744073709551616"));
  EXPECT_FALSE(with_uses("-1"));
  EXPECT_FALSE(with_uses("1.5"));
  EXPECT_FALSE(with_uses("\"1\""));
}

TEST(Json, deep_nesting_is_refused) {
  const std::string deep =
      R"({"path":"/p","x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  const auto request = from_json<ShareRequest>(deep);
  ASSERT_FALSE(request);
  EXPECT_THAT(request.error().context, HasSubstr("nested deeper"));
}

TEST(Json, writing_never_fails) {
  ShareView share;
  share.path = "/x/\xff\xfe";
  EXPECT_TRUE(from_json<ShareView>(to_json(share)));
  TransferView transfer;
  transfer.rate = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(from_json<TransferView>(to_json(transfer)).value().rate, 0);
}

TEST(Json, a_code_of_a_newer_daemon_is_still_an_error) {
  const auto error = from_json<Error>(R"({"error":{"code":"brand_new","message":"say"}})");
  EXPECT_EQ(error.value(), (Error{ErrorCode::kInternal, "say"}));
}

}  // namespace
}  // namespace covey::api
