#pragma once
// MailOutbox: letters of this peer that have not arrived yet.
//
// A letter is on the disk before post() returns, and stays there until its receiver has acknowledged it, it
// has expired, or it was refused; whoever wrote it is told which, at least once. It is tried directly where
// the receiver's address is known, else left in a mailbox, again after growing pauses. Its size and that of
// each receiver's part are bounded. On the network thread; stop() is awaited before destruction. Spec:
// docs/spec/mail.md, "Delivery".

#include <map>
#include <random>

#include "daemon/mail_ways.hpp"
#include "daemon/store_thread.hpp"
#include "io/gate.hpp"
#include "io/task_group.hpp"

namespace covey::daemon {

/// What letters are written and read with; all outlive both boxes.
struct MailDesk {
  const identity::DeviceKey* device = nullptr;
  const Clock* clock = nullptr;
  crypto::Random* random = nullptr;
  io::Executor network;
};

/// A letter that somebody wants delivered.
struct Posting {
  identity::PeerId to;
  std::string kind;
  Bytes body;
  std::chrono::seconds life = std::chrono::days(14);
  std::vector<access::Endpoint> addresses;  // where the receiver may be, beside what networks say
  std::optional<mail::LetterId> id;  // of one that may have been posted before: then it is the same one
};

enum class LetterFate : std::uint8_t { kAcknowledged, kExpired, kRefused };

struct EndedLetter {
  mail::LetterId id;
  identity::PeerId to;
  std::string kind;
  LetterFate fate = LetterFate::kExpired;
};

/// A letter that lies in a mailbox now.
struct LeftLetter {
  mail::LetterId id;
  identity::PeerId to;
  std::string kind;
};

struct OutboxLimits {
  std::size_t letters = 2000;
  std::size_t letters_to_one = 100;  // no mailbox holds more of one sender
};

class MailOutbox {
 public:
  /// The letter is removed when this returns.
  using OnEnd = std::function<io::Awaitable<void>(EndedLetter)>;
  using OnLeft = std::function<io::Awaitable<void>(LeftLetter)>;
  /// Where a peer has said that it can be reached.
  using Addresses = std::function<std::vector<access::Endpoint>(const identity::PeerId&)>;
  /// A peer was there, or nobody answered where it should be.
  using OnContact = std::function<void(const identity::PeerId&, bool reached)>;

  MailOutbox(const MailDesk& desk, StoreThread& store, MailNetworks& networks, MailCarrier& carrier,
             OutboxLimits limits = {});
  ~MailOutbox();
  void on_end(OnEnd callback) { on_end_ = std::move(callback); }
  void on_left(OnLeft callback) { on_left_ = std::move(callback); }
  void on_contact(OnContact callback) { on_contact_ = std::move(callback); }
  /// Beside what networks know, and what comes with a letter.
  void set_addresses(Addresses addresses) { addresses_ = std::move(addresses); }

  /// Takes up what an earlier run left, and begins to deliver.
  io::Awaitable<Result<>> restore();
  io::Awaitable<void> stop();

  /// Its id, once it is kept. The errors of mail::check; kLimitExceeded says that too many wait;
  /// kInvalidArgument for a letter to oneself.
  io::Awaitable<Result<mail::LetterId>> post(Posting posting);
  /// Takes a letter back that is not delivered yet, without telling anybody; one that is on its way may still
  /// arrive.
  io::Awaitable<void> withdraw(identity::PeerId to, mail::LetterId id);
  /// What a receiver says it has taken. Ids of letters to others, or of none, are passed over.
  void acknowledge(const identity::PeerId& by, std::span<const mail::LetterId> ids);
  /// The peer is there: what waits for it is tried soon.
  void appeared(const identity::PeerId& peer);
  /// Ways may have opened: everything is tried soon.
  void look_again();
  /// For whoever turns the clock: what is due by now is due.
  void look_at_clock() { changed_.open_all(); }

  /// Whether something waits for this peer.
  [[nodiscard]] bool writes_to(const identity::PeerId& peer) const { return addressees_.contains(peer); }
  [[nodiscard]] std::size_t size() const;
  /// Peers that are being written to at this moment.
  [[nodiscard]] std::size_t trying() const { return trying_; }

 private:
  enum class Stage : std::uint8_t { kStoring, kWaiting, kEnding };
  struct Waiting {
    StoredLetter letter;
    Stage stage = Stage::kWaiting;
    std::uint64_t tried = 0;  // the number of the last attempt that had it; 0: none
  };
  struct Addressee {
    std::map<mail::LetterId, Waiting> letters;
    unsigned failures = 0;  // since it was last reached, or something could be left for it
    SteadyTime due{};
    SteadyTime tried_at{};
    bool trying = false;
    [[nodiscard]] bool has_waiting() const;
  };
  using Batch = std::vector<mail::SealedLetter>;
  enum class Reach : std::uint8_t { kNone, kMailbox, kDirect, kTooMany };

  io::Awaitable<void> keep_trying();
  void expire();
  void start_attempts();
  [[nodiscard]] std::chrono::milliseconds until_next() const;
  io::Awaitable<void> attempt(identity::PeerId to);
  io::Awaitable<Reach> try_ways(identity::PeerId to);
  io::Awaitable<Reach> try_link(identity::PeerId to, std::vector<access::Endpoint> addresses, Batch letters,
                                bool proven);
  io::Awaitable<Reach> try_mailboxes(identity::PeerId to, const Batch& letters);
  void note_contact(const identity::PeerId& peer, bool reached);
  io::Awaitable<Result<Batch>> next_batch(identity::PeerId to);
  io::Awaitable<Result<Bytes>> sealed(StoredLetter letter);
  void add_addresses(const identity::PeerId& to, const Batch& letters, PeerPlace& place) const;
  io::Awaitable<bool> deposit(identity::PeerId to, mail::SealedLetter letter);
  void plan_next(Addressee& addressee, Reach reach);
  void end(const identity::PeerId& to, const mail::LetterId& id, LetterFate fate);
  io::Awaitable<void> remove(EndedLetter ended);
  io::Awaitable<void> drop(EndedLetter ended);
  void forget(const identity::PeerId& to, const mail::LetterId& id);
  [[nodiscard]] Waiting* find(const identity::PeerId& to, const mail::LetterId& id);
  [[nodiscard]] const Waiting* find(const identity::PeerId& to, const mail::LetterId& id) const;
  std::chrono::milliseconds jittered(std::chrono::milliseconds pause);

  MailDesk desk_;
  StoreThread* store_;
  MailNetworks* networks_;
  MailCarrier* carrier_;
  OutboxLimits limits_;
  OnEnd on_end_;
  OnLeft on_left_;
  OnContact on_contact_;
  Addresses addresses_;
  std::map<identity::PeerId, Addressee> addressees_;
  std::map<identity::PeerId, SteadyTime> unreachable_;  // by links, until then
  std::uint64_t attempts_ = 0;
  std::size_t trying_ = 0;
  io::Gate changed_;
  io::TaskGroup tasks_;
  std::minstd_rand jitter_;
};

}  // namespace covey::daemon
