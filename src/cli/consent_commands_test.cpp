// The commands about requests, grants, rules, people, alerts and the audit log, against the real API server
// and a peer made up in memory.

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "cli/daemon_fixture.hpp"

namespace covey::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kBob = "bobbobb-bcdefgh-ijklmno-pqrstuv";
const std::string kEve = "eveevee-bcdefgh-ijklmno-pqrstuv";
// Clears the screen, rings, turns the text around and breaks the line.
const std::string kHostile =
    "a\x1b[2J\x07\xe2\x80\xae"
    "b\nc\xc2\x9b";

class ConsentCommands : public DaemonFixture {
 protected:
  static api::UnixMs seconds_ago(std::int64_t seconds) {
    return to_unix_ms(SystemClock().wall()) - seconds * 1000;
  }
  static api::RequestView asked(const std::string& id) {
    api::RequestView view;
    view.id = id;
    view.peer_id = kBob;
    view.peer_name = "bob";
    view.safety_words = {"apple", "river", "stone"};
    view.first_seen = seconds_ago(3 * 86400 + 60);
    view.share_id = "share0";
    view.title = "Holiday";
    view.bytes = 2048;
    view.files = 3;
    view.reason = "for the album";
    view.select = {"*.jpg", "*.png"};
    view.created_at = seconds_ago(200);
    view.expires_at = seconds_ago(-6 * 86400 - 60);
    return view;
  }
  static api::GrantView given(const std::string& id) {
    api::GrantView view;
    view.id = id;
    view.share_id = "share0";
    view.title = "Holiday";
    view.peer_id = kBob;
    view.peer_name = "bob";
    view.given_at = seconds_ago(200);
    view.until = seconds_ago(-7300);
    view.byte_limit = 4096;
    view.bytes_used = 2048;
    view.holds = true;
    return view;
  }
  static api::PersonView met(const std::string& peer_id, const std::string& name) {
    api::PersonView view;
    view.peer_id = peer_id;
    view.name = name;
    view.first_seen = 5000;
    view.last_seen = 6000;
    return view;
  }
  /// Whatever peers have written, nothing of it may move the cursor or turn text around.
  void expect_harmless() {
    for (const std::string& text : {out(), err()}) {
      EXPECT_THAT(text, Not(HasSubstr("\x1b[2J")));
      EXPECT_THAT(text, Not(HasSubstr("\x07")));
      EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
      EXPECT_THAT(text, Not(HasSubstr("b\nc")));
      EXPECT_THAT(text, Not(HasSubstr("\xc2\x9b")));
    }
  }
};

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

