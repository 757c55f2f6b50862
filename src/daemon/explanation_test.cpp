#include "daemon/explanation.hpp"

#include <gmock/gmock.h>

namespace covey::daemon {
namespace {

using testing::HasSubstr;

api::TransferView transfer(api::TransferState state) {
  api::TransferView out{.id = "t7k2"};
  out.state = state;
  return out;
}

TEST(Explanation, says_what_holds_a_running_download_up_and_what_to_do) {
  swarm::TransferProgress progress{.phase = swarm::Phase::kRunning};
  progress.bottleneck = swarm::Bottleneck::kOwnLimit;
  const auto own = explanation_of(transfer(api::TransferState::kRunning), &progress);
  EXPECT_EQ(own.bottleneck, api::Bottleneck::kOwnLimit);
  EXPECT_THAT(own.reason, HasSubstr("covey set t7k2"));
  progress.bottleneck = swarm::Bottleneck::kDisk;
  EXPECT_THAT(explanation_of(transfer(api::TransferState::kRunning), &progress).reason, HasSubstr("disk"));
}

TEST(Explanation, names_whom_it_waits_for) {
  swarm::TransferProgress progress{.phase = swarm::Phase::kWaiting};
  progress.bottleneck = swarm::Bottleneck::kWaiting;
  api::TransferView view = transfer(api::TransferState::kConnecting);
  view.waiting_for = "the sender at 192.0.2.7:7440 to come back";
  EXPECT_THAT(explanation_of(view, &progress).reason, HasSubstr("192.0.2.7:7440"));
}

TEST(Explanation, shows_the_fastest_source_first_and_who_lied) {
  swarm::TransferProgress progress{.phase = swarm::Phase::kRunning};
  progress.peers = {{.peer_id = "slow", .bytes = 9, .rate = 1}, {.peer_id = "fast", .bytes = 1, .rate = 5}};
  progress.blocked = {{.peer_id = "liar", .reason = "piece 3 was wrong"}};
  progress.bytes_wasted = 7;
  const auto view = explanation_of(transfer(api::TransferState::kRunning), &progress);
  ASSERT_EQ(view.sources.size(), 2U);
  EXPECT_EQ(view.sources.front().peer_id, "fast");
  EXPECT_EQ(view.blocked.front().reason, "piece 3 was wrong");
  EXPECT_EQ(view.bytes_wasted, 7U);
}

TEST(Explanation, what_does_not_run_has_no_bottleneck) {
  swarm::TransferProgress progress{.phase = swarm::Phase::kComplete};
  progress.bottleneck = swarm::Bottleneck::kNetwork;
  EXPECT_EQ(explanation_of(transfer(api::TransferState::kComplete), &progress).bottleneck,
            api::Bottleneck::kNone);
  api::TransferView queued = transfer(api::TransferState::kQueued);
  queued.queue_position = 4;
  EXPECT_THAT(explanation_of(queued, nullptr).reason, HasSubstr("number 4"));
  EXPECT_THAT(explanation_of(transfer(api::TransferState::kPaused), nullptr).reason,
              HasSubstr("covey resume t7k2"));
}

}  // namespace
}  // namespace covey::daemon
