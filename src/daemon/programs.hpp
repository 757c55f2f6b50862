#pragma once
// LocalPrograms: the peer inside this process, as the command line asks for it.

#include "api/programs.hpp"
#include "daemon/stop_signal.hpp"

namespace covey::daemon {

class LocalPrograms final : public api::Programs {
 public:
  Result<> send(const api::SendRequest& request, api::SendObserver& observer) override;
  Result<api::TransferView> receive(const api::ReceiveRequest& request,
                                    api::ReceiveObserver& observer) override;
  Result<> run_daemon(const api::DaemonRequest& request, api::DaemonObserver& observer) override;
  void stop() override { stop_.request(); }

 private:
  StopSignal stop_;
};

}  // namespace covey::daemon
