#pragma once
// MailBook: letters between this peer and others: posted here, handed to whoever reads their kind, and
// acknowledged both ways. Whatever asks, answers or takes back something of another peer's goes through it.
//
// A posted letter survives everything but its end; a letter that came is handed over before it is
// acknowledged. Both at least once, and once as long as nothing crashes. On the network thread; stop() is
// awaited before destruction. Spec: docs/spec/mail.md.

#include "daemon/mail_inbox.hpp"
#include "daemon/mail_outbox.hpp"
#include "daemon/mail_receipts.hpp"

namespace covey::daemon {

struct MailLimits {
  OutboxLimits outbox;
  mail::LetterRates inbox;
};

class MailBook {
 public:
  using Handler = MailInbox::Handler;
  using Verdict = MailInbox::Verdict;
  using OnEnd = MailOutbox::OnEnd;
  using OnLeft = MailOutbox::OnLeft;

  /// All of the desk, `store`, `networks` and `carrier` outlive the book.
  MailBook(const MailDesk& desk, StoreThread& store, MailNetworks& networks, MailCarrier& carrier,
           const MailLimits& limits = {});
  ~MailBook();

  // The wiring, before restore():
  /// Who reads letters of this kind.
  void on(std::string kind, Handler handler) { inbox_.on(std::move(kind), std::move(handler)); }
  /// Who is told how letters of this kind ended.
  void on_end(std::string kind, OnEnd callback) { on_end_[std::move(kind)] = std::move(callback); }
  /// Who is told that a letter of this kind lies in a mailbox.
  void on_left(std::string kind, OnLeft callback) { on_left_[std::move(kind)] = std::move(callback); }
  /// Who is told that a peer was there, or was not.
  void on_contact(MailOutbox::OnContact callback);
  /// Where peers may be, beside what networks say.
  void set_addresses(MailOutbox::Addresses addresses) { outbox_.set_addresses(std::move(addresses)); }
  /// Beside members of our networks, and those that we write to.
  void set_may_write(MailInbox::MayWrite may_write) { may_write_ = std::move(may_write); }
  void set_members(const MemberCheck* members) { inbox_.set_members(members); }

  /// Takes up what an earlier run left.
  io::Awaitable<Result<>> restore();
  io::Awaitable<void> stop();

  /// The letter's id, once it is on the disk. See MailOutbox::post for the errors.
  io::Awaitable<Result<mail::LetterId>> post(Posting posting) { return outbox_.post(std::move(posting)); }
  /// Takes back what is not delivered yet; nobody is told.
  io::Awaitable<void> withdraw(identity::PeerId to, mail::LetterId id) { return outbox_.withdraw(to, id); }
  /// The peer is there, by some sign of life: what waits for it goes out soon.
  void appeared(const identity::PeerId& peer) { outbox_.appeared(peer); }
  /// Ways may have opened, or clocks have been set.
  void look_again();
  /// For whoever turns the clock.
  void look_at_clock() { outbox_.look_at_clock(); }
  /// Letters that have not come to an end.
  [[nodiscard]] std::size_t waiting() const { return outbox_.size(); }
  /// Peers that are being written to at this moment.
  [[nodiscard]] std::size_t trying() const { return outbox_.trying(); }
  /// For letters that come over links.
  [[nodiscard]] mail::MailSink& sink() { return inbox_; }

 private:
  io::Awaitable<void> ended(EndedLetter letter);
  io::Awaitable<void> left(LeftLetter letter);
  io::Awaitable<Verdict> take_receipt(const mail::Letter& letter);
  io::Awaitable<void> keep_tidy();

  MailNetworks* networks_;
  MailOutbox outbox_;
  MailInbox inbox_;
  MailReceipts receipts_;
  MailInbox::MayWrite may_write_;
  std::map<std::string, OnEnd> on_end_;
  std::map<std::string, OnLeft> on_left_;
  io::TaskGroup tasks_;
};

}  // namespace covey::daemon
