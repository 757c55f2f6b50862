#include "transport/link.hpp"

#include <gtest/gtest.h>

#include "transport/test_peer.hpp"
#include "wire/link.pb.h"

namespace covey::transport {
namespace {

constexpr auto kNote = static_cast<wire::FrameKind>(100);

/// Collects what comes on a stream.
struct Notes {
  explicit Notes(const io::Executor& executor) : changed(executor) {}

  std::vector<std::string> texts;
  std::vector<Error> ends;
  io::Gate changed;

  [[nodiscard]] io::Awaitable<Result<>> wait_for(std::size_t texts_wanted, std::size_t ends_wanted) {
    while (texts.size() < texts_wanted || ends.size() < ends_wanted)
      CO_TRY_VOID(co_await changed.wait_for(kPatience));
    co_return Result<>{};
  }
};

class NoteTaker final : public StreamHandler {
 public:
  explicit NoteTaker(Notes& notes) : notes_(&notes) {}
  io::Awaitable<Result<>> on_frame(wire::FrameHeader /*header*/, FrameBody& body) override {
    // Half of the body: the link skips the rest.
    Bytes text(body.left() / 2);
    CO_TRY_VOID(co_await body.read(text));
    notes_->texts.emplace_back(as_text(text));
    notes_->changed.open_all();
    co_return Result<>{};
  }
  void on_end(const Error& reason) override {
    notes_->ends.push_back(reason);
    notes_->changed.open_all();
  }

 private:
  Notes* notes_;
};

/// Two linked peers, both reading; the listener answers "notes/1" by taking notes.
struct Talk {
  Talk(const io::Executor& executor, LinkDeadlines deadlines)
      : heard(executor), said(executor), tasks(executor) {
    alice.local.deadlines = bob.local.deadlines = deadlines;
    bob.router.add("notes/1", [this](Link&, wire::StreamId) { return std::make_unique<NoteTaker>(heard); });
  }

  io::Awaitable<Result<>> begin() {
    CO_TRY(links, co_await link_pair(alice, bob));
    run(links.dialer, alice_end);
    run(links.listener, bob_end);
    co_return Result<>{};
  }
  void run(const std::shared_ptr<Link>& link, std::optional<Error>& end) {
    auto life = [link, &end]() -> io::Awaitable<void> { end = co_await link->run(); };
    lives.push_back(life);
    tasks.spawn(lives.back()());
  }
  io::Awaitable<void> end() {
    if (links.dialer) links.dialer->close({ErrorCode::kCancelled, "the test is over"});
    if (links.listener) links.listener->close({ErrorCode::kCancelled, "the test is over"});
    co_await tasks.join();
  }

  TestPeer alice{1};
  TestPeer bob{2};
  Notes heard;  // by Bob
  Notes said;   // by Bob to Alice
  LinkPair links;
  std::optional<Error> alice_end, bob_end;
  std::list<std::function<io::Awaitable<void>()>> lives;
  io::TaskGroup tasks;
};

void run_talk(const std::function<io::Awaitable<void>(Talk&)>& body, LinkDeadlines deadlines = {}) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Talk talk(executor, deadlines);
    const auto begun = co_await talk.begin();
    CO_REQUIRE(begun);
    co_await body(talk);
    co_await talk.end();
  });
}

/// A link of Bob's whose other end, Alice's, is driven by hand after the Hello.
void run_raw(const std::function<io::Awaitable<void>(TlsStream& alice, Talk& talk)>& body,
             LinkDeadlines deadlines = {}) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Talk talk(executor, deadlines);
    SocketPair sockets = socket_pair(executor);
    auto by_hand = [&]() -> io::Awaitable<Result<TlsStream>> {
      CO_TRY(TlsStream stream,
             co_await shake_hands(std::move(sockets.dialer), talk.alice, TlsRole::kDialer, talk.bob.id()));
      CO_TRY_VOID(co_await exchange_hello(stream, talk.alice.local.hello, kPatience));
      co_return stream;
    };
    auto ends = co_await test::both(
        by_hand(), establish(std::move(sockets.listener), talk.bob, TlsRole::kListener, std::nullopt));
    CO_REQUIRE(ends.first);
    CO_REQUIRE(ends.second);
    talk.links.listener = *ends.second;
    talk.run(talk.links.listener, talk.bob_end);
    co_await body(*ends.first, talk);
    co_await talk.end();
  });
}

