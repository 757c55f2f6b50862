#pragma once
// DaemonFixture: the command line beside the real API server on a real socket, with a peer made up in memory
// behind it; for the tests of this module.

#include <csignal>
#include <functional>
#include <optional>
#include <thread>

#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>

#include "api/fake_service.hpp"
#include "api/server.hpp"
#include "cli/command_fixture.hpp"

namespace covey::cli {

class DaemonFixture : public CommandFixture {
 protected:
  ~DaemonFixture() override {
    if (server_) asio::co_spawn(io_, server_->close(), asio::use_future).get();
    server_.reset();
    work_.reset();
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  void start_daemon() {
    auto server = api::Server::listen(io_, service_, home() / "api.sock");
    ASSERT_TRUE(server) << to_string(server.error());
    server_.emplace(std::move(*server));
    thread_ = std::thread([this] {
      // Signals are for the commands under test, which start after this thread.
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      io_.run();
    });
  }

  /// On the network thread, as soon as it is so.
  void when(std::function<bool()> is_so, std::function<void()> act) {
    asio::post(io_, [this, is_so = std::move(is_so), act = std::move(act)]() mutable {
      if (is_so()) {
        act();
      } else {
        when(std::move(is_so), std::move(act));
      }
    });
  }
  /// Likewise, as soon as somebody watches.
  void when_watched(std::function<void()> act) {
    when([this] { return service_.subscribers > 0; }, std::move(act));
  }

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  api::FakeService service_;
  std::optional<api::Server> server_;
  std::thread thread_;
};

}  // namespace covey::cli
