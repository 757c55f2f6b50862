#include "transport/dialer.hpp"

#include <gtest/gtest.h>

#include "transport/test_peer.hpp"

namespace covey::transport {
namespace {

access::Endpoint loopback(std::uint16_t port) {
  return *access::Endpoint::from_ip("127.0.0.1", port);
}

/// A port of this machine at which nobody listens: bound, so that nobody else gets it meanwhile.
class DeadPort {
 public:
  explicit DeadPort(const io::Executor& executor)
      : socket_(executor, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}
  [[nodiscard]] access::Endpoint address() const { return loopback(socket_.local_endpoint().port()); }

 private:
  Tcp::socket socket_;
};

/// Accepts connections and answers each as `peer`, or not at all.
class LivePort {
 public:
  LivePort(const io::Executor& executor, const TestPeer* peer)
      : peer_(peer), acceptor_(executor, {asio::ip::address_v4::loopback(), 0}), tasks_(executor) {
    tasks_.spawn(accept());
  }
  [[nodiscard]] access::Endpoint address() const { return loopback(acceptor_.local_endpoint().port()); }
  io::Awaitable<void> stop() {
    tasks_.cancel();
    co_await tasks_.join();
  }
  std::size_t accepted = 0;

 private:
  io::Awaitable<void> accept() {
    while (true) {
      Tcp::socket socket(acceptor_.get_executor());
      const auto [error] = co_await acceptor_.async_accept(socket, io::kNoThrow);
      if (error) co_return;
      ++accepted;
      if (peer_ == nullptr) {
        silent_.push_back(std::move(socket));
        continue;
      }
      auto link = co_await establish(std::move(socket), *peer_, TlsRole::kListener, std::nullopt);
      if (link) links_.push_back(*link);
    }
  }

  const TestPeer* peer_;
  Tcp::acceptor acceptor_;
  std::vector<Tcp::socket> silent_;
  std::vector<std::shared_ptr<Link>> links_;
  io::TaskGroup tasks_;
};

TEST(Dialer, falls_over_dead_addresses_to_a_live_one) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    const DeadPort first(executor);
    const DeadPort second(executor);
    LivePort live(executor, &bob);
    const std::vector addresses = {first.address(), second.address(), live.address()};
    const auto link = co_await dial(alice.local, bob.id(), addresses);
    CO_REQUIRE(link);
    EXPECT_EQ((*link)->peer(), bob.id());
    co_await live.stop();
  });
}

TEST(Dialer, passes_by_another_peer_that_answers_first) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  const TestPeer mallory(3);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    LivePort wrong(executor, &mallory);
    LivePort live(executor, &bob);
    const std::vector addresses = {wrong.address(), live.address()};
    const auto link = co_await dial(alice.local, bob.id(), addresses);
    CO_REQUIRE(link);
    EXPECT_EQ((*link)->peer(), bob.id());
    EXPECT_EQ(wrong.accepted, 1U) << "it is tried once";
    co_await wrong.stop();
    co_await live.stop();
  });
}

TEST(Dialer, passes_by_one_who_accepts_and_says_nothing) {
  TestPeer alice(1);
  const TestPeer bob(2);
  alice.local.dial_timeout = 1s;
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    LivePort silent(executor, nullptr);
    LivePort live(executor, &bob);
    const std::vector addresses = {silent.address(), live.address()};
    const auto link = co_await dial(alice.local, bob.id(), addresses);
    CO_REQUIRE(link);
    EXPECT_EQ((*link)->peer(), bob.id());
    co_await silent.stop();
    co_await live.stop();
  });
}

TEST(Dialer, when_nobody_answers_it_names_every_address_and_why) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    const DeadPort first(executor);
    const DeadPort second(executor);
    const std::vector addresses = {first.address(), second.address()};
    const auto link = co_await dial(alice.local, bob.id(), addresses);
    const Error error = test::error_of(link);
    for (const auto& address : addresses)
      test::expect_error(error, ErrorCode::kUnreachable, address.to_text() + ": Connection refused");
  });
}

TEST(Dialer, when_only_others_answer_it_says_who) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  const TestPeer mallory(3);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    const DeadPort dead(executor);
    LivePort wrong(executor, &mallory);
    const std::vector addresses = {wrong.address(), dead.address()};
    const auto link = co_await dial(alice.local, bob.id(), addresses);
    test::expect_error(test::error_of(link), ErrorCode::kVerificationFailed, mallory.id().to_text());
    co_await wrong.stop();
  });
}

TEST(Dialer, a_peer_without_addresses_is_unreachable) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const std::vector<access::Endpoint> none;
    const auto link = co_await dial(alice.local, bob.id(), none);
    test::expect_error(test::error_of(link), ErrorCode::kUnreachable, "no known address");
  });
}

TEST(Dialer, stops_when_it_is_cancelled) {
  const TestPeer alice(1);
  const TestPeer bob(2);
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    LivePort silent(executor, nullptr);
    const std::vector addresses = {silent.address()};
    io::TaskGroup dialling(executor);
    std::optional<Error> outcome;
    auto task = [&]() -> io::Awaitable<void> {
      const auto link = co_await dial(alice.local, bob.id(), addresses);
      if (!link) outcome = link.error();
    };
    dialling.spawn(task());
    while (silent.accepted == 0) {
      const auto slept = co_await io::sleep_for(1ms);
      CO_REQUIRE(slept);
    }
    dialling.cancel();
    co_await dialling.join();
    EXPECT_EQ(outcome.value_or(Error{}).code, ErrorCode::kCancelled);
    co_await silent.stop();
  });
}

}  // namespace
}  // namespace covey::transport
