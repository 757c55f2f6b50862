#include "cli/chat_watch.hpp"

#include <array>
#include <map>
#include <ostream>
#include <set>
#include <thread>
#include <utility>

#include <poll.h>

#include "api/json.hpp"
#include "cli/chat_text.hpp"
#include "cli/interruption.hpp"
#include "cli/keyboard.hpp"
#include "cli/news.hpp"
#include "cli/people_text.hpp"
#include "cli/progress_feed.hpp"
#include "cli/typed_line.hpp"

namespace covey::cli {
namespace {

using api::ChatMessageView;
using api::ChatState;

constexpr std::uint64_t kLookedThrough = 50;
constexpr const char* kClearLine = "\r\x1b[K";

/// Whether an event's message belongs to this conversation; of one in which nothing was said yet the first
/// words tell whose it is.
bool belongs(WatchedChat& chat, const api::Event& event) {
  if (chat.peer_id.empty() && event.chat &&
      (event.chat->peer_name == chat.peer || event.chat->peer_id.starts_with(chat.peer))) {
    chat.peer_id = event.chat->peer_id;
    chat.who = who_of(event.chat->peer_name, event.chat->peer_id);
  }
  return event.chat_message &&
         (event.chat_message->peer_id == chat.peer_id || event.chat_message->peer_id == chat.peer);
}

bool is_over(const ChatMessageView& message) {
  return message.state == ChatState::kDelivered || message.state == ChatState::kFailed;
}

/// What there is to tell of a message: that it is new, or that it fares otherwise than before.
class Shown {
 public:
  bool is_news(const ChatMessageView& message) {
    const auto [place, is_new] = states_.try_emplace(message.id, message.state);
    if (is_new) return true;
    return std::exchange(place->second, message.state) != message.state;
  }

 private:
  std::map<std::string, ChatState> states_;
};

/// A conversation on a terminal. Order of members: the threads that are started here must not take the
/// signals, and the terminal is given back before a signal may end the process again.
class Talk {
 public:
  Talk(WatchedChat chat, Session& session)
      : chat_(std::move(chat)),
        session_(session),
        keyboard_(session.console().keys),
        interruption_(
            [this] {
              stop_.request_stop();
              news_.wake();
            },
            [this] { keyboard_.restore(); }),
        daemon_(session.daemon()) {}

  ExitCode run() {
    session_.say("type and press Enter; Ctrl-D ends");
    std::thread follower([this] { follow(); });
    keyboard_.listen();
    const auto ended = go_on();
    keyboard_.restore();
    session_.console().err << kClearLine << std::flush;
    stop_.request_stop();
    follower.join();
    if (interruption_.happened()) return ExitCode::kInterrupted;
    return ended ? ExitCode::kDone : session_.fail(ended.error());
  }

 private:
  void follow() {
    WatchedChat chat = chat_;
    news_.end(session_.daemon().events(
        [&](const api::Event& event) {
          if (belongs(chat, event)) news_.put(*event.chat_message);
          return api::Watch::kGoOn;
        },
        stop_.get_token()));
  }

  Result<> go_on() {
    while (true) {
      write_prompt();
      std::array<pollfd, 2> ready{pollfd{keyboard_.descriptor(), POLLIN, 0},
                                  pollfd{news_.descriptor(), POLLIN, 0}};
      (void)::poll(ready.data(), ready.size(), -1);
      if (interruption_.happened()) return {};
      const auto news = news_.take();
      for (const auto& message : news.views) show(message);
      if (news.ended) return *news.ended;
      if (ready[0].revents == 0) continue;
      const std::string typed = keyboard_.read_bytes();
      if (typed.empty()) return {};
      std::string_view left = typed;
      while (!left.empty()) {
        const auto step = line_.take(left);
        left.remove_prefix(step.taken);
        if (step.is_end) return {};
        if (step.line && !step.line->empty()) send(*step.line);
      }
    }
  }

  void send(const std::string& text) {
    const auto sent = daemon_.send_message(chat_.peer, {.text = text, .attach = {}});
    if (sent) return show(*sent);
    write("covey: " + printable(sent.error().context, session_.console().glyphs) + "\n");
  }

