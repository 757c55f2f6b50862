// The server and the client over a real Unix socket, and the server against clients that misbehave.

#include "api/server.hpp"

#include <fstream>
#include <memory>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "api/server_fixture.hpp"
#include "api/unix_socket.hpp"

namespace covey::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(ApiServer, serves_every_route_to_the_client) {
  start();
  Client client = this->client();
  EXPECT_EQ(client.status().value().peer_id, "peer");
  EXPECT_TRUE(client.shares().value().empty());
  const auto share = client.share({"/a b/\xc3\xa9", "title", 60, false});
  ASSERT_TRUE(share) << to_string(share.error());
  EXPECT_EQ(share->path, "/a b/\xc3\xa9");
  EXPECT_EQ(share->expires_at, 60);
  EXPECT_EQ(client.shares().value().size(), 1U);
  EXPECT_EQ(client.ticket({"My photos/2026 %?#..", {}, 3}).value().uses_left, 3U);
  EXPECT_EQ(client.download({.ticket = "covey:x", .directory = "/d"}).value().destination, "/d");
  EXPECT_EQ(client.transfers().value().size(), 1U);
  EXPECT_EQ(client.pause("t1").value().state, TransferState::kPaused);
  EXPECT_EQ(client.resume("t1").value().state, TransferState::kRunning);
  EXPECT_EQ(client.cancel("t1", PartialFiles::kDelete).value().state, TransferState::kCancelled);
  EXPECT_EQ(client.cancel("..", PartialFiles::kKeep).value().state, TransferState::kCancelled);
  TransferSettings settings;
  settings.priority = Priority::kHigh;
  settings.limit_up = 7;
  settings.seed = false;
  EXPECT_EQ(client.set("t1", settings).value().settings, settings);
  EXPECT_EQ(client.verify("t1").value().state, TransferState::kVerifying);
  EXPECT_EQ(client.move("t1", "/d é").value().state, TransferState::kMoving);
  EXPECT_TRUE(client.remove("t1", RemovedFiles::kPartial));
  LimitSettings limits;
  limits.down = 5;
  limits.schedule = {"08:00-18:00=2M"};
  EXPECT_EQ(client.set_limits(limits).value().settings.down, 5U);
  EXPECT_EQ(client.limits().value().settings.schedule, limits.schedule);
  EXPECT_TRUE(client.unshare(share->id));
  EXPECT_TRUE(client.stop());
  EXPECT_TRUE(eventually([&] { return service_.stops == 1; }));
  EXPECT_THAT(
      service_.asked,
      ElementsAre("share /a b/\xc3\xa9", "ticket My photos/2026 %?#..", "download covey:x /d", "pause t1",
                  "resume t1", "cancel delete t1", "cancel keep ..",
                  R"(set t1 {"priority":"high","piece_order":"rarest_first","limit_up":7,"seed":false})",
                  "verify t1", "move t1 to /d é", "remove t1 partial", "limits " + to_json(limits),
                  "unshare share0"));
}

TEST_F(ApiServer, serves_networks_to_the_client) {
  start();
  Client asking = client();
  const auto joined = asking.join({.link = "covey-network:x", .name = "alice", .invite = {}});
  ASSERT_TRUE(joined) << to_string(joined.error());
  ASSERT_EQ(asking.networks()->size(), 1U);
  EXPECT_EQ(asking.networks()->front().link, "covey-network:x");
  const auto found = asking.search({.words = "a+b c&d=é", .owner = "bob", .after = "0/x y", .limit = 7});
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_EQ(found->shares.front().title, "a+b c&d=é");
  EXPECT_EQ(on_network([&] { return service_.asked.back(); }), "search a+b c&d=é|bob|0/x y|7");
  EXPECT_EQ(asking.peers()->front().name, "alice");
  EXPECT_TRUE(asking.leave(joined->network));
  EXPECT_EQ(asking.leave(joined->network).error().code, ErrorCode::kNotFound);
}

TEST_F(ApiServer, a_page_of_a_search_has_a_sensible_size) {
  start();
  const std::pair<const char*, const char*> refused[] = {{"0", "1 to 200"},
                                                         {"201", "1 to 200"},
                                                         {"-1", "no whole number"},
                                                         {"x", "no whole number"},
                                                         {"99999999999999999999", "no whole number"}};
  for (const auto& [limit, words] : refused) {
    EXPECT_THAT(exchange(fmt::format("GET /api/v1/search?q=a&limit={} HTTP/1.1\r\nHost: x\r\n\r\n", limit)),
                AllOf(StartsWith("HTTP/1.1 400"), HasSubstr(words)));
  }
  EXPECT_THAT(exchange("GET /api/v1/search?q=%zz HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 400"));
}

