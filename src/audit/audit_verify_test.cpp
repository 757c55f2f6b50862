// Whatever somebody without the device's key does to a log is found, and the place is named.

#include "audit/audit_verify.hpp"

#include "audit/test_log.hpp"

namespace covey::audit {
namespace {

/// A closed log in several files.
struct FinishedLog : TestLog {
  explicit FinishedLog(std::uint64_t events = 12, std::uint64_t file_bytes = 2500) {
    settings.file_bytes = file_bytes;
    auto log = *open();
    append(log, 0, events);
    EXPECT_TRUE(log.close());
    files = *list_log_files(folder);
  }
  std::vector<std::uint64_t> files;
};

TEST(AuditVerify, says_what_it_saw_when_all_is_well) {
  const FinishedLog log;
  ASSERT_GE(log.files.size(), 3U);
  const VerifyReport report = log.verify();
  EXPECT_FALSE(report.broken);
  EXPECT_EQ(report.files, log.files.size());
  EXPECT_EQ(report.events, 12 + log.files.size() - 1);
  EXPECT_EQ(report.first_seq, 1U);
  EXPECT_EQ(report.signed_at, log.clock.wall());
  std::uint64_t bytes = 0;
  for (const auto number : log.files) bytes += std::filesystem::file_size(log.file(number));
  EXPECT_EQ(report.bytes, bytes);
}

TEST(AuditVerify, finds_every_byte_that_was_changed) {
  const FinishedLog log(5, 1500);
  ASSERT_GE(log.files.size(), 2U);
  std::vector<std::filesystem::path> paths{log.folder / "head"};
  for (const auto number : log.files) paths.push_back(log.file(number));
  for (const auto& path : paths) {
    const std::string good = text_of(path);
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (const unsigned change : {0x01U, 0x80U, static_cast<unsigned>(good[at]) ^ '\n'}) {
        std::string bad = good;
        bad[at] = static_cast<char>(static_cast<unsigned>(good[at]) ^ change);
        if (bad == good) continue;
        put_text(path, bad);
        ASSERT_NE(log.complaint(), "") << path.filename() << ", byte " << at << " ^ " << change;
      }
    }
    put_text(path, good);
  }
  EXPECT_EQ(log.complaint(), "");
}

TEST(AuditVerify, finds_every_byte_that_was_taken_out_or_put_in) {
  const FinishedLog log(2, 1200);
  for (const auto number : log.files) {
    const std::string good = text_of(log.file(number));
    for (std::size_t at = 0; at < good.size(); ++at) {
      put_text(log.file(number), good.substr(0, at) + good.substr(at + 1));
      ASSERT_NE(log.complaint(), "") << number << ": without byte " << at;
      put_text(log.file(number), good.substr(0, at) + " " + good.substr(at));
      ASSERT_NE(log.complaint(), "") << number << ": before byte " << at;
    }
    put_text(log.file(number), good);
  }
}

TEST(AuditVerify, finds_every_line_that_was_dropped_repeated_or_swapped) {
  const FinishedLog log;
  for (const auto number : log.files) {
    const auto good = lines_of(text_of(log.file(number)));
    for (std::size_t i = 0; i < good.size(); ++i) {
      auto dropped = good;
      dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
      put_text(log.file(number), joined(dropped));
      ASSERT_NE(log.complaint(), "") << number << ": without line " << i + 1;
      for (std::size_t k = 0; k < good.size(); ++k) {
        auto repeated = good;
        repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(k), good[i]);
        put_text(log.file(number), joined(repeated));
        ASSERT_NE(log.complaint(), "") << number << ": line " << i + 1 << " again at " << k + 1;
        if (k == i) continue;
        auto swapped = good;
        std::swap(swapped[i], swapped[k]);
        put_text(log.file(number), joined(swapped));
        ASSERT_NE(log.complaint(), "") << number << ": lines " << i + 1 << " and " << k + 1;
      }
    }
    put_text(log.file(number), joined(good));
  }
  EXPECT_EQ(log.complaint(), "");
}

