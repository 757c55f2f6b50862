#include "daemon/programs.hpp"

#include "daemon/daemon_program.hpp"
#include "daemon/one_shot.hpp"

namespace covey::daemon {

Result<> LocalPrograms::send(const api::SendRequest& request, api::SendObserver& observer) {
  return send_once(request, observer, stop_);
}

Result<api::TransferView> LocalPrograms::receive(const api::ReceiveRequest& request,
                                                 api::ReceiveObserver& observer) {
  return receive_once(request, observer, stop_);
}

Result<> LocalPrograms::run_daemon(const api::DaemonRequest& request, api::DaemonObserver& observer) {
  return daemon::run_daemon(request, observer, stop_);
}

}  // namespace covey::daemon
