// send, receive and daemon against a peer that the test makes up.

#include <csignal>
#include <filesystem>
#include <future>

#include <gmock/gmock.h>

#include <unistd.h>

#include "cli/command_fixture.hpp"

namespace covey::cli {
namespace {

using api::TransferState;
using api::TransferView;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TransferView view_in(TransferState state) {
  TransferView view;
  view.id = "t1";
  view.title = "photos";
  view.state = state;
  view.bytes_total = view.bytes_done = 1000;
  view.destination = "/home/me/photos";
  return view;
}

class SendCommand : public CommandFixture {
 protected:
  SendCommand() {
    programs_.on_send = [](api::SendObserver& observer) -> Result<> {
      api::ShareView share;
      share.title = "photos";
      share.kind = api::ShareKind::kFolder;
      share.files = 3;
      share.bytes = 1000;
      share.notices = {"link -> /etc: a symbolic link"};
      observer.on_preparing(share);
      observer.on_ready(share, {"covey:theticket", {}, "s1", {}, 2});
      return {};
    };
  }
};

TEST_F(SendCommand, prints_the_ticket_alone_on_out_and_the_rest_on_err) {
  EXPECT_EQ(covey({"send", "photos"}), 0);
  EXPECT_EQ(out(), "covey:theticket\n");
  EXPECT_THAT(err(), HasSubstr("covey receive covey:theticket"));
  EXPECT_THAT(err(), HasSubstr("left out: link -> /etc: a symbolic link"));
  EXPECT_THAT(err(), HasSubstr("lets in 2 receivers"));
}

TEST_F(SendCommand, shows_the_ticket_as_a_qr_code_after_the_ticket) {
  EXPECT_EQ(covey({"send", "photos", "--qr"}), 0);
  EXPECT_EQ(out().substr(0, out().find('\n')), "covey:theticket");
  EXPECT_THAT(out(), HasSubstr("▀"));
}

TEST_F(SendCommand, says_nothing_but_the_ticket_when_quiet) {
  EXPECT_EQ(covey({"send", "photos", "-q"}), 0);
  EXPECT_EQ(out(), "covey:theticket\n");
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(SendCommand, gives_events_as_json) {
  EXPECT_EQ(covey({"send", "photos", "--json"}), 0);
  EXPECT_THAT(out(), HasSubstr("{\"event\":\"share\","));
  EXPECT_THAT(out(), HasSubstr("{\"event\":\"ticket\",\"ticket\":\"covey:theticket\""));
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(SendCommand, hands_over_what_was_asked_with_absolute_paths) {
  variables_["COVEY_SEND_USES"] = "4";
  EXPECT_EQ(covey({"send", "a", "b/", "--title", "T", "--listen", "[::]:1", "--listen", "0.0.0.0:2", "--once",
                   "--verify", "--expires", "2h"}),
            0);
  ASSERT_TRUE(programs_.sent);
  const auto here = std::filesystem::current_path();
  EXPECT_THAT(programs_.sent->paths, ElementsAre((here / "a").string(), (here / "b").string()));
  EXPECT_EQ(programs_.sent->title, "T");
  EXPECT_THAT(programs_.sent->listen, ElementsAre("[::]:1", "0.0.0.0:2"));
  EXPECT_TRUE(programs_.sent->once);
  EXPECT_TRUE(programs_.sent->verify);
  EXPECT_EQ(programs_.sent->expires_in_seconds, 7200U);
  EXPECT_EQ(programs_.sent->uses, 4U);
}

TEST_F(SendCommand, takes_the_path_also_after_listen) {
  EXPECT_EQ(covey({"send", "--listen", "[::]:1", "photos"}), 0);
  EXPECT_EQ(programs_.sent->paths.size(), 1U);
}

TEST_F(SendCommand, reports_what_went_wrong) {
  programs_.on_send = [](api::SendObserver&) -> Result<> {
    return fail(ErrorCode::kSourceChanged, "photos/a changed while it was sent; send it again");
  };
  EXPECT_EQ(covey({"send", "photos"}), 5);
  EXPECT_EQ(err(), "covey: photos/a changed while it was sent; send it again\n");
}

class ReceiveCommand : public CommandFixture {};

TEST_F(ReceiveCommand, says_what_arrived_and_gives_scripts_the_path) {
  programs_.on_receive = [](api::ReceiveObserver& observer) -> Result<TransferView> {
    observer.on_transfer(view_in(TransferState::kRunning));
    observer.on_transfer(view_in(TransferState::kComplete));
    return view_in(TransferState::kComplete);
  };
  EXPECT_EQ(covey({"receive", some_ticket()}), 0);
  EXPECT_EQ(out(), "/home/me/photos\n");
  EXPECT_THAT(err(), HasSubstr("received photos"));
  EXPECT_EQ(err().find("received"), err().rfind("received"));
}

TEST_F(ReceiveCommand, draws_no_bar_where_there_is_no_terminal_and_one_where_there_is) {
  programs_.on_receive = [](api::ReceiveObserver& observer) -> Result<TransferView> {
    observer.on_transfer(view_in(TransferState::kRunning));
    return fail(ErrorCode::kDiskFull, "no room");
  };
  EXPECT_EQ(covey({"receive", some_ticket()}), 1);
  EXPECT_THAT(err(), Not(HasSubstr("█")));
  is_terminal_ = true;
  EXPECT_EQ(covey({"receive", some_ticket()}), 1);
  EXPECT_THAT(err(), HasSubstr("█"));
}

TEST_F(ReceiveCommand, hands_over_what_was_asked) {
  EXPECT_EQ(covey({"receive", "-o", (folder_ / "new/downloads/").string(), "--select", "*.jpg", "--select",
                   "*.png", "--rename", "--wait", "30s", some_ticket()}),
            0);
  ASSERT_TRUE(programs_.received);
  const auto& download = programs_.received->download;
  EXPECT_EQ(download.ticket, some_ticket());
  EXPECT_EQ(download.directory, (folder_ / "new/downloads").string());
  EXPECT_TRUE(std::filesystem::is_directory(download.directory)) << "made where it was missing";
  EXPECT_THAT(download.select, ElementsAre("*.jpg", "*.png"));
  EXPECT_EQ(download.on_existing, api::OnExisting::kRename);
  EXPECT_EQ(programs_.received->wait_seconds, 30U);
}

TEST_F(ReceiveCommand, prefers_the_flag_to_the_environment_to_the_default) {
  EXPECT_EQ(covey({"receive", some_ticket()}), 0);
  EXPECT_EQ(programs_.received->download.directory, std::filesystem::current_path().string());
  EXPECT_EQ(programs_.received->wait_seconds, 120U);
  variables_["COVEY_RECEIVE_DIRECTORY"] = (folder_ / "environment").string();
  EXPECT_EQ(covey({"receive", some_ticket()}), 0);
  EXPECT_EQ(programs_.received->download.directory, (folder_ / "environment").string());
  EXPECT_EQ(covey({"receive", some_ticket(), "-o", (folder_ / "flag").string()}), 0);
  EXPECT_EQ(programs_.received->download.directory, (folder_ / "flag").string());
}

TEST_F(ReceiveCommand, reads_the_ticket_from_standard_input) {
  std::string broken = some_ticket();
  broken.insert(60, "\n  ").insert(30, "\r\n");
  in_.str(broken + "\n");
  EXPECT_EQ(covey({"receive", "-"}), 0);
  EXPECT_EQ(programs_.received->download.ticket, some_ticket());
}

TEST_F(ReceiveCommand, takes_a_ticket_that_is_none_for_wrong_usage) {
  EXPECT_EQ(covey({"receive", "hello"}), 2);
  EXPECT_FALSE(programs_.received);
  EXPECT_EQ(covey({"receive", "-"}), 2) << "nothing on standard input";
  EXPECT_THAT(err(), HasSubstr("standard input"));
}

TEST_F(ReceiveCommand, tells_the_shell_how_it_ended) {
  const std::pair<ErrorCode, int> cases[] = {{ErrorCode::kRefused, 3},
                                             {ErrorCode::kExpired, 3},
                                             {ErrorCode::kUnreachable, 4},
                                             {ErrorCode::kNotFound, 4},
                                             {ErrorCode::kVerificationFailed, 5},
                                             {ErrorCode::kSourceChanged, 5},
                                             {ErrorCode::kDiskFull, 1},
                                             {ErrorCode::kAlreadyExists, 1},
                                             {ErrorCode::kCancelled, 130},
                                             {ErrorCode::kInvalidArgument, 2}};
  for (const auto& [code, expected] : cases) {
    programs_.on_receive = [code = code](api::ReceiveObserver&) -> Result<TransferView> {
      return fail(code, "why");
    };
    EXPECT_EQ(covey({"receive", some_ticket()}), expected) << name_of(code);
  }
}

TEST_F(ReceiveCommand, calls_a_sender_that_was_lost_on_the_way_a_failure) {
  programs_.on_receive = [](api::ReceiveObserver& observer) -> Result<TransferView> {
    TransferView view = view_in(TransferState::kRunning);
    view.peers.push_back({"abc", "192.0.2.7:7440", 0, 0});
    observer.on_transfer(view);
    return fail(ErrorCode::kUnreachable, "the sender went away");
  };
  EXPECT_EQ(covey({"receive", some_ticket()}), 1);
}

TEST_F(ReceiveCommand, stops_in_order_on_ctrl_c_and_says_how_to_go_on) {
  std::promise<void> stopped;
  programs_.on_stop = [&] { stopped.set_value(); };
  programs_.on_receive = [&](api::ReceiveObserver&) -> Result<TransferView> {
    ::kill(::getpid(), SIGINT);
    stopped.get_future().wait();
    return fail(ErrorCode::kCancelled, "stopped");
  };
  EXPECT_EQ(covey({"receive", some_ticket()}), 130);
  EXPECT_EQ(programs_.stops, 1);
  EXPECT_THAT(err(), HasSubstr("run the same command again to resume"));
}

TEST_F(ReceiveCommand, ends_at_once_on_the_second_ctrl_c) {
  const auto interrupted_twice = [this] {
    std::promise<void> stopped;
    programs_.on_stop = [&] { stopped.set_value(); };
    programs_.on_receive = [&](api::ReceiveObserver&) -> Result<TransferView> {
      ::kill(::getpid(), SIGINT);
      stopped.get_future().wait();
      ::kill(::getpid(), SIGINT);
      while (true) ::pause();
    };
    covey({"receive", some_ticket()});
  };
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(interrupted_twice(), ::testing::ExitedWithCode(130), "");
}

class DaemonCommand : public CommandFixture {};

TEST_F(DaemonCommand, says_where_it_listens_and_leaves_a_settings_template) {
  programs_.on_daemon = [](api::DaemonObserver& observer) -> Result<> {
    api::StatusView status;
    status.listening = {"[::]:7440"};
    observer.on_ready(status);
    return {};
  };
  EXPECT_EQ(covey({"daemon"}), 0);
  EXPECT_THAT(err(), HasSubstr("listening on [::]:7440"));
  EXPECT_TRUE(std::filesystem::exists(home() / "config.toml"));
}

TEST_F(DaemonCommand, listens_where_the_flag_or_the_settings_say) {
  variables_["COVEY_DAEMON_LISTEN"] = "0.0.0.0:1";
  covey({"daemon"});
  EXPECT_THAT(programs_.ran->listen, ElementsAre("0.0.0.0:1"));
  covey({"daemon", "--listen", "[::]:2"});
  EXPECT_THAT(programs_.ran->listen, ElementsAre("[::]:2"));
}

TEST_F(DaemonCommand, ends_well_when_it_was_told_to_end) {
  programs_.on_daemon = [](api::DaemonObserver&) -> Result<> {
    return fail(ErrorCode::kCancelled, "stopped");
  };
  EXPECT_EQ(covey({"daemon"}), 0);
  programs_.on_daemon = [](api::DaemonObserver&) -> Result<> {
    return fail(ErrorCode::kNotFound, "there is no identity yet; run covey init");
  };
  EXPECT_EQ(covey({"daemon"}), 4);
}

}  // namespace
}  // namespace covey::cli
