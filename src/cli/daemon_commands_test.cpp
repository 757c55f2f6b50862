// The commands that talk to a daemon, against the real API server on a real socket and a peer made up in
// memory.

#include <csignal>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <unistd.h>

#include "cli/daemon_fixture.hpp"

namespace covey::cli {
namespace {

using api::ShareState;
using api::TransferState;
using api::TransferView;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class DaemonCommands : public DaemonFixture {
 protected:
  static TransferView running() {
    TransferView view;
    view.id = "t1";
    view.title = "photos";
    view.state = TransferState::kRunning;
    view.bytes_total = 2048;
    view.bytes_done = 1024;
    view.destination = "/home/me/photos";
    view.rate = 1e6;
    return view;
  }
};

TEST_F(DaemonCommands, say_how_to_start_a_daemon_where_none_runs) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"shares"},
                                                  {"status"},
                                                  {"transfers"},
                                                  {"pause", "t1"},
                                                  {"unshare", "s"},
                                                  {"ticket", "s"}}) {
    EXPECT_EQ(covey(command), 4) << command.front();
    EXPECT_THAT(err(), HasSubstr("covey daemon")) << command.front();
  }
}

TEST_F(DaemonCommands, share_waits_until_it_is_hashed_and_prints_the_id) {
  start_daemon();
  when_watched([this] {
    api::Event event;
    event.share = service_.kept_shares.front();
    event.share->state = ShareState::kReady;
    event.share->title = "photos";
    event.share->notices = {"a socket"};
    service_.emit(event);
  });
  EXPECT_EQ(covey({"share", "/photos"}), 0);
  EXPECT_EQ(out(), "share0\n");
  EXPECT_THAT(err(), HasSubstr("left out: a socket"));
  EXPECT_THAT(err(), HasSubstr("covey ticket share0"));
}

TEST_F(DaemonCommands, share_fails_with_what_is_wrong_when_it_breaks) {
  start_daemon();
  when_watched([this] {
    api::Event event;
    event.share = service_.kept_shares.front();
    event.share->state = ShareState::kBroken;
    event.share->problem = "/photos/a changed while it was hashed; share it again";
    service_.emit(event);
  });
  EXPECT_EQ(covey({"share", "/photos"}), 5);
  EXPECT_EQ(err(), "covey: /photos/a changed while it was hashed; share it again\n");
  EXPECT_EQ(covey({"share", "/gone"}), 4);
}

