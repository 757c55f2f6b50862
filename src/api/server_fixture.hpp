#pragma once
// ApiServer: a Server with a FakeService on a Unix socket in a folder of its own, its network thread, and
// ways to speak to it; for the tests of this module.

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>

#include "api/client.hpp"
#include "api/fake_service.hpp"
#include "api/server.hpp"

namespace covey::api {

inline constexpr std::chrono::seconds kPatience{20};

inline sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.native().copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
  return address;
}

/// A connection whose bytes the test chooses.
class RawConnection {
 public:
  explicit RawConnection(const std::filesystem::path& path)
      : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    connect(path);
  }
  RawConnection() : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection() { ::close(descriptor_); }

  void connect(const std::filesystem::path& path) {
    const sockaddr_un address = address_of(path);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// What has come when `wanted` is in it, or at the end of the connection, or when patience ends.
  std::string receive_until(std::string_view wanted) {
    std::string all;
    std::array<char, 65536> piece{};
    while (wanted.empty() || all.find(wanted) == std::string::npos) {
      pollfd ready{descriptor_, POLLIN, 0};
      if (::poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) <= 0) {
        ADD_FAILURE() << "nothing more came after: " << all.substr(0, 500);
        break;
      }
      const ssize_t got = ::recv(descriptor_, piece.data(), piece.size(), 0);
      if (got <= 0) break;
      all.append(piece.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string receive_all() { return receive_until(""); }

 private:
  int descriptor_;
};

class ApiServer : public ::testing::Test {
 protected:
  ApiServer() {
    std::string pattern = (std::filesystem::temp_directory_path() / "covey-api-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ApiServer() override {
    if (server_) close();
    work_.reset();
    io_.stop();
    if (thread_.joinable()) thread_.join();
    std::filesystem::remove_all(folder_);
  }

  void start(ServerOptions options = {}) {
    auto server = Server::listen(io_, service_, path(), options);
    ASSERT_TRUE(server) << to_string(server.error());
    server_.emplace(std::move(*server));
    if (!thread_.joinable()) thread_ = std::thread([this] { io_.run(); });
  }
  void close() {
    asio::co_spawn(io_, server_->close(), asio::use_future).get();
    server_.reset();
  }
  /// Runs on the network thread and waits for it.
  template <typename F>
  auto on_network(F function) {
    std::packaged_task<std::invoke_result_t<F>()> task(std::move(function));
    auto result = task.get_future();
    asio::post(io_, [&task] { task(); });
    return result.get();
  }
  /// Until the network thread has made it so; every look lets it work once more.
  template <typename F>
  bool eventually(F condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!on_network(condition)) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "api.sock"; }
  Client client() { return Client(path()); }
  std::string exchange(std::string_view request) {
    RawConnection connection(path());
    connection.send(request);
    return connection.receive_until("}}");
  }

  std::filesystem::path folder_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  FakeService service_;
  std::optional<Server> server_;
  std::thread thread_;
};

inline TransferView transfer_named(const std::string& id, std::uint64_t done) {
  TransferView view;
  view.id = id;
  view.bytes_done = done;
  return view;
}

}  // namespace covey::api
