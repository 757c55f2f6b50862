#pragma once
// explanation_of: a transfer looked at closely, with a sentence that says what holds it up and what can be
// done. Pure; any thread.

#include "api/views.hpp"
#include "swarm/transfer_progress.hpp"

namespace covey::daemon {

/// `progress`: of a download that runs or ran since the daemon began; else null.
[[nodiscard]] api::ExplanationView explanation_of(api::TransferView transfer,
                                                  const swarm::TransferProgress* progress);

}  // namespace covey::daemon
