// ChatBook's part about letters: what is handed to the mail and how it fares, what comes, and who is there.

#include <algorithm>

#include "access/ticket.hpp"
#include "base/log.hpp"
#include "chat/message_letter.hpp"
#include "daemon/chat_book.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

/// A message that nobody has fetched by then has failed; no letter lasts for longer.
constexpr std::chrono::seconds kMessageLife = mail::kMaxLetterLife;
/// Who was met over a link counts as online for so long.
constexpr auto kOnlineAfterContact = 2min;
constexpr auto kLookEvery = 60s;
/// Only about the liveliest conversations are trackers asked.
constexpr std::size_t kMostLookedFor = 50;

}  // namespace

// ---- what is written

io::Awaitable<Result<>> ChatBook::hand_over(StoredMessage message) {
  const chat::Message said{.number = message.number,
                           .text = std::move(message.text),
                           .attachment = std::move(message.attachment),
                           .addresses = around_.reachable_at(),
                           .name = around_.name_for(message.peer)};
  Posting posting{
      .to = message.peer, .kind = chat::kMessageLetter, .body = chat::encode(said), .life = kMessageLife};
  posting.id = message.id;
  const auto posted = co_await around_.mail->post(std::move(posting));
  if (!posted) co_return std::unexpected(posted.error());
  co_return Result<>{};
}

io::Awaitable<Result<>> ChatBook::mark(identity::PeerId peer, mail::LetterId id, MessageState state,
                                       std::string problem) {
  auto set = [&](DaemonStore& s) { return s.set_state(peer, id, state, problem); };
  CO_TRY(const bool is_news, co_await around_.store->run(set));
  if (!is_news) co_return Result<>{};
  const auto told = co_await tell(peer, id);
  if (!told && told.error().code != ErrorCode::kNotFound) co_return std::unexpected(told.error());
  co_return Result<>{};
}

io::Awaitable<void> ChatBook::ended(EndedLetter letter) {
  MessageState state = MessageState::kFailed;
  std::string problem;
  switch (letter.fate) {
    case LetterFate::kAcknowledged:
      state = MessageState::kDelivered;
      break;
    case LetterFate::kExpired:
      problem =
          fmt::format("{} could not be reached in {} days; send it again when it is online",
                      called(letter.to), std::chrono::duration_cast<std::chrono::days>(kMessageLife).count());
      break;
    case LetterFate::kRefused:
      problem = fmt::format(
          "{} takes no messages from this peer: it knows it neither from a network nor by a ticket. Send it "
          "a ticket "
          "or join its network, then send this again",
          called(letter.to));
      break;
  }
  const auto marked = co_await mark(letter.to, letter.id, state, std::move(problem));
  if (!marked) log::error("cannot note what became of a message: {}", to_string(marked.error()));
}

io::Awaitable<void> ChatBook::left(LeftLetter letter) {
  std::string no_problem;
  const auto marked = co_await mark(letter.to, letter.id, MessageState::kInMailbox, std::move(no_problem));
  if (!marked) log::error("cannot note where a message is: {}", to_string(marked.error()));
}

/// What this peer has written and the other one has not got.
io::Awaitable<void> ChatBook::take_back(identity::PeerId peer) {
  auto look = [](DaemonStore& s) { return s.undelivered(); };
  const auto undelivered = co_await around_.store->run(look);
  if (!undelivered) {
    log::error("cannot take messages back: {}", to_string(undelivered.error()));
    co_return;
  }
  for (const StoredMessage& message : *undelivered) {
    if (message.peer != peer) continue;
    co_await around_.mail->withdraw(peer, message.id);
    std::string why = "it was taken back before it was delivered; send it again if it is still meant";
    const auto marked = co_await mark(peer, message.id, MessageState::kFailed, std::move(why));
    if (!marked) log::error("cannot mark a message: {}", to_string(marked.error()));
  }
}

// ---- what comes

/// Whether there is room for a conversation with this peer. Where there is none, the one that has been silent
/// for longest and in which nothing was written from here gives way.
io::Awaitable<bool> ChatBook::make_room_for(identity::PeerId peer) {
  if (conversations_.contains(peer) || conversations_.size() < limits_.chats) co_return true;
  const Conversation* oldest = nullptr;
  for (const auto& [other, conversation] : conversations_) {
    if (conversation.kept.last_number > 0) continue;
    if (oldest == nullptr || !conversation.kept.last ||
        (oldest->kept.last && conversation.kept.last->at < oldest->kept.last->at))
      oldest = &conversation;
  }
  if (oldest == nullptr) co_return false;
  const identity::PeerId gone = oldest->kept.peer;
  const auto forgotten = co_await forget(gone);
  co_return forgotten.has_value();
}

