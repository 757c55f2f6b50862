// MailOutbox's attempts: which letters go together, by which way, and what is made of the answers.

#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "daemon/mail_outbox.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLettersAtOnce = 16;
constexpr std::size_t kMaxAddressesTried = 8;
/// No mailbox keeps a letter for longer.
constexpr std::chrono::seconds kLongestHold = 7 * 24h;
/// A letter that was left in a mailbox is left there again after 1 h, 4 h, 16 h …: the mailbox, or the
/// receipt, may have been lost.
constexpr std::chrono::milliseconds kFirstDepositPause = 1h;
constexpr std::chrono::milliseconds kLongestDepositPause = 5 * 24h;
constexpr std::chrono::milliseconds kFullMailboxPause = 10min;
/// Whom links did not reach is written to by mailbox for so long.
constexpr std::chrono::milliseconds kUnreachableFor = 10min;
constexpr std::size_t kMaxUnreachable = 1000;

std::chrono::milliseconds deposit_pause(unsigned deposits) {
  const auto pause = kFirstDepositPause * (1U << (2 * std::min(deposits, 5U)));
  return std::min<std::chrono::milliseconds>(pause, kLongestDepositPause);
}

}  // namespace

/// One batch of what waits for a peer: directly, else into a mailbox; the other way round while links to the
/// peer have failed, so that a letter does not wait for another dial in vain.
io::Awaitable<MailOutbox::Reach> MailOutbox::try_ways(identity::PeerId to) {
  auto located = co_await networks_->locate_peer(to);
  // A refusal is believed when we have shown what speaks for us, or nothing does.
  const bool proven = located.has_value() || located.error().code == ErrorCode::kNotFound;
  PeerPlace place;
  if (located) place = std::move(*located);
  auto batch = co_await next_batch(to);
  if (!batch) {
    log::error("letters cannot be read: {}", to_string(batch.error()));
    co_return Reach::kNone;
  }
  if (batch->empty()) co_return Reach::kNone;
  for (mail::SealedLetter& letter : *batch) letter.membership = place.membership;
  add_addresses(to, *batch, place);
  const auto unreachable = unreachable_.find(to);
  const bool mailbox_first = unreachable != unreachable_.end() && unreachable->second > desk_.clock->steady();
  Reach reach = Reach::kNone;
  if (mailbox_first) reach = co_await try_mailboxes(to, *batch);
  if (reach == Reach::kNone && !place.addresses.empty())
    reach = co_await try_link(to, std::move(place.addresses), *batch, proven);
  if (reach == Reach::kNone && !mailbox_first) reach = co_await try_mailboxes(to, *batch);
  co_return reach;
}

/// Those of the networks come first, then those that came with the letters.
void MailOutbox::add_addresses(const identity::PeerId& to, const Batch& letters, PeerPlace& place) const {
  const auto add = [&](const std::vector<access::Endpoint>& more) {
    for (const access::Endpoint& address : more) {
      if (std::find(place.addresses.begin(), place.addresses.end(), address) == place.addresses.end())
        place.addresses.push_back(address);
    }
  };
  for (const mail::SealedLetter& letter : letters) {
    const Waiting* const waiting = find(to, letter.id);
    if (waiting != nullptr) add(waiting->letter.addresses);
  }
  if (addresses_) add(addresses_(to));
  if (place.addresses.size() > kMaxAddressesTried) place.addresses.resize(kMaxAddressesTried);
}

io::Awaitable<MailOutbox::Reach> MailOutbox::try_link(identity::PeerId to,
                                                      std::vector<access::Endpoint> addresses, Batch letters,
                                                      bool proven) {
  const auto answers = co_await carrier_->carry(to, std::move(addresses), letters);
  note_contact(to, answers.has_value());
  if (!answers) {
    log::debug("letters to {} could not be handed over: {}", to.short_text(), to_string(answers.error()));
    co_return Reach::kNone;
  }
  Reach reach = Reach::kDirect;
  std::set<mail::LetterId> refused;
  for (const auto& [id, outcome] : *answers) {
    if (outcome == mail::LetterOutcome::kTaken) end(to, id, LetterFate::kAcknowledged);
    if (outcome == mail::LetterOutcome::kTooMany) reach = Reach::kTooMany;
    if (outcome != mail::LetterOutcome::kRefused) continue;
    if (proven) {
      end(to, id, LetterFate::kRefused);
    } else {
      refused.insert(id);
    }
  }
  // A mailbox speaks for us where we could not.
  std::erase_if(letters, [&](const auto& letter) { return !refused.contains(letter.id); });
  (void)co_await try_mailboxes(to, letters);
  co_return reach;
}