TEST_F(ApiServer, errors_come_back_as_they_were) {
  start();
  Client client = this->client();
  EXPECT_EQ(client.share({"/gone", "", {}, false}).error(),
            (Error{ErrorCode::kNotFound, "/gone does not exist"}));
  EXPECT_EQ(client.download({.ticket = "covey:expired", .directory = "/d"}).error(),
            (Error{ErrorCode::kExpired, "ask for another ticket"}));
  const auto bug = client.share({"/throw", "", {}, false});
  EXPECT_EQ(bug.error().code, ErrorCode::kInternal);
  EXPECT_EQ(client.status().value().peer_id, "peer") << "still there";
}

TEST_F(ApiServer, without_a_daemon_the_client_says_how_to_start_one) {
  const Error error = client().status().error();
  EXPECT_EQ(error.code, ErrorCode::kUnreachable);
  EXPECT_THAT(error.context, HasSubstr("start it with 'covey daemon'"));
  ASSERT_TRUE(UnixSocket::bind(path()));  // and gone again
  EXPECT_EQ(client().status().error(), error);
}

TEST_F(ApiServer, what_it_does_not_have_is_answered_in_json) {
  start();
  const auto status_of = [this](const std::string& request) { return exchange(request); };
  EXPECT_THAT(status_of("GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 404"), HasSubstr(R"({"error":{"code":"not_found")")));
  EXPECT_THAT(status_of("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(status_of("PUT /api/v1/shares HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET, POST\r\n")));
  EXPECT_THAT(status_of("POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET\r\n")));
  EXPECT_THAT(status_of("POST /api/v1/transfers/%zz/pause HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(
      status_of("GET /api/v1/status HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
      StartsWith("HTTP/1.1 400"));
}

std::string post_share(std::string_view type, std::string_view body) {
  return fmt::format("POST /api/v1/shares HTTP/1.1\r\nHost: x\r\n{}Content-Length: {}\r\n\r\n{}", type,
                     body.size(), body);
}
constexpr std::string_view kJsonType = "Content-Type: application/json\r\n";

TEST_F(ApiServer, bad_bodies_are_refused_with_a_reason) {
  start();
  EXPECT_THAT(exchange(post_share(kJsonType, "{\"path\":")),
              AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("malformed")));
  EXPECT_THAT(exchange(post_share(kJsonType, "{}")), HasSubstr("'path' is missing"));
  EXPECT_THAT(exchange(post_share(kJsonType, "")), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(exchange(post_share("", R"({"path":"/p"})")), StartsWith("HTTP/1.1 415"));
  EXPECT_THAT(exchange(post_share("Content-Type: text/plain\r\n", R"({"path":"/p"})")),
              StartsWith("HTTP/1.1 415"));
  EXPECT_TRUE(on_network([&] { return service_.asked.empty(); }));
}

TEST_F(ApiServer, a_large_body_is_refused_and_a_huge_one_not_even_read) {
  start();
  const std::string large = "{\"path\":\"" + std::string(1024 * 1024, 'x') + "\"}";
  EXPECT_THAT(exchange(post_share(kJsonType, large)),
              AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("limit_exceeded")));
  RawConnection huge(path());
  huge.send("POST /api/v1/shares HTTP/1.1\r\nHost: x\r\nContent-Length: 4294967296\r\n\r\n");
  EXPECT_EQ(huge.receive_all(), "") << "closed";
  RawConnection headers(path());
  headers.send("GET /api/v1/status HTTP/1.1\r\n");
  for (int i = 0; i < 100; ++i) headers.send(fmt::format("X-{}: 1\r\n", i));
  EXPECT_EQ(headers.receive_all(), "") << "closed";
  RawConnection garbage(path());
  garbage.send(std::string(1000, '\xff'));
  EXPECT_EQ(garbage.receive_all(), "") << "closed";
  EXPECT_TRUE(client().status());
}

TEST_F(ApiServer, a_request_that_trickles_in_is_cut_off) {
  ServerOptions options;
  options.read_timeout = std::chrono::milliseconds(100);
  start(options);
  RawConnection slow(path());
  slow.send("GET /api/v1/sta");
  EXPECT_EQ(slow.receive_all(), "");
}

TEST_F(ApiServer, connections_above_the_limit_wait_for_a_free_place) {
  ServerOptions options;
  options.max_connections = 2;
  start(options);
  auto first = std::make_unique<RawConnection>(path());
  auto second = std::make_unique<RawConnection>(path());
  constexpr std::string_view kRequest = "GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
  first->send(kRequest);
  second->send(kRequest);
  EXPECT_THAT(first->receive_until("}"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(second->receive_until("}"), StartsWith("HTTP/1.1 200"));
  auto third = std::async(std::launch::async, [&] { return client().status(); });
  on_network([] {});  // the third is in the queue, or on its way to it, and is not served
  EXPECT_NE(third.wait_for(std::chrono::milliseconds(50)), std::future_status::ready);
  first.reset();
  EXPECT_TRUE(third.get());
}

TEST_F(ApiServer, accepts_again_after_it_ran_out_of_descriptors) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizers need descriptors of their own to look at memory";
#endif
  start();
  ASSERT_TRUE(client().status());
  RawConnection connection;  // its descriptor is there before they run out
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  connection.connect(path());
  on_network([] {});
  on_network([] {});  // the failed accept has been handled
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  connection.send("GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(connection.receive_until("}"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ApiServer, the_socket_is_private_and_held_by_one_daemon) {
  start();
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  FakeService other;
  const auto second = on_network([&] { return Server::listen(io_, other, path()).error(); });
  EXPECT_EQ(second.code, ErrorCode::kAlreadyExists);
  EXPECT_THAT(second.context, HasSubstr("running already"));
  EXPECT_TRUE(client().status()) << "the first is not disturbed";
  close();
  EXPECT_FALSE(std::filesystem::exists(path()));
  start();
  EXPECT_TRUE(client().status());
}

TEST_F(ApiServer, another_user_is_refused_even_where_the_mode_would_let_him_in) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  start();
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path().c_str(), 0666), 0);
  const sockaddr_un address = address_of(path());
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // system calls only: the other threads are not here
    constexpr uid_t kNobody = 65534;
    constexpr std::string_view kRequest = "GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
    char byte = 0;
    if (::setuid(kNobody) != 0) ::_exit(2);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) ::_exit(3);
    (void)!::send(socket, kRequest.data(), kRequest.size(), MSG_NOSIGNAL);
    ::_exit(::recv(socket, &byte, 1, 0) > 0 ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "1: it was answered";
  EXPECT_TRUE(client().status());
}

