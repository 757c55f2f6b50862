// Members and invites of a SqlStore.

#include "registry/sql_store.hpp"
#include "registry/sql_values.hpp"

namespace covey::registry {
namespace {

#define MEMBER_COLUMNS "peer, name, serial, state, claim, claim_signature, registered_at"

Result<Member> stored_member(const SqlRow& row) {
  TRY(auto name, stored_name(row, 1));
  return Member{.peer = row.peer(0),
                .name = std::move(name),
                .serial = row.count(2),
                .state = static_cast<MemberState>(row.integer(3)),
                .claim = row.blob(4),
                .claim_signature = row.fixed<crypto::Signature>(5),
                .registered_at = from_unix_ms(row.integer(6))};
}

Error taken(const identity::PeerName& name) {
  return {ErrorCode::kAlreadyExists, fmt::format("the name {} is taken: choose another", name.text())};
}

}  // namespace

Result<std::optional<Member>> SqlStore::member(const identity::PeerId& peer) {
  return sql_->select_one<Member>(stored_member, "SELECT " MEMBER_COLUMNS " FROM member WHERE peer = $1",
                                  peer.public_key());
}

Result<std::optional<Member>> SqlStore::member(const identity::PeerName& name) {
  return sql_->select_one<Member>(stored_member, "SELECT " MEMBER_COLUMNS " FROM member WHERE name = $1",
                                  name.text());
}

Result<std::vector<Member>> SqlStore::members(std::string_view after, std::size_t limit) {
  TRY_VOID(expect_clean(after, kMaxCursorBytes, "the name to go on after"));
  return sql_->select<Member>(stored_member,
                              "SELECT " MEMBER_COLUMNS " FROM member WHERE name > $1 ORDER BY name LIMIT $2",
                              after, page_size(limit));
}

Result<Member> SqlStore::add_member(const NewMember& member, WallTime now) {
  std::optional<Member> out;
  TRY_VOID(in_transaction([&]() -> Result<> {
    TRY(out, this->member(member.peer));
    if (out && out->name == member.name) return {};
    if (out) {
      return fail(ErrorCode::kAlreadyExists, "this peer is registered as {} already: go on under that name",
                  out->name.text());
    }
    TRY_VOID(expect_new(member));
    if (member.invite) {
      TRY(const auto spent, sql_->execute("UPDATE invite SET uses_left = uses_left - 1"
                                          " WHERE code_hash = $1 AND uses_left > 0 AND expires_at > $2",
                                          *member.invite, column_time(now)));
      if (spent == 0) {
        return fail(
            ErrorCode::kRefused,
            "the invite is unknown, used up or expired: ask an administrator of the network for a new one");
      }
    }
    TRY(const std::uint64_t serial, last_serial(member.name));
    TRY(const auto added, sql_->execute("INSERT INTO member (" MEMBER_COLUMNS
                                        ", lookalike) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                                        " ON CONFLICT DO NOTHING",
                                        member.peer.public_key(), member.name.text(), serial + 1,
                                        static_cast<int>(member.state), member.claim, member.claim_signature,
                                        column_time(now), member.lookalike));
    // Another tracker of this network was faster by a moment.
    if (added == 0) return std::unexpected(taken(member.name));
    TRY(out, this->member(member.peer));
    return {};
  }));
  return std::move(*out);
}

Result<> SqlStore::expect_new(const NewMember& member) {
  TRY(const auto same_name, this->member(member.name));
  if (same_name) return std::unexpected(taken(member.name));
  const auto text = [](const SqlRow& row) -> Result<std::string> { return row.text(0); };
  TRY(const auto similar,
      sql_->select_one<std::string>(text, "SELECT name FROM member WHERE lookalike = $1", member.lookalike));
  if (!similar) return {};
  return fail(ErrorCode::kAlreadyExists, "the name {} looks like {}, which is taken: choose another",
              member.name.text(), *similar);
}

Result<std::uint64_t> SqlStore::last_serial(const identity::PeerName& name) {
  TRY(const auto serial, sql_->select_number("SELECT serial FROM freed_name WHERE name = $1", name.text()));
  return static_cast<std::uint64_t>(serial.value_or(0));
}

Result<> SqlStore::set_member_state(const identity::PeerId& peer, MemberState state) {
  return in_transaction([&]() -> Result<> {
    TRY(const auto changed, sql_->execute("UPDATE member SET state = $1 WHERE peer = $2",
                                          static_cast<int>(state), peer.public_key()));
    if (changed == 0) return fail(ErrorCode::kNotFound, "there is no such member");
    if (state == MemberState::kActive) return {};
    return forget_belongings(peer);
  });
}

Result<> SqlStore::remove_member(const identity::PeerId& peer) {
  return in_transaction([&]() -> Result<> {
    TRY(const auto freed, sql_->execute("INSERT INTO freed_name (name, serial)"
                                        " SELECT name, serial FROM member WHERE peer = $1"
                                        " ON CONFLICT (name) DO UPDATE SET serial = excluded.serial",
                                        peer.public_key()));
    if (freed == 0) return fail(ErrorCode::kNotFound, "there is no such member");
    TRY_VOID(sql_->execute("DELETE FROM member WHERE peer = $1", peer.public_key()));
    return forget_belongings(peer);
  });
}

Result<> SqlStore::forget_belongings(const identity::PeerId& peer) {
  const crypto::PublicKey& key = peer.public_key();
  TRY_VOID(sql_->execute("DELETE FROM presence WHERE peer = $1", key));
  TRY_VOID(sql_->execute("DELETE FROM provider WHERE peer = $1", key));
  TRY_VOID(sql_->execute("DELETE FROM message WHERE receiver = $1", key));
  TRY_VOID(sql_->execute("DELETE FROM message WHERE sender = $1", key));
  const auto number = [](const SqlRow& row) -> Result<std::int64_t> { return row.integer(0); };
  TRY(const auto shares,
      sql_->select<std::int64_t>(number, "SELECT number FROM share WHERE owner = $1", key));
  return drop_shares(shares);
}

Result<bool> SqlStore::is_active(const identity::PeerId& peer) {
  return sql_->exists("SELECT 1 FROM member WHERE peer = $1 AND state = 1", peer.public_key());
}

Result<> SqlStore::lock_active(const identity::PeerId& peer) {
  const std::string sql =
      fmt::format("SELECT 1 FROM member WHERE peer = $1 AND state = 1{}", sql_->row_lock());
  TRY(const bool active, sql_->exists(sql, peer.public_key()));
  if (!active) return fail(ErrorCode::kNotFound, "this peer is no active member of the network");
  return {};
}

Result<> SqlStore::add_invite(const Invite& invite) {
  TRY_VOID(expect_clean(invite.note, kMaxInviteNoteBytes, "an invite's note"));
  if (invite.uses_left == 0 || invite.uses_left > kMaxInviteUses) {
    return fail(ErrorCode::kInvalidArgument, "an invite is good for 1 to {} uses", kMaxInviteUses);
  }
  TRY(const auto added,
      sql_->execute("INSERT INTO invite (code_hash, note, uses_left, expires_at)"
                    " VALUES ($1, $2, $3, $4) ON CONFLICT (code_hash) DO NOTHING",
                    invite.code_hash, invite.note, invite.uses_left, column_time(invite.expires_at)));
  if (added == 0)
    return fail(ErrorCode::kAlreadyExists, "there is an invite with this code: make another code");
  return {};
}

Result<std::vector<Invite>> SqlStore::invites() {
  const auto map = [](const SqlRow& row) -> Result<Invite> {
    Invite invite{.code_hash = row.fixed<crypto::Hash>(0), .note = row.text(1), .uses_left = row.count(2)};
    if (row.integer(3) != kNever) invite.expires_at = from_unix_ms(row.integer(3));
    return invite;
  };
  return sql_->select<Invite>(
      map, "SELECT code_hash, note, uses_left, expires_at FROM invite ORDER BY expires_at, code_hash");
}

Result<> SqlStore::remove_invite(const crypto::Hash& code_hash) {
  TRY(const auto removed, sql_->execute("DELETE FROM invite WHERE code_hash = $1", code_hash));
  if (removed == 0) return fail(ErrorCode::kNotFound, "there is no such invite");
  return {};
}

}  // namespace covey::registry
