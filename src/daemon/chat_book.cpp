#include "daemon/chat_book.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "daemon/chat_view.hpp"
#include "identity/safety_words.hpp"

namespace covey::daemon {
namespace {

/// An id of a peer is written in groups of seven.
constexpr std::size_t kShortestId = 7;

/// As people's programs write them.
std::string with_plain_line_ends(std::string text) {
  std::size_t at = 0;
  while ((at = text.find("\r\n", at)) != std::string::npos) text.erase(at, 1);
  return text;
}

}  // namespace

ChatBook::ChatBook(Around around, Publish publish, ChatLimits limits)
    : around_(std::move(around)), publish_(std::move(publish)), limits_(limits), tasks_(around_.network) {
  around_.mail->on(chat::kMessageLetter, [this](const mail::Letter& letter) { return take(letter); });
  around_.mail->on_end(chat::kMessageLetter, [this](EndedLetter letter) { return ended(std::move(letter)); });
  around_.mail->on_left(chat::kMessageLetter, [this](LeftLetter letter) { return left(std::move(letter)); });
  around_.mail->on_contact([this](const identity::PeerId& peer, bool reached) { contact(peer, reached); });
}

ChatBook::~ChatBook() = default;

io::Awaitable<Result<>> ChatBook::restore() {
  auto read_chats = [](DaemonStore& s) { return s.chats(); };
  CO_TRY(auto chats, co_await around_.store->run(read_chats));
  for (StoredChat& kept : chats) {
    const identity::PeerId peer = kept.peer;
    conversations_[peer].kept = std::move(kept);
  }
  auto read_undelivered = [](DaemonStore& s) { return s.undelivered(); };
  CO_TRY(auto undelivered, co_await around_.store->run(read_undelivered));
  // The mail knows most of them, and posts nothing twice.
  for (StoredMessage& message : undelivered) {
    const identity::PeerId peer = message.peer;
    const mail::LetterId id = message.id;
    Result<> posted = may_write_to(peer);
    if (posted) posted = co_await hand_over(std::move(message));
    if (posted) continue;
    std::string why = posted.error().context;
    const auto marked = co_await mark(peer, id, MessageState::kFailed, std::move(why));
    if (!marked) log::error("cannot mark a message: {}", to_string(marked.error()));
  }
  tasks_.spawn(keep_looking());
  co_return Result<>{};
}

io::Awaitable<void> ChatBook::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

// ---- looking

bool ChatBook::is_online(const Conversation& conversation) const {
  return conversation.listed_online || around_.clock->steady() < conversation.contact_until;
}

std::string ChatBook::called(const identity::PeerId& peer) const {
  const std::string name = around_.shown_name(peer);
  return name.empty() ? peer.short_text() : name;
}

api::ChatView ChatBook::view_of(const Conversation& conversation) const {
  const identity::PeerId& peer = conversation.kept.peer;
  api::ChatView view;
  view.peer_id = peer.to_text();
  view.peer_name = around_.shown_name(peer);
  for (const auto word : identity::safety_words_of(peer)) view.safety_words.emplace_back(word);
  view.online = is_online(conversation);
  view.blocked = around_.people->is_blocked(peer);
  view.unread = conversation.kept.unread;
  if (conversation.kept.last) view.last = chat_message_view(*conversation.kept.last);
  return view;
}

std::vector<api::ChatView> ChatBook::views() const {
  std::vector<const Conversation*> order;
  for (const auto& [peer, conversation] : conversations_) order.push_back(&conversation);
  const auto said_at = [](const Conversation* conversation) {
    return conversation->kept.last ? conversation->kept.last->at : WallTime{};
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const Conversation* a, const Conversation* b) { return said_at(a) > said_at(b); });
  std::vector<api::ChatView> out;
  out.reserve(order.size());
  for (const Conversation* const conversation : order) out.push_back(view_of(*conversation));
  return out;
}

