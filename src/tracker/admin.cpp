#include "tracker/admin.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/quantity.hpp"
#include "tracker/invite_code.hpp"
#include "tracker/json_line.hpp"
#include "tracker/membership_records.hpp"

namespace covey::tracker {
namespace {

constexpr std::size_t kInviteIdBytes = 5;
constexpr std::size_t kMembersAtOnce = 500;

/// Enough of the hash to tell invites apart, and of no use to anybody who wants in.
std::string invite_id(const registry::Invite& invite) {
  return to_hex(invite.code_hash.view().first(kInviteIdBytes));
}

std::uint64_t ms(WallTime time) {
  return static_cast<std::uint64_t>(to_unix_ms(time));
}

std::string json_of(const registry::Invite& invite) {
  JsonLine line;
  line.open('{').key("id").text(invite_id(invite)).key("uses_left").number(invite.uses_left);
  if (invite.expires_at) line.key("expires_at").number(ms(*invite.expires_at));
  line.key("note").text(invite.note).close('}');
  return line.take() + '\n';
}

std::string text_of(const registry::Invite& invite, WallTime now) {
  std::string until = "for ever";
  if (invite.expires_at && *invite.expires_at <= now) until = "expired";
  if (invite.expires_at && *invite.expires_at > now) {
    until = "for " + human_duration(std::chrono::floor<std::chrono::seconds>(*invite.expires_at - now));
  }
  return fmt::format("{}\t{} left\t{}\t{}\n", invite_id(invite), invite.uses_left, until, invite.note);
}

std::string json_of(const registry::Member& member) {
  JsonLine line;
  line.open('{').key("name").text(member.name.text()).key("peer_id").text(member.peer.to_text());
  line.key("state").text(name_of(member.state)).key("serial").number(member.serial);
  line.key("registered_at").number(ms(member.registered_at)).close('}');
  return line.take() + '\n';
}

std::string text_of(const registry::Member& member) {
  return fmt::format("{}\t{}\t{}\n", member.name.text(), name_of(member.state), member.peer.to_text());
}

}  // namespace

Result<registry::Registration> parse_registration(std::string_view text) {
  for (const auto how :
       {registry::Registration::kOpen, registry::Registration::kInvite, registry::Registration::kApproval}) {
    if (name_of(how) == text) return how;
  }
  return fail(ErrorCode::kInvalidArgument, "registration is open, invite or approval, not '{}'", text);
}

Result<std::string> Admin::registration() {
  TRY(const auto how, store_.registration());
  if (!is_json()) return fmt::format("{}\n", name_of(how));
  JsonLine line;
  line.open('{').key("registration").text(name_of(how)).close('}');
  return line.take() + '\n';
}

Result<std::string> Admin::set_registration(registry::Registration how) {
  TRY_VOID(store_.set_registration(how));
  return registration();
}

Result<std::string> Admin::invite(const NewInvite& wanted, crypto::Random& random) {
  const std::string code = make_invite_code(random);
  registry::Invite invite{
      .code_hash = hash_of_invite(code), .note = wanted.note, .uses_left = wanted.uses, .expires_at = {}};
  if (wanted.life) invite.expires_at = now_ + *wanted.life;
  TRY_VOID(store_.add_invite(invite));
  if (!is_json()) return code + '\n';
  JsonLine line;
  line.open('{')
      .key("code")
      .text(code)
      .key("id")
      .text(invite_id(invite))
      .key("uses_left")
      .number(invite.uses_left);
  if (invite.expires_at) line.key("expires_at").number(ms(*invite.expires_at));
  line.close('}');
  return line.take() + '\n';
}

Result<std::string> Admin::invites() {
  TRY(const auto all, store_.invites());
  std::string out;
  for (const registry::Invite& invite : all) out += is_json() ? json_of(invite) : text_of(invite, now_);
  return out;
}

Result<std::string> Admin::revoke_invite(const std::string& code_or_id) {
  TRY(const auto all, store_.invites());
  const crypto::Hash hash = hash_of_invite(code_or_id);
  const auto found = std::find_if(all.begin(), all.end(), [&](const registry::Invite& invite) {
    return invite.code_hash == hash || invite_id(invite) == code_or_id;
  });
  if (found == all.end()) {
    return fail(ErrorCode::kNotFound, "there is no such invite; 'covey-tracker admin invites' lists them");
  }
  TRY_VOID(store_.remove_invite(found->code_hash));
  return done("revoked", invite_id(*found));
}

Result<std::string> Admin::members(std::optional<registry::MemberState> state) {
  std::string out;
  std::string after;
  while (true) {
    TRY(const auto page, store_.members(after, kMembersAtOnce));
    for (const registry::Member& member : page) {
      if (!state || member.state == *state) out += is_json() ? json_of(member) : text_of(member);
    }
    if (page.size() < kMembersAtOnce) return out;
    after = page.back().name.text();
  }
}

Result<registry::Member> Admin::member(const std::string& name) {
  TRY(const auto parsed, identity::PeerName::parse(name));
  TRY(auto found, store_.member(parsed));
  if (!found) {
    return fail(ErrorCode::kNotFound, "there is no member '{}'; 'covey-tracker admin members' lists them",
                name);
  }
  return std::move(*found);
}

std::string Admin::done(std::string_view what, const std::string& name) const {
  if (!is_json()) return fmt::format("{} {}\n", what, name);
  JsonLine line;
  line.open('{').key(what).text(name).close('}');
  return line.take() + '\n';
}

Result<std::string> Admin::change(const std::string& name, registry::MemberState from,
                                  registry::MemberState to, std::string_view what) {
  TRY(const auto found, member(name));
  if (found.state != from && found.state != to)
    return fail(ErrorCode::kRefused, "{} is {}, not {}", name, name_of(found.state), name_of(from));
  if (found.state != to) {
    TRY_VOID(store_.set_member_state(found.peer, to));
  }
  return done(what, name);
}

Result<std::string> Admin::approve(const std::string& name) {
  return change(name, registry::MemberState::kWaiting, registry::MemberState::kActive, "approved");
}

Result<std::string> Admin::ban(const std::string& name) {
  TRY(const auto found, member(name));
  TRY_VOID(store_.set_member_state(found.peer, registry::MemberState::kBanned));
  return done("banned", name);
}

Result<std::string> Admin::unban(const std::string& name) {
  return change(name, registry::MemberState::kBanned, registry::MemberState::kActive, "unbanned");
}

Result<std::string> Admin::remove(const std::string& name) {
  TRY(const auto found, member(name));
  TRY_VOID(store_.remove_member(found.peer));
  return done("removed", name);
}

}  // namespace covey::tracker
