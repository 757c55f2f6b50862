// DaemonStore's part about letters: what is to be delivered, and the ids of what was taken.

#include "access/address_list.hpp"
#include "base/cursor.hpp"
#include "base/record_time.hpp"
#include "daemon/daemon_store.hpp"

namespace covey::daemon {
namespace {

Bytes letter_key(const identity::PeerId& peer, const mail::LetterId& id) {
  return ByteWriter().raw(peer.public_key().view()).raw(id.view()).take();
}

}  // namespace

// sealed letter := id:16 to_key:32 sent_at:u64 expires_at:u64 kind_length:u16 kind count:u8 address{count}
// Its body is sealed beside it, so that the outbox is read at a start without all bodies.
Result<> DaemonStore::save(const StoredLetter& letter, ByteView body) {
  const std::string key = hidden_key("letter", letter_key(letter.to, letter.id));
  ByteWriter plain;
  plain.raw(letter.id.view()).raw(letter.to.public_key().view());
  plain.number(record_time(letter.sent_at)).number(record_time(letter.expires_at));
  plain.sized16(as_bytes(letter.kind));
  access::write_addresses(plain, letter.addresses);
  return database_.execute("INSERT INTO letter VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", key,
                           seal("letter", key, plain.bytes()), seal("letter body", key, body),
                           letter.deposits, to_unix_ms(letter.deposit_due));
}

Result<> DaemonStore::save_deposit(const StoredLetter& letter) {
  return database_.execute("UPDATE letter SET deposits = ?, deposit_due = ? WHERE id = ?", letter.deposits,
                           to_unix_ms(letter.deposit_due),
                           hidden_key("letter", letter_key(letter.to, letter.id)));
}

Result<> DaemonStore::remove_letter(const identity::PeerId& to, const mail::LetterId& id) {
  return database_.execute("DELETE FROM letter WHERE id = ?", hidden_key("letter", letter_key(to, id)));
}

Result<std::vector<StoredLetter>> DaemonStore::letters() {
  const auto map = [this](const db::Row& row) -> Result<StoredLetter> {
    TRY(const auto plain, unseal("letter", row.text(0), row.blob(1)));
    ByteReader reader(plain.view());
    StoredLetter out{.deposits = static_cast<unsigned>(row.unsigned_integer(2)),
                     .deposit_due = from_unix_ms(row.integer(3))};
    TRY(out.id, reader.fixed<mail::LetterId>());
    TRY(const auto to, reader.fixed<crypto::PublicKey>());
    out.to = identity::PeerId(to);
    TRY(out.sent_at, read_time(reader));
    TRY(out.expires_at, read_time(reader));
    TRY(const ByteView kind, reader.sized16(mail::kMaxLetterKindBytes));
    out.kind = as_text(kind);
    TRY(out.addresses, access::read_addresses(reader));
    return out;
  };
  return database_.select(map, "SELECT id, sealed, deposits, deposit_due FROM letter ORDER BY rowid");
}

Result<std::optional<Bytes>> DaemonStore::letter_body(const identity::PeerId& to, const mail::LetterId& id) {
  const std::string key = hidden_key("letter", letter_key(to, id));
  const auto map = [&](const db::Row& row) -> Result<Bytes> {
    TRY(const auto plain, unseal("letter body", key, row.blob(0)));
    return to_bytes(plain.view());
  };
  return database_.select_one(map, "SELECT body FROM letter WHERE id = ?", key);
}

Result<bool> DaemonStore::has_taken(const identity::PeerId& from, const mail::LetterId& id) {
  const auto map = [](const db::Row& /*row*/) { return true; };
  TRY(const auto found, database_.select_one(map, "SELECT 1 FROM taken_letter WHERE id = ?",
                                             hidden_key("taken letter", letter_key(from, id))));
  return found.has_value();
}

Result<> DaemonStore::save_taken(const identity::PeerId& from, const mail::LetterId& id, WallTime until) {
  return database_.execute("INSERT OR REPLACE INTO taken_letter VALUES (?, ?)",
                           hidden_key("taken letter", letter_key(from, id)), to_unix_ms(until));
}

Result<> DaemonStore::forget_taken(WallTime now) {
  return database_.execute("DELETE FROM taken_letter WHERE until <= ?", to_unix_ms(now));
}

}  // namespace covey::daemon
