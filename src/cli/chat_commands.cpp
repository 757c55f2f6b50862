#include "cli/chat_commands.hpp"

#include <algorithm>
#include <filesystem>
#include <istream>
#include <ostream>

#include "api/json.hpp"
#include "cli/chat_text.hpp"
#include "cli/chat_watch.hpp"
#include "cli/people_text.hpp"

namespace covey::cli {
namespace {

using api::ChatMessageView;
using api::ChatView;

/// Of one message; a daemon takes no longer one.
constexpr std::size_t kMaxRead = 64 << 10;

ExitCode list(Session& session) {
  const auto chats = session.daemon().chats();
  if (!chats) return session.fail(chats.error());
  Table table = chat_table();
  for (const ChatView& chat : *chats) {
    if (session.is_json()) session.print(api::to_json(chat));
    add_row(table, chat, SystemClock().wall());
  }
  if (session.is_json()) return ExitCode::kDone;
  if (table.empty()) {
    session.say(
        "nothing was said yet; covey chat PEER MESSAGE writes to a peer of covey people or covey peers");
    return ExitCode::kDone;
  }
  session.console().out << drawn(table, session.console()) << std::flush;
  return ExitCode::kDone;
}

/// All of standard input, without the line break at its end.
std::string read_message(std::istream& in) {
  std::string out(kMaxRead, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(in.gcount()));
  if (out.ends_with('\n')) out.pop_back();
  if (out.ends_with('\r')) out.pop_back();
  return out;
}

/// What is there as a path is meant as one.
Result<api::ChatAttachRequest> to_attach(const std::string& words) {
  api::ChatAttachRequest out;
  std::error_code error;
  if (std::filesystem::exists(words, error)) {
    TRY(out.path, absolute_path(words));
  } else {
    out.share = words;
  }
  return out;
}

/// How the other side is called, as far as there is a conversation.
WatchedChat watched(const std::string& peer, const std::string& peer_id, api::Client& daemon) {
  WatchedChat out{.peer = peer, .peer_id = peer_id, .who = peer};
  const auto chats = daemon.chats();
  if (!chats) return out;
  const auto is_meant = [&](const ChatView& chat) {
    return chat.peer_id == peer_id || (peer_id.empty() && (chat.peer_id == peer || chat.peer_name == peer));
  };
  const auto found = std::find_if(chats->begin(), chats->end(), is_meant);
  if (found == chats->end()) return out;
  out.peer_id = found->peer_id;
  out.who = who_of(found->peer_name, found->peer_id);
  return out;
}

ExitCode send(const ChatOptions& options, Session& session) {
  api::ChatMessageRequest request;
  request.text = options.message == "-" ? read_message(session.console().in) : options.message;
  if (!options.attach.empty()) {
    auto attach = to_attach(options.attach);
    if (!attach) return session.fail(attach.error());
    request.attach = std::move(*attach);
  }
  api::Client daemon = session.daemon();
  const auto sent = daemon.send_message(options.peer, request);
  if (!sent) return session.fail(sent.error());
  const WatchedChat chat = watched(options.peer, sent->peer_id, daemon);
  if (options.wait) return wait_for_delivery(chat, *sent, session);
  if (session.is_json()) session.print(api::to_json(*sent));
  const char* const fate = sent->state == api::ChatState::kDelivered ? "delivered to" : "on its way to";
  session.say(fmt::format("{} {}", fate, printable(chat.who, session.console().glyphs)));
  return ExitCode::kDone;
}

ExitCode retry(const ChatOptions& options, Session& session) {
  api::Client daemon = session.daemon();
  const auto message = daemon.retry_message(options.peer, options.retry);
  if (!message) return session.fail(message.error());
  if (options.wait)
    return wait_for_delivery(watched(options.peer, message->peer_id, daemon), *message, session);
  if (session.is_json()) session.print(api::to_json(*message));
  session.say("it is tried again");
  return ExitCode::kDone;
}

ExitCode forget(const std::string& peer, Session& session) {
  const auto forgotten = session.daemon().forget_chat(peer);
  if (!forgotten) return session.fail(forgotten.error());
  session.say("the conversation is forgotten here; the other side keeps what it has");
  return ExitCode::kDone;
}

ExitCode show(const ChatOptions& options, Session& session) {
  api::Client daemon = session.daemon();
  const auto page = daemon.messages(options.peer, "", options.lines);
  if (!page) return session.fail(page.error());
  const std::string peer_id = page->messages.empty() ? std::string() : page->messages.front().peer_id;
  const WatchedChat chat = watched(options.peer, peer_id, daemon);
  const Console& console = session.console();
  const WallTime now = SystemClock().wall();
  Table table = message_table();
  std::string blocks;
  for (auto message = page->messages.rbegin(); message != page->messages.rend(); ++message) {
    if (session.is_json()) session.print(api::to_json(*message));
    add_row(table, *message, now);
    blocks += message_block(*message, {chat.who, now, console.columns(), console.out_style()});
  }
  if (!session.is_json())
    session.console().out << (console.out_is_terminal ? blocks : table.for_scripts()) << std::flush;
  if (!page->messages.empty()) (void)daemon.read_chat(options.peer, page->messages.front().id);
  const bool has_keys = console.in_is_terminal && console.out_is_terminal && console.keys >= 0;
  if (options.follow || !has_keys || session.is_json()) {
    if (options.follow) return follow_chat(chat, session);
    if (page->messages.empty() && !session.is_json()) session.say("nothing was said yet");
    return ExitCode::kDone;
  }
  return talk(chat, session);
}

}  // namespace

ExitCode chat(const ChatOptions& options, Session& session) {
  if (options.peer.empty()) return list(session);
  if (options.forget) return forget(options.peer, session);
  if (!options.retry.empty()) return retry(options, session);
  if (!options.message.empty() || !options.attach.empty()) return send(options, session);
  return show(options, session);
}

}  // namespace covey::cli