io::Awaitable<Result<api::ChatPageView>> ChatBook::messages(identity::PeerId peer, std::string before,
                                                            std::size_t limit) {
  std::optional<mail::LetterId> before_id;
  if (!before.empty()) {
    CO_TRY(before_id, message_id(before));
  }
  auto look = [&](DaemonStore& s) { return s.messages(peer, before_id, limit); };
  CO_TRY(const auto page, co_await around_.store->run(look));
  api::ChatPageView out;
  for (const StoredMessage& message : page.messages) out.messages.push_back(chat_message_view(message));
  out.more = page.more;
  co_return out;
}

bool ChatBook::has_written_to(const identity::PeerId& peer) const {
  const auto found = conversations_.find(peer);
  return found != conversations_.end() && found->second.kept.last_number > 0;
}

std::optional<identity::PeerId> ChatBook::find(std::string_view words) const {
  std::optional<identity::PeerId> out;
  if (words.size() < kShortestId) return out;
  for (const auto& [peer, conversation] : conversations_) {
    if (!peer.to_text().starts_with(words)) continue;
    if (out) return std::nullopt;
    out = peer;
  }
  return out;
}

void ChatBook::publish(const identity::PeerId& peer) {
  const auto found = conversations_.find(peer);
  if (found == conversations_.end()) return;
  api::Event event;
  event.chat = view_of(found->second);
  found->second.told_online = event.chat->online;
  publish_(event);
}

io::Awaitable<Result<>> ChatBook::reload(identity::PeerId peer) {
  auto look = [&peer](DaemonStore& s) { return s.chat(peer); };
  CO_TRY(auto kept, co_await around_.store->run(look));
  if (!kept.last && !conversations_.contains(peer)) co_return Result<>{};  // it was forgotten meanwhile
  Conversation& conversation = conversations_[peer];
  // A message that is being written has its number already.
  kept.last_number = std::max(kept.last_number, conversation.kept.last_number);
  conversation.kept = std::move(kept);
  publish(peer);
  co_return Result<>{};
}

io::Awaitable<Result<StoredMessage>> ChatBook::stored(identity::PeerId peer, std::string words) {
  CO_TRY(const auto id, message_id(words));
  auto look = [&](DaemonStore& s) { return s.message(peer, id); };
  CO_TRY(auto found, co_await around_.store->run(look));
  if (!found) co_return fail(ErrorCode::kNotFound, "there is no message '{}' in this conversation", words);
  co_return std::move(*found);
}

/// Tells everybody how the message is now.
io::Awaitable<Result<api::ChatMessageView>> ChatBook::tell(identity::PeerId peer, mail::LetterId id) {
  auto look = [&](DaemonStore& s) { return s.message(peer, id); };
  CO_TRY(const auto now, co_await around_.store->run(look));
  if (!now) co_return fail(ErrorCode::kNotFound, "the message was forgotten meanwhile");
  api::Event event;
  event.chat_message = chat_message_view(*now);
  publish_(event);
  CO_TRY_VOID(co_await reload(peer));
  co_return *event.chat_message;
}

// ---- writing

Result<> ChatBook::may_write_to(const identity::PeerId& peer) const {
  if (!around_.people->is_blocked(peer)) return {};
  return fail(ErrorCode::kInvalidArgument, "{} is blocked here; unblock it first to write to it",
              called(peer));
}

