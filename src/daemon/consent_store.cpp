// DaemonStore's part about consent: whom the user knows, blocks and trusts, to whom it has said yes, and who
// asked whom.

#include "access/address_list.hpp"
#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "base/record_time.hpp"
#include "daemon/daemon_store.hpp"

namespace covey::daemon {
namespace {

constexpr std::size_t kMaxGrantText = access::kMaxGrantBytes;

std::uint64_t optional_time(const std::optional<WallTime>& time) {
  return time ? record_time(*time) + 1 : 0;
}

Result<std::optional<WallTime>> read_optional_time(ByteReader& reader) {
  TRY(const auto ms, reader.number<std::uint64_t>());
  if (ms == 0) return std::optional<WallTime>();
  return std::optional(from_unix_ms(static_cast<std::int64_t>(ms - 1)));
}

Result<std::string> read_text(ByteReader& reader) {
  TRY(const ByteView text, reader.sized16(kMaxTextBytes));
  return std::string(as_text(text));
}

Result<identity::PeerId> read_peer(ByteReader& reader) {
  TRY(const auto key, reader.fixed<crypto::PublicKey>());
  return identity::PeerId(key);
}

// sealed person := peer_key:32 name first_seen:u64 last_seen:u64 blocked:u8 [until:u64 by_itself:u8 reason]
//                  trusted:u8 count:u16 share{count} [count:u8 address{count} [calls_itself]]; texts have a
//                  u16 length, an absent time is 0, others are + 1
Bytes written(const Person& person) {
  ByteWriter out;
  out.raw(person.peer.public_key().view()).sized16(as_bytes(person.name));
  out.number(record_time(person.first_seen)).number(record_time(person.last_seen));
  out.number(static_cast<Byte>(person.block ? 1 : 0));
  if (person.block) {
    out.number(optional_time(person.block->until)).number(static_cast<Byte>(person.block->by_itself ? 1 : 0));
    out.sized16(as_bytes(person.block->reason));
  }
  out.number(static_cast<Byte>(person.trusted ? 1 : 0));
  out.number(static_cast<std::uint16_t>(person.trusted_shares.size()));
  for (const std::string& share : person.trusted_shares) out.sized16(as_bytes(share));
  access::write_addresses(out, person.addresses);
  if (!person.calls_itself.empty()) out.sized16(as_bytes(person.calls_itself));
  return out.take();
}

Result<Person> read_person(ByteView plain) {
  ByteReader reader(plain);
  Person out;
  TRY(out.peer, read_peer(reader));
  TRY(out.name, read_text(reader));
  TRY(out.first_seen, read_time(reader));
  TRY(out.last_seen, read_time(reader));
  TRY(const Byte blocked, reader.number<Byte>());
  if (blocked != 0) {
    Person::Block block;
    TRY(block.until, read_optional_time(reader));
    TRY(const Byte by_itself, reader.number<Byte>());
    block.by_itself = by_itself != 0;
    TRY(block.reason, read_text(reader));
    out.block = std::move(block);
  }
  TRY(const Byte trusted, reader.number<Byte>());
  out.trusted = trusted != 0;
  TRY(const auto shares, reader.number<std::uint16_t>());
  for (std::uint16_t i = 0; i < shares; ++i) {
    TRY(auto share, read_text(reader));
    out.trusted_shares.insert(std::move(share));
  }
  if (reader.done()) return out;  // of a version that kept no addresses
  TRY(out.addresses, access::read_addresses(reader));
  if (!reader.done()) {
    TRY(out.calls_itself, read_text(reader));
  }
  return out;
}

// sealed consent := peer_key:32 share given_at:u64 until:u64 limited:u8 byte_limit:u64 bytes_used:u64
//                   revoked_at:u64 granted_until:u64
Bytes written(const Consent& consent) {
  ByteWriter out;
  out.raw(consent.peer.public_key().view()).sized16(as_bytes(consent.share));
  out.number(record_time(consent.given_at)).number(optional_time(consent.until));
  out.number(static_cast<Byte>(consent.byte_limit ? 1 : 0)).number(consent.byte_limit.value_or(0));
  out.number(consent.bytes_used).number(optional_time(consent.revoked_at));
  out.number(record_time(consent.granted_until));
  return out.take();
}

Result<Consent> read_consent(const access::GrantId& id, ByteView plain) {
  ByteReader reader(plain);
  Consent out{.id = id, .share = {}, .peer = {}, .given_at = {}, .until = {}, .byte_limit = {}};
  TRY(out.peer, read_peer(reader));
  TRY(out.share, read_text(reader));
  TRY(out.given_at, read_time(reader));
  TRY(out.until, read_optional_time(reader));
  TRY(const Byte limited, reader.number<Byte>());
  TRY(const auto limit, reader.number<std::uint64_t>());
  if (limited != 0) out.byte_limit = limit;
  TRY(out.bytes_used, reader.number<std::uint64_t>());
  TRY(out.revoked_at, read_optional_time(reader));
  TRY(out.granted_until, read_time(reader));
  return out;
}

// sealed request := peer_key:32 share_id:16 reason select_count:u16 glob{count} made_at:u64 expires_at:u64
// state:u8
//                   answered_at:u64 answer ask_again_at:u64 told:u8
//                   transfer title bytes:u64 files:u64 grant grant_signature(64, where there is a grant)
Bytes written(const StoredRequest& stored) {
  const requests::Request& request = stored.request;
  ByteWriter out;
  out.raw(request.peer.public_key().view()).raw(request.share.view()).sized16(as_bytes(request.reason));
  out.number(static_cast<std::uint16_t>(request.select.size()));
  for (const std::string& glob : request.select) out.sized16(as_bytes(glob));
  out.number(record_time(request.made_at)).number(record_time(request.expires_at));
  out.number(static_cast<Byte>(request.state)).number(optional_time(request.answered_at));
  out.sized16(as_bytes(request.answer)).number(optional_time(request.ask_again_at));
  out.number(static_cast<Byte>(stored.told ? 1 : 0)).sized16(as_bytes(stored.transfer));
  out.sized16(as_bytes(stored.title)).number(stored.bytes).number(stored.files);
  out.sized16(stored.grant ? ByteView(stored.grant->payload) : ByteView());
  if (stored.grant) out.raw(stored.grant->signature.view());
  return out.take();
}

Result<requests::RequestState> read_state(ByteReader& reader) {
  TRY(const Byte state, reader.number<Byte>());
  if (state > static_cast<Byte>(requests::RequestState::kExpired))
    return fail(ErrorCode::kCorrupt, "a request in a state that there is not");
  return static_cast<requests::RequestState>(state);
}

Result<StoredRequest> read_request(const requests::RequestId& id, ByteView plain) {
  ByteReader reader(plain);
  StoredRequest out;
  out.request.id = id;
  TRY(out.request.peer, read_peer(reader));
  TRY(out.request.share, reader.fixed<access::ShareId>());
  TRY(out.request.reason, read_text(reader));
  TRY(const auto globs, reader.number<std::uint16_t>());
  for (std::uint16_t i = 0; i < globs; ++i) {
    TRY(auto glob, read_text(reader));
    out.request.select.push_back(std::move(glob));
  }
  TRY(out.request.made_at, read_time(reader));
  TRY(out.request.expires_at, read_time(reader));
  TRY(out.request.state, read_state(reader));
  TRY(out.request.answered_at, read_optional_time(reader));
  TRY(out.request.answer, read_text(reader));
  TRY(out.request.ask_again_at, read_optional_time(reader));
  TRY(const Byte told, reader.number<Byte>());
  out.told = told != 0;
  TRY(out.transfer, read_text(reader));
  TRY(out.title, read_text(reader));
  TRY(out.bytes, reader.number<std::uint64_t>());
  TRY(out.files, reader.number<std::uint64_t>());
  TRY(const ByteView grant, reader.sized16(kMaxGrantText));
  if (grant.empty()) return out;
  TRY(const auto signature, reader.fixed<crypto::Signature>());
  out.grant = access::SignedGrant{.payload = to_bytes(grant), .signature = signature};
  return out;
}

template <typename Id>
Result<Id> id_of(const std::string& text) {
  const auto bytes = from_base32(text);
  if (!bytes || bytes->size() != Id::kSize) return fail(ErrorCode::kCorrupt, "a row with a key that is none");
  return Id::from(*bytes);
}

}  // namespace

Result<> DaemonStore::save(const Person& person) {
  const std::string id = hidden_key("person", person.peer.public_key().view());
  return database_.execute("INSERT OR REPLACE INTO person VALUES (?, ?)", id,
                           seal("person", id, written(person)));
}

Result<> DaemonStore::remove_person(const identity::PeerId& peer) {
  return database_.execute("DELETE FROM person WHERE id = ?", hidden_key("person", peer.public_key().view()));
}

Result<std::vector<Person>> DaemonStore::people() {
  const auto map = [this](const db::Row& row) -> Result<Person> {
    TRY(const auto plain, unseal("person", row.text(0), row.blob(1)));
    return read_person(plain.view());
  };
  return database_.select(map, "SELECT id, sealed FROM person");
}

Result<> DaemonStore::save(const Consent& consent) {
  const std::string id = access::to_text(consent.id);
  return database_.execute("INSERT OR REPLACE INTO consent VALUES (?, ?, ?)", id, consent.share,
                           seal("consent", id, written(consent)));
}

Result<> DaemonStore::remove_consents(const std::string& share) {
  return database_.execute("DELETE FROM consent WHERE share = ?", share);
}

Result<std::vector<Consent>> DaemonStore::consents() {
  const auto map = [this](const db::Row& row) -> Result<Consent> {
    TRY(const auto id, id_of<access::GrantId>(row.text(0)));
    TRY(const auto plain, unseal("consent", row.text(0), row.blob(1)));
    return read_consent(id, plain.view());
  };
  return database_.select(map, "SELECT id, sealed FROM consent");
}

Result<> DaemonStore::save(const StoredRequest& request) {
  const std::string id = requests::to_text(request.request.id);
  return database_.execute("INSERT OR REPLACE INTO request VALUES (?, ?, ?)", id, request.outgoing ? 1 : 0,
                           seal("request", id, written(request)));
}

Result<> DaemonStore::save(const StoredRequest& answered, const Consent& consent) {
  return database_.transaction([&]() -> Result<> {
    TRY_VOID(save(consent));
    return save(answered);
  });
}

Result<> DaemonStore::remove_request(const requests::RequestId& id) {
  return database_.execute("DELETE FROM request WHERE id = ?", requests::to_text(id));
}

Result<std::vector<StoredRequest>> DaemonStore::requests() {
  const auto map = [this](const db::Row& row) -> Result<StoredRequest> {
    TRY(const auto id, id_of<requests::RequestId>(row.text(0)));
    TRY(const auto plain, unseal("request", row.text(0), row.blob(2)));
    TRY(auto out, read_request(id, plain.view()));
    out.outgoing = row.integer(1) != 0;
    return out;
  };
  return database_.select(map, "SELECT id, outgoing, sealed FROM request");
}

}  // namespace covey::daemon
