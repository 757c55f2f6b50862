#include "transport/listener.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/log.hpp"
#include "transport/test_peer.hpp"

namespace covey::transport {
namespace {

/// A listening peer and one who dials it.
struct House {
  explicit House(const io::Executor& executor) : tasks(executor) {}

  Result<> open(const io::Executor& executor, ListenLimits limits, std::string_view ip = "127.0.0.1") {
    TRY(listener, Listener::bind(executor, *access::Endpoint::from_ip(ip, 0), bob.local, threads, limits));
    tasks.spawn(listener->run());
    return {};
  }
  [[nodiscard]] io::Awaitable<Result<std::shared_ptr<Link>>> dial_bob() {
    const access::Endpoint at = *access::Endpoint::from_ip("127.0.0.1", listener->address().port());
    return dial(alice.local, bob.id(), {at});
  }
  io::Awaitable<void> close() {
    listener->close();
    tasks.cancel();
    co_await tasks.join();
    co_await threads.stop();
  }

  TestPeer alice{1};
  TestPeer bob{2};
  LinkThreads threads{2};
  std::unique_ptr<Listener> listener;
  io::TaskGroup tasks;
};

void run_house(ListenLimits limits, const std::function<io::Awaitable<void>(House&)>& body) {
  test::run_in_loop([&]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    House house(executor);
    const auto opened = house.open(executor, limits);
    CO_REQUIRE(opened);
    co_await body(house);
    co_await house.close();
  });
}

/// A connection from another address of this machine, on which nothing is ever said.
Tcp::socket half_open(const House& house, const std::string& from = "127.0.0.2") {
  Tcp::socket socket(house.tasks.executor());
  socket.open(Tcp::v4());
  socket.bind({asio::ip::make_address(from), 0});
  socket.connect({asio::ip::address_v4::loopback(), house.listener->address().port()});
  return socket;
}

/// Waits until the other side has closed this connection.
io::Awaitable<Result<>> wait_for_close(Tcp::socket& socket) {
  std::array<char, 16> sink{};
  const auto [error, count] = co_await socket.async_receive(asio::buffer(sink), io::kNoThrow);
  if (error) co_return Result<>{};
  co_return fail(ErrorCode::kInternal, "{} bytes were said", count);
}

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  in >> all >> resident;
  return resident * 4096;
}

TEST(Listener, makes_links_of_connections) {
  run_house({}, [](House& house) -> io::Awaitable<void> {
    const auto link = co_await house.dial_bob();
    CO_REQUIRE(link);
    EXPECT_EQ((*link)->peer(), house.bob.id());
  });
}

TEST(Listener, a_wildcard_serves_both_families) {
  test::run_in_loop([]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    House house(executor);
    const auto opened = house.open(executor, {}, "::");
    if (!opened) GTEST_LOG_(INFO) << "no IPv6 here";
    if (!opened) co_return;
    const auto link = co_await house.dial_bob();
    CO_REQUIRE(link);
    EXPECT_NE((*link)->stream().remote_address().find("127.0.0.1"), std::string::npos);
    const access::Endpoint at = *access::Endpoint::from_ip("::1", house.listener->address().port());
    const std::vector addresses = {at};
    const auto over_v6 = co_await dial(house.alice.local, house.bob.id(), addresses);
    EXPECT_TRUE(over_v6) << to_string(over_v6.error());
    co_await house.close();
  });
}

TEST(Listener, a_port_in_use_is_an_error_that_says_what_to_do) {
  run_house({}, [](House& house) -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    auto second = Listener::bind(executor, house.listener->address(), house.bob.local, house.threads);
    test::expect_error(test::error_of(second), ErrorCode::kAlreadyExists, "--listen");
  });
}

TEST(Listener, floods_of_silent_connections_cost_little_and_honest_peers_get_in) {
  run_house({}, [](House& house) -> io::Awaitable<void> {
    (void)log::set_up(log::Verbosity::kQuiet);  // each of them is told of
    const std::size_t before = resident_bytes();
    std::vector<Tcp::socket> flood;
    for (int i = 0; i < 2000; ++i) {
      flood.push_back(half_open(house));
      if (i % 50 != 0) continue;
      const auto slept = co_await io::sleep_for(1ms);  // lets the listener take them
      CO_REQUIRE(slept);
    }
    const auto start = std::chrono::steady_clock::now();
    const auto link = co_await house.dial_bob();
    CO_REQUIRE(link);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_LT(resident_bytes() - std::min(before, resident_bytes()), 64U << 20);
  });
}

TEST(Listener, above_the_limit_for_one_address_connections_are_closed_at_once) {
  run_house({.handshakes_per_address = 3}, [](House& house) -> io::Awaitable<void> {
    std::vector<Tcp::socket> held;
    for (int i = 0; i < 3; ++i) held.push_back(half_open(house));
    Tcp::socket fourth = half_open(house);
    const auto closed = co_await wait_for_close(fourth);
    CO_REQUIRE(closed);
    const auto link = co_await house.dial_bob();
    EXPECT_TRUE(link) << "another address is not touched: " << to_string(link.error());
  });
}

TEST(Listener, above_the_limit_in_all_nobody_gets_in_until_the_silent_are_dropped) {
  run_house({.handshakes = 4, .handshake_timeout = 300ms}, [](House& house) -> io::Awaitable<void> {
    std::vector<Tcp::socket> held;
    for (int i = 0; i < 4; ++i) held.push_back(half_open(house, fmt::format("127.0.0.{}", 2 + i)));
    Tcp::socket fifth = half_open(house, "127.0.0.9");
    const auto refused = co_await wait_for_close(fifth);
    CO_REQUIRE(refused);
    for (Tcp::socket& socket : held) {
      const auto dropped = co_await wait_for_close(socket);
      CO_REQUIRE(dropped);
    }
    Result<std::shared_ptr<Link>> link = fail(ErrorCode::kInternal, "not tried");
    for (int i = 0; i < 200 && !link; ++i) {
      link = co_await house.dial_bob();  // the count falls just after the connection
    }
    CO_REQUIRE(link);
  });
}

TEST(Listener, links_are_limited_and_an_ended_one_makes_room) {
  run_house({.links_per_address = 1}, [](House& house) -> io::Awaitable<void> {
    auto first = co_await house.dial_bob();
    CO_REQUIRE(first);
    auto second = co_await house.dial_bob();
    EXPECT_FALSE(second);
    (*first)->close({ErrorCode::kCancelled, "done"});
    first->reset();
    Result<std::shared_ptr<Link>> third = fail(ErrorCode::kInternal, "not tried");
    for (int i = 0; i < 200 && !third; ++i) {
      third = co_await house.dial_bob();
    }
    CO_REQUIRE(third);
  });
}

TEST(Listener, closing_time_ends_links_and_those_who_wait) {
  test::run_in_loop([]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    House house(executor);
    const auto opened = house.open(executor, {});
    CO_REQUIRE(opened);
    const auto link = co_await house.dial_bob();
    CO_REQUIRE(link);
    Tcp::socket silent = half_open(house);
    co_await house.close();
    const auto closed = co_await wait_for_close(silent);
    CO_REQUIRE(closed);
    const Error reason = co_await (*link)->run();
    EXPECT_EQ(reason.code, ErrorCode::kConnectionLost);
  });
}

}  // namespace
}  // namespace covey::transport
