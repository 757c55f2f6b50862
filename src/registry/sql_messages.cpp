// The mailboxes of a SqlStore.

#include "registry/sql_store.hpp"
#include "registry/sql_values.hpp"

namespace covey::registry {

Result<std::uint64_t> SqlStore::post(const Message& message, const MailboxLimits& limits, WallTime now) {
  TRY_VOID(expect_clean(message.kind, kMaxMessageKindBytes, "a message's kind"));
  std::int64_t id = 0;
  TRY_VOID(together([&]() -> Result<> {
    TRY_VOID(lock_active(message.to));
    TRY_VOID(expect_space(message, limits, now));
    // At least the time: ids grow even when the receiver was removed meanwhile and registered again.
    TRY(const auto next, sql_->select_number("UPDATE member SET last_message ="
                                             " CASE WHEN last_message >= $2 THEN last_message + 1 ELSE $2 END"
                                             " WHERE peer = $1 RETURNING last_message",
                                             message.to.public_key(), column_time(now)));
    id = next.value_or(0);
    TRY_VOID(sql_->execute(
        "INSERT INTO message (receiver, id, sender, kind, size, sent_at, expires_at, body)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        message.to.public_key(), id, message.from.public_key(), message.kind, message.body.size(),
        column_time(message.sent_at), column_time(message.expires_at), message.body));
    posted_for_.push_back(message.to);
    return {};
  }));
  return static_cast<std::uint64_t>(id);
}

Result<> SqlStore::expect_space(const Message& message, const MailboxLimits& limits, WallTime now) {
  struct Waiting {
    std::uint64_t messages, bytes, of_sender;
  };
  const auto map = [](const SqlRow& row) -> Result<Waiting> {
    return Waiting{row.count(0), row.count(1), row.count(2)};
  };
  TRY(const auto waiting,
      sql_->select_one<Waiting>(map,
                                "SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT),"
                                " CAST(coalesce(sum(CASE WHEN sender = $2 THEN 1 ELSE 0 END), 0) AS BIGINT)"
                                " FROM message WHERE receiver = $1 AND expires_at > $3",
                                message.to.public_key(), message.from.public_key(), column_time(now)));
  if (waiting && (waiting->messages >= limits.messages || message.body.size() > limits.bytes ||
                  waiting->bytes > limits.bytes - message.body.size())) {
    return fail(ErrorCode::kLimitExceeded,
                "the mailbox of the receiver is full: try again when it has been online and emptied it");
  }
  if (waiting && waiting->of_sender >= limits.messages_of_one_sender) {
    return fail(ErrorCode::kLimitExceeded,
                "{} messages of yours wait for this receiver already: try again when it has been online",
                waiting->of_sender);
  }
  return {};
}

Result<std::vector<Message>> SqlStore::messages(const identity::PeerId& peer, std::uint64_t after,
                                                std::size_t limit, WallTime now) {
  if (after >= static_cast<std::uint64_t>(kNever)) return std::vector<Message>();
  const auto map = [&](const SqlRow& row) -> Result<Message> {
    return Message{.id = row.count(0),
                   .from = row.peer(1),
                   .to = peer,
                   .kind = row.text(2),
                   .body = row.blob(3),
                   .sent_at = from_unix_ms(row.integer(4)),
                   .expires_at = from_unix_ms(row.integer(5))};
  };
  return sql_->select<Message>(map,
                               "SELECT id, sender, kind, body, sent_at, expires_at FROM message"
                               " WHERE receiver = $1 AND id > $2 AND expires_at > $3 ORDER BY id LIMIT $4",
                               peer.public_key(), after, column_time(now), page_size(limit));
}

Result<> SqlStore::acknowledge(const identity::PeerId& peer, const std::vector<std::uint64_t>& ids) {
  return together([&]() -> Result<> {
    for (const std::uint64_t id : ids) {
      if (id >= static_cast<std::uint64_t>(kNever)) continue;
      TRY_VOID(sql_->execute("DELETE FROM message WHERE receiver = $1 AND id = $2", peer.public_key(), id));
    }
    return {};
  });
}

}  // namespace covey::registry
