// covey requests --watch: with keys through a pipe and a terminal made up by the test, and for scripts.

#include <atomic>

#include <gmock/gmock.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/daemon_fixture.hpp"
#include "cli/interruption.hpp"
#include "cli/keyboard.hpp"

namespace covey::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A terminal whose keys the test presses.
class Terminal {
 public:
  Terminal() { EXPECT_EQ(::openpty(&fingers_, &keys_, nullptr, nullptr, nullptr), 0); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    ::close(fingers_);
    ::close(keys_);
  }
  [[nodiscard]] int keys() const { return keys_; }
  void press(std::string_view keys) const {
    EXPECT_EQ(::write(fingers_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  /// Waits until it can be read: a terminal passes keys on a moment later.
  void press_and_wait(std::string_view line) const {
    press(line);
    int unread = 0;
    while (::ioctl(keys_, FIONREAD, &unread) == 0 && unread == 0) std::this_thread::yield();
  }
  [[nodiscard]] bool is_raw() const {
    termios now{};
    EXPECT_EQ(::tcgetattr(keys_, &now), 0);
    return (now.c_lflag & (ECHO | ICANON)) == 0;
  }
  [[nodiscard]] bool is_as_before() const {
    termios now{};
    EXPECT_EQ(::tcgetattr(keys_, &now), 0);
    return (now.c_lflag & (ECHO | ICANON | ISIG)) == (ECHO | ICANON | ISIG) &&
           now.c_cc[VSUSP] != _POSIX_VDISABLE;
  }

 private:
  int fingers_ = -1;
  int keys_ = -1;
};

TEST(Keyboard, reads_single_keys_and_gives_the_terminal_back) {
  const Terminal terminal;
  {
    Keyboard keyboard(terminal.keys());
    EXPECT_TRUE(terminal.is_as_before());
    keyboard.listen();
    EXPECT_TRUE(terminal.is_raw());
    terminal.press("y");
    EXPECT_EQ(keyboard.read().sign, 'y');
    terminal.press("\x1b[A");
    EXPECT_EQ(keyboard.read().sign, std::nullopt) << "an arrow";
  }
  EXPECT_TRUE(terminal.is_as_before());
}

TEST(Keyboard, forgets_what_was_typed_before) {
  const Terminal terminal;
  Keyboard keyboard(terminal.keys());
  terminal.press_and_wait("y\n");
  keyboard.listen();
  terminal.press("n");
  EXPECT_EQ(keyboard.read().sign, 'n');
}

TEST(Keyboard, knows_the_end_of_a_pipe) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  Keyboard keyboard(pipe[0]);
  keyboard.listen();
  ASSERT_EQ(::write(pipe[1], "y", 1), 1);
  EXPECT_EQ(keyboard.read().sign, 'y');
  ::close(pipe[1]);
  EXPECT_TRUE(keyboard.read().is_end);
  ::close(pipe[0]);
}

TEST(Keyboard, the_terminal_is_given_back_also_when_a_second_signal_ends_the_process) {
  const Terminal terminal;
  EXPECT_EXIT(
      {
        Keyboard keyboard(terminal.keys());
        const Interruption interruption([] {}, [&] { keyboard.restore(); });
        keyboard.listen();
        if (!terminal.is_raw()) std::_Exit(1);
        ::kill(::getpid(), SIGINT);
        while (!interruption.happened()) std::this_thread::yield();
        ::kill(::getpid(), SIGINT);
        while (true) ::pause();
      },
      ::testing::ExitedWithCode(130), "");
  EXPECT_TRUE(terminal.is_as_before());
}

class RequestWatch : public DaemonFixture {
 protected:
  ~RequestWatch() override {
    over_ = true;
    if (typist_.joinable()) typist_.join();
    for (const int end : pipe_) ::close(end);
  }
  static api::RequestView asked(const std::string& id) {
    api::RequestView view;
    view.id = id;
    view.peer_id = "bobbobb-xyz";
    view.peer_name = "bob";
    view.safety_words = {"apple", "river"};
    view.title = "Holiday";
    view.bytes = 2048;
    view.files = 3;
    view.reason = "for the album";
    return view;
  }
  /// Presses each key, again and again as a person would, until what it is for is to be seen.
  struct Press {
    char key;
    std::string until;
  };
  void type(std::vector<Press> presses) {
    ASSERT_EQ(::pipe(pipe_.data()), 0);
    is_terminal_ = true;
    keys_ = pipe_[0];
    typist_ = std::thread([this, presses = std::move(presses)] {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      for (const Press& press : presses) {
        while (!over_ && !err_.contains(press.until)) {
          int unread = 0;
          if (::ioctl(pipe_[0], FIONREAD, &unread) == 0 && unread == 0 && err_.contains("[y] approve"))
            (void)!::write(pipe_[1], &press.key, 1);
          std::this_thread::yield();
        }
      }
      ::close(std::exchange(pipe_[1], -1));
    });
  }
  int watch(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"requests", "--watch"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const int code = covey(arguments);
    over_ = true;
    asio::post(io_, asio::use_future([] {})).get();  // whatever it was told to do is done
    return code;
  }

  std::array<int, 2> pipe_{-1, -1};
  std::atomic<bool> over_ = false;
  std::thread typist_;
};

TEST_F(RequestWatch, y_approves_the_request_that_is_shown) {
  service_.kept_requests = {asked("r1")};
  start_daemon();
  type({{'y', "approved: bob may fetch Holiday"}});
  EXPECT_EQ(watch(), 0);
  EXPECT_THAT(service_.asked, ElementsAre(R"(approve r1 {"always":false})"));
  EXPECT_THAT(err(),
              AllOf(HasSubstr("bob asks for Holiday\n"), HasSubstr("words       apple river\n"),
                    HasSubstr("size        2 KiB, 3 files\n"), HasSubstr("reason      for the album\n")));
}

TEST_F(RequestWatch, n_denies_and_s_leaves_waiting) {
  service_.kept_requests = {asked("r2"), asked("r1")};  // the newest first
  start_daemon();
  type({{'s', "left waiting"}, {'n', "denied Holiday to bob"}});
  EXPECT_EQ(watch(), 0);
  EXPECT_THAT(service_.asked, ElementsAre("deny r2 "));
}

TEST_F(RequestWatch, shows_a_request_that_comes_while_it_watches) {
  start_daemon();
  when([this] { return err_.contains("waiting for requests") && service_.subscribers > 0; },
       [this] {
         service_.kept_requests = {asked("r1")};
         api::Event event;
         event.request = asked("r1");
         service_.emit(event);
       });
  type({{'y', "approved: bob may fetch Holiday"}});
  EXPECT_EQ(watch(), 0);
  EXPECT_THAT(service_.asked, ElementsAre(R"(approve r1 {"always":false})"));
}

TEST_F(RequestWatch, an_answer_that_comes_too_late_is_told) {
  service_.kept_requests = {asked("r1")};
  start_daemon();
  when_watched([this] { service_.kept_requests.clear(); });
  type({{'y', "there is no request 'r1'"}});
  EXPECT_EQ(watch(), 0);
}

TEST_F(RequestWatch, ctrl_c_gives_the_terminal_back) {
  const Terminal terminal;
  terminal.press_and_wait("y\n");  // before anything was shown
  service_.kept_requests = {asked("r1")};
  is_terminal_ = true;
  keys_ = terminal.keys();
  start_daemon();
  when([&] { return terminal.is_raw() && err_.contains("[y] approve"); }, [] { ::kill(::getpid(), SIGINT); });
  EXPECT_EQ(watch(), 130);
  EXPECT_TRUE(terminal.is_as_before());
  EXPECT_THAT(service_.asked, IsEmpty());
}

TEST_F(RequestWatch, q_ends_it_and_gives_the_terminal_back) {
  const Terminal terminal;
  is_terminal_ = true;
  keys_ = terminal.keys();
  start_daemon();
  when([&] { return terminal.is_raw() && err_.contains("waiting for requests"); },
       [&] { terminal.press("q"); });
  EXPECT_EQ(watch(), 0);
  EXPECT_TRUE(terminal.is_as_before());
}

TEST_F(RequestWatch, the_terminal_is_given_back_when_the_daemon_goes) {
  const Terminal terminal;
  is_terminal_ = true;
  keys_ = terminal.keys();
  start_daemon();
  when([&] { return terminal.is_raw() && service_.subscribers > 0; },
       [this] { asio::co_spawn(io_, server_->close(), [](const std::exception_ptr&) {}); });
  EXPECT_EQ(watch(), 1);
  EXPECT_THAT(err(), HasSubstr("daemon"));
  EXPECT_TRUE(terminal.is_as_before());
}

TEST_F(RequestWatch, scripts_get_a_line_for_each_change) {
  auto over = asked("r0");
  over.state = api::RequestState::kDenied;
  service_.kept_requests = {over, asked("r1")};
  start_daemon();
  when([this] { return out_.contains("r1\t"); },
       [this] {
         api::Event event;
         event.request = asked("r1");
         event.request->state = api::RequestState::kWithdrawn;
         service_.emit(event);
         when([this] { return out_.contains("withdrawn"); }, [] { ::kill(::getpid(), SIGINT); });
       });
  EXPECT_EQ(watch(), 130);
  EXPECT_EQ(out(),
            "r1\tbobbobb-xyz\tincoming\twaiting\tHoliday\t2048\t3\t0\tfor the album\tbob\n"
            "r1\tbobbobb-xyz\tincoming\twithdrawn\tHoliday\t2048\t3\t0\tfor the album\tbob\n");
  over_ = false;
  when([this] { return out_.contains("\"waiting\""); }, [] { ::kill(::getpid(), SIGINT); });
  EXPECT_EQ(watch({"--json"}), 130);
  EXPECT_THAT(out(), StartsWith(R"({"event":"request","id":"r1")"));
}

}  // namespace
}  // namespace covey::cli
