#include <gtest/gtest.h>

#include <random>

#include "transport/raw_tls.hpp"
#include "transport/test_peer.hpp"

namespace covey::transport {
namespace {

/// What our listener makes of a stranger, and what the stranger learns.
struct Encounter {
  Result<> ours;
  RawTls::Outcome theirs;
};

io::Awaitable<Encounter> meet(const TestPeer& us, RawTls stranger) {
  const io::Executor executor = co_await asio::this_coro::executor;
  SocketPair sockets = socket_pair(executor);
  const bool they_dial = stranger.role == TlsRole::kDialer;
  auto theirs = stranger.start(std::move(they_dial ? sockets.dialer : sockets.listener));
  Encounter out;
  {
    auto stream = co_await shake_hands(std::move(they_dial ? sockets.listener : sockets.dialer), us,
                                       they_dial ? TlsRole::kListener : TlsRole::kDialer, std::nullopt);
    if (!stream) out.ours = std::unexpected(stream.error());
  }
  out.theirs = theirs.get();
  co_return out;
}

void expect_refusal(const RawTls& stranger, std::string_view our_words, std::string_view their_words,
                    std::optional<ErrorCode> code = std::nullopt) {
  const TestPeer us(1);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const Encounter met = co_await meet(us, stranger);
    test::expect_error(test::error_of(met.ours), code.value_or(ErrorCode::kConnectionLost), our_words);
    EXPECT_NE(met.theirs.alert.find(their_words), std::string::npos) << met.theirs.alert;
  });
}

TEST(Tls, both_sides_know_each_other_and_share_an_exporter) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    auto first = co_await stream_pair(alice, bob);
    CO_REQUIRE(first);
    EXPECT_EQ(first->dialer.peer(), bob.id());
    EXPECT_EQ(first->listener.peer(), alice.id());
    EXPECT_EQ(first->dialer.exporter(), first->listener.exporter());
    auto second = co_await stream_pair(alice, bob);
    CO_REQUIRE(second);
    EXPECT_NE(first->dialer.exporter(), second->dialer.exporter()) << "the same on two connections";
  });
}

TEST(Tls, carries_bytes_both_ways_at_once) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    auto pair = co_await stream_pair(alice, bob);
    CO_REQUIRE(pair);
    const Bytes there(5'000'000, 1);
    const Bytes back(3'000'000, 2);
    Bytes got_there(there.size());
    Bytes got_back(back.size());
    auto sent = co_await test::both(
        test::both(pair->dialer.write_all(there, kPatience), pair->dialer.read_exactly(got_back, kPatience)),
        test::both(pair->listener.write_all(back, kPatience),
                   pair->listener.read_exactly(got_there, kPatience)));
    EXPECT_TRUE(sent.first.first && sent.first.second && sent.second.first && sent.second.second);
    EXPECT_EQ(got_there, there);
    EXPECT_EQ(got_back, back);
  });
}

TEST(Tls, another_peer_than_the_one_dialled_is_refused_and_named) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  const TestPeer mallory(3);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    SocketPair sockets = socket_pair(executor);
    auto ends = co_await test::both(shake_hands(std::move(sockets.dialer), alice, TlsRole::kDialer, bob.id()),
                                    shake_hands(std::move(sockets.listener), mallory, TlsRole::kListener));
    const Error error = test::error_of(ends.first);
    test::expect_error(error, ErrorCode::kVerificationFailed, "another peer answers");
    test::expect_error(error, ErrorCode::kVerificationFailed, bob.id().to_text());
    test::expect_error(error, ErrorCode::kVerificationFailed, mallory.id().to_text());
    test::expect_error(error, ErrorCode::kVerificationFailed, "fresh ticket");
    EXPECT_FALSE(ends.second) << "the one in the middle learns it";
  });
}

TEST(Tls, a_stranger_without_a_certificate_is_refused_and_learns_it) {
  expect_refusal({.certificate = nullptr}, "peer did not return a certificate", "certificate required");
}

TEST(Tls, two_certificates_are_refused) {
  crypto::SeededRandom random(5);
  const SystemClock clock;
  const auto device = identity::DeviceKey::ephemeral(random);
  const Certificate own = *make_certificate(device, clock);
  const Certificate second = *make_certificate(device, clock);
  expect_refusal({.certificate = &own, .second_certificate = second.x509.get()},
                 "not exactly one certificate", "alert", ErrorCode::kVerificationFailed);
}

