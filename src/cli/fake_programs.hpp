#pragma once
// FakePrograms: a peer inside this process that does what the test says; for the tests of this module.

#include <functional>
#include <optional>

#include "api/programs.hpp"

namespace covey::cli {

class FakePrograms final : public api::Programs {
 public:
  std::optional<api::SendRequest> sent;
  std::optional<api::ReceiveRequest> received;
  std::optional<api::DaemonRequest> ran;
  int stops = 0;

  std::function<Result<>(api::SendObserver&)> on_send = [](api::SendObserver&) { return Result<>(); };
  std::function<Result<api::TransferView>(api::ReceiveObserver&)> on_receive = [](api::ReceiveObserver&) {
    return Result<api::TransferView>(api::TransferView{});
  };
  std::function<Result<>(api::DaemonObserver&)> on_daemon = [](api::DaemonObserver&) { return Result<>(); };
  std::function<void()> on_stop = [] {};

  Result<> send(const api::SendRequest& request, api::SendObserver& observer) override {
    sent = request;
    return on_send(observer);
  }
  Result<api::TransferView> receive(const api::ReceiveRequest& request,
                                    api::ReceiveObserver& observer) override {
    received = request;
    return on_receive(observer);
  }
  Result<> run_daemon(const api::DaemonRequest& request, api::DaemonObserver& observer) override {
    ran = request;
    return on_daemon(observer);
  }
  void stop() override {
    ++stops;
    on_stop();
  }
};

}  // namespace covey::cli
