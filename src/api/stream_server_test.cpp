// The server for players over loopback, with a file whose bytes come when the test says so.

#include "api/stream_server.hpp"

#include <gtest/gtest.h>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include "io/gate.hpp"

namespace covey::api {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

constexpr std::string_view kToken = "token";

/// Bytes that count up; those below `come` can be read.
class CountingBytes final : public StreamedBytes {
 public:
  explicit CountingBytes(std::uint64_t come) : come_(come) {}
  static char at(std::uint64_t offset) { return static_cast<char>('a' + offset % 26); }

  io::Awaitable<Result<Bytes>> read(std::uint64_t offset, std::size_t at_most) override {
    ++reads;
    if (failing) co_return fail(ErrorCode::kInvalidArgument, "download x is paused; 'covey resume x'");
    if (offset >= come_) {
      CO_TRY_VOID(co_await io::sleep_for(1ms));
      co_return Bytes();
    }
    Bytes out(std::min<std::uint64_t>(at_most, come_ - offset));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(at(offset + i));
    largest = std::max(largest, out.size());
    read_bytes += out.size();
    co_return out;
  }
  void come(std::uint64_t bytes) { come_ = bytes; }

  bool failing = false;
  std::size_t reads = 0;
  std::size_t largest = 0;
  std::uint64_t read_bytes = 0;

 private:
  std::uint64_t come_;
};

struct Host final : StreamHost {
  explicit Host(std::uint64_t size) : bytes(std::make_shared<CountingBytes>(size)), size_of_file(size) {}
  [[nodiscard]] std::optional<StreamedFile> find_stream(std::string_view token) const override {
    if (token != kToken) return std::nullopt;
    return StreamedFile{.name = "film.mp4", .size = size_of_file, .bytes = bytes};
  }
  std::shared_ptr<CountingBytes> bytes;
  std::uint64_t size_of_file;
};

struct Fixture {
  Fixture(asio::io_context& context, Host& host, StreamServerOptions options)
      : server(std::move(*StreamServer::listen(context, host, options))) {}

  tcp::socket connect(asio::io_context& context) const {
    tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    return socket;
  }
  [[nodiscard]] std::string request(std::string_view method, std::string_view fields,
                                    std::string_view path = "/stream/token/film.mp4") const {
    return fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n", method, path, server->port(),
                       fields);
  }
  std::unique_ptr<StreamServer> server;
};

/// What comes back until the server closes.
io::Awaitable<std::string> exchange(tcp::socket& socket, std::string text) {
  (void)co_await asio::async_write(socket, asio::buffer(text), io::kNoThrow);
  std::string answer;
  (void)co_await asio::async_read(socket, asio::dynamic_buffer(answer), io::kNoThrow);
  co_return answer;
}

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

using Body = std::function<io::Awaitable<void>(asio::io_context&, Fixture&)>;

void run_server(Host& host, const Body& body, StreamServerOptions options = {}) {
  asio::io_context context(1);
  bool ended = false;
  auto root = [&]() -> io::Awaitable<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    Fixture fixture(context, host, options);
    co_await body(context, fixture);
    co_await fixture.server->close();
    ended = true;
  };
  asio::co_spawn(context, root, [](const std::exception_ptr& escaped) {
    if (escaped) std::rethrow_exception(escaped);
  });
  context.run_for(60s);
  EXPECT_TRUE(ended);
  EXPECT_TRUE(context.stopped()) << "the closed server keeps the loop from ending";
}

