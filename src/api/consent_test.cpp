// Consent over the API: JSON of its views, and its routes from the client to the service and back.

#include <limits>

#include <gmock/gmock.h>

#include "api/json_round_trip.hpp"
#include "api/routes.hpp"
#include "api/server_fixture.hpp"

namespace covey::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

RequestView full_request() {
  RequestView view;
  view.id = "r7k2";
  view.direction = RequestDirection::kOutgoing;
  view.state = RequestState::kDenied;
  view.peer_id = "abcdefg-hijklmn";
  view.peer_name = "bob";
  view.safety_words = {"one", "two"};
  view.first_seen = 5;
  view.share_id = "s1";
  view.title = "Holiday \"2026\"\n\xe2\x80\xae";
  view.bytes = std::numeric_limits<std::uint64_t>::max();
  view.files = 3;
  view.reason = "for the album";
  view.select = {"*.jpg"};
  view.created_at = 6;
  view.expires_at = 7;
  view.answered_at = 8;
  view.answer = "not yet";
  view.ask_again_at = 9;
  view.transfer_id = "t1";
  view.delivered = true;
  return view;
}

GrantView full_grant() {
  GrantView view;
  view.id = "g1";
  view.share_id = "s1";
  view.title = "Holiday";
  view.peer_id = "abcdefg-hijklmn";
  view.peer_name = "bob";
  view.given_at = 1;
  view.until = 2;
  view.byte_limit = 3;
  view.bytes_used = 4;
  view.revoked_at = 5;
  view.holds = true;
  return view;
}

PersonView full_person() {
  PersonView view;
  view.peer_id = "abcdefg-hijklmn";
  view.name = "bob";
  view.safety_words = {"one"};
  view.first_seen = 1;
  view.last_seen = 2;
  view.blocked = true;
  view.blocked_until = 3;
  view.block_reason = "too many requests";
  view.blocked_by_itself = true;
  view.trusted = true;
  view.trusted_shares = {"s1"};
  return view;
}

AuditLineView full_line() {
  AuditLineView view;
  view.number = 12;
  view.at = 34;
  view.action = "open";
  view.outcome = "refused";
  view.code = "must_ask";
  view.right = "none";
  view.peer_id = "abcdefg-hijklmn";
  view.peer_name = "bob";
  view.address = "192.0.2.7:7440";
  view.share_id = "s1";
  view.title = "Holiday";
  view.subject = "photos/a.jpg";
  view.bytes = 56;
  view.note = "once";
  return view;
}

TEST(ConsentJson, every_view_comes_back_as_it_was) {
  expect_round_trip(full_request());
  expect_round_trip(full_grant());
  expect_round_trip(full_person());
  expect_round_trip(full_line());
  expect_round_trip(IssuedTicketView{"i", "s", "title", "covey:x", 1, 2, 3, true});
  expect_round_trip(ShareRulesRequest{Visibility::kListed, Access::kOpen, {"bob"}});
  expect_round_trip(ApprovalRequest{60, 5, true});
  expect_round_trip(BlockRequest{60, "noise"});
  expect_round_trip(TrustRequest{{"s1"}});
  expect_round_trip(AuditPageView{{full_line(), full_line()}, true});
  expect_round_trip(AuditCheckView{false, 5, 1, "line 4 of audit-1.jsonl was changed"});
  AuditExportRequest request{"/a", "csv", {}};
  request.query.since = 1;
  request.query.peer = "bob";
  expect_round_trip(request);
  expect_round_trip(std::vector{full_request()});
  expect_round_trip(std::vector{full_grant()});
  expect_round_trip(std::vector{full_person()});
  expect_round_trip(std::vector{IssuedTicketView{}});
  expect_round_trip(PieceMapView{2, 1, {{100, 1}, {0, 0}}});
  expect_round_trip(std::vector{HolderView{"p", "bob", 5, true, 6}, HolderView{}});
  EXPECT_EQ(denial_from_json(denial_to_json("a \"b\"")).value(), "a \"b\"");
  EXPECT_EQ(exported_from_json(exported_to_json(7)).value(), 7U);
  EXPECT_THAT(to_json(full_request()), HasSubstr(R"("direction":"outgoing","state":"denied")"));
}

