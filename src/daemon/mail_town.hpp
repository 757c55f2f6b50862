#pragma once
// For tests of letters: people with mail books on real stores, a rendezvous and links that are made up, and a
// clock that is turned by hand. All on one event loop.

#include <algorithm>
#include <list>

#include "content/test_folder.hpp"
#include "daemon/mail_book.hpp"
#include "mail/receipt.hpp"
#include "transport/test_loop.hpp"

namespace covey::daemon {

using namespace std::chrono_literals;

struct MailPerson;

/// What everybody shares.
struct MailTown {
  explicit MailTown(io::Executor on) : network(std::move(on)), tasks(network) {}

  struct Held {
    std::uint64_t number = 0;
    identity::PeerId from;
    Bytes sealed;
  };
  /// Brings what waits for somebody who listens.
  void bring(const identity::PeerId& to);
  io::Awaitable<void> bring_one(identity::PeerId to, Held held);
  [[nodiscard]] std::size_t waiting_for(const identity::PeerId& to) { return mailboxes[to].size(); }

  io::Executor network;
  content::TestFolder folder;
  ManualClock clock;
  io::TaskGroup tasks;
  std::map<identity::PeerId, MailPerson*> people;  // whose program runs
  std::map<identity::PeerId, std::list<Held>> mailboxes;
  std::uint64_t next_number = 1;
  std::size_t mailbox_size = 100;
};

/// One person's view of the rendezvous.
struct MadeUpNetworks final : MailNetworks {
  MadeUpNetworks(MailTown& in, const identity::PeerId& who) : town(&in), me(who) {}

  io::Awaitable<Result<PeerPlace>> locate_peer(identity::PeerId peer) override;
  io::Awaitable<Result<>> deposit(identity::PeerId to, Bytes sealed, std::chrono::seconds hold,
                                  unsigned turn) override;
  void on_letter(OnLetter callback) override { letter = std::move(callback); }
  void on_online(std::function<void()> callback) override { online_again = std::move(callback); }
  void set_online(bool now) {
    online = now;
    if (!online) return;
    if (online_again) online_again();
    town->bring(me);
  }

  MailTown* town;
  identity::PeerId me;
  OnLetter letter;
  std::function<void()> online_again;
  bool online = true;
  bool listed = true;  // others find the address
  std::size_t asked = 0;
  std::vector<std::chrono::seconds> holds;
};

/// Membership as tests have it: a record is the peer's id.
struct MadeUpMembers final : MemberCheck {
  Result<crypto::PublicKey> check_member(ByteView record, const identity::PeerId& peer) const override {
    const auto wanted = peer.bytes();
    if (std::equal(record.begin(), record.end(), wanted.begin(), wanted.end())) return crypto::PublicKey();
    return fail(error, "no member");
  }
  ErrorCode error = ErrorCode::kRefused;
};

/// Hands letters to the other's sink, where it is reachable.
struct MadeUpCarrier final : MailCarrier {
  MadeUpCarrier(MailTown& in, const identity::PeerId& who) : town(&in), me(who) {}
  io::Awaitable<Result<mail::LetterAnswers>> carry(identity::PeerId to,
                                                   std::vector<access::Endpoint> addresses,
                                                   std::vector<mail::SealedLetter> letters) override;
  void stop() override {}

  MailTown* town;
  identity::PeerId me;
  bool works = true;
  bool loses_answers = false;
  std::size_t carried = 0;
  std::size_t lost = 0;
  std::size_t dials = 0;
  std::vector<access::Endpoint> dialled;
};

struct MailPerson {
  MailPerson(MailTown& in, std::uint64_t seed, std::string_view file, const MailLimits& limits = {})
      : town(&in),
        random(seed),
        device(identity::DeviceKey::ephemeral(random)),
        store(*DaemonStore::open(in.folder / file, crypto::SecretBytes(32), random)),
        networks(in, device.peer_id()),
        carrier(in, device.peer_id()),
        book({.device = &device, .clock = &in.clock, .random = &random, .network = in.network}, store,
             networks, carrier, limits) {
    book.set_members(&members);
    for (const char* kind : {"request", "chat"}) {
      book.on(kind, [this](const mail::Letter& letter) { return hear(letter); });
      book.on_end(kind, [this](EndedLetter letter) { return note(std::move(letter)); });
    }
  }

  [[nodiscard]] const identity::PeerId& id() const { return device.peer_id(); }
  /// Begins to run: others can reach it.
  io::Awaitable<Result<>> start() {
    CO_TRY_VOID(co_await book.restore());
    town->people[id()] = this;
    networks.set_online(networks.online);
    co_return Result<>{};
  }
  io::Awaitable<void> stop() {
    town->people.erase(id());
    co_await book.stop();
    store.join();
  }
  io::Awaitable<Result<mail::LetterId>> write(identity::PeerId to, std::string text,
                                              std::chrono::seconds life = 24h) {
    Posting posting{.to = to, .kind = "request", .body = to_bytes(text), .life = life};
    co_return co_await book.post(std::move(posting));
  }
  /// A letter of this person's, sealed, as it would travel.
  [[nodiscard]] mail::Letter letter(const identity::PeerId& to, std::string_view text) {
    return {.id = random.fixed<mail::LetterId>(),
            .from = id(),
            .to = to,
            .sent_at = town->clock.wall(),
            .expires_at = town->clock.wall() + 24h,
            .kind = "request",
            .body = to_bytes(text)};
  }
  [[nodiscard]] mail::SealedLetter sealed(const mail::Letter& of) {
    const auto record = id().bytes();
    return {.id = of.id,
            .sealed = *mail::seal(of, device, random),
            .membership = Bytes(record.begin(), record.end())};
  }
  io::Awaitable<MailInbox::Verdict> hear(const mail::Letter& letter) {
    if (on_hear) on_hear();
    if (not_now > 0) {
      --not_now;
      co_return MailInbox::Verdict::kNotNow;
    }
    heard.emplace_back(as_text(letter.body));
    co_return MailInbox::Verdict::kTaken;
  }
  io::Awaitable<void> note(EndedLetter letter) {
    if (on_note) on_note();
    ended.push_back(std::move(letter));
    co_return;
  }