TEST_F(ApiServer, the_socket_of_a_killed_daemon_is_replaced) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto socket = UnixSocket::bind(path());
    ::raise(SIGKILL);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_TRUE(std::filesystem::is_socket(path()));
  start();
  EXPECT_TRUE(client().status());
}

TEST_F(ApiServer, a_live_socket_without_our_lock_and_a_file_in_the_way_are_left_alone) {
  const int foreign = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path());
  ASSERT_EQ(::bind(foreign, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(foreign, 1), 0);
  EXPECT_EQ(UnixSocket::bind(path()).error().code, ErrorCode::kAlreadyExists);
  EXPECT_TRUE(std::filesystem::exists(path()));
  ::close(foreign);
  std::filesystem::remove(path());
  std::ofstream(path()) << "precious";
  EXPECT_THAT(UnixSocket::bind(path()).error().context, HasSubstr("not a socket"));
  EXPECT_TRUE(std::filesystem::exists(path()));
  EXPECT_EQ(UnixSocket::bind(folder_ / std::string(120, 'x')).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(ApiServer, closing_cancels_the_work_in_hand_and_answers_it) {
  start();
  auto pending = std::async(std::launch::async, [&] { return client().share({"/slow", "", {}, false}); });
  ASSERT_TRUE(eventually([&] { return service_.working == 1; }));
  close();
  EXPECT_EQ(service_.working, 0);
  EXPECT_EQ(pending.get().error().code, ErrorCode::kCancelled);
}

TEST_F(ApiServer, stopping_by_the_api_leaves_nothing_running) {
  start();
  ASSERT_TRUE(client().status());
  RawConnection idle(path());
  ASSERT_TRUE(client().stop());
  close();
  work_.reset();
  thread_.join();  // the io_context has run out of work: no connection or timer is left
  SUCCEED();
}

}  // namespace
}  // namespace covey::api
