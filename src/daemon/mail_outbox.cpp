#include "daemon/mail_outbox.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "mail/receipt.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

/// Peers that are written to at the same time.
constexpr std::size_t kMaxAttempts = 8;
/// The clock is looked at this often, whatever happens.
constexpr std::chrono::milliseconds kLookForDue = 30s;
constexpr std::chrono::milliseconds kFirstSendPause = 5s;
constexpr std::chrono::milliseconds kLongestPause = 15min;
/// Who says that this peer writes too much has a limit by the minute.
constexpr std::chrono::milliseconds kPauseOfTooMany = 1min;
/// Signs of life bring no more attempts than one in this time.
constexpr std::chrono::milliseconds kBetweenAttempts = 10s;

}  // namespace

MailOutbox::MailOutbox(const MailDesk& desk, StoreThread& store, MailNetworks& networks, MailCarrier& carrier,
                       OutboxLimits limits)
    : desk_(desk),
      store_(&store),
      networks_(&networks),
      carrier_(&carrier),
      limits_(limits),
      changed_(desk.network),
      tasks_(desk.network),
      jitter_(static_cast<std::minstd_rand::result_type>(desk.random->number())) {}

MailOutbox::~MailOutbox() = default;

io::Awaitable<Result<>> MailOutbox::restore() {
  auto read = [](DaemonStore& store) { return store.letters(); };
  CO_TRY(auto letters, co_await store_->run(read));
  for (StoredLetter& letter : letters) {
    Waiting waiting{.letter = std::move(letter)};
    addressees_[waiting.letter.to].letters.try_emplace(waiting.letter.id, std::move(waiting));
  }
  tasks_.spawn(keep_trying());
  co_return Result<>{};
}

io::Awaitable<void> MailOutbox::stop() {
  tasks_.cancel();
  carrier_->stop();
  co_await tasks_.join();
}

bool MailOutbox::Addressee::has_waiting() const {
  return std::any_of(letters.begin(), letters.end(),
                     [](const auto& entry) { return entry.second.stage == Stage::kWaiting; });
}

std::size_t MailOutbox::size() const {
  std::size_t out = 0;
  for (const auto& [peer, addressee] : addressees_) out += addressee.letters.size();
  return out;
}

const MailOutbox::Waiting* MailOutbox::find(const identity::PeerId& to, const mail::LetterId& id) const {
  const auto addressee = addressees_.find(to);
  if (addressee == addressees_.end()) return nullptr;
  const auto place = addressee->second.letters.find(id);
  return place == addressee->second.letters.end() ? nullptr : &place->second;
}

MailOutbox::Waiting* MailOutbox::find(const identity::PeerId& to, const mail::LetterId& id) {
  return const_cast<Waiting*>(std::as_const(*this).find(to, id));
}

io::Awaitable<Result<mail::LetterId>> MailOutbox::post(Posting posting) {
  const WallTime now = desk_.clock->wall();
  const mail::Letter letter{.id = posting.id.value_or(desk_.random->fixed<mail::LetterId>()),
                            .from = desk_.device->peer_id(),
                            .to = posting.to,
                            .sent_at = now,
                            .expires_at = now + posting.life,
                            .kind = std::move(posting.kind),
                            .body = std::move(posting.body)};
  CO_TRY_VOID(mail::check(letter));
  if (letter.to == letter.from || letter.kind == mail::kReceiptKind)
    co_return fail(ErrorCode::kInvalidArgument, "a letter to oneself, or a receipt, is not posted");
  // One that is just coming to its end is another letter once it is gone.
  for (const Waiting* ending = find(letter.to, letter.id);
       ending != nullptr && ending->stage == Stage::kEnding; ending = find(letter.to, letter.id)) {
    const auto waited = co_await changed_.wait_for(kLookForDue);
    if (!waited && waited.error().code == ErrorCode::kCancelled) co_return std::unexpected(waited.error());
  }
  const Waiting* const known = find(letter.to, letter.id);
  if (known != nullptr && known->stage != Stage::kStoring) co_return letter.id;
  Addressee& addressee = addressees_[letter.to];
  if (known == nullptr && addressee.letters.size() >= limits_.letters_to_one) {
    co_return fail(ErrorCode::kLimitExceeded,
                   "{} letters wait for this peer already; write again when it has been online",
                   addressee.letters.size());
  }
  if (known == nullptr && size() >= limits_.letters) {
    if (addressee.letters.empty() && !addressee.trying) addressees_.erase(letter.to);
    co_return fail(ErrorCode::kLimitExceeded, "{} letters wait to be delivered already", limits_.letters);
  }
  const StoredLetter stored{.id = letter.id,
                            .to = letter.to,
                            .kind = letter.kind,
                            .sent_at = letter.sent_at,
                            .expires_at = letter.ends_at(),
                            .addresses = std::move(posting.addresses),
                            .deposit_due = now};
  addressee.letters.try_emplace(letter.id, Waiting{.letter = stored, .stage = Stage::kStoring});
  auto keep = [&](DaemonStore& store) { return store.save(stored, letter.body); };
  const auto kept = co_await store_->run(keep);
  Waiting* const waiting = find(letter.to, letter.id);
  if (!kept) {
    if (waiting != nullptr && waiting->stage == Stage::kStoring) forget(letter.to, letter.id);
    co_return std::unexpected(kept.error());
  }
  if (waiting != nullptr && waiting->stage == Stage::kStoring) waiting->stage = Stage::kWaiting;
  if (const auto place = addressees_.find(letter.to); place != addressees_.end()) {
    place->second.failures = 0;
    place->second.due = desk_.clock->steady();
    changed_.open_all();
  }
  co_return letter.id;
}

