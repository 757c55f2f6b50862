// Letters between members of a network, by a tracker that runs: whoever is away first, and over links.

#include <gmock/gmock.h>

#include <asio/executor_work_guard.hpp>
#include <asio/use_future.hpp>
#include <thread>

#include "daemon/link_carrier.hpp"
#include "daemon/mail_book.hpp"
#include "daemon/mail_town.hpp"
#include "daemon/network_book.hpp"
#include "daemon/test_node.hpp"
#include "tracker/server.hpp"

namespace covey {
namespace {

using daemon::EndedLetter;
using daemon::LetterFate;
using daemon::MailBook;
using daemon::until;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

/// A tracker on a thread of its own.
class RunningTracker {
 public:
  RunningTracker() {
    keys_.emplace(*tracker::open_tracker_home(folder_ / "home", std::nullopt, random_, clock_.wall()));
    source_ = *registry::open_store_source("sqlite:" + (folder_ / "tracker.db").string());
    store_ = *source_->open();
    EXPECT_TRUE(store_->bind_network(keys_->network.public_key()));
    registry_ = *registry::Registry::start(*source_, {});
    tracker_.emplace(io_, *keys_, *registry_, limits_, clock_, random_);
    EXPECT_TRUE(
        store_->watch_messages([this](const identity::PeerId& peer) { tracker_->streams.ring(peer); }));
    server_.emplace(io_, *tracker_);
    const auto port = server_->listen({asio::ip::make_address("127.0.0.1"), 0})->port();
    tracker_->link = identity::NetworkLink{.network = keys_->network.public_key(),
                                           .pin = keys_->tls.pin,
                                           .trackers = {fmt::format("127.0.0.1:{}", port)}}
                         .to_text();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningTracker() {
    asio::co_spawn(io_, server_->close(), asio::use_future).get();
    store_.reset();
    work_.reset();
    io_.stop();
    thread_.join();
  }
  [[nodiscard]] const std::string& link() const { return tracker_->link; }
  /// What its mailboxes hold.
  [[nodiscard]] std::uint64_t messages() { return store_->counts(clock_.wall())->messages; }
  [[nodiscard]] std::vector<registry::Message> mailbox(const identity::PeerId& of) {
    return *store_->messages(of, 0, 100, clock_.wall());
  }

 private:
  content::TestFolder folder_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  tracker::Limits limits_;
  std::optional<tracker::TrackerKeys> keys_;
  std::unique_ptr<registry::StoreSource> source_;
  std::unique_ptr<registry::Store> store_;
  std::unique_ptr<registry::Registry> registry_;
  asio::io_context io_;
  std::optional<tracker::Tracker> tracker_;
  std::optional<tracker::Server> server_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  std::thread thread_;
};

/// A peer as a daemon has it, with a database that outlives it.
struct Member {
  Member(const io::Executor& network, std::uint64_t seed, const std::filesystem::path& file)
      : at(network, seed),
        store(*daemon::DaemonStore::open(file, crypto::SecretBytes(32), at.random)),
        networks(*at.node, store, [](const api::Event& /*event*/) {}),
        carrier(*at.node),
        book({.device = &at.node->device(), .clock = &at.clock, .random = &at.random, .network = network},
             store, networks, carrier) {
    at.node->mail_door().lead_to(&book.sink());
    book.set_members(&networks);
    book.on("chat", [this](const mail::Letter& letter) { return hear(letter); });
    book.on_end("chat", [this](EndedLetter letter) { return note(std::move(letter)); });
  }
  io::Awaitable<MailBook::Verdict> hear(const mail::Letter& letter) {
    heard.emplace_back(as_text(letter.body));
    co_return MailBook::Verdict::kTaken;
  }
  io::Awaitable<void> note(EndedLetter letter) {
    ended.push_back(letter.fate);
    co_return;
  }
  /// Takes up what its database holds. A peer that does not listen is reached through its mailbox alone.
  io::Awaitable<Result<>> begin(bool listens) {
    if (listens) CO_TRY_VOID(at.listen());
    CO_TRY_VOID(co_await book.restore());
    co_return co_await networks.restore();
  }
  io::Awaitable<Result<>> join(std::string link, std::string name) {
    api::JoinRequest request;
    request.link = std::move(link);
    request.name = std::move(name);
    const auto joined = co_await networks.join(std::move(request));
    if (!joined) co_return std::unexpected(joined.error());
    co_return Result<>{};
  }
  io::Awaitable<Result<mail::LetterId>> write(identity::PeerId to, std::string text) {
    daemon::Posting posting{.to = to, .kind = "chat", .body = to_bytes(text)};
    co_return co_await book.post(std::move(posting));
  }
  io::Awaitable<void> end() {
    at.node->mail_door().lead_to(nullptr);
    co_await book.stop();
    co_await networks.stop();
    co_await at.node->stop();
    store.join();
  }
  [[nodiscard]] bool is_online() const {
    const auto views = networks.views();
    return !views.empty() && views.front().state == api::NetworkState::kOnline;
  }
  [[nodiscard]] const identity::PeerId& id() const { return at.node->device().peer_id(); }