Bytes open_frame(std::uint32_t stream, std::string_view protocol) {
  wire::Open open;
  open.set_protocol(std::string(protocol));
  return frame_bytes(wire::FrameKind::kOpen, stream, as_bytes(open.SerializeAsString()));
}

Bytes joined(std::initializer_list<Bytes> frames) {
  Bytes out;
  for (const Bytes& frame : frames) out.insert(out.end(), frame.begin(), frame.end());
  return out;
}

TEST(Link, a_stream_carries_frames_to_its_handler_and_ends_for_both) {
  run_talk([](Talk& talk) -> io::Awaitable<void> {
    Link& link = *talk.links.dialer;
    const auto stream = co_await link.open("notes/1", std::make_unique<NoteTaker>(talk.said));
    CO_REQUIRE(stream);
    const Bytes frames = joined({frame_bytes(kNote, stream->value(), as_bytes("one111")),
                                 frame_bytes(kNote, stream->value(), {}),
                                 frame_bytes(kNote, stream->value(), as_bytes("three33333"))});
    const auto sent = co_await link.send_frames(frames);
    CO_REQUIRE(sent);
    const Error enough{ErrorCode::kRefused, "enough"};
    const auto ended = co_await link.end_stream(*stream, enough);
    CO_REQUIRE(ended);
    const auto came = co_await talk.heard.wait_for(3, 1);
    CO_REQUIRE(came);
    EXPECT_EQ(talk.heard.texts, (std::vector<std::string>{"one", "", "three"}));
    EXPECT_EQ(talk.heard.ends.front(), (Error{ErrorCode::kRefused, "enough"}));
    EXPECT_FALSE(talk.bob_end) << "the link goes on";
  });
}

TEST(Link, an_unknown_protocol_is_answered_with_a_close) {
  run_talk([](Talk& talk) -> io::Awaitable<void> {
    const auto stream = co_await talk.links.dialer->open("chess/1", std::make_unique<NoteTaker>(talk.said));
    CO_REQUIRE(stream);
    const auto came = co_await talk.said.wait_for(0, 1);
    CO_REQUIRE(came);
    test::expect_error(talk.said.ends.front(), ErrorCode::kUnsupported, "does not offer that protocol");
    EXPECT_FALSE(talk.alice_end) << "the link goes on";
  });
}

