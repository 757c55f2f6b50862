#pragma once
// The one-shot send and receive: a node for the length of one transfer, with an identity that is never
// stored. Each runs its own event loop on the calling thread until it is done; `stop` may be flipped from any
// thread.

#include "api/programs.hpp"
#include "daemon/stop_signal.hpp"

namespace covey::daemon {

Result<> send_once(const api::SendRequest& request, api::SendObserver& observer, StopSignal& stop);
Result<api::TransferView> receive_once(const api::ReceiveRequest& request, api::ReceiveObserver& observer,
                                       StopSignal& stop);

}  // namespace covey::daemon