void MailOutbox::acknowledge(const identity::PeerId& by, std::span<const mail::LetterId> ids) {
  for (const mail::LetterId& id : ids) end(by, id, LetterFate::kAcknowledged);
}

void MailOutbox::appeared(const identity::PeerId& peer) {
  const auto place = addressees_.find(peer);
  if (place == addressees_.end()) return;
  Addressee& addressee = place->second;
  addressee.failures = 0;
  const SteadyTime soon = std::max(desk_.clock->steady(), addressee.tried_at + kBetweenAttempts);
  addressee.due = std::min(addressee.due, soon);
  changed_.open_all();
}

void MailOutbox::look_again() {
  for (const auto& [peer, addressee] : addressees_) appeared(peer);
  changed_.open_all();
}

io::Awaitable<void> MailOutbox::keep_trying() {
  while (true) {
    expire();
    start_attempts();
    const auto woken = co_await changed_.wait_for(std::max<std::chrono::milliseconds>(until_next(), 1ms));
    if (!woken && woken.error().code == ErrorCode::kCancelled) co_return;
  }
}

void MailOutbox::expire() {
  const WallTime now = desk_.clock->wall();
  std::vector<std::pair<identity::PeerId, mail::LetterId>> over;
  for (const auto& [peer, addressee] : addressees_) {
    for (const auto& [id, waiting] : addressee.letters) {
      if (waiting.letter.expires_at <= now) over.emplace_back(peer, id);
    }
  }
  for (const auto& [peer, id] : over) end(peer, id, LetterFate::kExpired);
}

void MailOutbox::start_attempts() {
  const SteadyTime now = desk_.clock->steady();
  for (auto& [peer, addressee] : addressees_) {
    if (trying_ >= kMaxAttempts) return;
    if (addressee.trying || addressee.due > now || !addressee.has_waiting()) continue;
    addressee.trying = true;
    addressee.tried_at = now;
    ++trying_;
    tasks_.spawn(attempt(peer));
  }
}

std::chrono::milliseconds MailOutbox::until_next() const {
  std::chrono::milliseconds out = kLookForDue;
  if (trying_ >= kMaxAttempts) return out;
  const SteadyTime now = desk_.clock->steady();
  for (const auto& [peer, addressee] : addressees_) {
    if (!addressee.trying && addressee.has_waiting())
      out = std::min(out, std::chrono::ceil<std::chrono::milliseconds>(addressee.due - now));
  }
  return out;
}

io::Awaitable<void> MailOutbox::attempt(identity::PeerId to) {
  const Reach reach = co_await try_ways(to);
  --trying_;
  const auto place = addressees_.find(to);
  place->second.trying = false;
  if (place->second.letters.empty()) {
    addressees_.erase(place);
  } else {
    plan_next(place->second, reach);
  }
  changed_.open_all();
}

void MailOutbox::plan_next(Addressee& addressee, Reach reach) {
  const SteadyTime now = desk_.clock->steady();
  const bool some_are_new = std::any_of(
      addressee.letters.begin(), addressee.letters.end(),
      [](const auto& entry) { return entry.second.stage == Stage::kWaiting && entry.second.tried == 0; });
  if (some_are_new && (reach == Reach::kDirect || reach == Reach::kMailbox)) {
    addressee.due = now;
    return;
  }
  std::chrono::milliseconds pause = kFirstSendPause * (1U << std::min(addressee.failures, 10U));
  if (reach == Reach::kTooMany) pause = std::max(pause, kPauseOfTooMany);
  ++addressee.failures;
  addressee.due = now + jittered(std::min(pause, kLongestPause));
}

std::chrono::milliseconds MailOutbox::jittered(std::chrono::milliseconds pause) {
  const double factor = 0.75 + 0.5 * std::generate_canonical<double, 16>(jitter_);
  return std::chrono::duration_cast<std::chrono::milliseconds>(pause * factor);
}

void MailOutbox::end(const identity::PeerId& to, const mail::LetterId& id, LetterFate fate) {
  Waiting* const waiting = find(to, id);
  if (waiting == nullptr || waiting->stage != Stage::kWaiting) return;
  waiting->stage = Stage::kEnding;
  tasks_.spawn(remove({.id = id, .to = to, .kind = waiting->letter.kind, .fate = fate}));
}

io::Awaitable<void> MailOutbox::withdraw(identity::PeerId to, mail::LetterId id) {
  Waiting* const waiting = find(to, id);
  if (waiting == nullptr || waiting->stage != Stage::kWaiting) co_return;
  waiting->stage = Stage::kEnding;
  EndedLetter taken_back{.id = id, .to = to, .kind = {}};
  co_await drop(std::move(taken_back));
}

/// Told first, then removed: after a crash in between it is told again.
io::Awaitable<void> MailOutbox::remove(EndedLetter ended) {
  if (on_end_) co_await on_end_(ended);
  co_await drop(std::move(ended));
}

io::Awaitable<void> MailOutbox::drop(EndedLetter ended) {
  auto take_out = [&ended](DaemonStore& store) { return store.remove_letter(ended.to, ended.id); };
  const auto removed = co_await store_->run(take_out);
  if (!removed) log::error("cannot remove a letter that has ended: {}", to_string(removed.error()));
  forget(ended.to, ended.id);
}

void MailOutbox::forget(const identity::PeerId& to, const mail::LetterId& id) {
  const auto addressee = addressees_.find(to);
  if (addressee == addressees_.end()) return;
  addressee->second.letters.erase(id);
  changed_.open_all();
  if (addressee->second.letters.empty() && !addressee->second.trying) addressees_.erase(addressee);
}

}  // namespace covey::daemon