  MailTown* town;
  crypto::SeededRandom random;
  identity::DeviceKey device;
  StoreThread store;
  MadeUpNetworks networks;
  MadeUpCarrier carrier;
  MadeUpMembers members;
  MailBook book;
  std::vector<std::string> heard;
  std::vector<EndedLetter> ended;
  std::size_t not_now = 0;  // so many letters are for later
  std::function<void()> on_hear, on_note;
};

inline void MailTown::bring(const identity::PeerId& to) {
  for (const Held& held : mailboxes[to]) tasks.spawn(bring_one(to, held));
}

inline io::Awaitable<void> MailTown::bring_one(identity::PeerId to, Held held) {
  const auto person = people.find(to);
  if (person == people.end() || !person->second->networks.online || !person->second->networks.letter)
    co_return;
  const auto kept = co_await person->second->networks.letter(held.from, held.sealed);
  if (kept == MailNetworks::Kept::kYes)
    std::erase_if(mailboxes[to], [&](const Held& other) { return other.number == held.number; });
}

inline io::Awaitable<Result<PeerPlace>> MadeUpNetworks::locate_peer(identity::PeerId peer) {
  ++asked;
  if (!online) co_return fail(ErrorCode::kUnreachable, "the tracker is away");
  const auto record = me.bytes();
  PeerPlace out{.addresses = {}, .membership = Bytes(record.begin(), record.end())};
  const auto person = town->people.find(peer);
  if (person != town->people.end() && person->second->networks.listed && person->second->networks.online)
    out.addresses.push_back(*access::Endpoint::parse("192.0.2.7:7440"));
  co_return out;
}

inline io::Awaitable<Result<>> MadeUpNetworks::deposit(identity::PeerId to, Bytes sealed,
                                                       std::chrono::seconds hold, unsigned /*turn*/) {
  if (!online) co_return fail(ErrorCode::kUnreachable, "the tracker is away");
  if (town->mailboxes[to].size() >= town->mailbox_size)
    co_return fail(ErrorCode::kLimitExceeded, "the mailbox is full");
  holds.push_back(hold);
  MailTown::Held held{.number = town->next_number++, .from = me, .sealed = std::move(sealed)};
  town->mailboxes[to].push_back(held);
  town->tasks.spawn(town->bring_one(to, std::move(held)));
  co_return Result<>{};
}

inline io::Awaitable<Result<mail::LetterAnswers>> MadeUpCarrier::carry(
    identity::PeerId to, std::vector<access::Endpoint> addresses, std::vector<mail::SealedLetter> letters) {
  ++dials;
  dialled = std::move(addresses);
  const auto person = town->people.find(to);
  if (!works || person == town->people.end() || !person->second->carrier.works)
    co_return fail(ErrorCode::kUnreachable, "nobody answers");
  mail::LetterAnswers out;
  for (mail::SealedLetter& letter : letters) {
    ++carried;
    const mail::LetterId id = letter.id;
    const auto outcome = co_await person->second->book.sink().take(me, std::move(letter));
    if (loses_answers) {
      ++lost;
    } else {
      out[id] = outcome;
    }
  }
  if (out.empty()) co_return fail(ErrorCode::kConnectionLost, "it broke");
  co_return out;
}

/// Waits for something that comes by itself.
template <typename Condition>
io::Awaitable<void> until(Condition holds) {
  for (int i = 0; i < 10'000; ++i) {
    if (holds()) co_return;
    const auto slept = co_await io::sleep_for(1ms);
    if (!slept) co_return;
  }
  ADD_FAILURE() << "it does not come about";
}

/// Alice and Bob, whose programs do not run yet.
struct Pair {
  explicit Pair(const io::Executor& executor) : town(executor) {
    alice = std::make_unique<MailPerson>(town, 1, "alice.db");
    bob = std::make_unique<MailPerson>(town, 2, "bob.db");
  }
  io::Awaitable<void> end() {
    if (alice) co_await alice->stop();
    if (bob) co_await bob->stop();
    co_await town.tasks.join();
  }
  /// The program ends and runs again. What is not on the disk is gone.
  io::Awaitable<void> restart(std::unique_ptr<MailPerson>& who, std::uint64_t seed, std::string_view file) {
    co_await who->stop();
    who.reset();
    who = std::make_unique<MailPerson>(town, seed, file);
    const auto started = co_await who->start();
    CO_REQUIRE(started);
  }
  void pass(std::chrono::milliseconds time) {
    town.clock.advance(time);
    alice->book.look_again();
    bob->book.look_again();
  }
  [[nodiscard]] bool alice_is_done() const { return alice->book.waiting() == 0; }

  MailTown town;
  std::unique_ptr<MailPerson> alice, bob;
};

inline void run_pair(const std::function<io::Awaitable<void>(Pair&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Pair pair(executor);
    co_await body(pair);
    co_await pair.end();
  });
}

inline std::vector<LetterFate> fates(const MailPerson& of) {
  std::vector<LetterFate> out;
  for (const auto& letter : of.ended) out.push_back(letter.fate);
  return out;
}

}  // namespace covey::daemon