TEST(ConsentJson, events_tell_of_requests_grants_and_people) {
  Event event;
  event.request = full_request();
  EXPECT_EQ(from_json<Event>(to_json(event)).value().request->answer, "not yet");
  event.grant = full_grant();
  EXPECT_EQ(from_json<Event>(to_json(event)).error().code, ErrorCode::kMalformed);
  event = {};
  event.person = full_person();
  EXPECT_EQ(things_told(event), 1);
}

TEST(ConsentJson, rules_are_said_whole_and_other_requests_may_be_left_out) {
  EXPECT_THAT(from_json<ShareRulesRequest>(R"({"visibility":"listed","access":"ask"})").error().context,
              HasSubstr("'named' is missing"));
  EXPECT_THAT(
      from_json<ShareRulesRequest>(R"({"visibility":"all","access":"ask","named":[]})").error().context,
      HasSubstr("'visibility'"));
  EXPECT_FALSE(from_json<ApprovalRequest>("{}").value().always);
  EXPECT_FALSE(from_json<ApprovalRequest>(R"({"for_seconds":-1})"));
  EXPECT_FALSE(from_json<ApprovalRequest>(R"({"always":"yes"})"));
  EXPECT_EQ(denial_from_json("{}").value(), "");
  EXPECT_EQ(from_json<TrustRequest>("{}").value().shares.size(), 0U);
  EXPECT_EQ(from_json<AuditExportRequest>(R"({"path":"/a","form":"csv"})").value().query.limit, 100U);
}

