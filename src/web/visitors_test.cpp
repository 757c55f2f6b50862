// Who is let in, for how long, and what stays of it.

#include "web/visitors.hpp"

#include <gmock/gmock.h>

namespace covey::web {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kVisit{1'800'000'000'000ms};

class VisitorsTest : public ::testing::Test {
 protected:
  Visitors make() {
    return Visitors(random_, {.session =
                                  [this](const crypto::Hash& id, const std::optional<Session>& session) {
                                    session ? (void)(kept_[id] = *session) : (void)kept_.erase(id);
                                  },
                              .key =
                                  [this](const std::string& id, const std::optional<ApiKey>& key) {
                                    key ? (void)(keys_[id] = *key) : (void)keys_.erase(id);
                                  },
                              .password = [this](const auto& password) { password_ = password; }});
  }
  crypto::SeededRandom random_{3};
  std::map<crypto::Hash, Session> kept_;
  std::map<std::string, ApiKey> keys_;
  std::optional<PasswordRecord> password_;
};

TEST_F(VisitorsTest, a_link_lets_in_once) {
  Visitors visitors = make();
  const std::string token = visitors.make_once(kVisit);
  EXPECT_EQ(token.size(), 43U) << "256 bits";
  const auto cookie = visitors.enter_once(token, kVisit + 299s, "browser");
  ASSERT_TRUE(cookie);
  EXPECT_EQ(visitors.session(*cookie, kVisit)->agent, "browser");
  EXPECT_EQ(visitors.enter_once(token, kVisit, "").error().code, ErrorCode::kRefused);
  EXPECT_EQ(visitors.enter_once("", kVisit, "").error().code, ErrorCode::kRefused);
}

TEST_F(VisitorsTest, a_link_holds_five_minutes) {
  Visitors visitors = make();
  const std::string token = visitors.make_once(kVisit);
  EXPECT_EQ(visitors.enter_once(token, kVisit + kOnceLife, "").error().code, ErrorCode::kExpired);
}

TEST_F(VisitorsTest, links_and_sessions_are_bounded) {
  Visitors visitors = make();
  const std::string first = visitors.make_once(kVisit);
  for (std::size_t i = 0; i < kMaxOnceTokens; ++i) (void)visitors.make_once(kVisit + 1s);
  EXPECT_FALSE(visitors.enter_once(first, kVisit + 2s, ""));
  const std::string oldest = visitors.enter(kVisit, "");
  for (std::size_t i = 0; i < kMaxSessions; ++i) (void)visitors.enter(kVisit + 1s, "");
  EXPECT_EQ(visitors.sessions(kVisit).size(), kMaxSessions);
  EXPECT_EQ(kept_.size(), kMaxSessions);
  EXPECT_EQ(visitors.session(oldest, kVisit), nullptr);
}

TEST_F(VisitorsTest, sessions_and_keys_survive_a_restart_as_hashes) {
  Visitors before = make();
  const std::string cookie = before.enter(kVisit, "a");
  const auto key = before.add_key("k", KeyKind::kReadOnly, kVisit).value();
  Visitors after = make();
  for (const auto& [id, session] : kept_) after.restore(session, kVisit + 24h);
  for (const auto& [id, kept] : keys_) after.restore(kept);
  EXPECT_NE(after.session(cookie, kVisit + 24h), nullptr);
  ASSERT_NE(after.key(key.text), nullptr);
  EXPECT_EQ(after.key(key.text)->name, "k");
  EXPECT_EQ(after.key(keys_.begin()->first), nullptr) << "its id is no key";
}

TEST_F(VisitorsTest, a_session_that_has_run_out_is_not_restored) {
  Visitors before = make();
  (void)before.enter(kVisit, "a");
  const Session session = kept_.begin()->second;
  Visitors after = make();
  after.restore(session, kVisit + kSessionLife);
  EXPECT_TRUE(after.sessions(kVisit).empty());
  EXPECT_TRUE(kept_.empty());
}

TEST_F(VisitorsTest, signing_out_ends_every_session_and_link) {
  Visitors visitors = make();
  const std::string cookie = visitors.enter(kVisit, "");
  const std::string token = visitors.make_once(kVisit);
  EXPECT_EQ(visitors.end_all(), 1U);
  EXPECT_EQ(visitors.session(cookie, kVisit), nullptr);
  EXPECT_FALSE(visitors.enter_once(token, kVisit, ""));
  EXPECT_TRUE(kept_.empty());
}

TEST_F(VisitorsTest, keys_have_names_of_their_own) {
  Visitors visitors = make();
  ASSERT_TRUE(visitors.add_key("a", KeyKind::kFull, kVisit));
  EXPECT_EQ(visitors.add_key("a", KeyKind::kFull, kVisit).error().code, ErrorCode::kAlreadyExists);
  for (const std::string name : {"", "a b", "a\n", "\xc3\xa9"})
    EXPECT_EQ(visitors.add_key(name, KeyKind::kFull, kVisit).error().code, ErrorCode::kInvalidArgument)
        << name;
  EXPECT_EQ(visitors.remove_key("b").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(visitors.remove_key(visitors.keys().front().id));
}

TEST(Password, is_kept_so_that_it_can_only_be_checked) {
  crypto::SeededRandom random{1};
  const crypto::PasswordCost cheap{.memory_bytes = crypto::kMinPasswordMemory, .passes = 1};
  const auto secret = [](std::string_view text) { return crypto::SecretBytes::copy_of(as_bytes(text)); };
  const auto record = make_password(secret("correct horse"), random, cheap).value();
  EXPECT_TRUE(check_password(record, secret("correct horse")));
  EXPECT_EQ(check_password(record, secret("correct hors")).error().code, ErrorCode::kRefused);
  EXPECT_EQ(check_password(record, secret(std::string(5000, 'x'))).error().code, ErrorCode::kRefused);
  EXPECT_EQ(make_password(secret("short"), random, cheap).error().code, ErrorCode::kInvalidArgument);
  const std::string text = to_text(record);
  EXPECT_EQ(password_record(text).value(), record);
  for (const std::string& bad : {std::string(), text.substr(2), text + "00", "02" + text.substr(2),
                                 "01ffffffffffffffff" + text.substr(18)})
    EXPECT_FALSE(password_record(bad)) << bad;
}

TEST(SignInPause, grows_with_each_wrong_attempt_and_is_forgotten_by_a_right_one) {
  SignInPause pause;
  const SteadyTime now{1h};
  pause.failed(now);
  pause.failed(now);
  EXPECT_EQ(pause.left(now), 0s);
  pause.failed(now);
  EXPECT_EQ(pause.left(now), 2s);
  pause.failed(now);
  EXPECT_EQ(pause.left(now), 4s);
  for (int i = 0; i < 40; ++i) pause.failed(now);
  EXPECT_EQ(pause.left(now), 300s);
  EXPECT_EQ(pause.left(now + 300s), 0s);
  pause.passed();
  EXPECT_EQ(pause.left(now), 0s);
}

}  // namespace
}  // namespace covey::web
