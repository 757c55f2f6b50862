// The commands about people, alerts and the audit log, and hostile text in all of them, against the real API
// server and a peer made up in memory.

#include <algorithm>

#include <gmock/gmock.h>

#include "cli/consent_fixture.hpp"

namespace covey::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class RecordCommands : public ConsentFixture {};

TEST_F(RecordCommands, people_shows_the_standing_of_each) {
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

TEST_F(RecordCommands, block_and_trust_and_their_ends) {
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

TEST_F(RecordCommands, audit_lists_the_newest_lines) {
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

TEST_F(RecordCommands, audit_reads_on_until_it_has_what_was_asked_for) {
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

TEST_F(RecordCommands, audit_passes_its_filters_on) {
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

TEST_F(RecordCommands, audit_verify_tells_where_the_log_was_changed) {
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

TEST_F(RecordCommands, audit_export_names_the_file_absolutely) {
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

TEST_F(RecordCommands, alerts_are_readable_and_can_be_undone) {
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

TEST_F(RecordCommands, hostile_names_reasons_and_titles_never_reach_the_terminal_raw) {
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

}  // namespace
}  // namespace covey::cli
