// Messages from peer to peer: posted here, told by the event stream, gone when they are acknowledged.

#include <algorithm>

#include "tracker/answers.hpp"
#include "tracker/handlers.hpp"
#include "tracker/json_body.hpp"

namespace covey::tracker {
namespace {

bool is_kind(std::string_view text) {
  return !text.empty() && text.size() <= kMaxMessageKind && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

struct Posting {
  registry::Message message;
  bool held = false;  // for a peer that is away
};

Result<Posting> read_posting(const Call& call, WallTime now) {
  TRY(const JsonBody body, JsonBody::parse(call.body));
  Posting out;
  out.message.from = call.peer;
  out.message.sent_at = now;
  TRY(const auto to, body.text("to"));
  TRY(out.message.to, identity::PeerId::parse(to));
  TRY(out.message.kind, body.text("kind"));
  if (!is_kind(out.message.kind))
    return fail(ErrorCode::kInvalidArgument, "a kind has 1 to {} characters of a-z, 0-9 and '-'",
                kMaxMessageKind);
  TRY(out.message.body, body.bytes("body", kMaxMessageBytes));
  const auto longest = static_cast<std::uint64_t>(kMaxHold.count());
  TRY(const auto hold, body.number("hold_seconds", longest));
  out.held = hold > 0;
  out.message.expires_at =
      now + (out.held ? std::chrono::seconds(static_cast<std::int64_t>(hold)) : kInstantHold);
  return out;
}

struct Posted {
  std::uint64_t id = 0;
  bool online = false;
};

Result<Posted> post(registry::Store& store, const Posting& posting, WallTime now) {
  TRY(const auto presence, store.presence(posting.message.to, now));
  if (!presence && !posting.held) {
    TRY(const auto member, store.member(posting.message.to));
    if (member && member->state == registry::MemberState::kActive)
      return fail(ErrorCode::kAlreadyExists, "the receiver is not present; send it to be held");
  }
  TRY(const auto id, store.post(posting.message, registry::MailboxLimits(), now));
  return Posted{.id = id, .online = presence.has_value()};
}

}  // namespace

Answer post_message(Tracker& tracker, Call call) {
  const WallTime now = tracker.clock.wall();
  ANSWER_TRY(auto posting, read_posting(call, now));
  const identity::PeerId receiver = posting.message.to;  // the order of a mailbox is that of its posts
  auto work = [posting = std::move(posting), now](registry::Store& store) {
    return post(store, posting, now);
  };
  const auto posted = co_await tracker.registry.write(receiver, std::move(work));
  if (!posted && posted.error().code == ErrorCode::kAlreadyExists)
    co_return error_response(409, {ErrorCode::kUnreachable, posted.error().context});
  ANSWER_TRY_VOID(posted);
  JsonLine line;
  line.open('{').key("id").number(posted->id).key("online").truth(posted->online).close('}');
  co_return json_response(202, line);
}

Answer post_acknowledge(Tracker& tracker, Call call) {
  ANSWER_TRY(const JsonBody body, JsonBody::parse(call.body));
  ANSWER_TRY(auto ids, body.numbers("ids", kMaxAcknowledged));
  auto work = [peer = call.peer, ids = std::move(ids)](registry::Store& store) {
    return store.acknowledge(peer, ids);
  };
  ANSWER_TRY_VOID(co_await tracker.registry.write(call.peer, std::move(work)));
  co_return no_content();
}

}  // namespace covey::tracker
