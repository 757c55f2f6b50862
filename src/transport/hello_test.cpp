#include "transport/hello.hpp"

#include <gtest/gtest.h>

#include "transport/test_peer.hpp"
#include "wire/link.pb.h"

namespace covey::transport {
namespace {

/// A Hello as `signer` would send it on this stream, with what a test wants changed.
Bytes hello_frame(const TlsStream& stream, const TestPeer& signer, const wire::Hello& hello,
                  std::optional<TlsRole> role = std::nullopt) {
  wire::SignedHello message;
  hello.SerializeToString(message.mutable_hello());
  const Bytes part = ByteWriter()
                         .raw(ByteView(stream.exporter()))
                         .number(static_cast<Byte>(role.value_or(stream.role()) == TlsRole::kDialer ? 1 : 2))
                         .raw(as_bytes(message.hello()))
                         .take();
  message.set_signature(std::string(as_text(signer.device.sign(crypto::kHelloLabel, part).view())));
  return frame_bytes(wire::FrameKind::kHello, 0, as_bytes(message.SerializeAsString()));
}

wire::Hello good_hello() {
  wire::Hello hello;
  hello.set_oldest_version(1);
  hello.set_newest_version(1);
  hello.set_agent("covey/test");
  return hello;
}

/// What Bob, the listener, makes of a first frame of Alice's.
void alice_says(const std::function<Bytes(const StreamPair&, const TestPeer&)>& first_frame,
                const std::function<void(const Result<RemoteHello>&)>& check) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    auto pair = co_await stream_pair(alice, bob);
    CO_REQUIRE(pair);
    const Bytes frame = first_frame(*pair, alice);
    const auto written = co_await pair->dialer.write_all(frame, kPatience);
    CO_REQUIRE(written);
    const auto hello = co_await exchange_hello(pair->listener, bob.local.hello, kPatience);
    check(hello);
  });
}

void expect_refused(const std::function<Bytes(const StreamPair&, const TestPeer&)>& first_frame,
                    ErrorCode code, std::string_view words) {
  alice_says(first_frame, [&](const Result<RemoteHello>& hello) {
    test::expect_error(test::error_of(hello), code, words);
  });
}

TEST(Hello, each_side_learns_what_the_other_is_and_offers) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    auto pair = co_await stream_pair(alice, bob);
    CO_REQUIRE(pair);
    auto heard = co_await test::both(exchange_hello(pair->dialer, alice.local.hello, kPatience),
                                     exchange_hello(pair->listener, bob.local.hello, kPatience));
    CO_REQUIRE(heard.first);
    CO_REQUIRE(heard.second);
    EXPECT_EQ(heard.first->version, 1U);
    EXPECT_EQ(heard.first->agent, "covey/test");
    EXPECT_EQ(heard.second->capabilities, std::vector<std::string>{"test/1"});
  });
}

TEST(Hello, the_hand_made_one_of_these_tests_is_accepted) {
  alice_says([](const StreamPair& pair,
                const TestPeer& alice) { return hello_frame(pair.dialer, alice, good_hello()); },
             [](const Result<RemoteHello>& hello) { EXPECT_TRUE(hello) << to_string(hello.error()); });
}

TEST(Hello, one_from_another_connection_is_refused) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    auto first = co_await stream_pair(alice, bob);
    auto second = co_await stream_pair(alice, bob);
    CO_REQUIRE(first);
    CO_REQUIRE(second);
    const Bytes recorded = hello_frame(first->dialer, alice, good_hello());
    const auto written = co_await second->dialer.write_all(recorded, kPatience);
    CO_REQUIRE(written);
    const auto hello = co_await exchange_hello(second->listener, bob.local.hello, kPatience);
    test::expect_error(test::error_of(hello), ErrorCode::kVerificationFailed,
                       "not signed for this connection");
  });
}

TEST(Hello, ones_own_words_reflected_are_refused_even_from_ones_own_key) {
  const TestPeer alice(1);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    auto pair = co_await stream_pair(alice, alice);  // as when a peer fetches from itself
    CO_REQUIRE(pair);
    auto reflect = [&]() -> io::Awaitable<Result<>> {
      CO_TRY(const Frame frame, co_await read_frame(pair->listener));
      const Bytes same = frame_bytes(frame.header.kind, 0, frame.body);
      co_return co_await pair->listener.write_all(same, kPatience);
    };
    auto heard = co_await test::both(exchange_hello(pair->dialer, alice.local.hello, kPatience), reflect());
    CO_REQUIRE(heard.second);
    test::expect_error(test::error_of(heard.first), ErrorCode::kVerificationFailed,
                       "not signed for this connection");
  });
}

