#pragma once
// MailInbox: letters that come to this peer, over links and out of mailboxes.
//
// Who may write and how much is looked at before anything is unsealed. A letter is verified, then handed to
// the handler of its kind, then its id is remembered until it ends, and only then is it acknowledged: so
// nothing is lost, and a handler sees a letter once, but for a crash between its work and the remembering.
// On the network thread; stop() is awaited before destruction. Spec: docs/spec/mail.md, "Taking".

#include <map>
#include <set>

#include "daemon/access_seams.hpp"
#include "daemon/mail_outbox.hpp"
#include "mail/letter_budget.hpp"
#include "mail/mail_server.hpp"

namespace covey::daemon {

/// What is known of somebody who writes, before his letter is read.
enum class WriterStanding : std::uint8_t {
  kUnknown,  // taken if he is a member of one of our networks
  kKnown,    // taken
  kBlocked,  // never, and he is not to notice
};

class MailInbox final : public mail::MailSink {
 public:
  enum class Verdict : std::uint8_t {
    kTaken,   // its effect is durable, or there is none
    kNotNow,  // it is to come again
  };
  /// Sees each letter of its kind once, but for a crash; `id` says whether it is the same one.
  using Handler = std::function<io::Awaitable<Verdict>(const mail::Letter& letter)>;
  using MayWrite = std::function<WriterStanding(const identity::PeerId& writer)>;
  /// Somebody's letter was taken out of a mailbox, so that he must be told.
  using OnTaken = std::function<void(const identity::PeerId& writer, const mail::LetterId& id)>;
  using OnSeen = std::function<void(const identity::PeerId& writer)>;

  MailInbox(const MailDesk& desk, StoreThread& store, mail::LetterRates rates = {});
  ~MailInbox() override;

  /// Letters of kinds that nobody handles are acknowledged and dropped.
  void on(std::string kind, Handler handler) { handlers_[std::move(kind)] = std::move(handler); }
  /// Without it nobody is known. Called for every letter.
  void set_may_write(MayWrite may_write) { may_write_ = std::move(may_write); }
  /// Without it no membership counts. Outlives the inbox.
  void set_members(const MemberCheck* members) { members_ = members; }
  void on_taken(OnTaken callback) { on_taken_ = std::move(callback); }
  /// They have brought a letter themselves.
  void on_contact(OnSeen callback) { on_contact_ = std::move(callback); }
  /// A letter of theirs was verified.
  void on_seen(OnSeen callback) { on_seen_ = std::move(callback); }

  io::Awaitable<mail::LetterOutcome> take(identity::PeerId from, mail::SealedLetter letter) override;
  io::Awaitable<MailNetworks::Kept> take_held(identity::PeerId from, Bytes sealed);
  /// What came too early is looked at again.
  void look_again() { again_.open_all(); }
  /// Forgets ids whose letters have ended.
  io::Awaitable<void> forget_old();
  /// Takes nothing more, and waits for what is being taken.
  io::Awaitable<void> stop();

 private:
  class Taking;
  [[nodiscard]] WriterStanding standing(const identity::PeerId& writer) const;
  /// What a letter of this writer would be answered without a look into it; nothing: it may be read.
  [[nodiscard]] std::optional<mail::LetterOutcome> turn_away(const identity::PeerId& from,
                                                             ByteView membership) const;
  io::Awaitable<Result<mail::Letter>> unseal(const identity::PeerId& from, const Bytes& sealed);
  /// Verified, and within its writer's budget.
  io::Awaitable<mail::LetterOutcome> take_letter(const mail::Letter& letter);
  io::Awaitable<mail::LetterOutcome> hand_over(const mail::Letter& letter);

  MailDesk desk_;
  StoreThread* store_;
  mail::LetterBudget budget_;
  MayWrite may_write_;
  const MemberCheck* members_ = nullptr;
  OnTaken on_taken_;
  OnSeen on_seen_;
  OnSeen on_contact_;
  std::map<std::string, Handler> handlers_;
  std::set<std::pair<identity::PeerId, mail::LetterId>> in_hand_;
  std::size_t takings_ = 0;
  std::size_t waiting_ = 0;  // of them, until they may be looked at again
  bool stopping_ = false;
  io::Offload unsealing_{1};  // a tracker that lies could have the network thread verify all day
  io::Gate again_;
  io::Gate taken_;
};

}  // namespace covey::daemon