TEST_F(ApiServer, serves_requests_and_grants_to_the_client) {
  service_.kept_requests = {full_request()};
  service_.kept_grants = {full_grant()};
  start();
  Client client = this->client();
  EXPECT_EQ(client.requests()->front().title, full_request().title);
  EXPECT_EQ(client.approve("r7k2", {60, 5, true})->state, RequestState::kApproved);
  EXPECT_EQ(client.deny("r7k2", "é not yet")->answer, "é not yet");
  EXPECT_EQ(client.withdraw("r7k2")->state, RequestState::kWithdrawn);
  EXPECT_EQ(client.grants()->front().byte_limit, 3U);
  EXPECT_FALSE(client.revoke("g1")->holds);
  EXPECT_EQ(client.approve("r9", {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(client.deny("r9/..", "").error().context, "there is no request 'r9/..'");
  EXPECT_EQ(client.withdraw("r9").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(client.revoke("g9").error().code, ErrorCode::kNotFound);
  EXPECT_THAT(service_.asked,
              ElementsAre(R"(approve r7k2 {"for_seconds":60,"bytes":5,"always":true})", "deny r7k2 é not yet",
                          "withdraw r7k2", "revoke grant g1", R"(approve r9 {"always":false})", "deny r9/.. ",
                          "withdraw r9", "revoke grant g9"));
}

TEST_F(ApiServer, serves_tickets_and_rules_to_the_client) {
  service_.kept_tickets = {IssuedTicketView{"i1", "My photos?", "photos", "covey:x", 1, 2, 3, false}};
  service_.kept_shares.emplace_back().id = "s 1";
  start();
  Client client = this->client();
  EXPECT_EQ(client.tickets("My photos?")->front().holders, 3U);
  EXPECT_EQ(client.tickets("other").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(client.revoke_ticket("i1"));
  EXPECT_TRUE(client.tickets("My photos?")->front().revoked);
  EXPECT_EQ(client.revoke_ticket("i9").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(client.set_rules("s 1", {Visibility::kListed, Access::kOpen, {"bob"}})->named.front(), "bob");
  EXPECT_EQ(client.set_rules("s9", {}).error().code, ErrorCode::kNotFound);
}

TEST_F(ApiServer, tells_who_has_fetched_of_a_share) {
  service_.kept_shares.emplace_back().id = "s1";
  service_.kept_holders = {HolderView{"p", "bob", 5, true, 6}};
  start();
  const auto get = [&](const char* share) {
    RawConnection connection(path());
    connection.send(fmt::format("GET /api/v1/shares/{}/holders HTTP/1.1\r\nHost: x\r\n\r\n", share));
    return connection.receive_until("}");
  };
  EXPECT_THAT(
      get("s1"),
      HasSubstr(R"({"holders":[{"peer_id":"p","peer_name":"bob","bytes":5,"complete":true,"last_at":6})"));
  EXPECT_THAT(get("s9"), StartsWith("HTTP/1.1 404"));
}

TEST_F(ApiServer, tells_which_pieces_are_here) {
  service_.kept_transfers.push_back(transfer_named("t1", 1));
  start();
  const auto get = [&](const char* what) {
    RawConnection connection(path());
    connection.send(fmt::format("GET /api/v1/transfers/{} HTTP/1.1\r\nHost: x\r\n\r\n", what));
    return connection.receive_until("}");
  };
  EXPECT_THAT(get("t1/pieces"),
              HasSubstr(R"({"pieces_total":2,"pieces_done":1,"cells":[{"done":100,"sources":1})"));
  EXPECT_THAT(get("t1/pieces?cells=4096"), StartsWith("HTTP/1.1 200"));
  for (const char* cells : {"0", "4097", "-1", "many"})
    EXPECT_THAT(get(fmt::format("t1/pieces?cells={}", cells).c_str()), StartsWith("HTTP/1.1 400")) << cells;
  EXPECT_THAT(get("t9/pieces"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(service_.asked, ElementsAre("pieces t1 512", "pieces t1 4096", "pieces t9 512"));
}

TEST_F(ApiServer, serves_people_to_the_client) {
  service_.kept_people = {full_person()};
  start();
  Client client = this->client();
  EXPECT_EQ(client.people()->front().block_reason, "too many requests");
  EXPECT_TRUE(client.block("bob", {60, "noise"})->blocked);
  EXPECT_FALSE(client.unblock("bob")->blocked);
  EXPECT_EQ(client.trust("bob", {{"s1", "s2"}})->trusted_shares.size(), 2U);
  EXPECT_FALSE(client.untrust("abcdefg-hijklmn")->trusted);
  EXPECT_EQ(client.block("eve", {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(service_.asked.front(), R"(block bob {"for_seconds":60,"reason":"noise"})");
}

TEST_F(ApiServer, serves_the_audit_log_to_the_client) {
  service_.kept_lines = {full_line(), full_line()};
  service_.kept_lines.back().number = 11;
  start();
  Client client = this->client();
  AuditQuery query;
  query.since = 1;
  query.until = 2;
  query.peer = "bob & co";
  query.share = "s=1";
  query.action = "open";
  query.outcome = "refused";
  query.code = "must_ask";
  query.before = 13;
  query.limit = 1;
  const auto page = client.audit(query);
  ASSERT_TRUE(page) << to_string(page.error());
  EXPECT_EQ(page->lines.front().note, "once");
  EXPECT_TRUE(page->more);
  AuditExportRequest as_asked;
  as_asked.query = query;
  EXPECT_EQ(service_.asked.back(), "audit " + to_json(as_asked));
  EXPECT_TRUE(client.verify_audit()->intact);
  EXPECT_EQ(client.export_audit({"/log.csv", "csv", query}).value(), 2U);
  EXPECT_EQ(client.export_audit({"/there", "csv", {}}).error().code, ErrorCode::kAlreadyExists);
}

TEST_F(ApiServer, a_page_of_the_audit_log_has_a_sensible_size_and_times) {
  start();
  const auto get = [this](std::string_view query) {
    return exchange(fmt::format("GET /api/v1/audit?{} HTTP/1.1\r\nHost: x\r\n\r\n", query));
  };
  for (const char* limit : {"0", "1001", "18446744073709551615"})
    EXPECT_THAT(get(fmt::format("limit={}", limit)),
                AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("1 to 1000")));
  for (const char* query : {"limit=x", "since=-1", "until=1x", "before=1.5", "since=18446744073709551616"})
    EXPECT_THAT(get(query), AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("is no whole number")));
  EXPECT_THAT(get("since=9223372036854775808"), AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("too large")));
  EXPECT_THAT(get("peer=%zz"), StartsWith("HTTP/1.1 400"));
  EXPECT_TRUE(on_network([&] { return service_.asked.empty(); }));
}

TEST_F(ApiServer, serves_alerts_to_the_client) {
  AlertView alert;
  alert.id = 7;
  alert.kind = "ticket_guessing";
  alert.peer_id = "abcdefg-hijklmn";
  service_.kept_alerts = {alert};
  start();
  Client client = this->client();
  EXPECT_EQ(client.alerts()->front().peer_id, "abcdefg-hijklmn");
  EXPECT_TRUE(client.undo_alert(7)->undone);
  EXPECT_EQ(client.undo_alert(8).error().code, ErrorCode::kNotFound);
  for (const char* id : {"x", "7x", "-7", "99999999999999999999"}) {
    EXPECT_THAT(exchange(fmt::format("POST /api/v1/alerts/{}/undo HTTP/1.1\r\nHost: x\r\n"
                                     "Content-Length: 0\r\n\r\n",
                                     id)),
                StartsWith("HTTP/1.1 404"));
  }
}

TEST_F(ApiServer, bad_words_about_consent_are_refused_with_a_reason) {
  service_.kept_requests = {full_request()};
  start();
  const auto post = [this](std::string_view path, std::string_view body) {
    return exchange(
        fmt::format("POST /api/v1{} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    path, body.size(), body));
  };
  EXPECT_THAT(post("/requests/r7k2/approve", R"({"for_seconds":"1"})"), HasSubstr("'for_seconds'"));
  EXPECT_THAT(post("/requests/r7k2/approve", "[]"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(post("/requests/r7k2/deny", R"({"reason":1})"), HasSubstr("'reason'"));
  EXPECT_THAT(post("/shares/s/rules", R"({"access":"ask","named":[]})"),
              HasSubstr("'visibility' is missing"));
  EXPECT_THAT(post("/people/bob/block", R"({"for_seconds":1.5})"), HasSubstr("'for_seconds'"));
  EXPECT_THAT(post("/people/bob/trust", R"({"shares":"s"})"), HasSubstr("'shares'"));
  EXPECT_THAT(post("/audit/export", R"({"path":"/a"})"), HasSubstr("'form' is missing"));
  EXPECT_THAT(post("/audit/export", R"({"path":"/a","form":"csv","query":[]})"), HasSubstr("'query'"));
  EXPECT_TRUE(on_network([&] { return service_.asked.empty(); }));
}

TEST_F(ApiServer, a_watcher_is_told_of_requests_and_grants_from_the_beginning) {
  service_.kept_requests = {full_request()};
  service_.kept_grants = {full_grant()};
  start();
  std::vector<std::string> seen;
  const auto watched = client().events([&](const Event& event) {
    if (event.request) seen.push_back(event.request->id);
    if (event.grant) seen.push_back(event.grant->id);
    return event.grant ? Watch::kEnough : Watch::kGoOn;
  });
  ASSERT_TRUE(watched) << to_string(watched.error());
  EXPECT_THAT(seen, ElementsAre("r7k2", "g1"));
}

TEST(ConsentEvents, a_request_concerns_the_transfer_that_waits_for_it) {
  Event event;
  event.request = full_request();
  EXPECT_TRUE(EventFilter{.transfer = "t1"}.wants(event));
  EXPECT_FALSE(EventFilter{.transfer = "t2"}.wants(event));
}

}  // namespace
}  // namespace covey::api