void MailOutbox::note_contact(const identity::PeerId& peer, bool reached) {
  const SteadyTime now = desk_.clock->steady();
  std::erase_if(unreachable_, [&](const auto& entry) { return entry.first == peer || entry.second <= now; });
  if (!reached && unreachable_.size() < kMaxUnreachable) unreachable_[peer] = now + kUnreachableFor;
  if (on_contact_) on_contact_(peer, reached);
}

/// The least tried first, so that none waits behind those that have to.
io::Awaitable<Result<MailOutbox::Batch>> MailOutbox::next_batch(identity::PeerId to) {
  std::vector<Waiting*> order;
  for (auto& [id, waiting] : addressees_.at(to).letters) {
    if (waiting.stage == Stage::kWaiting) order.push_back(&waiting);
  }
  std::sort(order.begin(), order.end(), [](const Waiting* a, const Waiting* b) {
    return std::pair(a->tried, a->letter.sent_at) < std::pair(b->tried, b->letter.sent_at);
  });
  if (order.size() > kLettersAtOnce) order.resize(kLettersAtOnce);
  ++attempts_;
  std::vector<StoredLetter> letters;
  for (Waiting* const waiting : order) {
    waiting->tried = attempts_;
    letters.push_back(waiting->letter);
  }
  Batch out;
  for (const StoredLetter& letter : letters) {
    auto bytes = co_await sealed(letter);
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) continue;  // it has ended meanwhile
    if (!bytes) co_return std::unexpected(std::move(bytes).error());
    out.push_back({.id = letter.id, .sealed = std::move(*bytes), .membership = {}});
  }
  co_return out;
}

io::Awaitable<Result<Bytes>> MailOutbox::sealed(StoredLetter letter) {
  auto read = [&letter](DaemonStore& store) { return store.letter_body(letter.to, letter.id); };
  CO_TRY(auto body, co_await store_->run(read));
  if (!body) co_return fail(ErrorCode::kNotFound, "a letter that has ended");
  const mail::Letter whole{.id = letter.id,
                           .from = desk_.device->peer_id(),
                           .to = letter.to,
                           .sent_at = letter.sent_at,
                           .expires_at = letter.expires_at,
                           .kind = std::move(letter.kind),
                           .body = std::move(*body)};
  co_return mail::seal(whole, *desk_.device, *desk_.random);
}

io::Awaitable<MailOutbox::Reach> MailOutbox::try_mailboxes(identity::PeerId to, const Batch& letters) {
  Reach reach = Reach::kNone;
  for (const mail::SealedLetter& letter : letters) {
    const Waiting* const waiting = find(to, letter.id);
    const WallTime now = desk_.clock->wall();
    if (waiting == nullptr || waiting->stage != Stage::kWaiting || waiting->letter.deposit_due > now)
      continue;
    const bool stopped = co_await io::cancelled();
    if (stopped) co_return reach;
    const bool left = co_await deposit(to, letter);
    if (!left) co_return reach;
    reach = Reach::kMailbox;
  }
  co_return reach;
}

io::Awaitable<bool> MailOutbox::deposit(identity::PeerId to, mail::SealedLetter letter) {
  const StoredLetter& before = find(to, letter.id)->letter;
  const auto left = std::chrono::floor<std::chrono::seconds>(before.expires_at - desk_.clock->wall());
  const auto hold = std::clamp<std::chrono::seconds>(left, 1s, kLongestHold);
  const auto done = co_await networks_->deposit(to, std::move(letter.sealed), hold, before.deposits);
  Waiting* const waiting = find(to, letter.id);
  if (waiting == nullptr) co_return done.has_value();
  if (!done) {
    log::debug("a letter to {} could not be left for it: {}", to.short_text(), to_string(done.error()));
    if (done.error().code == ErrorCode::kLimitExceeded)
      waiting->letter.deposit_due = desk_.clock->wall() + kFullMailboxPause;
    co_return false;
  }
  waiting->letter.deposit_due = desk_.clock->wall() + deposit_pause(waiting->letter.deposits);
  ++waiting->letter.deposits;
  const StoredLetter now = waiting->letter;
  auto note = [&now](DaemonStore& store) { return store.save_deposit(now); };
  const auto noted = co_await store_->run(note);
  if (!noted) log::error("cannot record where a letter was left: {}", to_string(noted.error()));
  if (!on_left_) co_return true;
  LeftLetter lies_there{.id = now.id, .to = to, .kind = now.kind};
  co_await on_left_(std::move(lies_there));
  co_return true;
}

}  // namespace covey::daemon
