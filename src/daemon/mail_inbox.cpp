#include "daemon/mail_inbox.hpp"

#include "base/log.hpp"
#include "mail/receipt.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;
using mail::LetterOutcome;

/// Letters out of mailboxes that wait here because their writer wrote too much, or their handler is not
/// ready.
constexpr std::size_t kMaxWaiting = 256;
constexpr auto kLookAgain = 20s;
/// Ids are kept for longer than their letters last, since a clock may be set back.
constexpr auto kKeptLonger = 24h;

LetterOutcome outcome_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kExpired:
      return LetterOutcome::kExpired;
    case ErrorCode::kRefused:
      return LetterOutcome::kWrongClock;
    case ErrorCode::kUnsupported:  // for this version; a later one may read it
      return LetterOutcome::kNotNow;
    default:
      return LetterOutcome::kRefused;
  }
}

bool comes_again(LetterOutcome outcome) {
  return outcome == LetterOutcome::kNotNow || outcome == LetterOutcome::kTooMany ||
         outcome == LetterOutcome::kWrongClock;
}

}  // namespace

/// One letter that is being taken; stop() waits for it.
class MailInbox::Taking {
 public:
  explicit Taking(MailInbox& inbox) : inbox_(&inbox) { ++inbox_->takings_; }
  ~Taking() {
    --inbox_->takings_;
    inbox_->taken_.open_all();
  }
  Taking(const Taking&) = delete;
  Taking& operator=(const Taking&) = delete;

 private:
  MailInbox* inbox_;
};

MailInbox::MailInbox(const MailDesk& desk, StoreThread& store, mail::LetterRates rates)
    : desk_(desk), store_(&store), budget_(rates), again_(desk.network), taken_(desk.network) {}

MailInbox::~MailInbox() = default;

io::Awaitable<void> MailInbox::stop() {
  stopping_ = true;
  again_.open_all();
  while (takings_ > 0) {
    const auto waited = co_await taken_.wait_for(1s);
    if (!waited && waited.error().code == ErrorCode::kCancelled) break;
  }
}

WriterStanding MailInbox::standing(const identity::PeerId& writer) const {
  return may_write_ ? may_write_(writer) : WriterStanding::kUnknown;
}

std::optional<LetterOutcome> MailInbox::turn_away(const identity::PeerId& from, ByteView membership) const {
  switch (standing(from)) {
    case WriterStanding::kKnown:
      return std::nullopt;
    case WriterStanding::kBlocked:
      return LetterOutcome::kNotNow;
    case WriterStanding::kUnknown:
      break;
  }
  if (members_ == nullptr || membership.empty()) return LetterOutcome::kRefused;
  const auto member = members_->check_member(membership, from);
  if (member) return std::nullopt;
  // Its renewal may be on its way.
  return member.error().code == ErrorCode::kExpired ? LetterOutcome::kNotNow : LetterOutcome::kRefused;
}

io::Awaitable<LetterOutcome> MailInbox::take(identity::PeerId from, mail::SealedLetter letter) {
  const Taking taking(*this);
  if (stopping_) co_return LetterOutcome::kNotNow;
  if (const auto answer = turn_away(from, letter.membership)) co_return *answer;
  if (!budget_.spend(from, desk_.clock->steady())) co_return LetterOutcome::kTooMany;
  const auto opened = co_await unseal(from, letter.sealed);
  if (!opened) co_return outcome_of(opened.error());
  if (opened->id != letter.id) co_return LetterOutcome::kRefused;
  if (on_contact_) on_contact_(from);
  co_return co_await take_letter(*opened);
}

io::Awaitable<MailNetworks::Kept> MailInbox::take_held(identity::PeerId from, Bytes sealed) {
  const Taking taking(*this);
  bool is_paid_for = false;
  while (!stopping_) {
    // The tracker brings letters of its members alone.
    if (standing(from) == WriterStanding::kBlocked) co_return MailNetworks::Kept::kYes;
    LetterOutcome outcome = LetterOutcome::kTooMany;
    is_paid_for = is_paid_for || budget_.spend(from, desk_.clock->steady());
    if (is_paid_for) {
      const auto opened = co_await unseal(from, sealed);
      if (opened) {
        outcome = co_await take_letter(*opened);
      } else {
        outcome = outcome_of(opened.error());
        log::debug("a letter out of a mailbox: {}", to_string(opened.error()));
      }
      if (outcome == LetterOutcome::kTaken && opened->kind != mail::kReceiptKind && on_taken_)
        on_taken_(from, opened->id);
    }
    if (!comes_again(outcome)) co_return MailNetworks::Kept::kYes;
    if (waiting_ >= kMaxWaiting) co_return MailNetworks::Kept::kNo;
    ++waiting_;
    const auto waited = co_await again_.wait_for(kLookAgain);
    --waiting_;
    if (!waited && waited.error().code == ErrorCode::kCancelled) break;
  }
  co_return MailNetworks::Kept::kNo;
}

io::Awaitable<Result<mail::Letter>> MailInbox::unseal(const identity::PeerId& from, const Bytes& sealed) {
  auto open = [&sealed, device = desk_.device, now = desk_.clock->wall()] {
    return mail::open(sealed, *device, now);
  };
  auto letter = co_await unsealing_.run(std::move(open));
  if (letter && letter->from != from)
    co_return fail(ErrorCode::kVerificationFailed, "a letter that another peer brings than who wrote it");
  co_return letter;
}

io::Awaitable<LetterOutcome> MailInbox::take_letter(const mail::Letter& letter) {
  if (on_seen_) on_seen_(letter.from);
  if (letter.kind == mail::kReceiptKind) co_return co_await hand_over(letter);
  const auto key = std::pair(letter.from, letter.id);
  // Its twin is being taken at this moment, and how that ends is not known.
  if (!in_hand_.insert(key).second) co_return LetterOutcome::kNotNow;
  auto look = [&letter](DaemonStore& store) { return store.has_taken(letter.from, letter.id); };
  const auto known = co_await store_->run(look);
  LetterOutcome outcome = LetterOutcome::kNotNow;
  if (!known) {
    log::error("cannot look a letter up: {}", to_string(known.error()));
  } else if (*known) {
    outcome = LetterOutcome::kTaken;
  } else {
    outcome = co_await hand_over(letter);
  }
  if (known && !*known && outcome == LetterOutcome::kTaken) {
    auto remember = [&letter](DaemonStore& store) {
      return store.save_taken(letter.from, letter.id, letter.ends_at());
    };
    const auto remembered = co_await store_->run(remember);
    if (!remembered) {
      log::error("cannot remember a letter: {}", to_string(remembered.error()));
      outcome = LetterOutcome::kNotNow;
    }
  }
  in_hand_.erase(key);
  co_return outcome;
}

io::Awaitable<LetterOutcome> MailInbox::hand_over(const mail::Letter& letter) {
  const auto handler = handlers_.find(letter.kind);
  if (handler == handlers_.end()) {
    log::debug("a letter of the kind {}, which nobody here reads", letter.kind);
    co_return LetterOutcome::kTaken;
  }
  const Verdict verdict = co_await handler->second(letter);
  co_return verdict == Verdict::kTaken ? LetterOutcome::kTaken : LetterOutcome::kNotNow;
}

io::Awaitable<void> MailInbox::forget_old() {
  auto forget = [until = desk_.clock->wall() - kKeptLonger](DaemonStore& store) {
    return store.forget_taken(until);
  };
  const auto forgotten = co_await store_->run(std::move(forget));
  if (!forgotten) log::error("cannot forget old letters: {}", to_string(forgotten.error()));
}

}  // namespace covey::daemon