TEST(StreamServer, serves_all_and_parts) {
  Host host(3'000'000);
  run_server(host, [&](asio::io_context& context, Fixture& f) -> io::Awaitable<void> {
    auto socket = f.connect(context);
    const auto whole = co_await exchange(socket, f.request("GET", ""));
    EXPECT_TRUE(whole.starts_with("HTTP/1.1 200 OK\r\n")) << whole.substr(0, 500);
    EXPECT_NE(whole.find("Content-Length: 3000000\r\n"), std::string::npos);
    EXPECT_NE(whole.find("Accept-Ranges: bytes\r\n"), std::string::npos);
    EXPECT_NE(whole.find("Content-Type: video/mp4\r\n"), std::string::npos);
    EXPECT_NE(whole.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
    EXPECT_NE(whole.find("Content-Security-Policy: sandbox"), std::string::npos);
    EXPECT_NE(whole.find("Cache-Control: no-store\r\n"), std::string::npos);
    EXPECT_EQ(body_of(whole).size(), 3'000'000U);
    EXPECT_EQ(body_of(whole).back(), CountingBytes::at(2'999'999));
    auto again = f.connect(context);
    const auto part = co_await exchange(again, f.request("GET", "Range: bytes=27-30\r\n"));
    EXPECT_TRUE(part.starts_with("HTTP/1.1 206 Partial Content\r\n"));
    EXPECT_NE(part.find("Content-Range: bytes 27-30/3000000\r\n"), std::string::npos);
    EXPECT_EQ(body_of(part), "bcde");
    auto head = f.connect(context);
    const auto header = co_await exchange(head, f.request("HEAD", "Range: bytes=27-30\r\n"));
    EXPECT_TRUE(header.starts_with("HTTP/1.1 206"));
    EXPECT_NE(header.find("Content-Length: 4\r\n"), std::string::npos);
    EXPECT_EQ(body_of(header), "");
  });
}

TEST(StreamServer, refuses_what_it_should) {
  Host host(1000);
  run_server(host, [&](asio::io_context& context, Fixture& f) -> io::Awaitable<void> {
    auto beyond = f.connect(context);
    const auto none = co_await exchange(beyond, f.request("GET", "Range: bytes=1000-\r\n"));
    EXPECT_TRUE(none.starts_with("HTTP/1.1 416"));
    EXPECT_NE(none.find("Content-Range: bytes */1000\r\n"), std::string::npos);
    auto stranger = f.connect(context);
    const auto refused =
        co_await exchange(stranger, "GET /stream/token/film.mp4 HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 403"));
    auto guess = f.connect(context);
    const auto wrong = co_await exchange(guess, f.request("GET", "", "/stream/tokem/film.mp4"));
    EXPECT_TRUE(wrong.starts_with("HTTP/1.1 404"));
    auto lost = f.connect(context);
    EXPECT_EQ(body_of(co_await exchange(lost, f.request("GET", "", "/"))), body_of(wrong));
    auto writer = f.connect(context);
    EXPECT_TRUE((co_await exchange(writer, f.request("DELETE", ""))).starts_with("HTTP/1.1 405"));
    EXPECT_EQ(host.bytes->reads, 0U);
    host.bytes->failing = true;
    auto early = f.connect(context);
    const auto paused = co_await exchange(early, f.request("GET", ""));
    EXPECT_TRUE(paused.starts_with("HTTP/1.1 503"));
    EXPECT_NE(paused.find("covey resume"), std::string::npos);
  });
}

TEST(StreamServer, waits_for_bytes_that_have_yet_to_come) {
  Host host(100);
  host.bytes->come(50);
  run_server(host, [&](asio::io_context& context, Fixture& f) -> io::Awaitable<void> {
    io::TaskGroup group(context.get_executor());
    auto later = [&]() -> io::Awaitable<void> {
      while (host.bytes->reads < 10) (void)co_await io::sleep_for(1ms);
      host.bytes->come(100);
    };
    group.spawn(later());
    auto socket = f.connect(context);
    const auto answer = co_await exchange(socket, f.request("GET", ""));
    EXPECT_EQ(body_of(answer).size(), 100U);
    co_await group.join();
  });
}

TEST(StreamServer, is_never_far_ahead_of_a_slow_client) {
  constexpr std::uint64_t kSystemBuffers = 24U << 20;
  Host host(96U << 20);
  run_server(host, [&](asio::io_context& context, Fixture& f) -> io::Awaitable<void> {
    auto socket = f.connect(context);
    const std::string text = f.request("GET", "");
    (void)co_await asio::async_write(socket, asio::buffer(text), io::kNoThrow);
    std::string some(256U << 10, ' ');
    for (std::uint64_t got = 0; got < host.size_of_file / 2; got += some.size()) {
      (void)co_await asio::async_read(socket, asio::buffer(some), io::kNoThrow);
      EXPECT_LE(host.bytes->read_bytes, got + some.size() + kSystemBuffers);
      EXPECT_LE(host.bytes->largest, 1U << 20);
      if (::testing::Test::HasFailure()) co_return;
    }
    // And the server closes in the middle of a write.
  });
}

TEST(StreamServer, a_client_that_has_gone_makes_room_for_the_next) {
  Host host(100);
  host.bytes->come(0);
  run_server(host,
             [&](asio::io_context& context, Fixture& f) -> io::Awaitable<void> {
               auto first = f.connect(context);
               const std::string text = f.request("GET", "");
               (void)co_await asio::async_write(first, asio::buffer(text), io::kNoThrow);
               while (host.bytes->reads < 3) (void)co_await io::sleep_for(1ms);
               first.close();  // while it waits for bytes
               auto second = f.connect(context);
               const auto answer = co_await exchange(second, f.request("HEAD", ""));
               EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << "the only place was held";
             },
             {.max_connections = 1});
}

}  // namespace
}  // namespace covey::api