TEST(Link, unknown_kinds_and_frames_of_streams_that_are_over_are_skipped) {
  run_raw([](TlsStream& alice, Talk& talk) -> io::Awaitable<void> {
    const Bytes frames = joined({frame_bytes(static_cast<wire::FrameKind>(201), 0, Bytes(60'000, 1)),
                                 frame_bytes(static_cast<wire::FrameKind>(15), 9, Bytes(5, 1)),
                                 frame_bytes(kNote, 77, as_bytes("to nobody")),
                                 frame_bytes(wire::FrameKind::kPing, 0, as_bytes("echo"))});
    const auto sent = co_await alice.write_all(frames, kPatience);
    CO_REQUIRE(sent);
    const auto pong = co_await read_frame(alice);
    CO_REQUIRE(pong);
    EXPECT_EQ(pong->header.kind, wire::FrameKind::kPong);
    EXPECT_EQ(as_text(pong->body), "echo");
    EXPECT_FALSE(talk.bob_end);
  });
}

/// Bob's link must end by this frame, tell Alice why, and name the cause.
void expect_thrown_out(const Bytes& frames, std::string_view words) {
  run_raw([&](TlsStream& alice, Talk& talk) -> io::Awaitable<void> {
    const auto sent = co_await alice.write_all(frames, kPatience);
    CO_REQUIRE(sent);
    const auto close = co_await read_frame(alice);
    CO_REQUIRE(close);
    EXPECT_EQ(close->header.kind, wire::FrameKind::kClose);
    EXPECT_EQ(close->header.stream.value(), 0U);
    wire::Close message;
    EXPECT_TRUE(message.ParseFromArray(close->body.data(), static_cast<int>(close->body.size())));
    EXPECT_EQ(message.code(), static_cast<std::uint32_t>(ErrorCode::kPeerMisbehaved));
    const auto after = co_await read_frame(alice);
    EXPECT_EQ(test::error_of(after).code, ErrorCode::kConnectionLost);
    co_await talk.tasks.join();
    if (!talk.bob_end) {
      ADD_FAILURE() << "the link did not end";
      co_return;
    }
    test::expect_error(*talk.bob_end, ErrorCode::kPeerMisbehaved, words);
  });
}

TEST(Link, a_frame_that_claims_four_gibibytes_ends_it_at_once) {
  expect_thrown_out(frame_bytes(kNote, 1, {}, 0xffffffff), "4294967295");
  expect_thrown_out(frame_bytes(wire::FrameKind::kPiece, 1, {}, 0xffffffff), "4294967295");
  expect_thrown_out(frame_bytes(wire::FrameKind::kPing, 0, {}, 9), "above its limit of 8");
}

TEST(Link, frames_against_the_rules_end_it) {
  expect_thrown_out(frame_bytes(wire::FrameKind::kHello, 0, {}), "second Hello");
  Bytes reserved = frame_bytes(kNote, 1, {});
  reserved[6] = 1;
  expect_thrown_out(reserved, "reserved bits");
  expect_thrown_out(frame_bytes(wire::FrameKind::kOpen, 1, Bytes(10, 0xff)), "cannot be read");
  expect_thrown_out(open_frame(2, "notes/1"), "opened against the rules");
  expect_thrown_out(open_frame(0, "notes/1"), "opened against the rules");
  expect_thrown_out(joined({open_frame(1, "notes/1"), open_frame(1, "notes/1")}), "opened against the rules");
}

TEST(Link, the_number_of_streams_is_bounded) {
  Bytes frames;
  for (std::uint32_t i = 0; i <= 64; ++i) {
    const Bytes frame = open_frame(2 * i + 1, "notes/1");
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  expect_thrown_out(frames, "opened against the rules");
}

TEST(Link, a_short_body_is_the_peers_fault) {
  class Greedy final : public StreamHandler {
   public:
    io::Awaitable<Result<>> on_frame(wire::FrameHeader /*header*/, FrameBody& body) override {
      Bytes more(body.left() + 1);
      co_return co_await body.read(more);
    }
    void on_end(const Error& /*reason*/) override {}
  };
  run_raw([](TlsStream& alice, Talk& talk) -> io::Awaitable<void> {
    talk.bob.router.add("greedy/1", [](Link&, wire::StreamId) { return std::make_unique<Greedy>(); });
    const Bytes frames = joined({open_frame(1, "greedy/1"), frame_bytes(kNote, 1, as_bytes("short"))});
    const auto sent = co_await alice.write_all(frames, kPatience);
    CO_REQUIRE(sent);
    co_await talk.tasks.join();
    test::expect_error(talk.bob_end.value_or(Error{}), ErrorCode::kPeerMisbehaved, "too short");
  });
}

TEST(Link, what_the_peer_says_at_the_end_is_shown_without_its_control_characters) {
  run_raw([](TlsStream& alice, Talk& talk) -> io::Awaitable<void> {
    wire::Close close;
    close.set_code(static_cast<std::uint32_t>(ErrorCode::kRefused));
    close.set_message("go\x1b[2J away" + std::string(2000, '!'));
    const Bytes frame = frame_bytes(wire::FrameKind::kClose, 0, as_bytes(close.SerializeAsString()));
    const auto sent = co_await alice.write_all(frame, kPatience);
    CO_REQUIRE(sent);
    co_await talk.tasks.join();
    const Error end = talk.bob_end.value_or(Error{});
    test::expect_error(end, ErrorCode::kRefused, "go [2J away");
    EXPECT_LE(end.context.size(), 600U);
  });
}

TEST(Link, a_peer_cannot_make_its_end_look_like_a_fault_or_a_wish_of_ours) {
  for (const ErrorCode claimed :
       {ErrorCode::kCancelled, ErrorCode::kDiskFull, ErrorCode::kIo, ErrorCode::kPermissionDenied,
        ErrorCode::kCorrupt, ErrorCode::kInternal, ErrorCode::kInvalidArgument, ErrorCode::kAlreadyExists}) {
    run_raw([&](TlsStream& alice, Talk& talk) -> io::Awaitable<void> {
      wire::Close close;
      close.set_code(static_cast<std::uint32_t>(claimed));
      close.set_message("words");
      const Bytes frame = frame_bytes(wire::FrameKind::kClose, 0, as_bytes(close.SerializeAsString()));
      const auto sent = co_await alice.write_all(frame, kPatience);
      CO_REQUIRE(sent);
      co_await talk.tasks.join();
      test::expect_error(talk.bob_end.value_or(Error{}), ErrorCode::kConnectionLost, "words");
    });
  }
}

TEST(Link, a_peer_that_vanishes_ends_it_and_every_stream_once) {
  test::run_in_loop([]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Talk talk(executor, {});
    SocketPair sockets = socket_pair(executor);
    Tcp::socket plug(executor);  // a second handle on Alice's connection, to tear it
    plug.assign(Tcp::v4(), ::dup(sockets.dialer.native_handle()));
    auto ends = co_await test::both(
        establish(std::move(sockets.dialer), talk.alice, TlsRole::kDialer, talk.bob.id()),
        establish(std::move(sockets.listener), talk.bob, TlsRole::kListener, std::nullopt));
    CO_REQUIRE(ends.first);
    CO_REQUIRE(ends.second);
    talk.links = {.dialer = *ends.first, .listener = *ends.second};
    talk.run(talk.links.listener, talk.bob_end);
    const auto stream = co_await talk.links.dialer->open("notes/1", std::make_unique<NoteTaker>(talk.said));
    CO_REQUIRE(stream);
    const Bytes note = frame_bytes(kNote, stream->value(), as_bytes("hi"));
    const auto sent = co_await talk.links.dialer->send_frames(note);
    CO_REQUIRE(sent);
    const auto came = co_await talk.heard.wait_for(1, 0);
    CO_REQUIRE(came);
    plug.shutdown(Tcp::socket::shutdown_both);
    co_await talk.tasks.join();
    EXPECT_EQ(talk.bob_end.value_or(Error{}).code, ErrorCode::kConnectionLost);
    EXPECT_EQ(talk.heard.ends.size(), 1U);
    const auto late = co_await talk.links.listener->send_frames(note);
    EXPECT_EQ(test::error_of(late).code, ErrorCode::kConnectionLost);
  });
}

TEST(Link, silence_ends_it) {
  run_raw(
      [](TlsStream& /*alice*/, Talk& talk) -> io::Awaitable<void> {
        co_await talk.tasks.join();
        test::expect_error(talk.bob_end.value_or(Error{}), ErrorCode::kTimedOut, "127.0.0.1:");
      },
      {.silence = 50ms});
}

TEST(Link, pings_keep_an_idle_one_alive) {
  run_talk(
      [](Talk& talk) -> io::Awaitable<void> {
        const auto slept = co_await io::sleep_for(1500ms);
        CO_REQUIRE(slept);
        EXPECT_FALSE(talk.alice_end) << to_string(*talk.alice_end);
        EXPECT_FALSE(talk.bob_end) << to_string(*talk.bob_end);
      },
      {.keep_alive = 20ms, .silence = 600ms});
}

TEST(Link, a_peer_that_takes_nothing_ends_it) {
  run_raw(
      [](TlsStream& alice, Talk& talk) -> io::Awaitable<void> {
        const Bytes much(32U << 20, 0);
        const auto stuck = co_await talk.links.listener->send_frames(much);
        test::expect_error(test::error_of(stuck), ErrorCode::kTimedOut,
                           alice.role() == TlsRole::kDialer ? "no progress" : "");
        co_await talk.tasks.join();
        EXPECT_EQ(talk.bob_end.value_or(Error{}).code, ErrorCode::kTimedOut);
      },
      {.write_stall = 50ms});
}

TEST(Link, writers_take_turns_and_no_frame_is_split) {
  run_talk([](Talk& talk) -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Link& link = *talk.links.dialer;
    const auto stream = co_await link.open("notes/1", std::make_unique<NoteTaker>(talk.said));
    CO_REQUIRE(stream);
    io::TaskGroup writers(executor);
    auto write = [&](char letter) -> io::Awaitable<void> {
      const std::string text(60'000, letter);
      for (int i = 0; i < 20; ++i) {
        const Bytes frame = frame_bytes(kNote, stream->value(), as_bytes(text));
        (void)co_await link.send_frames(frame);
      }
    };
    for (const char letter : {'a', 'b', 'c'}) writers.spawn(write(letter));
    co_await writers.join();
    const auto came = co_await talk.heard.wait_for(60, 0);
    CO_REQUIRE(came);
    for (const std::string& text : talk.heard.texts) EXPECT_EQ(text, std::string(30'000, text.front()));
  });
}

}  // namespace
}  // namespace covey::transport