TEST(Tls, older_tls_is_refused) {
  crypto::SeededRandom random(5);
  const Certificate own = *make_certificate(identity::DeviceKey::ephemeral(random), SystemClock());
  expect_refusal({.version = TLS1_2_VERSION, .certificate = &own}, "unsupported protocol",
                 "protocol version");
  expect_refusal({.role = TlsRole::kListener, .version = TLS1_2_VERSION, .certificate = &own},
                 "protocol version", "unsupported protocol");
}

TEST(Tls, who_does_not_speak_covey_is_refused) {
  crypto::SeededRandom random(5);
  const Certificate own = *make_certificate(identity::DeviceKey::ephemeral(random), SystemClock());
  expect_refusal({.alpn = std::nullopt, .certificate = &own}, "does not speak Covey", "",
                 ErrorCode::kVerificationFailed);
  expect_refusal({.alpn = "h2", .certificate = &own}, "no application protocol", "no application protocol");
  expect_refusal({.role = TlsRole::kListener, .alpn = std::nullopt, .certificate = &own},
                 "does not speak Covey", "", ErrorCode::kVerificationFailed);
}

TEST(Tls, a_certificate_from_another_time_is_refused) {
  crypto::SeededRandom random(5);
  const ManualClock long_ago;  // about 2020
  const Certificate own = *make_certificate(identity::DeviceKey::ephemeral(random), long_ago);
  expect_refusal({.certificate = &own}, "check the clocks", "alert", ErrorCode::kVerificationFailed);
}

TEST(Tls, a_stranger_who_says_nothing_is_dropped_at_the_deadline) {
  const TestPeer us(1);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    for (const TlsRole role : {TlsRole::kListener, TlsRole::kDialer}) {
      SocketPair sockets = socket_pair(executor);
      Tcp::socket& socket = role == TlsRole::kListener ? sockets.listener : sockets.dialer;
      auto stream = co_await shake_hands(std::move(socket), us, role, std::nullopt, 30ms);
      test::expect_error(test::error_of(stream), ErrorCode::kTimedOut, "127.0.0.1:");
    }
  });
}

TEST(Tls, dripping_bytes_does_not_stretch_the_deadline) {
  const TestPeer us(1);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    SocketPair sockets = socket_pair(executor);
    io::TaskGroup drips(executor);
    auto drip = [&]() -> io::Awaitable<void> {
      Bytes hello(1000, 1);
      const Bytes beginning = {22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3};  // of a ClientHello
      std::copy(beginning.begin(), beginning.end(), hello.begin());
      for (const Byte& byte : hello) {
        asio::error_code error;
        sockets.dialer.send(asio::buffer(&byte, 1), 0, error);
        const auto slept = co_await io::sleep_for(10ms);
        if (!slept || error) co_return;
      }
    };
    drips.spawn(drip());
    const auto start = std::chrono::steady_clock::now();
    auto stream =
        co_await shake_hands(std::move(sockets.listener), us, TlsRole::kListener, std::nullopt, 100ms);
    EXPECT_EQ(test::error_of(stream).code, ErrorCode::kTimedOut);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s) << "a thousand drips take ten seconds";
    drips.cancel();
    co_await drips.join();
  });
}

TEST(Tls, garbage_is_an_error_and_no_more) {
  const TestPeer us(1);
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 20; ++round) {
    test::run_in_loop([&]() -> io::Awaitable<void> {
      const io::Executor executor = co_await asio::this_coro::executor;
      SocketPair sockets = socket_pair(executor);
      Bytes garbage(300);
      for (Byte& byte : garbage) byte = static_cast<Byte>(random());
      if (round % 2 == 0) garbage[0] = 22;
      sockets.dialer.send(asio::buffer(garbage));
      sockets.dialer.shutdown(Tcp::socket::shutdown_send);
      auto stream = co_await shake_hands(std::move(sockets.listener), us, TlsRole::kListener);
      EXPECT_EQ(test::error_of(stream).code, ErrorCode::kConnectionLost);
    });
  }
}

TEST(Tls, a_reader_is_told_when_the_peer_ends_the_stream) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    auto pair = co_await stream_pair(alice, bob);
    CO_REQUIRE(pair);
    pair->dialer.close();
    Byte byte = 0;
    const auto read = co_await pair->listener.read_exactly({&byte, 1}, kPatience);
    test::expect_error(test::error_of(read), ErrorCode::kConnectionLost, "ended the connection");
  });
}

TEST(Tls, a_writer_gives_up_on_a_peer_that_takes_nothing) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    auto pair = co_await stream_pair(alice, bob);
    CO_REQUIRE(pair);
    const Bytes much(64U << 20, 1);
    const auto written = co_await pair->dialer.write_all(much, 100ms);
    test::expect_error(test::error_of(written), ErrorCode::kTimedOut, "no progress");
  });
}

}  // namespace
}  // namespace covey::transport