TEST_F(DaemonCommands, shares_is_a_table_for_people_and_tabs_for_scripts) {
  api::ShareView share;
  share.id = "abcdefghijklmnop";
  share.title = "photos";
  share.bytes = 2048;
  share.files = 3;
  share.state = ShareState::kReady;
  share.path = "/home/me/photos";
  service_.kept_shares.push_back(share);
  start_daemon();
  EXPECT_EQ(covey({"shares"}), 0);
  EXPECT_EQ(out(), "abcdefghijklmnop\tphotos\t2048\t3\tready\t\t/home/me/photos\tunlisted\task\n");
  is_terminal_ = true;
  EXPECT_EQ(covey({"shares"}), 0);
  EXPECT_THAT(out(), HasSubstr("SHARE"));
  EXPECT_THAT(out(), HasSubstr("abcdefghij  photos  2 KiB"));
  EXPECT_EQ(covey({"shares", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"id":"abcdefghijklmnop")"));
}

TEST_F(DaemonCommands, ticket_takes_its_limits_from_flags_and_settings) {
  variables_["COVEY_TICKET_USES"] = "7";
  start_daemon();
  EXPECT_EQ(covey({"ticket", "photos"}), 0);
  EXPECT_EQ(out(), "covey:ticket\n");
  EXPECT_THAT(err(), HasSubstr("lets in 7 receivers"));
  EXPECT_EQ(covey({"ticket", "photos", "--uses", "1"}), 0);
  EXPECT_THAT(err(), HasSubstr("lets in 1 receiver"));
}

TEST_F(DaemonCommands, get_follows_the_download_to_its_end) {
  start_daemon();
  when_watched([this] {
    TransferView view = running();
    service_.emit(view);
    view.state = TransferState::kComplete;
    view.bytes_done = view.bytes_total;
    service_.emit(view);
  });
  EXPECT_EQ(covey({"get", some_ticket(), "-o", (folder_ / "downloads").string()}), 0);
  EXPECT_EQ(out(), "/home/me/photos\n");
  EXPECT_THAT(err(), HasSubstr("received photos"));
}

TEST_F(DaemonCommands, get_fails_as_the_download_does) {
  start_daemon();
  when_watched([this] {
    TransferView view = running();
    view.state = TransferState::kFailed;
    view.error = Error{ErrorCode::kVerificationFailed, "piece 7 from abcdefg is not what was promised"};
    service_.emit(view);
  });
  EXPECT_EQ(covey({"get", some_ticket(), "-o", folder_.string()}), 5);
  EXPECT_THAT(err(), HasSubstr("piece 7"));
}

TEST_F(DaemonCommands, get_leaves_the_rest_to_the_daemon_when_asked) {
  start_daemon();
  EXPECT_EQ(covey({"get", some_ticket(), "-o", folder_.string(), "--detach"}), 0);
  EXPECT_EQ(out(), "t1\n");
}

TEST_F(DaemonCommands, get_works_without_a_daemon) {
  EXPECT_EQ(covey({"get", some_ticket(), "-o", folder_.string()}), 0);
  EXPECT_TRUE(programs_.received);
}

TEST_F(DaemonCommands, transfers_lists_exact_values_for_scripts) {
  service_.kept_transfers.push_back(running());
  start_daemon();
  EXPECT_EQ(covey({"transfers"}), 0);
  EXPECT_EQ(out(), "t1\tdownload\tphotos\trunning\t1024\t2048\t1000000\t\t0\t/home/me/photos\tnormal\t\n");
  EXPECT_EQ(covey({"transfers", "t9"}), 4);
  EXPECT_THAT(err(), HasSubstr("there is no transfer 't9'"));
}

TEST_F(DaemonCommands, watching_ends_on_ctrl_c_and_leaves_the_transfer_alone) {
  service_.kept_transfers.push_back(running());
  start_daemon();
  when_watched([] { ::kill(::getpid(), SIGINT); });
  EXPECT_EQ(covey({"transfers", "t1", "--watch"}), 130);
  EXPECT_THAT(err(), HasSubstr("the daemon goes on"));
  EXPECT_THAT(service_.asked, IsEmpty());
}

TEST_F(DaemonCommands, pause_resume_and_cancel_name_the_transfers) {
  start_daemon();
  EXPECT_EQ(covey({"pause", "t1", "t2"}), 0);
  EXPECT_EQ(covey({"resume", "t1"}), 0);
  EXPECT_EQ(covey({"retry", "t1"}), 0);
  EXPECT_EQ(covey({"cancel", "t1"}), 0);
  EXPECT_EQ(covey({"cancel", "t1", "--keep"}), 0);
  EXPECT_EQ(covey({"cancel", "t1", "--delete"}), 0);
  EXPECT_THAT(service_.asked, ElementsAre("pause t1", "pause t2", "resume t1", "resume t1", "cancel keep t1",
                                          "cancel keep t1", "cancel delete t1"));
  EXPECT_EQ(covey({"pause"}), 2);
  EXPECT_THAT(err(), HasSubstr("--all"));
  EXPECT_EQ(covey({"cancel", "t1", "--keep", "--delete"}), 2);
}

TEST_F(DaemonCommands, all_means_those_that_the_command_makes_sense_for) {
  // The newest first, as the daemon lists them.
  for (const TransferState state : {TransferState::kComplete, TransferState::kFailed, TransferState::kPaused,
                                    TransferState::kQueued, TransferState::kRunning}) {
    service_.kept_transfers.push_back(running());
    service_.kept_transfers.back().id = api::name_of(state);
    service_.kept_transfers.back().state = state;
  }
  service_.kept_transfers.push_back(running());
  service_.kept_transfers.back().direction = api::Direction::kUpload;
  start_daemon();
  EXPECT_EQ(covey({"pause", "--all"}), 0);
  EXPECT_EQ(covey({"resume", "--all"}), 0);
  EXPECT_EQ(covey({"remove", "--over"}), 0);
  EXPECT_THAT(service_.asked, ElementsAre("pause running", "pause queued", "resume paused", "resume failed",
                                          "remove failed none", "remove complete none"));
}

TEST_F(DaemonCommands, remove_deletes_only_what_it_is_told_to) {
  start_daemon();
  EXPECT_EQ(covey({"remove", "t1", "t2"}), 0);
  EXPECT_EQ(covey({"remove", "t1", "--delete"}), 0);
  EXPECT_EQ(covey({"remove", "t1", "--delete-files"}), 0);
  EXPECT_THAT(service_.asked,
              ElementsAre("remove t1 none", "remove t2 none", "remove t1 partial", "remove t1 all"));
}

TEST_F(DaemonCommands, cancel_asks_on_a_terminal_what_to_do_with_what_has_arrived) {
  service_.kept_transfers.push_back(running());
  is_terminal_ = true;
  start_daemon();
  for (const auto& [answer, meant] : std::map<std::string, std::string>{
           {"d\n", "delete"}, {"\n", "keep"}, {"k\n", "keep"}, {"what?\ndelete\n", "delete"}, {"", "keep"}}) {
    service_.asked.clear();
    in_.clear();
    in_.str(answer);
    EXPECT_EQ(covey({"cancel", "t1"}), 0);
    EXPECT_THAT(err(), HasSubstr("Keep the 1 KiB"));
    EXPECT_THAT(service_.asked, ElementsAre("cancel " + meant + " t1")) << answer;
  }
  EXPECT_EQ(covey({"cancel", "t1", "--delete"}), 0);
  EXPECT_THAT(err(), Not(HasSubstr("Keep the")));
}

TEST_F(DaemonCommands, set_changes_what_it_was_told_and_leaves_the_rest) {
  service_.kept_transfers.push_back(running());
  service_.kept_transfers.back().settings.limit_down = 7;
  service_.kept_transfers.back().settings.limit_up = 9;
  start_daemon();
  EXPECT_EQ(covey({"set", "t1", "--priority", "high", "--sequential", "--limit-up", "none"}), 0);
  EXPECT_THAT(
      service_.asked,
      ElementsAre(R"(set t1 {"priority":"high","piece_order":"sequential","limit_down":7,"seed":true})"));
  EXPECT_EQ(covey({"set", "t1"}), 0);
  EXPECT_THAT(err(), HasSubstr("down at most 7 B/s"));
  EXPECT_EQ(covey({"set", "t9", "--priority", "high"}), 4);
  EXPECT_EQ(covey({"set", "t1", "--limit-up", "fast"}), 2);
  EXPECT_THAT(err(), HasSubstr("500K or 5M"));
  EXPECT_EQ(covey({"set", "t1", "--priority", "urgent"}), 2);
  EXPECT_EQ(covey({"set", "t1", "--sequential", "--rarest-first"}), 2);
}

TEST_F(DaemonCommands, what_is_handed_on_is_said_and_switched) {
  service_.kept_transfers.push_back(running());
  service_.kept_transfers.back().state = api::TransferState::kComplete;
  service_.kept_transfers.back().seed.emplace();
  start_daemon();
  EXPECT_EQ(covey({"transfers", "t1"}), 0);
  EXPECT_THAT(err(), HasSubstr("it is handed on to others; covey set t1 --seed off ends that"));
  EXPECT_EQ(covey({"set", "t1", "--seed", "off"}), 0);
  EXPECT_THAT(service_.asked.back(), HasSubstr(R"("seed":false)"));
  EXPECT_EQ(covey({"set", "t1", "--seed", "maybe"}), 2);
  service_.kept_transfers.back().seed = {
      .state = api::SeedState::kEnded, .until = {}, .reason = "x has changed"};
  EXPECT_EQ(covey({"transfers", "t1"}), 0);
  EXPECT_THAT(err(), HasSubstr("not handed on to others any more: x has changed"));
}

TEST_F(DaemonCommands, limits_are_shown_and_changed) {
  service_.kept_limits.settings.up = 1'000'000;
  start_daemon();
  EXPECT_EQ(covey({"limits"}), 0);
  EXPECT_THAT(out(), HasSubstr("up         1 MB/s"));
  EXPECT_THAT(service_.asked, IsEmpty());
  EXPECT_EQ(covey({"limits", "--down", "5M", "--per-peer-up", "500K", "--slots", "9", "--active", "3",
                   "--limit-between", "08:00-18:00=2M", "--limit-between", "22:00-06:00=none"}),
            0);
  const auto& settings = service_.kept_limits.settings;
  EXPECT_EQ(settings.down, 5'000'000U);
  EXPECT_EQ(settings.up, 1'000'000U) << "not said";
  EXPECT_EQ(settings.per_peer_up, 500'000U);
  EXPECT_EQ(settings.upload_slots, 9U);
  EXPECT_EQ(settings.active_downloads, 3U);
  EXPECT_THAT(settings.schedule, ElementsAre("08:00-18:00=2M", "22:00-06:00=none"));
  EXPECT_EQ(covey({"limits", "--no-schedule", "--up", "none", "--json"}), 0);
  EXPECT_THAT(settings.schedule, IsEmpty());
  EXPECT_EQ(settings.up, std::nullopt);
  EXPECT_THAT(out(), StartsWith(R"({"settings":{)"));
  EXPECT_EQ(covey({"limits", "--down", "0"}), 2);
}

TEST_F(DaemonCommands, verify_says_what_was_found) {
  TransferView view = running();
  view.state = TransferState::kComplete;
  view.check =
      api::CheckView{.at = 1, .files = 2, .changed = {"a.txt"}, .changed_total = 1, .advice = "mend it"};
  service_.kept_transfers.push_back(view);
  start_daemon();
  EXPECT_EQ(covey({"verify", "t1"}), 5);
  EXPECT_THAT(service_.asked, ElementsAre("verify t1"));
  EXPECT_THAT(err(), HasSubstr("changed: a.txt"));
  EXPECT_THAT(err(), HasSubstr("mend it"));
}

TEST_F(DaemonCommands, move_ends_when_it_is_there) {
  TransferView view = running();
  view.state = TransferState::kPaused;
  service_.kept_transfers.push_back(view);
  start_daemon();
  EXPECT_EQ(covey({"move", "t1", folder_.string()}), 0);
  EXPECT_THAT(service_.asked, ElementsAre("move t1 to " + folder_.string()));
  EXPECT_EQ(out(), "/home/me/photos\n");
}

TEST_F(DaemonCommands, stream_prints_the_address_alone) {
  service_.kept_transfers.push_back(running());
  start_daemon();
  EXPECT_EQ(covey({"stream", "t1", "film.mp4"}), 0);
  EXPECT_THAT(service_.asked, ElementsAre("stream t1 film.mp4"));
  EXPECT_EQ(out(), "http://127.0.0.1:40123/stream/token/film.mp4\n");
  EXPECT_EQ(covey({"stream", "t1", "--json"}), 0);
  EXPECT_THAT(out(), HasSubstr(R"("media_type":"video/mp4")"));
  EXPECT_EQ(covey({"stream", "none"}), 4);
}

TEST_F(DaemonCommands, status_tells_what_the_daemon_does) {
  start_daemon();
  EXPECT_EQ(covey({"status"}), 0);
  EXPECT_THAT(out(), HasSubstr("listening  127.0.0.1:7440"));
  EXPECT_EQ(covey({"status", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith("{\"peer_id\":\"peer\""));
}

TEST_F(DaemonCommands, daemon_stop_ends_the_one_that_runs) {
  start_daemon();
  EXPECT_EQ(covey({"daemon", "--stop"}), 0);
  // It answers first and stops then.
  while (service_.stops == 0) std::this_thread::yield();
  EXPECT_EQ(service_.stops, 1);
}

}  // namespace
}  // namespace covey::cli
