#include "cli/request_watch.hpp"

#include <array>
#include <ostream>
#include <set>
#include <thread>

#include <poll.h>

#include "api/json.hpp"
#include "cli/interruption.hpp"
#include "cli/keyboard.hpp"
#include "cli/news.hpp"
#include "cli/progress_feed.hpp"
#include "cli/request_desk.hpp"
#include "cli/request_text.hpp"

namespace covey::cli {
namespace {

/// One watch on a terminal. Order of members: the threads that are started here must not take the signals,
/// and the terminal is given back before a signal may end the process again.
class AnsweringWatch {
 public:
  explicit AnsweringWatch(Session& session)
      : session_(session),
        keyboard_(session.console().keys),
        desk_(session.console().err_style()),
        interruption_(
            [this] {
              stop_.request_stop();
              news_.wake();
            },
            [this] { keyboard_.restore(); }),
        daemon_(session.daemon()) {}

  ExitCode run() {
    const auto now = daemon_.requests();
    if (!now) return session_.fail(now.error());
    // The longest waiting comes first.
    for (auto view = now->rbegin(); view != now->rend(); ++view) desk_.take(*view);
    std::thread follower([this] { follow(); });
    keyboard_.listen();
    const auto ended = answer_until_the_end();
    keyboard_.restore();
    session_.console().err << std::endl;
    stop_.request_stop();
    follower.join();
    if (interruption_.happened()) return ExitCode::kInterrupted;
    return ended ? ExitCode::kDone : session_.fail(ended.error());
  }

 private:
  void follow() {
    news_.end(session_.daemon().events(
        [this](const api::Event& event) {
          if (event.request) news_.put(*event.request);
          return api::Watch::kGoOn;
        },
        stop_.get_token()));
  }

  Result<> answer_until_the_end() {
    while (true) {
      write();
      std::array<pollfd, 2> ready{pollfd{keyboard_.descriptor(), POLLIN, 0},
                                  pollfd{news_.descriptor(), POLLIN, 0}};
      (void)::poll(ready.data(), ready.size(), -1);
      if (interruption_.happened()) return {};
      // News first: a key is for what was shown, and that may be over.
      const auto news = news_.take();
      for (const auto& view : news.views) desk_.take(view);
      if (news.ended) return *news.ended;
      if (ready[0].revents == 0) continue;
      const Keyboard::Key key = keyboard_.read();
      if (key.is_end) return {};
      if (key.sign && act(desk_.key(*key.sign, clock_.steady())) == Then::kEnd) return {};
    }
  }

  enum class Then : std::uint8_t { kGoOn, kEnd };
  Then act(const RequestDesk::Step& step) {
    switch (step.deed) {
      case RequestDesk::Deed::kNone:
        break;
      case RequestDesk::Deed::kEnd:
        return Then::kEnd;
      case RequestDesk::Deed::kApprove:
        tell(daemon_.approve(step.id, {}));
        break;
      case RequestDesk::Deed::kDeny:
        tell(daemon_.deny(step.id, {}));
        break;
    }
    return Then::kGoOn;
  }

  void tell(const Result<api::RequestView>& answered) {
    if (answered) {
      desk_.answered(*answered);
    } else {
      desk_.failed(answered.error().context);
    }
  }

  void write() {
    Console& console = session_.console();
    const std::string text = desk_.take_text({clock_.steady(), clock_.wall(), console.columns()});
    if (text.empty()) return;
    if (desk_.has_just_shown()) keyboard_.forget();
    console.err << text << std::flush;
  }

  Session& session_;
  SystemClock clock_;
  Keyboard keyboard_;
  RequestDesk desk_;
  News<api::RequestView> news_;
  std::stop_source stop_;
  Interruption interruption_;
  api::Client daemon_;
};

ExitCode print_each(Session& session) {
  std::stop_source stop;
  const Interruption interruption([&] { stop.request_stop(); });
  std::set<std::string> known;
  const auto followed = session.daemon().events(
      [&](const api::Event& event) {
        if (!event.request) return api::Watch::kGoOn;
        // What was over before the watch began is history, not news.
        const bool is_new = known.insert(event.request->id).second;
        if (is_new && event.request->state != api::RequestState::kWaiting) return api::Watch::kGoOn;
        if (session.is_json()) {
          session.print(event_line("request", api::to_json(*event.request)));
        } else {
          Table row = request_table();
          add_row(row, *event.request, SystemClock().wall());
          session.console().out << row.for_scripts() << std::flush;
        }
        return session.console().out ? api::Watch::kGoOn : api::Watch::kEnough;
      },
      stop.get_token());
  if (interruption.happened()) return ExitCode::kInterrupted;
  return followed ? ExitCode::kDone : session.fail(followed.error());
}

}  // namespace

ExitCode watch_requests(Session& session) {
  const Console& console = session.console();
  const bool has_keys = console.in_is_terminal && console.err_is_terminal && console.keys >= 0;
  if (!has_keys || session.is_json()) return print_each(session);
  return AnsweringWatch(session).run();
}

}  // namespace covey::cli
