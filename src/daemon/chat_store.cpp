// DaemonStore's part about chats: messages in their order, sealed but for the order itself.

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "base/record_time.hpp"
#include "daemon/daemon_store.hpp"

namespace covey::daemon {
namespace {

constexpr const char* kColumns = "id, number, outgoing, state, unread, sealed, problem";

Bytes message_key(const identity::PeerId& peer, const mail::LetterId& id) {
  return ByteWriter().raw(peer.public_key().view()).raw(id.view()).take();
}

// sealed message := id:16 peer_key:32 at:u64 text attached:u8 [kind:u8 bytes:u64 files:u64 title ticket
// share] texts have a u16 length
Bytes written(const StoredMessage& message) {
  ByteWriter out;
  out.raw(message.id.view()).raw(message.peer.public_key().view()).number(record_time(message.at));
  out.sized16(as_bytes(message.text)).number(static_cast<Byte>(message.attachment ? 1 : 0));
  if (message.attachment) {
    out.number(static_cast<Byte>(message.attachment->kind));
    out.number(message.attachment->bytes).number(message.attachment->files);
    out.sized16(as_bytes(message.attachment->title)).sized16(as_bytes(message.attachment->ticket));
    out.sized16(as_bytes(message.share));
  }
  return out.take();
}

Result<std::string> read_chat_text(ByteReader& reader) {
  TRY(const ByteView text, reader.sized16(chat::kMaxTextBytes));
  return std::string(as_text(text));
}

Result<StoredMessage> read_stored(ByteView plain) {
  ByteReader reader(plain);
  StoredMessage out;
  TRY(out.id, reader.fixed<mail::LetterId>());
  TRY(const auto key, reader.fixed<crypto::PublicKey>());
  out.peer = identity::PeerId(key);
  TRY(out.at, read_time(reader));
  TRY(out.text, read_chat_text(reader));
  TRY(const Byte attached, reader.number<Byte>());
  if (attached == 0) return out;
  chat::Attachment& attachment = out.attachment.emplace();
  TRY(const Byte kind, reader.number<Byte>());
  attachment.kind = kind == 0 ? chat::AttachmentKind::kFile : chat::AttachmentKind::kFolder;
  TRY(attachment.bytes, reader.number<std::uint64_t>());
  TRY(attachment.files, reader.number<std::uint64_t>());
  TRY(attachment.title, read_chat_text(reader));
  TRY(attachment.ticket, read_chat_text(reader));
  TRY(out.share, read_chat_text(reader));
  return out;
}

}  // namespace

std::string DaemonStore::chat_key(const identity::PeerId& peer) const {
  return hidden_key("chat", peer.public_key().view());
}

std::string DaemonStore::message_row(const identity::PeerId& peer, const mail::LetterId& id) const {
  return hidden_key("chat message", message_key(peer, id));
}

Result<StoredMessage> DaemonStore::read_message(const db::Row& row) {
  TRY(const auto plain, unseal("chat message", row.text(0), row.blob(5)));
  TRY(auto out, read_stored(plain.view()));
  out.number = row.unsigned_integer(1);
  out.way = row.integer(2) != 0 ? MessageWay::kOut : MessageWay::kIn;
  if (row.unsigned_integer(3) > static_cast<std::uint64_t>(MessageState::kFailed))
    return fail(ErrorCode::kCorrupt, "a message in a state that there is not");
  out.state = static_cast<MessageState>(row.integer(3));
  out.unread = row.integer(4) != 0;
  if (!row.is_null(6)) {
    TRY(const auto problem, unseal("chat message problem", row.text(0), row.blob(6)));
    out.problem = as_text(problem.view());
  }
  return out;
}

/// At the end; what comes late stands before the first of its writer's later messages, as long as nothing was
/// written from here meanwhile: what was answered does not change.
Result<std::int64_t> DaemonStore::place_for(const std::string& chat, const StoredMessage& message) {
  const auto number = [](const db::Row& row) { return row.optional_integer(0); };
  if (message.way == MessageWay::kIn) {
    TRY(const auto later,
        database_.select_one(
            number,
            "SELECT MIN(place) FROM chat_message WHERE chat = ?1 AND number > ?2 AND place > "
            "COALESCE((SELECT MAX(place) FROM chat_message WHERE chat = ?1 AND outgoing = 1), 0)",
            chat, message.number));
    if (later && *later) return **later;
  }
  TRY(const auto last,
      database_.select_one(number, "SELECT MAX(place) FROM chat_message WHERE chat = ?", chat));
  return last.value_or(std::nullopt).value_or(0) + 1;
}

Result<MessageAdded> DaemonStore::add(const StoredMessage& message, const ChatRoom& room) {
  const std::string chat = chat_key(message.peer);
  const std::string row = message_row(message.peer, message.id);
  return database_.transaction([&]() -> Result<MessageAdded> {
    MessageAdded out;
    TRY_VOID(database_.execute("INSERT INTO chat VALUES (?, ?) ON CONFLICT (id) DO NOTHING", chat,
                               seal("chat", chat, message.peer.public_key().view())));
    TRY(const std::int64_t place, place_for(chat, message));
    TRY_VOID(database_.execute(
        "INSERT INTO chat_message VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (id) DO NOTHING", row,
        chat, place, message.number, message.way == MessageWay::kOut ? 1 : 0, static_cast<int>(message.state),
        message.unread ? 1 : 0, seal("chat message", row, written(message))));
    out.is_new = database_.changes() > 0;
    if (out.is_new) {
      TRY(out.shortened, make_room(chat, room));
    }
    return out;
  });
}

Result<std::optional<identity::PeerId>> DaemonStore::make_room(const std::string& chat,
                                                               const ChatRoom& room) {
  const auto number = [](const db::Row& row) { return row.unsigned_integer(0); };
  const auto drop_oldest = [&](const std::string& of, std::size_t keep) {
    return database_.execute(
        "DELETE FROM chat_message WHERE id IN (SELECT id FROM chat_message WHERE chat = ?1 "
        "ORDER BY place DESC, number DESC LIMIT -1 OFFSET ?2)",
        of, keep);
  };
  TRY_VOID(drop_oldest(chat, room.of_chat));
  TRY(const auto all, database_.select_one(number, "SELECT COUNT(*) FROM chat_message"));
  if (all.value_or(0) <= room.of_all) return std::nullopt;
  const auto size = [](const db::Row& row) { return std::pair(row.text(0), row.unsigned_integer(1)); };
  TRY(const auto longest,
      database_.select_one(size,
                           "SELECT chat, COUNT(*) AS size FROM chat_message GROUP BY chat "
                           "ORDER BY size DESC LIMIT 1"));
  TRY_VOID(drop_oldest(longest->first, longest->second - (*all - room.of_all)));
  return peer_of_chat(longest->first);
}

Result<std::optional<identity::PeerId>> DaemonStore::peer_of_chat(const std::string& chat) {
  const auto map = [&](const db::Row& row) -> Result<identity::PeerId> {
    TRY(const auto plain, unseal("chat", chat, row.blob(0)));
    ByteReader reader(plain.view());
    TRY(const auto key, reader.fixed<crypto::PublicKey>());
    return identity::PeerId(key);
  };
  return database_.select_one(map, "SELECT sealed FROM chat WHERE id = ?", chat);
}

Result<StoredPage> DaemonStore::messages(const identity::PeerId& peer,
                                         const std::optional<mail::LetterId>& before, std::size_t limit) {
  const auto map = [this](const db::Row& row) { return read_message(row); };
  const std::string chat = chat_key(peer);
  StoredPage out;
  if (before) {
    const std::string row = message_row(peer, *before);
    TRY(const bool is_there, has_message(peer, *before));
    if (!is_there)
      return fail(ErrorCode::kNotFound, "there is no message {} in this conversation",
                  to_base32(before->view()));
    TRY(out.messages,
        database_.select(
            map,
            fmt::format("SELECT {} FROM chat_message WHERE chat = ?1 AND (place, number) < (SELECT place, "
                        "number FROM chat_message WHERE id = ?2) ORDER BY place DESC, number DESC LIMIT ?3",
                        kColumns),
            chat, row, limit + 1));
  } else {
    TRY(out.messages,
        database_.select(map,
                         fmt::format("SELECT {} FROM chat_message WHERE chat = ?1 ORDER BY place DESC, "
                                     "number DESC LIMIT ?2",
                                     kColumns),
                         chat, limit + 1));
  }
  out.more = out.messages.size() > limit;
  if (out.more) out.messages.pop_back();
  return out;
}

Result<bool> DaemonStore::has_message(const identity::PeerId& peer, const mail::LetterId& id) {
  const auto map = [](const db::Row& /*row*/) { return true; };
  TRY(const auto found,
      database_.select_one(map, "SELECT 1 FROM chat_message WHERE id = ?", message_row(peer, id)));
  return found.has_value();
}

Result<std::optional<StoredMessage>> DaemonStore::message(const identity::PeerId& peer,
                                                          const mail::LetterId& id) {
  const auto map = [this](const db::Row& row) { return read_message(row); };
  return database_.select_one(map, fmt::format("SELECT {} FROM chat_message WHERE id = ?", kColumns),
                              message_row(peer, id));
}

Result<bool> DaemonStore::set_state(const identity::PeerId& peer, const mail::LetterId& id,
                                    MessageState state, const std::string& problem) {
  const std::string row = message_row(peer, id);
  std::optional<Bytes> sealed;
  if (!problem.empty()) sealed = seal("chat message problem", row, as_bytes(problem));
  // What lies in a mailbox may have been delivered by the time that this is known.
  const bool only_waiting = state == MessageState::kInMailbox;
  TRY_VOID(
      database_.execute("UPDATE chat_message SET state = ?2, problem = ?3 WHERE id = ?1 AND outgoing = 1 AND "
                        "state <> ?2 AND (?4 = 0 OR state = 0)",
                        row, static_cast<int>(state), sealed, only_waiting ? 1 : 0));
  return database_.changes() > 0;
}

Result<std::vector<StoredMessage>> DaemonStore::undelivered() {
  const auto map = [this](const db::Row& row) { return read_message(row); };
  return database_.select(
      map,
      fmt::format("SELECT {} FROM chat_message WHERE outgoing = 1 AND state < 2 ORDER BY number", kColumns));
}

Result<> DaemonStore::mark_read(const identity::PeerId& peer, const mail::LetterId& up_to) {
  return database_.execute(
      "UPDATE chat_message SET unread = 0 WHERE chat = ?1 AND unread = 1 AND "
      "(place, number) <= (SELECT place, number FROM chat_message WHERE id = ?2)",
      chat_key(peer), message_row(peer, up_to));
}

Result<> DaemonStore::remove_message(const identity::PeerId& peer, const mail::LetterId& id) {
  return database_.execute("DELETE FROM chat_message WHERE id = ?", message_row(peer, id));
}

Result<> DaemonStore::remove_chat(const identity::PeerId& peer) {
  return database_.execute("DELETE FROM chat WHERE id = ?", chat_key(peer));
}

Result<StoredChat> DaemonStore::chat(const identity::PeerId& peer) {
  StoredChat out{.peer = peer};
  const auto numbers = [](const db::Row& row) {
    return std::pair(row.unsigned_integer(0), row.unsigned_integer(1));
  };
  TRY(const auto sums,
      database_.select_one(numbers,
                           "SELECT COALESCE(SUM(unread), 0), COALESCE(MAX(CASE outgoing WHEN 1 THEN "
                           "number END), 0) FROM chat_message WHERE chat = ?",
                           chat_key(peer)));
  out.unread = sums->first;
  out.last_number = sums->second;
  TRY(auto page, messages(peer, std::nullopt, 1));
  if (!page.messages.empty()) out.last = std::move(page.messages.front());
  return out;
}

Result<std::vector<StoredChat>> DaemonStore::chats() {
  const auto map = [this](const db::Row& row) -> Result<identity::PeerId> {
    TRY(const auto plain, unseal("chat", row.text(0), row.blob(1)));
    ByteReader reader(plain.view());
    TRY(const auto key, reader.fixed<crypto::PublicKey>());
    return identity::PeerId(key);
  };
  TRY(const auto peers, database_.select(map, "SELECT id, sealed FROM chat"));
  std::vector<StoredChat> out;
  for (const auto& peer : peers) {
    TRY(auto one, chat(peer));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace covey::daemon
