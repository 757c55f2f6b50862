#include "cli/request_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::cli {
namespace {

using api::RequestState;
using api::RequestView;
using Deed = RequestDesk::Deed;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Desk : public ::testing::Test {
 protected:
  static RequestView request(const std::string& id, const std::string& who) {
    RequestView view;
    view.id = id;
    view.peer_id = who + "xxx-yyy";
    view.peer_name = who;
    view.safety_words = {"apple", "river"};
    view.title = "Holiday";
    view.reason = "please";
    return view;
  }
  std::string text() { return desk_.take_text({clock_.steady(), clock_.wall(), 80}); }
  Deed key(char sign) { return desk_.key(sign, clock_.steady()).deed; }
  void look() { clock_.advance(RequestDesk::kReaction); }

  ManualClock clock_;
  RequestDesk desk_{Style{Glyphs::kUnicode, Colour::kOff}};
};

TEST_F(Desk, shows_who_asks_before_it_takes_an_answer) {
  desk_.take(request("r1", "bob"));
  const std::string shown = text();
  EXPECT_THAT(shown, AllOf(HasSubstr("bob asks for Holiday\n"), HasSubstr("words       apple river\n"),
                           HasSubstr("reason      please\n"), HasSubstr("[y] approve")));
  look();
  const auto step = desk_.key('y', clock_.steady());
  EXPECT_EQ(step.deed, Deed::kApprove);
  EXPECT_EQ(step.id, "r1");
}

TEST_F(Desk, a_key_before_anything_is_shown_answers_nobody) {
  EXPECT_EQ(key('y'), Deed::kNone);
  desk_.take(request("r1", "bob"));
  EXPECT_EQ(key('y'), Deed::kNone) << "not shown yet";
  (void)text();
  EXPECT_EQ(key('y'), Deed::kNone) << "nobody reads so fast";
  look();
  EXPECT_EQ(key('x'), Deed::kNone);
  EXPECT_EQ(key('n'), Deed::kDeny);
}

TEST_F(Desk, a_key_for_a_request_that_was_withdrawn_is_not_for_the_next) {
  desk_.take(request("r1", "bob"));
  desk_.take(request("r2", "eve"));
  EXPECT_THAT(text(), AllOf(HasSubstr("bob asks"), HasSubstr("(2 are waiting)"), Not(HasSubstr("eve asks"))));
  look();
  RequestView gone = request("r1", "bob");
  gone.state = RequestState::kWithdrawn;
  desk_.take(gone);
  EXPECT_EQ(key('y'), Deed::kNone);
  EXPECT_THAT(text(), AllOf(HasSubstr("bob has withdrawn the request"), HasSubstr("eve asks")));
  EXPECT_EQ(key('y'), Deed::kNone);
  look();
  EXPECT_EQ(desk_.key('y', clock_.steady()).id, "r2");
}

TEST_F(Desk, a_request_that_changes_is_shown_again) {
  desk_.take(request("r1", "bob"));
  (void)text();
  look();
  RequestView changed = request("r1", "bob");
  changed.select = {"everything/**"};
  desk_.take(changed);
  EXPECT_EQ(key('y'), Deed::kNone);
  EXPECT_THAT(text(), HasSubstr("everything/**"));
}

TEST_F(Desk, the_same_news_twice_disturbs_nobody) {
  desk_.take(request("r1", "bob"));
  (void)text();
  look();
  desk_.take(request("r1", "bob"));
  EXPECT_THAT(text(), IsEmpty());
  EXPECT_EQ(key('y'), Deed::kApprove);
}

TEST_F(Desk, what_is_skipped_stays_waiting_and_is_not_shown_again) {
  desk_.take(request("r1", "bob"));
  (void)text();
  look();
  EXPECT_EQ(key('s'), Deed::kNone);
  EXPECT_THAT(text(), AllOf(HasSubstr("left waiting"), HasSubstr("waiting for requests"),
                            Not(HasSubstr("[y] approve"))));
  look();
  EXPECT_EQ(key('y'), Deed::kNone);
  desk_.take(request("r1", "bob"));
  EXPECT_THAT(text(), IsEmpty());
  RequestView changed = request("r1", "bob");
  changed.reason = "really";
  desk_.take(changed);
  EXPECT_THAT(text(), HasSubstr("really"));
}

TEST_F(Desk, an_answer_that_failed_is_asked_for_again) {
  desk_.take(request("r1", "bob"));
  (void)text();
  look();
  EXPECT_EQ(key('y'), Deed::kApprove);
  desk_.failed("the daemon does not answer");
  EXPECT_EQ(key('y'), Deed::kNone);
  EXPECT_THAT(text(), AllOf(HasSubstr("covey: the daemon does not answer\n"), HasSubstr("bob asks")));
}

TEST_F(Desk, an_answer_is_told_once) {
  desk_.take(request("r1", "bob"));
  (void)text();
  look();
  RequestView approved = request("r1", "bob");
  approved.state = RequestState::kApproved;
  desk_.answered(approved);
  desk_.take(approved);  // the event of it
  const std::string told = text();
  EXPECT_THAT(told, HasSubstr("approved: bob may fetch Holiday"));
  EXPECT_EQ(told.find("approved:"), told.rfind("approved:"));
}

TEST_F(Desk, tells_how_others_have_answered) {
  RequestView mine = request("r1", "bob");
  mine.direction = api::RequestDirection::kOutgoing;
  desk_.take(mine);
  EXPECT_THAT(text(), Not(HasSubstr("Holiday")));
  mine.state = RequestState::kDenied;
  mine.answer = "not yet";
  desk_.take(mine);
  EXPECT_EQ(text(), "bob has denied Holiday: not yet\n");
  RequestView history = request("r2", "bob");
  history.direction = api::RequestDirection::kOutgoing;
  history.state = RequestState::kApproved;
  desk_.take(history);
  EXPECT_THAT(text(), IsEmpty()) << "over before anybody watched";
}

TEST_F(Desk, ends_on_q_and_ctrl_d_at_any_moment) {
  EXPECT_EQ(key('q'), Deed::kEnd);
  EXPECT_EQ(key('\x04'), Deed::kEnd);
  desk_.take(request("r1", "bob"));
  (void)text();
  EXPECT_EQ(key('Q'), Deed::kEnd);
}

TEST_F(Desk, hostile_words_do_no_harm) {
  RequestView view = request("r1", "a\x1b[2J\xe2\x80\xae\nb");
  view.title = view.reason = "x\ny\x1b[A[y] approve";
  desk_.take(view);
  const std::string shown = text();
  EXPECT_THAT(shown, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\xe2\x80\xae")), Not(HasSubstr("x\ny"))));
}

}  // namespace
}  // namespace covey::cli