  daemon::TestNode at;
  daemon::StoreThread store;
  daemon::NetworkBook networks;
  daemon::LinkCarrier carrier;
  MailBook book;
  std::vector<std::string> heard;
  std::vector<LetterFate> ended;
};

/// Alice and Bob have joined; neither of their programs runs.
struct Village {
  explicit Village(io::Executor on) : network(std::move(on)) {}

  io::Awaitable<Result<>> begin() {
    CO_TRY_VOID(co_await join(1, "alice", alice));
    co_return co_await join(2, "robert", bob);
  }
  io::Awaitable<Result<>> join(std::uint64_t seed, std::string name, identity::PeerId& id) {
    auto member = run(seed, name);
    id = member->id();
    auto joined = co_await member->join(tracker.link(), name);
    co_await member->end();
    co_return joined;
  }
  [[nodiscard]] std::unique_ptr<Member> run(std::uint64_t seed, const std::string& name) {
    return std::make_unique<Member>(network, seed, folder / (name + ".db"));
  }
  io::Awaitable<std::unique_ptr<Member>> run_alice(bool listens = true) {
    auto member = run(1, "alice");
    const auto begun = co_await member->begin(listens);
    EXPECT_TRUE(begun);
    co_return member;
  }
  io::Awaitable<std::unique_ptr<Member>> run_bob(bool listens = true) {
    auto member = run(2, "robert");
    const auto begun = co_await member->begin(listens);
    EXPECT_TRUE(begun);
    co_return member;
  }

  io::Executor network;
  content::TestFolder folder;
  RunningTracker tracker;
  identity::PeerId alice, bob;
};

void run_village(const std::function<io::Awaitable<void>(Village&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Village village(executor);
    const auto begun = co_await village.begin();
    CO_REQUIRE(begun);
    co_await body(village);
  });
}

TEST(Rendezvous, holds_a_letter_until_its_receiver_comes) {
  run_village([](Village& v) -> io::Awaitable<void> {
    auto alice = co_await v.run_alice();
    (void)co_await alice->write(v.bob, "hello");
    co_await until([&] { return v.tracker.messages() == 1; });
    const auto held = v.tracker.mailbox(v.bob);
    EXPECT_EQ(held.front().kind, "letter");
    EXPECT_EQ(as_text(held.front().body).find("hello"), std::string::npos);
    auto bob = co_await v.run_bob(false);
    co_await until([&] { return alice->book.waiting() == 0; });
    EXPECT_THAT(bob->heard, ElementsAre("hello"));
    EXPECT_THAT(alice->ended, ElementsAre(LetterFate::kAcknowledged));
    co_await until([&] { return v.tracker.messages() == 0; });
    co_await alice->end();
    co_await bob->end();
  });
}

TEST(Rendezvous, holds_letter_and_receipt_for_peers_that_never_meet) {
  run_village([](Village& v) -> io::Awaitable<void> {
    auto alice = co_await v.run_alice();
    (void)co_await alice->write(v.bob, "hello");
    co_await until([&] { return v.tracker.mailbox(v.bob).size() == 1; });
    co_await alice->end();
    alice.reset();
    auto bob = co_await v.run_bob(false);
    co_await until([&] { return v.tracker.mailbox(v.alice).size() == 1; });
    EXPECT_THAT(bob->heard, ElementsAre("hello"));
    co_await until([&] { return v.tracker.mailbox(v.bob).empty(); });
    co_await bob->end();
    alice = co_await v.run_alice();
    co_await until([&] { return alice->book.waiting() == 0; });
    EXPECT_THAT(alice->ended, ElementsAre(LetterFate::kAcknowledged));
    co_await alice->end();
  });
}

TEST(Rendezvous, brings_a_letter_that_was_posted_before_the_network_was_there) {
  run_village([](Village& v) -> io::Awaitable<void> {
    auto alice = v.run(1, "alice");
    (void)co_await alice->write(v.bob, "hello");
    co_await alice->end();
    alice.reset();
    auto bob = co_await v.run_bob(false);
    alice = co_await v.run_alice();
    co_await until([&] { return alice->book.waiting() == 0; });
    EXPECT_THAT(bob->heard, ElementsAre("hello"));
    co_await alice->end();
    co_await bob->end();
  });
}

TEST(Rendezvous, is_passed_by_where_a_link_reaches_a_member) {
  run_village([](Village& v) -> io::Awaitable<void> {
    auto bob = co_await v.run_bob();
    co_await until([&] { return bob->is_online(); });
    auto alice = co_await v.run_alice();
    co_await until([&] { return alice->is_online(); });
    (void)co_await alice->write(v.bob, "hello");
    co_await until([&] { return alice->book.waiting() == 0; });
    EXPECT_THAT(bob->heard, ElementsAre("hello"));
    EXPECT_EQ(v.tracker.messages(), 0U);
    co_await alice->end();
    co_await bob->end();
  });
}

}  // namespace
}  // namespace covey