io::Awaitable<ChatBook::Verdict> ChatBook::take(const mail::Letter& letter) {
  auto said = chat::read_message(letter.body, letter.from);
  if (!said) {
    log::debug("a message of {}: {}", letter.from.short_text(), to_string(said.error()));
    co_return Verdict::kTaken;
  }
  const bool has_room = co_await make_room_for(letter.from);
  if (!has_room) co_return Verdict::kNotNow;
  around_.people->met(letter.from, around_.name_of(letter.from));
  around_.people->found_at(letter.from, said->addresses);
  around_.people->calls_itself(letter.from, said->name);
  StoredMessage message;
  message.id = letter.id;
  message.peer = letter.from;
  message.number = said->number;
  message.at = std::min(around_.clock->wall(), from_unix_ms(static_cast<std::int64_t>(said->number)));
  message.text = std::move(said->text);
  message.attachment = std::move(said->attachment);
  if (message.attachment) {
    const auto ticket = access::Ticket::parse(message.attachment->ticket);
    if (ticket) message.share = access::to_text(ticket->share_id());
  }
  message.unread = true;
  ChatRoom room = limits_.room;
  if (!has_written_to(letter.from)) room.of_chat = std::min(room.of_chat, limits_.unanswered);
  auto keep = [&](DaemonStore& s) { return s.add(message, room); };
  const auto added = co_await around_.store->run(keep);
  if (!added) {
    log::error("cannot keep a message: {}", to_string(added.error()));
    co_return Verdict::kNotNow;
  }
  if (!added->is_new) co_return Verdict::kTaken;  // it came before a crash
  conversations_[letter.from].kept.peer = letter.from;
  if (around_.name_of(letter.from).empty()) tasks_.spawn(look_for(letter.from));
  if (added->shortened && *added->shortened != letter.from) (void)co_await reload(*added->shortened);
  const auto told = co_await tell(letter.from, letter.id);
  if (!told) log::error("a message is kept but cannot be shown: {}", to_string(told.error()));
  co_return Verdict::kTaken;
}

// ---- who is there

void ChatBook::contact(const identity::PeerId& peer, bool reached) {
  const auto found = conversations_.find(peer);
  if (found == conversations_.end()) return;
  Conversation& conversation = found->second;
  conversation.contact_until = reached ? around_.clock->steady() + kOnlineAfterContact : SteadyTime{};
  if (is_online(conversation) != conversation.told_online) publish(peer);
}

io::Awaitable<void> ChatBook::look_for(identity::PeerId peer) {
  const auto place = co_await around_.networks->locate_peer(peer);
  const auto found = conversations_.find(peer);
  if (found == conversations_.end()) co_return;
  Conversation& conversation = found->second;
  const std::string name = around_.name_of(peer);
  conversation.listed_online = place && !place->addresses.empty();
  const Person* const person = around_.people->find(peer);
  const bool has_new_name = !name.empty() && person != nullptr && person->name.empty();
  if (has_new_name) around_.people->met(peer, name);
  if (has_new_name || is_online(conversation) != conversation.told_online) publish(peer);
}

io::Awaitable<void> ChatBook::look_who_is_there() {
  std::vector<const Conversation*> order;
  for (const auto& [peer, conversation] : conversations_) order.push_back(&conversation);
  std::sort(order.begin(), order.end(), [](const Conversation* a, const Conversation* b) {
    const auto at = [](const Conversation* c) { return c->kept.last ? c->kept.last->at : WallTime{}; };
    return at(a) > at(b);
  });
  if (order.size() > kMostLookedFor) order.resize(kMostLookedFor);
  std::vector<identity::PeerId> peers;
  for (const Conversation* const conversation : order) peers.push_back(conversation->kept.peer);
  for (const identity::PeerId& peer : peers) co_await look_for(peer);
}

/// Somebody may have been silent for so long that it does not count as online any more.
void ChatBook::publish_changes_of_presence() {
  for (const auto& [peer, conversation] : conversations_) {
    if (is_online(conversation) != conversation.told_online) publish(peer);
  }
}

io::Awaitable<void> ChatBook::keep_looking() {
  while (true) {
    if (around_.is_watched && around_.is_watched()) co_await look_who_is_there();
    publish_changes_of_presence();
    const auto slept = co_await io::sleep_for(kLookEvery);
    if (!slept) co_return;
  }
}

}  // namespace covey::daemon