io::Awaitable<Result<api::ChatMessageView>> ChatBook::send(identity::PeerId peer, std::string text,
                                                           std::optional<Attached> attached) {
  text = with_plain_line_ends(std::move(text));
  CO_TRY_VOID(chat::check_text(text));
  if (text.empty() && !attached)
    co_return fail(ErrorCode::kInvalidArgument,
                   "there is nothing to send; write a text, or attach something");
  CO_TRY_VOID(may_write_to(peer));
  const bool has_room = co_await make_room_for(peer);
  if (!has_room)
    co_return fail(ErrorCode::kLimitExceeded, "there are {} conversations; forget one first", limits_.chats);
  const WallTime now = around_.clock->wall();
  StoredChat& kept = conversations_[peer].kept;
  kept.peer = peer;
  kept.last_number = chat::next_number(kept.last_number, now);
  StoredMessage message;
  message.id = around_.random->fixed<mail::LetterId>();
  message.peer = peer;
  message.way = MessageWay::kOut;
  message.number = kept.last_number;
  message.at = now;
  message.text = std::move(text);
  message.state = MessageState::kWaiting;
  if (attached) {
    message.attachment = std::move(attached->attachment);
    message.share = std::move(attached->share);
  }
  auto keep = [&](DaemonStore& s) { return s.add(message, limits_.room); };
  const mail::LetterId id = message.id;
  const auto added = co_await around_.store->run(keep);
  if (!added) {
    co_await undo(peer, id);
    co_return std::unexpected(added.error());
  }
  const auto posted = co_await hand_over(std::move(message));
  if (!posted) {
    co_await undo(peer, id);
    co_return std::unexpected(posted.error());
  }
  if (added->shortened && *added->shortened != peer) {
    CO_TRY_VOID(co_await reload(*added->shortened));
  }
  if (around_.people->is_blocked(peer)) co_await take_back(peer);
  co_return co_await tell(peer, id);
}

/// It could not be sent after all.
io::Awaitable<void> ChatBook::undo(identity::PeerId peer, mail::LetterId id) {
  auto remove = [&](DaemonStore& s) -> Result<StoredChat> {
    TRY_VOID(s.remove_message(peer, id));
    TRY(auto rest, s.chat(peer));
    if (!rest.last) TRY_VOID(s.remove_chat(peer));
    return rest;
  };
  const auto rest = co_await around_.store->run(remove);
  if (!rest) log::error("cannot remove a message: {}", to_string(rest.error()));
  const auto found = conversations_.find(peer);
  if (rest && !rest->last && found != conversations_.end() && !found->second.kept.last)
    conversations_.erase(found);
}

io::Awaitable<Result<api::ChatMessageView>> ChatBook::retry(identity::PeerId peer, std::string message) {
  CO_TRY(auto found, co_await stored(peer, std::move(message)));
  if (found.way == MessageWay::kIn || found.state == MessageState::kDelivered)
    co_return fail(ErrorCode::kInvalidArgument, "this message has been delivered");
  CO_TRY_VOID(may_write_to(peer));
  const mail::LetterId id = found.id;
  if (found.state != MessageState::kFailed) {
    around_.mail->appeared(peer);
    co_return chat_message_view(found);
  }
  std::string no_problem;
  CO_TRY_VOID(co_await mark(peer, id, MessageState::kWaiting, std::move(no_problem)));
  const auto posted = co_await hand_over(std::move(found));
  if (!posted) {
    std::string why = posted.error().context;
    CO_TRY_VOID(co_await mark(peer, id, MessageState::kFailed, std::move(why)));
    co_return std::unexpected(posted.error());
  }
  co_return co_await tell(peer, id);
}

io::Awaitable<Result<>> ChatBook::read(identity::PeerId peer, std::string up_to) {
  CO_TRY(const auto found, co_await stored(peer, std::move(up_to)));
  auto mark_read = [&](DaemonStore& s) { return s.mark_read(peer, found.id); };
  CO_TRY_VOID(co_await around_.store->run(mark_read));
  co_return co_await reload(peer);
}

io::Awaitable<Result<>> ChatBook::forget(identity::PeerId peer) {
  if (!conversations_.contains(peer))
    co_return fail(ErrorCode::kNotFound, "there is no conversation with {}", called(peer));
  co_await take_back(peer);
  auto remove = [&](DaemonStore& s) { return s.remove_chat(peer); };
  CO_TRY_VOID(co_await around_.store->run(remove));
  conversations_.erase(peer);
  api::Event event;
  event.removed_chat = peer.to_text();
  publish_(event);
  co_return Result<>{};
}

void ChatBook::drop(const identity::PeerId& peer) {
  if (!conversations_.contains(peer)) return;
  auto end = [](ChatBook* book, identity::PeerId whom) -> io::Awaitable<void> {
    co_await book->take_back(whom);
    book->publish(whom);
  };
  tasks_.spawn(end(this, peer));
}

}  // namespace covey::daemon