  void show(const ChatMessageView& message) {
    const bool own = message.direction == api::ChatDirection::kOut;
    const bool is_first = !known_.contains(message.id);
    if (!shown_.is_news(message)) return;
    known_.insert(message.id);
    Console& console = session_.console();
    if (own && !is_first) {
      // The text stands above already; only how it fares is news.
      write("  " + inked(fate_words(message), Ink::kDim, console.out_style()) + "\n");
      if (message.state == ChatState::kFailed)
        write("  " + printable(message.problem, console.glyphs) + "\n");
      return;
    }
    write(message_block(message, {chat_.who, clock_.wall(), console.columns(), console.out_style()}));
    if (!own) (void)daemon_.read_chat(chat_.peer, message.id);
  }

  void write(const std::string& text) { session_.console().out << kClearLine << text << std::flush; }
  void write_prompt() {
    Console& console = session_.console();
    console.out << kClearLine << line_.prompt(console.columns(), console.out_style()) << std::flush;
  }

  WatchedChat chat_;
  Session& session_;
  SystemClock clock_;
  Keyboard keyboard_;
  News<ChatMessageView> news_;
  std::stop_source stop_;
  Interruption interruption_;
  api::Client daemon_;
  TypedLine line_;
  Shown shown_;
  std::set<std::string> known_;
};

}  // namespace

ExitCode talk(WatchedChat chat, Session& session) {
  return Talk(std::move(chat), session).run();
}

ExitCode follow_chat(WatchedChat chat, Session& session) {
  std::stop_source stop;
  const Interruption interruption([&] { stop.request_stop(); });
  api::Client daemon = session.daemon();
  Shown shown;
  const auto followed = session.daemon().events(
      [&](const api::Event& event) {
        if (!belongs(chat, event) || !shown.is_news(*event.chat_message)) return api::Watch::kGoOn;
        const ChatMessageView& message = *event.chat_message;
        Console& console = session.console();
        const WallTime now = SystemClock().wall();
        if (session.is_json()) {
          session.print(event_line("chat_message", api::to_json(message)));
        } else if (console.out_is_terminal) {
          console.out << message_block(message, {chat.who, now, console.columns(), console.out_style()})
                      << std::flush;
        } else {
          Table row = message_table();
          add_row(row, message, now);
          console.out << row.for_scripts() << std::flush;
        }
        if (message.direction == api::ChatDirection::kIn) (void)daemon.read_chat(chat.peer_id, message.id);
        return console.out ? api::Watch::kGoOn : api::Watch::kEnough;
      },
      stop.get_token());
  if (interruption.happened()) return ExitCode::kInterrupted;
  return followed ? ExitCode::kDone : session.fail(followed.error());
}

ExitCode wait_for_delivery(const WatchedChat& chat, const ChatMessageView& message, Session& session) {
  std::stop_source stop;
  const Interruption interruption([&] { stop.request_stop(); });
  api::Client daemon = session.daemon();
  ChatMessageView now = message;
  bool has_looked = false;
  const auto followed = session.daemon().events(
      [&](const api::Event& event) {
        // It may have arrived before the events began.
        if (!std::exchange(has_looked, true)) {
          const auto page = daemon.messages(message.peer_id, "", kLookedThrough);
          for (const auto& other : page ? page->messages : std::vector<ChatMessageView>()) {
            if (other.id == message.id) now = other;
          }
        }
        if (event.chat_message && event.chat_message->id == message.id) now = *event.chat_message;
        return is_over(now) ? api::Watch::kEnough : api::Watch::kGoOn;
      },
      stop.get_token());
  if (interruption.happened()) return ExitCode::kInterrupted;
  if (!followed) return session.fail(followed.error());
  if (session.is_json()) session.print(api::to_json(now));
  if (now.state == ChatState::kFailed)
    return session.fail({ErrorCode::kUnreachable, now.problem}, ExitCode::kFailed);
  session.say("delivered to " + printable(chat.who, session.console().glyphs));
  return ExitCode::kDone;
}

}  // namespace covey::cli