TEST(Hello, one_that_somebody_else_signed_is_refused) {
  const TestPeer mallory(3);
  expect_refused([&](const StreamPair& pair,
                     const TestPeer&) { return hello_frame(pair.dialer, mallory, good_hello()); },
                 ErrorCode::kVerificationFailed, "not signed for this connection");
}

TEST(Hello, versions_without_overlap_say_which_side_to_update) {
  for (const auto& [oldest, newest] : {std::pair(2U, 5U), std::pair(0U, 0U), std::pair(3U, 1U)}) {
    expect_refused(
        [&](const StreamPair& pair, const TestPeer& alice) {
          wire::Hello hello = good_hello();
          hello.set_oldest_version(oldest);
          hello.set_newest_version(newest);
          return hello_frame(pair.dialer, alice, hello);
        },
        ErrorCode::kUnsupported, "update the older one");
  }
}

TEST(Hello, a_newer_peer_that_still_speaks_our_version_is_welcome) {
  alice_says(
      [](const StreamPair& pair, const TestPeer& alice) {
        wire::Hello hello = good_hello();
        hello.set_newest_version(9);
        return hello_frame(pair.dialer, alice, hello);
      },
      [](const Result<RemoteHello>& hello) {
        ASSERT_TRUE(hello);
        EXPECT_EQ(hello->version, 1U);
      });
}

TEST(Hello, texts_above_their_limits_or_unprintable_are_refused) {
  for (const std::string& agent : {std::string(65, 'a'), std::string("a\nb"), std::string("\xff")}) {
    expect_refused(
        [&](const StreamPair& pair, const TestPeer& alice) {
          wire::Hello hello = good_hello();
          if (agent != "\xff") hello.set_agent(agent);
          for (int i = 0; agent == "\xff" && i < 65; ++i) hello.add_capabilities("x/1");
          return hello_frame(pair.dialer, alice, hello);
        },
        ErrorCode::kPeerMisbehaved, "127.0.0.1:");
  }
}

TEST(Hello, another_first_frame_is_refused) {
  expect_refused(
      [](const StreamPair&, const TestPeer&) { return frame_bytes(wire::FrameKind::kPing, 0, {}); },
      ErrorCode::kPeerMisbehaved, "did not begin with a Hello");
}

TEST(Hello, one_above_its_limit_is_refused_before_its_body_comes) {
  for (const std::uint32_t claimed : {8193U, 65'536U, 0xffffffffU}) {
    expect_refused([&](const StreamPair&,
                       const TestPeer&) { return frame_bytes(wire::FrameKind::kHello, 0, {}, claimed); },
                   ErrorCode::kPeerMisbehaved, "");
  }
}

TEST(Hello, bytes_that_are_none_are_refused) {
  expect_refused([](const StreamPair&,
                    const TestPeer&) { return frame_bytes(wire::FrameKind::kHello, 0, Bytes(100, 0xff)); },
                 ErrorCode::kPeerMisbehaved, "cannot be read");
  expect_refused(
      [](const StreamPair&, const TestPeer&) { return frame_bytes(wire::FrameKind::kHello, 0, {}); },
      ErrorCode::kPeerMisbehaved, "cannot be read");
}

/// Bob's patience with an Alice who goes on like `behave`.
void expect_timeout(const std::function<io::Awaitable<void>(TlsStream&)>& behave) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    auto pair = co_await stream_pair(alice, bob);
    CO_REQUIRE(pair);
    io::TaskGroup tasks(executor);
    tasks.spawn(behave(pair->dialer));
    const auto start = std::chrono::steady_clock::now();
    const auto hello = co_await exchange_hello(pair->listener, bob.local.hello, 100ms);
    EXPECT_EQ(test::error_of(hello).code, ErrorCode::kTimedOut) << to_string(hello.error());
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    tasks.cancel();
    co_await tasks.join();
  });
}

TEST(Hello, a_peer_that_never_says_it_is_dropped_at_the_deadline) {
  expect_timeout([](TlsStream& /*stream*/) -> io::Awaitable<void> { co_return; });
}

TEST(Hello, one_that_never_ends_is_dropped_at_the_deadline) {
  expect_timeout([](TlsStream& stream) -> io::Awaitable<void> {
    const Bytes beginning = frame_bytes(wire::FrameKind::kHello, 0, {}, 8192);
    Result<> going = co_await stream.write_all(beginning, kPatience);
    const Bytes drip(1, 0);
    for (int i = 0; going && i < 8000; ++i) {
      going = co_await stream.write_all(drip, kPatience);
      if (going) going = co_await io::sleep_for(10ms);
    }
  });
}

}  // namespace
}  // namespace covey::transport
