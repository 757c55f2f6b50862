// The commands that talk to a daemon, against the real API server on a real socket and a peer made up in
// memory.

#include <csignal>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <unistd.h>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>

#include "api/fake_service.hpp"
#include "api/server.hpp"
#include "cli/command_fixture.hpp"

namespace covey::cli {
namespace {

using api::ShareState;
using api::TransferState;
using api::TransferView;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class DaemonCommands : public CommandFixture {
 protected:
  ~DaemonCommands() override {
    if (server_) asio::co_spawn(io_, server_->close(), asio::use_future).get();
    server_.reset();
    work_.reset();
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  void start_daemon() {
    auto server = api::Server::listen(io_, service_, home() / "api.sock");
    ASSERT_TRUE(server) << to_string(server.error());
    server_.emplace(std::move(*server));
    thread_ = std::thread([this] {
      // Signals are for the commands under test, which start after this thread.
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      io_.run();
    });
  }

  /// On the network thread, as soon as somebody watches.
  void when_watched(std::function<void()> act) {
    asio::post(io_, [this, act = std::move(act)]() mutable {
      if (service_.subscribers > 0) {
        act();
      } else {
        when_watched(std::move(act));
      }
    });
  }

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

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  api::FakeService service_;
  std::optional<api::Server> server_;
  std::thread thread_;
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
  EXPECT_EQ(out(), "t1\tdownload\tphotos\trunning\t1024\t2048\t1000000\t\t0\t/home/me/photos\n");
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

TEST_F(DaemonCommands, pause_resume_and_cancel_name_the_transfer) {
  start_daemon();
  EXPECT_EQ(covey({"pause", "t1"}), 0);
  EXPECT_EQ(covey({"resume", "t1"}), 0);
  EXPECT_EQ(covey({"cancel", "t1"}), 0);
  EXPECT_EQ(covey({"cancel", "t1", "--delete"}), 0);
  EXPECT_THAT(service_.asked, ElementsAre("pause t1", "resume t1", "cancel keep t1", "cancel delete t1"));
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