TEST(AuditVerify, finds_a_tail_of_any_length_that_was_cut_off) {
  const FinishedLog log(6, 100'000);
  const auto good = lines_of(text_of(log.file(1)));
  for (std::size_t kept = 0; kept < good.size(); ++kept) {
    put_text(log.file(1), joined({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(kept)}));
    ASSERT_NE(log.complaint().find("lines are missing"), std::string::npos) << kept;
  }
}

TEST(AuditVerify, finds_every_file_that_is_missing_or_exchanged) {
  const FinishedLog log;
  for (const auto number : log.files) {
    const std::string good = text_of(log.file(number));
    std::filesystem::remove(log.file(number));
    EXPECT_EQ(log.complaint(), fmt::format("{}:0: the file is missing", log_file_name(number)));
    put_text(log.file(number), text_of(log.file(number == 1 ? 2 : 1)));
    EXPECT_NE(log.complaint().find(log_file_name(number) + ":1:"), std::string::npos) << log.complaint();
    put_text(log.file(number), good);
  }
}

TEST(AuditVerify, finds_a_file_that_was_added) {
  const FinishedLog log;
  put_text(log.file(log.files.back() + 1), text_of(log.file(log.files.back())));
  EXPECT_NE(log.complaint(), "");
}

/// The lines from `from` on, chained anew, as one can without a key.
std::string rechained(std::vector<std::string> lines, std::size_t from) {
  for (std::size_t i = from; i < lines.size(); ++i) {
    AuditLine line = *parse_line(lines[i]);
    line.seq = parse_line(lines[i - 1])->seq + 1;
    line.previous = chain_hash(lines[i - 1]);
    lines[i] = to_line(line);
  }
  return joined(lines);
}

TEST(AuditVerify, finds_a_line_that_was_put_in_or_changed_though_all_was_chained_anew) {
  const FinishedLog log(6, 100'000);
  const auto good = lines_of(text_of(log.file(1)));
  for (std::size_t i = 2; i < good.size(); ++i) {
    auto inserted = good;
    inserted.insert(inserted.begin() + static_cast<std::ptrdiff_t>(i),
                    to_line({1, {}, numbered_event(1000)}));
    put_text(log.file(1), rechained(inserted, i));
    ASSERT_NE(log.complaint(), "") << "at line " << i + 1;
    auto changed = good;
    AuditLine line = *parse_line(changed[i]);
    if (auto* const event = std::get_if<AuditEvent>(&line.what)) event->outcome = Outcome::kRefused;
    if (auto* const head = std::get_if<SignedHead>(&line.what)) head->at += Milliseconds(1);
    changed[i] = to_line(line);
    put_text(log.file(1), rechained(changed, i));
    ASSERT_NE(log.complaint(), "") << "line " << i + 1;
  }
  auto added = good;
  added.push_back(to_line({1, {}, numbered_event(1000)}));
  put_text(log.file(1), rechained(added, good.size()));
  EXPECT_NE(log.complaint().find("added after the log was closed"), std::string::npos);
}

TEST(AuditVerify, finds_a_head_that_another_key_signed) {
  const FinishedLog log(6, 100'000);
  auto lines = lines_of(text_of(log.file(1)));
  const AuditLine last = *parse_line(lines.back());
  const LogId id = std::get<FileBeginning>(parse_line(lines.front())->what).log;
  SignedHead forged = sign_head(test_key(2), id, last.seq, last.previous, log.clock.wall());
  lines.back() = to_line({last.seq, last.previous, forged});
  put_text(log.file(1), joined(lines));
  EXPECT_NE(log.complaint().find("the signature is by"), std::string::npos);
  forged.signer = log.key.peer_id();
  lines.back() = to_line({last.seq, last.previous, forged});
  put_text(log.file(1), joined(lines));
  EXPECT_NE(log.complaint().find("the signature does not hold"), std::string::npos);
}

TEST(AuditVerify, does_not_take_a_head_of_the_log_for_its_end) {
  FinishedLog log(6, 100'000);
  const auto lines = lines_of(text_of(log.file(1)));
  // Cut back to the first head, and its signature put into the file that says where the log ends.
  const AuditLine first_head = *parse_line(lines[1]);
  LogEnd end = *parse_log_end(text_of(log.folder / "head"));
  end.seq = first_head.seq;
  end.chain = chain_hash(lines[1]);
  end.signature = std::get<SignedHead>(first_head.what).signature;
  put_text(log.folder / "head", to_text(end));
  put_text(log.file(1), lines[0] + lines[1]);
  EXPECT_EQ(log.complaint(),
            "head:0: the signature does not hold: it, or what it was made for, was replaced");
}

TEST(AuditVerify, tells_a_log_of_another_device) {
  const FinishedLog log;
  const auto report = verify_log(log.folder, test_key(2).peer_id());
  ASSERT_TRUE(report);
  ASSERT_TRUE(report->broken);
  EXPECT_NE(report->broken->what.find(log.key.peer_id().to_text()), std::string::npos);
}

TEST(AuditVerify, finds_the_end_of_another_log_of_the_same_device) {
  const FinishedLog log;
  FinishedLog other;
  other.random.fill(MutableBytes{});
  std::filesystem::remove_all(other.folder);
  {
    auto again = *other.open();
    other.append(again, 0, 12);
    ASSERT_TRUE(again.close());
  }
  put_text(log.folder / "head", text_of(other.folder / "head"));
  EXPECT_NE(log.complaint(), "");
}

TEST(AuditVerify, finds_a_log_that_was_taken_back_as_a_whole_when_a_line_was_noted_down) {
  TestLog test;
  KnownLine noted;
  {
    auto log = *test.open();
    test.append(log, 0, 10);
    ASSERT_TRUE(log.close());
  }
  const std::string earlier_log = text_of(test.file(1));
  const std::string earlier_end = text_of(test.folder / "head");
  {
    auto log = *test.open();
    test.append(log, 10, 20);
    noted = {log.end().seq, log.end().chain};
    ASSERT_TRUE(log.close());
  }
  VerifySettings settings;
  settings.known = noted;
  EXPECT_EQ(test.complaint(settings), "");
  put_text(test.file(1), earlier_log);
  put_text(test.folder / "head", earlier_end);
  EXPECT_EQ(test.complaint(), "");  // nothing in the folder itself can tell
  EXPECT_NE(test.complaint(settings).find("taken back"), std::string::npos);
  settings.known->seq = 5;
  EXPECT_NE(test.complaint(settings).find("noted down"), std::string::npos);
}

TEST(AuditVerify, names_file_line_and_number_of_the_first_broken_place) {
  const FinishedLog log;
  std::string text = text_of(log.file(2));
  const auto lines = lines_of(text);
  const std::uint64_t seq = parse_line(lines[3])->seq;
  put_text(log.file(2), text.replace(text.find("\"at\"", text.find(lines[3])), 4, "\"AT\""));
  const auto broken = log.verify().broken;
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->file, log_file_name(2));
  EXPECT_EQ(broken->line, 4U);
  EXPECT_EQ(broken->seq, seq);
}

TEST(AuditVerify, demands_a_signature_after_64_events) {
  TestLog test;
  LineDraft draft({}, LogId({1}), test.key, test.clock.wall());
  draft.add_beginning(1);
  std::string text = draft.text();
  ChainPlace place = draft.place();
  for (std::uint64_t i = 0; i < 65; ++i) {
    LineDraft one(place, LogId({1}), test.key, test.clock.wall());
    one.add_event(numbered_event(i));
    place = one.place();
    place.events_since_head = 0;  // so that no head comes
    text += one.text();
  }
  put_text(test.file(1), text);
  EXPECT_NE(test.complaint().find("after 64 events"), std::string::npos) << test.complaint();
}

TEST(AuditVerify, finds_nothing_where_nothing_is) {
  const content::TestFolder folder;
  const auto report = verify_log(folder.path(), test_key(1).peer_id());
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->broken);
  EXPECT_EQ(report->lines, 0U);
  EXPECT_EQ(verify_log(folder / "nowhere", test_key(1).peer_id()).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace covey::audit
