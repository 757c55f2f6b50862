// Connections over real TCP sockets, and clients that are slow.

#include "http/listener.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <asio/executor_work_guard.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

namespace covey::http {
namespace {

using asio::ip::tcp;

using ::testing::StartsWith;

class HttpListener : public ::testing::Test {
 protected:
  ~HttpListener() override {
    asio::post(io_, [this] { listener_.reset(); });
    work_.reset();
    thread_.join();  // nothing is left that keeps the loop running
  }
  void start(std::size_t max_connections = 8) {
    using namespace std::chrono_literals;
    const int bound = bind_tcp({asio::ip::address_v4::loopback(), 0}).value();
    listener_.emplace(Listener::listen(io_, bound,
                                       {.limits = {.max_body_bytes = 100,
                                                   .request_timeout = 100ms,
                                                   .idle_timeout = 20s,
                                                   .answer_timeout = 20s,
                                                   .write_timeout = 20s},
                                        .max_connections = max_connections},
                                       [](Request request, std::unique_ptr<Exchange> exchange) {
                                         Response response;
                                         if (request.target == "/same") response.status = 304;
                                         response.body = std::string(request.field("x-word")) + request.body;
                                         exchange->respond(std::move(response), {});
                                       })
                          .value());
    port_ = listener_->local_endpoint().port();
    thread_ = std::thread([this] { io_.run(); });
  }
  tcp::socket connect() {
    tcp::socket socket(client_);
    socket.connect({asio::ip::address_v4::loopback(), port_});
    return socket;
  }
  std::string answers(const std::string& requests) {
    tcp::socket socket = connect();
    asio::write(socket, asio::buffer(requests));
    return rest_of(socket);
  }
  static std::string rest_of(tcp::socket& socket) {
    std::string all;
    std::error_code end;
    asio::read(socket, asio::dynamic_buffer(all), end);
    return all;
  }

  asio::io_context io_, client_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  std::optional<Listener> listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

constexpr std::string_view kLast = "Host: h\r\nConnection: close\r\n\r\n";

TEST_F(HttpListener, answers_to_head_and_304_have_a_length_and_no_body) {
  start();
  EXPECT_THAT(
      answers(fmt::format("HEAD / HTTP/1.1\r\nX-Word: four\r\nHost: h\r\n\r\n"
                          "GET /same HTTP/1.1\r\nX-Word: five5\r\nHost: h\r\n\r\n"
                          "GET / HTTP/1.1\r\nX-WORD: end\r\n{}",
                          kLast)),
      ::testing::MatchesRegex("HTTP/1.1 200 OK.*Content-Length: 4.*\r\n\r\nHTTP/1.1 304 .*Content-Length: "
                              "5.*\r\n\r\nHTTP/1.1 200 OK.*Content-Length: 3.*\r\n\r\nend"));
}

TEST_F(HttpListener, a_request_that_trickles_in_is_cut_off_and_an_idle_connection_is_not) {
  start();
  tcp::socket idle = connect();
  tcp::socket slow = connect();
  asio::write(slow, asio::buffer(std::string("GET / HT")));
  EXPECT_EQ(rest_of(slow), "");
  asio::write(idle, asio::buffer(fmt::format("GET / HTTP/1.1\r\n{}", kLast)));
  EXPECT_THAT(rest_of(idle), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpListener, connections_above_the_limit_wait_until_one_ends) {
  start(1);
  tcp::socket first = connect();
  asio::write(first, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  std::string answer(15, ' ');
  asio::read(first, asio::buffer(answer));
  tcp::socket second = connect();
  asio::write(second, asio::buffer(fmt::format("GET / HTTP/1.1\r\n{}", kLast)));
  EXPECT_EQ(second.available(), 0U);
  first.close();
  EXPECT_THAT(rest_of(second), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpListener, a_port_that_is_taken_is_told_apart) {
  start();
  EXPECT_EQ(bind_tcp({asio::ip::address_v4::loopback(), port_}).error().code, ErrorCode::kAlreadyExists);
}

TEST(HttpRequest, a_field_given_twice_is_no_only_field) {
  const Request request{.method = "GET",
                        .target = "/",
                        .fields = {{"Host", "a"}, {"HOST", "b"}, {"Cookie", "c"}},
                        .body = {},
                        .client = {}};
  EXPECT_EQ(request.only_field("host"), std::nullopt);
  EXPECT_EQ(request.only_field("cookie"), "c");
  EXPECT_EQ(request.only_field("origin"), "");
  EXPECT_EQ(request.head_bytes(), 1 + 5 + 5 + 7U);
}

}  // namespace
}  // namespace covey::http
