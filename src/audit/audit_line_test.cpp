// A line has one form, holds whatever a peer wrote without being broken by it, and names its predecessor.

#include "audit/audit_line.hpp"

#include <gtest/gtest.h>

#include "audit/test_log.hpp"
#include "base/encoding.hpp"

namespace covey::audit {
namespace {

AuditLine refused_opening() {
  AuditEvent event;
  event.at = from_unix_ms(1'790'000'000'123);
  event.action = AuditAction::kOpened;
  event.outcome = Outcome::kRefused;
  event.code = ReasonCode::kWrongTicketProof;
  event.peer = test_key(2).peer_id();
  event.address = "192.0.2.7:50123";
  event.share = "64ezayyscutefdde6y4rb5adry";
  event.right = Right::kTicket;
  event.subject = "t1";
  event.bytes = 12;
  event.note = "holiday \"pictures\"";
  return {5, ChainHash({1, 2, 3}), event};
}

std::string with(std::string line, std::string_view from, std::string_view to) {
  const std::size_t at = line.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return line.replace(at, from.size(), to);
}

TEST(AuditLine, has_the_form_of_the_spec) {
  const std::string peer = test_key(2).peer_id().to_text();
  EXPECT_EQ(
      to_line(refused_opening()),
      R"({"seq":5,"prev":"0102030000000000000000000000000000000000000000000000000000000000","kind":"event",)"
      R"("at":1790000000123,"action":"opened","outcome":"refused","code":"wrong_ticket_proof","peer":")" +
          peer +
          R"(","address":"192.0.2.7:50123","share":"64ezayyscutefdde6y4rb5adry","right":"ticket",)"
          R"("subject":"t1","bytes":12,"note":"holiday \"pictures\""})"
          "\n");
}

TEST(AuditLine, survives_being_written_and_read) {
  const auto key = test_key(1);
  const std::vector<AuditLine> lines{
      refused_opening(),
      {1, {}, FileBeginning{from_unix_ms(5), LogId({9}), 1}},
      {2, ChainHash({7}), sign_head(key, LogId({9}), 2, ChainHash({7}), from_unix_ms(6))},
      {std::numeric_limits<std::uint64_t>::max(), {}, AuditEvent{}}};
  for (const AuditLine& line : lines) {
    const auto back = parse_line(to_line(line));
    ASSERT_TRUE(back) << back.error().context;
    EXPECT_EQ(*back, line);
  }
}

TEST(AuditLine, is_one_line_whatever_a_peer_wrote) {
  for (const std::string_view hostile :
       {"\",\"outcome\":\"allowed", "\n{\"seq\":6}", "\\", "\\\"", "\\u0022", "a\r\nb", "\u2028",
        "\u202egnp.exe", "\xff\xfe", "\x7f", "\u0085", "{}\n\n"}) {
    AuditLine line = refused_opening();
    std::get<AuditEvent>(line.what).note = hostile;
    const std::string text = to_line(line);
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    const auto back = parse_line(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(std::get<AuditEvent>(back->what), cleaned(std::get<AuditEvent>(line.what)));
  }
}

TEST(AuditLine, fits_however_much_has_to_be_escaped) {
  AuditLine line = refused_opening();
  auto& event = std::get<AuditEvent>(line.what);
  event.address = event.share = event.subject = event.note = std::string(5000, '\x01');
  event.action = AuditAction::kRevocationsPublished;
  event.code = ReasonCode::kGrantOfOtherShare;
  event.bytes = line.seq = std::numeric_limits<std::uint64_t>::max();
  const std::string text = to_line(line);
  EXPECT_LE(text.size(), kMaxLineBytes);
  EXPECT_TRUE(parse_line(text));
}

TEST(AuditLine, refuses_every_other_form) {
  const std::string good = to_line(refused_opening());
  const std::vector<std::string> wrong{"",
                                       "\n",
                                       "{}\n",
                                       good.substr(0, good.size() - 1),
                                       good + "\n",
                                       " " + good,
                                       with(good, "{\"seq\"", "{ \"seq\""),
                                       with(good, "\"seq\":5", "\"seq\":05"),
                                       with(good, "\"seq\":5", "\"seq\":-5"),
                                       with(good, "\"seq\":5", "\"seq\":5.0"),
                                       with(good, "\"seq\":5", "\"seq\":18446744073709551616"),
                                       with(good, "\"seq\":5,", "\"seq\":5,\"seq\":5,"),
                                       with(good, "\"bytes\":12,", ""),
                                       with(good, "\"bytes\":12", "\"more\":1,\"bytes\":12"),
                                       with(good, "010203", "01020A"),
                                       with(good, "010203", "0102"),
                                       with(good, "\"event\"", "\"story\""),
                                       with(good, "\"opened\"", "\"eaten\""),
                                       with(good, "holiday", "\\u0068oliday"),
                                       with(good, "holiday", "\\nholiday"),
                                       with(good, "holiday", "a\u200b"),
                                       with(good, "holiday", "\xff"),
                                       with(good, "holiday", "\\ud800"),
                                       with(good, "holiday", "\\u000A"),
                                       with(good, "1790000000123", "253402300800000"),
                                       with(good, "\"peer\":\"a", "\"peer\":\"b"),
                                       with(good, "192.0.2.7", std::string(kMaxAddressBytes, 'x')),
                                       with(good, "}\n", ",\"x\":1}\n")};
  for (const std::string& line : wrong) {
    const auto parsed = parse_line(line);
    ASSERT_FALSE(parsed) << line;
    EXPECT_EQ(parsed.error().code, ErrorCode::kMalformed) << line;
  }
}

TEST(AuditLine, refuses_what_is_too_long_before_it_looks_at_it) {
  const auto parsed = parse_line(std::string(kMaxLineBytes + 1, '{'));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::kLimitExceeded);
}