TEST_F(ConsentCommands, people_shows_the_standing_of_each) {
  auto blocked = met(kEve, "");
  blocked.blocked = true;
  blocked.blocked_by_itself = true;
  blocked.blocked_until = seconds_ago(-7300);
  blocked.block_reason = "guessed tickets";
  auto trusted = met("danadan-x", "dan");
  trusted.trusted_shares = {"a", "b"};
  service_.kept_people = {met(kBob, "bob"), blocked, trusted};
  service_.kept_people[0].trusted = true;
  start_daemon();
  EXPECT_EQ(covey({"people"}), 0);
  EXPECT_EQ(out(), "bob\t" + kBob + "\t5\t6\ttrusted\t\n\t" + kEve +
                       "\t5\t6\tblocked\tguessed tickets\ndan\tdanadan-x\t5\t6\ttrusted_for_shares\t\n");
  EXPECT_EQ(covey({"people", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"peer_id":")" + kBob));
  is_terminal_ = true;
  service_.kept_people[1].first_seen.reset();
  service_.kept_people[1].last_seen = seconds_ago(90);
  EXPECT_EQ(covey({"people"}), 0);
  EXPECT_THAT(out(), HasSubstr("1 min ago"));
  EXPECT_THAT(out(), HasSubstr("blocked by itself, ends in"));
  EXPECT_THAT(out(), HasSubstr("trusted for 2 shares"));
}

TEST_F(ConsentCommands, block_and_trust_and_their_ends) {
  service_.kept_people = {met(kBob, "bob")};
  start_daemon();
  EXPECT_EQ(covey({"block", "bob", "--for", "24h", "--reason", "noise"}), 0);
  EXPECT_THAT(err(), HasSubstr("bob is blocked for 24h"));
  EXPECT_EQ(covey({"block", "bob"}), 0);
  EXPECT_EQ(covey({"unblock", kBob}), 0);
  EXPECT_EQ(covey({"trust", "bob", "--share", "s1", "--share", "s2"}), 0);
  EXPECT_THAT(err(), HasSubstr("its requests for 2 shares are approved"));
  EXPECT_EQ(covey({"trust", "bob"}), 0);
  EXPECT_EQ(covey({"untrust", "bob", "--json"}), 0);
  EXPECT_THAT(out(), HasSubstr(R"("trusted":false)"));
  EXPECT_THAT(service_.asked,
              ElementsAre(R"(block bob {"for_seconds":86400,"reason":"noise"})", R"(block bob {"reason":""})",
                          "unblock " + kBob, R"(trust bob {"shares":["s1","s2"]})",
                          R"(trust bob {"shares":[]})", "untrust bob"));
  for (const char* command : {"block", "unblock", "trust", "untrust"}) {
    EXPECT_EQ(covey({command, "nobody"}), 4) << command;
    EXPECT_EQ(covey({command}), 2) << command;
  }
  EXPECT_EQ(covey({"block", "bob", "--for", "ever"}), 2);
}

api::AuditLineView log_line(std::uint64_t number) {
  api::AuditLineView line;
  line.number = number;
  line.at = 5000;
  line.action = "open";
  line.outcome = "refused";
  line.code = "must_ask";
  line.right = "none";
  line.peer_id = kBob;
  line.peer_name = "bob";
  line.address = "192.0.2.7:7440";
  line.share_id = "share0";
  line.title = "Holiday";
  line.subject = "r1";
  line.bytes = 7;
  line.note = "once";
  return line;
}

TEST_F(ConsentCommands, audit_lists_the_newest_lines) {
  service_.kept_lines = {log_line(2), log_line(1)};
  start_daemon();
  const std::string columns =
      kBob + "\topen\trefused\tHoliday\tr1\tmust_ask\t7\tonce\tnone\t192.0.2.7:7440\t";
  EXPECT_EQ(covey({"audit"}), 0);
  EXPECT_EQ(out(), "5\t" + columns + "2\tshare0\tbob\n5\t" + columns + "1\tshare0\tbob\n");
  EXPECT_EQ(covey({"audit", "show", "-n", "1"}), 0);
  EXPECT_THAT(err(), HasSubstr("there are older lines"));
  EXPECT_EQ(covey({"audit", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"number":2,"at":5000)"));
  is_terminal_ = true;
  service_.kept_lines[0].at = seconds_ago(200);
  EXPECT_EQ(covey({"audit"}), 0);
  EXPECT_THAT(out(), HasSubstr("3 min ago"));
  service_.kept_lines.clear();
  EXPECT_EQ(covey({"audit"}), 0);
  EXPECT_THAT(err(), HasSubstr("no line that fits"));
}

TEST_F(ConsentCommands, audit_reads_on_until_it_has_what_was_asked_for) {
  for (std::uint64_t number = 2500; number > 0; --number) service_.kept_lines.push_back(log_line(number));
  start_daemon();
  EXPECT_EQ(covey({"audit", "-n", "2001", "-q"}), 0);
  const std::string text = out();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2001);
  EXPECT_THAT(text, HasSubstr("\t500\tshare0")) << "the last of them";
  EXPECT_THAT(service_.asked,
              ElementsAre(HasSubstr(R"("limit":1000)"), HasSubstr(R"("before":1501,"limit":1000)"),
                          HasSubstr(R"("before":501,"limit":1)")));
}

TEST_F(ConsentCommands, audit_passes_its_filters_on) {
  start_daemon();
  EXPECT_EQ(covey({"audit", "--peer", "bob", "--share", "Holiday", "--action", "open", "--outcome", "refused",
                   "--code", "must_ask", "--since", "2026-11-21T08:30", "--until", "2026-11-21"}),
            0);
  EXPECT_THAT(
      service_.asked.back(),
      AllOf(HasSubstr(
                R"("peer":"bob","share":"Holiday","action":"open","outcome":"refused","code":"must_ask")"),
            HasSubstr(R"("since":17)"), HasSubstr(R"("until":17)")));
  service_.asked.clear();
  EXPECT_EQ(covey({"audit", "--since", "yesterday"}), 2);
  EXPECT_THAT(err(), HasSubstr("write for example 24h"));
  EXPECT_EQ(covey({"audit", "--until", "2026-02-30"}), 2);
  EXPECT_EQ(covey({"audit", "--outcome", "maybe"}), 2);
  EXPECT_EQ(covey({"audit", "-n", "0"}), 2);
  EXPECT_EQ(covey({"audit", "burn"}), 2);
  EXPECT_EQ(covey({"audit", "show", "file"}), 2);
  EXPECT_EQ(covey({"audit", "--csv"}), 2);
  EXPECT_THAT(service_.asked, IsEmpty());
}

TEST_F(ConsentCommands, audit_verify_tells_where_the_log_was_changed) {
  start_daemon();
  EXPECT_EQ(covey({"audit", "verify"}), 0);
  EXPECT_EQ(err(), "the log is as it was written: 3 lines in 1 file\n");
  service_.kept_check.intact = false;
  service_.kept_check.problem = "line 2 of audit-1.jsonl was changed";
  EXPECT_EQ(covey({"audit", "verify"}), 5);
  EXPECT_EQ(err(), "covey: line 2 of audit-1.jsonl was changed\n");
  EXPECT_EQ(covey({"audit", "verify", "--json"}), 5);
  EXPECT_THAT(out(), StartsWith(R"({"intact":false,"lines":3,"files":1,"problem":"line 2)"));
}

TEST_F(ConsentCommands, audit_export_names_the_file_absolutely) {
  service_.kept_lines = {log_line(1)};
  start_daemon();
  const std::string file = (folder_ / "log").string();
  EXPECT_EQ(covey({"audit", "export", file, "--peer", "bob"}), 0);
  EXPECT_THAT(service_.asked.back(),
              AllOf(HasSubstr("\"path\":\"" + file + "\",\"form\":\"jsonl\""), HasSubstr(R"("peer":"bob")")));
  EXPECT_EQ(err(), "wrote 1 line to " + file + "\n");
  EXPECT_EQ(covey({"audit", "export", file, "--csv", "--json"}), 0);
  EXPECT_EQ(out(), "{\"lines\":1}\n");
  EXPECT_THAT(service_.asked.back(), HasSubstr(R"("form":"csv")"));
  EXPECT_EQ(covey({"audit", "export", "there"}), 1);
  EXPECT_EQ(covey({"audit", "export"}), 2);
  EXPECT_THAT(err(), HasSubstr("covey audit export FILE"));
}

TEST_F(ConsentCommands, alerts_are_readable_and_can_be_undone) {
  api::AlertView alert;
  alert.id = 7;
  alert.at = 5000;
  alert.kind = "request_flood";
  alert.peer_id = kEve;
  alert.text =
      "eve asked 25 times within a minute; it is blocked for an hour. If that was a mistake, undo it with "
      "covey "
      "alerts --undo 7.";
  service_.kept_alerts = {alert};
  start_daemon();
  EXPECT_EQ(covey({"alerts"}), 0);
  EXPECT_EQ(out(), "7\t5\trequest_flood\t" + kEve + "\t\t" + alert.text + "\n");
  is_terminal_ = true;
  service_.kept_alerts[0].at = seconds_ago(200);
  EXPECT_EQ(covey({"alerts"}), 0);
  EXPECT_THAT(out(),
              HasSubstr(" 7  3 min ago  request_flood  eveevee\n"
                        "  eve asked 25 times within a minute; it is blocked for an hour. If that was a\n"
                        "  mistake, undo it with covey alerts --undo 7.\n"));
  EXPECT_EQ(covey({"alerts", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith(R"({"id":7,)"));
  EXPECT_EQ(covey({"alerts", "--undo", "7"}), 0);
  EXPECT_THAT(service_.asked, ElementsAre("undo 7"));
  EXPECT_EQ(covey({"alerts"}), 0);
  EXPECT_THAT(out(), HasSubstr("undone"));
  EXPECT_EQ(covey({"alerts", "--undo", "8"}), 4);
  EXPECT_EQ(covey({"alerts", "--undo", "x"}), 2);
}

TEST_F(ConsentCommands, hostile_names_reasons_and_titles_never_reach_the_terminal_raw) {
  auto request = asked("r1");
  request.peer_name = request.title = request.reason = request.answer = kHostile;
  request.select = request.safety_words = {kHostile};
  request.peer_id = request.share_id = request.transfer_id = kHostile;
  service_.kept_requests = {request};
  auto grant = given("g1");
  grant.title = grant.peer_name = grant.peer_id = kHostile;
  service_.kept_grants = {grant};
  auto person = met(kHostile, kHostile);
  person.blocked = true;
  person.block_reason = kHostile;
  service_.kept_people = {person};
  service_.kept_tickets = {api::IssuedTicketView{kHostile, "s", kHostile, kHostile, {}, {}, 0, false}};
  api::ShareView share;
  share.id = "share0";
  share.title = kHostile;
  share.named = {kHostile};
  service_.kept_shares = {share};
  auto line = log_line(1);
  line.peer_name = line.title = line.subject = line.note = line.address = line.action = kHostile;
  service_.kept_lines = {line};
  service_.kept_check = {false, 1, 1, kHostile};
  api::AlertView alert;
  alert.id = 7;
  alert.kind = alert.text = alert.peer_id = kHostile;
  service_.kept_alerts = {alert};
  start_daemon();
  for (const bool terminal : {false, true}) {
    is_terminal_ = terminal;
    service_.kept_requests[0].state = api::RequestState::kWaiting;
    service_.kept_grants[0].holds = true;
    for (const std::vector<std::string>& command : {std::vector<std::string>{"requests"},
                                                    {"requests", "r1"},
                                                    {"requests", kHostile},
                                                    {"approve", "r1"},
                                                    {"deny", "r1", "--reason", kHostile},
                                                    {"withdraw", "r1"},
                                                    {"grants"},
                                                    {"revoke", "g1"},
                                                    {"tickets", "s"},
                                                    {"rules", "share0"},
                                                    {"rules", "share0", "--not-to", "x" + kHostile},
                                                    {"people"},
                                                    {"block", kHostile},
                                                    {"trust", kHostile},
                                                    {"audit"},
                                                    {"audit", "verify"},
                                                    {"audit", "--since", kHostile},
                                                    {"alerts"}}) {
      (void)covey(command);
      EXPECT_THAT(out() + err(), Not(IsEmpty())) << command.front();
      expect_harmless();
      if (HasFailure()) FAIL() << command.front() << ": " << out() << err();
    }
  }
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
