// The commands about requests, grants, rules, people, alerts and the audit log, against the real API server
// and a peer made up in memory.

#include <gmock/gmock.h>
#include <unistd.h>

#include "cli/consent_fixture.hpp"

namespace covey::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ConsentCommands : public ConsentFixture {};

TEST_F(ConsentCommands, say_how_to_start_a_daemon_where_none_runs) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"requests"},
                                                  {"requests", "--watch"},
                                                  {"approve", "r"},
                                                  {"deny", "r"},
                                                  {"withdraw", "r"},
                                                  {"grants"},
                                                  {"revoke", "g"},
                                                  {"tickets", "s"},
                                                  {"rules", "s"},
                                                  {"people"},
                                                  {"block", "b"},
                                                  {"unblock", "b"},
                                                  {"trust", "b"},
                                                  {"untrust", "b"},
                                                  {"audit"},
                                                  {"audit", "verify"},
                                                  {"audit", "export", "f"},
                                                  {"alerts"},
                                                  {"alerts", "--undo", "1"}}) {
    EXPECT_EQ(covey(command), 4) << command.front();
    EXPECT_THAT(err(), HasSubstr("covey daemon")) << command.front();
  }
}

TEST_F(ConsentCommands, requests_lists_those_that_wait) {
  auto over = asked("r2");
  over.state = api::RequestState::kDenied;
  auto mine = asked("r3");
  mine.direction = api::RequestDirection::kOutgoing;
  mine.peer_name.clear();
  mine.created_at = 7000;
  service_.kept_requests = {asked("r1"), mine, over};
  service_.kept_requests[0].created_at = 5000;
  start_daemon();
  EXPECT_EQ(covey({"requests"}), 0);
  EXPECT_EQ(out(), "r1\t" + kBob + "\tincoming\twaiting\tHoliday\t2048\t3\t5\tfor the album\tbob\n" + "r3\t" +
                       kBob + "\toutgoing\twaiting\tHoliday\t2048\t3\t7\tfor the album\t\n");
  EXPECT_THAT(err(), HasSubstr("covey approve ID"));
  EXPECT_EQ(covey({"requests", "--all"}), 0);
  EXPECT_THAT(out(), HasSubstr("r2\t" + kBob + "\tincoming\tdenied"));
  EXPECT_EQ(covey({"requests", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"id":"r1","direction":"incoming","state":"waiting")"));
  EXPECT_THAT(out(), Not(HasSubstr(R"("id":"r2")")));
}

TEST_F(ConsentCommands, requests_is_a_table_for_people) {
  auto mine = asked("r3");
  mine.direction = api::RequestDirection::kOutgoing;
  mine.peer_name.clear();
  service_.kept_requests = {asked("r1"), mine};
  is_terminal_ = true;
  start_daemon();
  EXPECT_EQ(covey({"requests"}), 0);
  EXPECT_THAT(out(), StartsWith("ID  WHO           STATE              TITLE"));
  EXPECT_THAT(out(), HasSubstr("r1  bob      in   waits for you"));
  EXPECT_THAT(out(), HasSubstr("3 min ago"));
  EXPECT_THAT(out(), HasSubstr("r3  bobbobb  out  not delivered yet"));
}

TEST_F(ConsentCommands, a_request_in_full_shows_whom_one_lets_in) {
  service_.kept_requests = {asked("r1abc"), asked("r1abd"), asked("r2")};
  start_daemon();
  EXPECT_EQ(covey({"requests", "r1abd"}), 0);
  for (const char* line :
       {"bob asks for Holiday\n", "peer        bobbobb-bcdefgh-ijklmno-pqrstuv\n",
        "words       apple river stone\n", "first seen  3 d ago\n", "share       Holiday (share0)\n",
        "size        2 KiB, 3 files\n", "wants       *.jpg, *.png\n", "reason      for the album\n",
        "asked       3 min ago; it expires in 6 d\n"}) {
    EXPECT_THAT(out(), HasSubstr(line));
  }
  EXPECT_THAT(err(), HasSubstr("covey approve r1abd, or covey deny r1abd"));
  EXPECT_EQ(covey({"requests", "r2", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"id":"r2")"));
  EXPECT_EQ(covey({"requests", "r1"}), 2);
  EXPECT_THAT(err(), HasSubstr("2 requests begin with 'r1'"));
  EXPECT_EQ(covey({"requests", "r9"}), 4);
  EXPECT_THAT(err(), HasSubstr("there is no request 'r9'"));
  EXPECT_EQ(covey({"requests", "r2", "--watch"}), 2);
}

TEST_F(ConsentCommands, requests_says_when_nobody_asks) {
  start_daemon();
  EXPECT_EQ(covey({"requests"}), 0);
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_THAT(err(), HasSubstr("no request waits"));
}

TEST_F(ConsentCommands, approve_takes_its_terms_from_flags) {
  service_.kept_requests = {asked("r1")};
  start_daemon();
  EXPECT_EQ(covey({"approve", "r1"}), 0);
  EXPECT_THAT(err(), HasSubstr("approved: bob may fetch Holiday"));
  EXPECT_EQ(covey({"approve", "r1", "--for", "24h", "--bytes", "2G", "--always", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"id":"r1","direction":"incoming","state":"approved")"));
  EXPECT_THAT(service_.asked,
              ElementsAre(R"(approve r1 {"always":false})",
                          R"(approve r1 {"for_seconds":86400,"bytes":2000000000,"always":true})"));
  service_.asked.clear();
  EXPECT_EQ(covey({"approve"}), 2);
  EXPECT_EQ(covey({"approve", "r1", "--for", "soon"}), 2);
  EXPECT_EQ(covey({"approve", "r1", "--bytes", "many"}), 2);
  EXPECT_EQ(covey({"approve", "r1", "--bytes", "0"}), 2);
  EXPECT_THAT(service_.asked, IsEmpty());
  EXPECT_EQ(covey({"approve", "r9"}), 4);
  EXPECT_THAT(err(), HasSubstr("there is no request 'r9'"));
}

TEST_F(ConsentCommands, deny_and_withdraw_answer) {
  service_.kept_requests = {asked("r1"), asked("r2")};
  service_.kept_requests[1].direction = api::RequestDirection::kOutgoing;
  start_daemon();
  EXPECT_EQ(covey({"deny", "r1", "--reason", "not yet"}), 0);
  EXPECT_EQ(err(), "denied Holiday to bob: not yet\n");
  EXPECT_EQ(covey({"withdraw", "r2", "--json"}), 0);
  EXPECT_THAT(out(), HasSubstr(R"("state":"withdrawn")"));
  EXPECT_THAT(service_.asked, ElementsAre("deny r1 not yet", "withdraw r2"));
  EXPECT_EQ(covey({"deny", "r9"}), 4);
  EXPECT_EQ(covey({"withdraw", "r9"}), 4);
  EXPECT_EQ(covey({"withdraw"}), 2);
}

TEST_F(ConsentCommands, grants_shows_what_holds) {
  auto over = given("g2");
  over.holds = false;
  over.until.reset();
  over.byte_limit.reset();
  service_.kept_grants = {given("g1"), over};
  service_.kept_grants[0].given_at = 5000;
  service_.kept_grants[0].until = 6000;
  start_daemon();
  EXPECT_EQ(covey({"grants"}), 0);
  EXPECT_EQ(out(), "g1\t" + kBob + "\tHoliday\tholds\t5\t6\t2048\t4096\tshare0\tbob\n");
  EXPECT_EQ(covey({"grants", "--all", "--json"}), 0);
  EXPECT_THAT(out(), HasSubstr(R"({"id":"g2")"));
  is_terminal_ = true;
  service_.kept_grants[0] = given("g1");
  EXPECT_EQ(covey({"grants", "--all"}), 0);
  EXPECT_THAT(out(), HasSubstr("g1  bob  Holiday  holds  3 min ago  in 2 h   2 KiB  4 KiB"));
  EXPECT_THAT(out(), HasSubstr("g2  bob  Holiday  over   3 min ago  revoked  2 KiB   none"));
}

TEST_F(ConsentCommands, revoke_ends_a_grant_or_else_a_ticket) {
  service_.kept_grants = {given("g1")};
  service_.kept_tickets = {api::IssuedTicketView{"k1", "share0", "Holiday", "covey:x", {}, {}, 0, false}};
  start_daemon();
  EXPECT_EQ(covey({"revoke", "g1"}), 0);
  EXPECT_THAT(err(), HasSubstr("revoked the grant g1: bob may fetch Holiday no more"));
  EXPECT_EQ(covey({"revoke", "k1"}), 0);
  EXPECT_THAT(err(), HasSubstr("revoked the ticket k1"));
  EXPECT_EQ(covey({"revoke", "g1", "--json"}), 0);
  EXPECT_THAT(out(), HasSubstr(R"("revoked_at":)"));
  EXPECT_EQ(covey({"revoke", "k1", "--json"}), 0);
  EXPECT_EQ(out(), "{\"revoked_ticket\":\"k1\"}\n");
  EXPECT_EQ(covey({"revoke", "x"}), 4);
  EXPECT_THAT(err(), HasSubstr("there is no grant and no ticket 'x'"));
}

TEST_F(ConsentCommands, tickets_shows_what_still_lets_in) {
  service_.kept_tickets = {
      api::IssuedTicketView{"k1", "photos", "Holiday", "covey:x", 7000, 2, 3, false},
      api::IssuedTicketView{"k2", "photos", "Holiday", "covey:y", {}, {}, 0, true},
      api::IssuedTicketView{"k3", "photos", "Holiday", "covey:z", {}, 0, 1, false},
      api::IssuedTicketView{"k4", "photos", "Holiday", "covey:w", seconds_ago(-3700), {}, 0, false}};
  start_daemon();
  EXPECT_EQ(covey({"tickets", "photos"}), 0);
  EXPECT_THAT(out(), StartsWith("k1\texpired\t7\t2\t3\tcovey:x\nk2\trevoked\t\t\t0\tcovey:y\n"
                                "k3\tused up\t\t0\t1\tcovey:z\nk4\tvalid\t"));
  EXPECT_EQ(covey({"tickets", "photos", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"id":"k1","share_id":"photos")"));
  is_terminal_ = true;
  EXPECT_EQ(covey({"tickets", "photos"}), 0);
  EXPECT_THAT(out(), HasSubstr("k4  valid    in 1 h "));
  EXPECT_THAT(out(), Not(HasSubstr("covey:w"))) << "who looks over the shoulder must not be let in";
  EXPECT_EQ(covey({"tickets", "other"}), 4);
  EXPECT_EQ(covey({"tickets"}), 2);
}

TEST_F(ConsentCommands, rules_are_shown_without_options) {
  api::ShareView share;
  share.id = "share0";
  share.title = "Holiday";
  share.visibility = api::Visibility::kListed;
  share.named = {kBob};
  service_.kept_shares = {share};
  service_.kept_people = {met(kBob, "bob")};
  start_daemon();
  EXPECT_EQ(covey({"rules", "Holiday"}), 0);
  EXPECT_EQ(out(),
            "share      Holiday  share0\nfound by   those named (listed)\n"
            "fetched by whom you approve; covey requests shows who asks (ask)\nnamed      bob  " +
                kBob + "\n");
  EXPECT_THAT(service_.asked, IsEmpty());
  EXPECT_EQ(covey({"rules", "share0", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"id":"share0")"));
  EXPECT_EQ(covey({"rules", "other"}), 4);
}

TEST_F(ConsentCommands, rules_changes_only_what_is_named) {
  api::ShareView share;
  share.id = "share0";
  share.title = "Holiday";
  share.visibility = api::Visibility::kNetwork;
  share.access = api::Access::kListed;
  share.named = {kBob, kEve};
  service_.kept_shares = {share, share};
  service_.kept_shares[1].id = "share1";
  service_.kept_people = {met(kBob, "bob"), met(kEve, "eve")};
  start_daemon();
  EXPECT_EQ(covey({"rules", "share0", "--visibility", "listed"}), 0);
  EXPECT_EQ(covey({"rules", "share0", "--to", "carol", "--to", "dan", "--not-to", "bob"}), 0);
  EXPECT_EQ(covey({"rules", "share0", "--access", "open", "--not-to", kEve}), 0);
  EXPECT_THAT(service_.asked,
              ElementsAre(R"(rules share0 {"visibility":"listed","access":"listed","named":[")" + kBob +
                              R"(",")" + kEve + "\"]}",
                          R"(rules share0 {"visibility":"listed","access":"listed","named":[")" + kEve +
                              R"(","carol","dan"]})",
                          R"(rules share0 {"visibility":"listed","access":"open","named":["carol","dan"]})"));
  service_.asked.clear();
  EXPECT_EQ(covey({"rules", "share0", "--not-to", "bob"}), 4);
  EXPECT_THAT(err(), HasSubstr("'bob' is not among those"));
  EXPECT_EQ(covey({"rules", "share0", "--access", "all"}), 2);
  EXPECT_EQ(covey({"rules", "Holiday", "--access", "ask"}), 2);
  EXPECT_THAT(err(), HasSubstr("2 shares are called 'Holiday'"));
  EXPECT_THAT(service_.asked, IsEmpty());
}

TEST_F(ConsentCommands, rules_takes_nobody_off_where_a_name_means_two) {
  api::ShareView share;
  share.id = "share0";
  share.named = {kBob, kEve};
  service_.kept_shares = {share};
  service_.kept_people = {met(kBob, "bob"), met(kEve, "bob")};  // of two networks
  start_daemon();
  EXPECT_EQ(covey({"rules", "share0", "--not-to", "bob"}), 2);
  EXPECT_THAT(err(), HasSubstr("write the peer id"));
  EXPECT_THAT(service_.asked, IsEmpty());
}

TEST_F(ConsentCommands, get_tells_that_the_owner_has_to_approve_and_leaves_it_to_the_daemon) {
  start_daemon();
  when_watched([this] {
    api::TransferView view;
    view.id = "t1";
    view.title = "Holiday";
    view.state = api::TransferState::kWaitingApproval;
    service_.emit(view);
  });
  EXPECT_EQ(covey({"get", some_ticket(), "-o", folder_.string(), "--reason", "for the album"}), 3);
  EXPECT_THAT(err(), HasSubstr("Holiday: waiting for approval\n"));
  EXPECT_THAT(err(), HasSubstr("the request stands"));
  EXPECT_THAT(err(), HasSubstr("covey transfers t1 --watch"));
  EXPECT_THAT(service_.asked, ElementsAre(HasSubstr("for the album")));
}

TEST_F(ConsentCommands, get_waits_for_approval_on_a_terminal) {
  is_terminal_ = true;
  start_daemon();
  when_watched([this] {
    api::TransferView view;
    view.id = "t1";
    view.title = "Holiday";
    view.state = api::TransferState::kWaitingApproval;
    service_.emit(view);
    when([this] { return err_.contains("Ctrl-C leaves the request standing"); },
         [this, view]() mutable {
           view.state = api::TransferState::kComplete;
           service_.emit(view);
         });
  });
  EXPECT_EQ(covey({"get", some_ticket(), "-o", folder_.string()}), 0);
  EXPECT_THAT(err(), HasSubstr("received Holiday"));
}

TEST_F(ConsentCommands, get_waits_for_nobody_whom_it_may_not_tell) {
  is_terminal_ = true;
  start_daemon();
  when_watched([this] {
    api::TransferView view;
    view.id = "t1";
    view.state = api::TransferState::kWaitingApproval;
    service_.emit(view);
  });
  EXPECT_EQ(covey({"get", some_ticket(), "-o", folder_.string(), "--quiet"}), 3);
  EXPECT_THAT(err(), HasSubstr("the request stands"));
}

TEST_F(ConsentCommands, ctrl_c_leaves_a_request_standing) {
  is_terminal_ = true;
  start_daemon();
  when_watched([this] {
    api::TransferView view;
    view.id = "t1";
    view.state = api::TransferState::kWaitingApproval;
    service_.emit(view);
    when([this] { return err_.contains("Ctrl-C leaves"); }, [] { ::kill(::getpid(), SIGINT); });
  });
  EXPECT_EQ(covey({"get", some_ticket(), "-o", folder_.string()}), 130);
  EXPECT_THAT(err(), HasSubstr("stopped watching; the request stands"));
  EXPECT_THAT(service_.asked, ElementsAre(StartsWith("download")));
}

TEST_F(ConsentCommands, transfers_shows_what_waits_for_approval) {
  api::TransferView view;
  view.id = "t1";
  view.state = api::TransferState::kWaitingApproval;
  service_.kept_transfers = {view};
  is_terminal_ = true;
  start_daemon();
  EXPECT_EQ(covey({"transfers"}), 0);
  EXPECT_THAT(out(), HasSubstr("waiting for approval"));
}

}  // namespace
}  // namespace covey::cli