TEST(AuditLine, tells_a_newer_log_from_a_damaged_one) {
  const std::string line = to_line({1, {}, FileBeginning{}});
  const auto newer = parse_line(with(line, "\"version\":1", "\"version\":2,\"new\":3"));
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, ErrorCode::kUnsupported);
}

TEST(AuditLine, changes_its_hash_with_every_byte) {
  const std::string line = to_line(refused_opening());
  EXPECT_EQ(to_hex(chain_hash("a\n").view()),
            "5353329e5cfb281941f648a3d02227f79b2506559fcb83c3a60c775dca0c87bb");
  EXPECT_NE(chain_hash(line), chain_hash(line.substr(0, line.size() - 1)));
}

TEST(SignedHead, holds_for_its_place_alone) {
  const auto key = test_key(1);
  const LogId log({1});
  const ChainHash chain({2});
  const SignedHead head = sign_head(key, log, 8, chain, from_unix_ms(1000));
  EXPECT_TRUE(is_signed(head, log, 8, chain));
  EXPECT_FALSE(is_signed(head, LogId({2}), 8, chain));
  EXPECT_FALSE(is_signed(head, log, 9, chain));
  EXPECT_FALSE(is_signed(head, log, 8, ChainHash({3})));
  SignedHead later = head;
  later.at += Milliseconds(1);
  EXPECT_FALSE(is_signed(later, log, 8, chain));
  SignedHead other = head;
  other.signer = test_key(2).peer_id();
  EXPECT_FALSE(is_signed(other, log, 8, chain));
}

TEST(LogEnd, survives_being_written_and_read_and_holds_for_itself_alone) {
  LogEnd end;
  end.log = LogId({1});
  end.first_file = 3;
  end.last_file = 5;
  end.seq = 99;
  end.chain = ChainHash({2});
  end.at = from_unix_ms(1000);
  sign(end, test_key(1));
  const std::string text = to_text(end);
  const auto back = parse_log_end(text);
  ASSERT_TRUE(back) << back.error().context;
  EXPECT_EQ(*back, end);
  EXPECT_TRUE(is_signed(*back));
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"\"first_file\":3", "\"first_file\":4"},
                                                        {"\"last_file\":5", "\"last_file\":6"},
                                                        {":99", ":98"},
                                                        {"\"open\"", "\"closed\""},
                                                        {"1000", "1001"}}) {
    const auto changed = parse_log_end(with(text, from, to));
    ASSERT_TRUE(changed) << to;
    EXPECT_FALSE(is_signed(*changed)) << to;
  }
  EXPECT_FALSE(parse_log_end(with(text, "\"open\"", "\"ajar\"")));
  EXPECT_FALSE(parse_log_end(text + "\n"));
  EXPECT_FALSE(parse_log_end(text.substr(0, 50)));
  EXPECT_EQ(parse_log_end(std::string(2000, 'x')).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(parse_log_end(with(text, "\"version\":1", "\"version\":2")).error().code,
            ErrorCode::kUnsupported);
}

TEST(LogEnd, is_not_what_a_head_in_the_log_is) {
  const auto key = test_key(1);
  LogEnd end;
  end.seq = 8;
  sign(end, key);
  const SignedHead head{end.at, key.peer_id(), end.signature};
  EXPECT_FALSE(is_signed(head, end.log, end.seq, end.chain));
}

}  // namespace
}  // namespace covey::audit
