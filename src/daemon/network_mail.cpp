// NetworkBook's part in letters: where their receivers are, and the mailboxes that trackers keep.

#include "daemon/network_book.hpp"

namespace covey::daemon {
namespace {

/// What a letter is called at a tracker, whatever is in it.
constexpr const char* kLetterMessage = "letter";
static_assert(mail::kMaxSealedLetterBytes <= discovery::kMaxMessageBytes);

/// A tracker that is away is not asked: its session says when it is back.
Error away_error() {
  return {ErrorCode::kUnreachable, "the network's tracker is away"};
}

}  // namespace

io::Awaitable<Result<PeerPlace>> NetworkBook::locate_peer(identity::PeerId peer) {
  std::optional<PeerPlace> away;
  std::optional<Error> last;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const Session session = sessions_[i];
    if (!session->is_online()) {
      last = away_error();
      continue;
    }
    auto ask = [&peer](discovery::TrackerClient& client) { return client.peer(peer); };
    auto found = co_await session->ask(ask);
    if (!found) {
      last = std::move(found).error();
      continue;
    }
    (void)believe(
        {.network = session->network(), .name = found->name, .peer = found->peer, .serial = found->serial});
    PeerPlace place{.addresses = {}, .membership = session->joined().membership};
    if (found->online) place.addresses = std::move(found->addresses);
    if (!place.addresses.empty()) co_return place;
    if (!away) away = std::move(place);
  }
  if (away) co_return std::move(*away);
  co_return std::unexpected(nobody_knows("this peer", last));
}

io::Awaitable<Result<>> NetworkBook::deposit(identity::PeerId to, Bytes sealed, std::chrono::seconds hold,
                                             unsigned turn) {
  const discovery::OutgoingMessage message{
      .to = to, .kind = kLetterMessage, .body = std::move(sealed), .hold = hold};
  std::optional<Error> last;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const Session session = sessions_[(i + turn) % sessions_.size()];
    if (!session->is_online()) {
      last = away_error();
      continue;
    }
    auto send = [&message](discovery::TrackerClient& client) { return client.send(message); };
    auto sent = co_await session->ask(send);
    if (sent) co_return sent;
    last = std::move(sent).error();
  }
  co_return std::unexpected(nobody_knows("this peer", last));
}

io::Awaitable<NetworkSession::Kept> NetworkBook::take_message(discovery::ReceivedMessage message) {
  // Of another kind: for a version of Covey that this one is not.
  if (message.kind != kLetterMessage || !on_letter_) co_return NetworkSession::Kept::kYes;
  const Kept kept = co_await on_letter_(message.from, std::move(message.body));
  co_return kept == Kept::kYes ? NetworkSession::Kept::kYes : NetworkSession::Kept::kNo;
}

}  // namespace covey::daemon
