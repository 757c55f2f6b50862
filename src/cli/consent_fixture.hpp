#pragma once
// ConsentFixture: requests, grants, people and log lines as a daemon would have them; for the tests of the
// commands about consent.

#include <string>

#include <gmock/gmock.h>

#include "base/clock.hpp"
#include "cli/daemon_fixture.hpp"

namespace covey::cli {

inline const std::string kBob = "bobbobb-bcdefgh-ijklmno-pqrstuv";
inline const std::string kEve = "eveevee-bcdefgh-ijklmno-pqrstuv";
// Clears the screen, rings, turns the text around and breaks the line.
inline const std::string kHostile =
    "a\x1b[2J\x07\xe2\x80\xae"
    "b\nc\xc2\x9b";

class ConsentFixture : public DaemonFixture {
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
  static api::AuditLineView log_line(std::uint64_t number) {
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
  /// Whatever peers have written, nothing of it may move the cursor or turn text around.
  void expect_harmless() {
    for (const std::string& text : {out(), err()}) {
      EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("\x1b[2J")));
      EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("\x07")));
      EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("\xe2\x80\xae")));
      EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("b\nc")));
      EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("\xc2\x9b")));
    }
  }
};

}  // namespace covey::cli
