#pragma once
// From the swarm's progress to the API's view. Pure.

#include "api/views.hpp"
#include "content/part_folder.hpp"
#include "swarm/transfer_progress.hpp"

namespace covey::daemon {

api::TransferState state_of(swarm::Phase phase);
/// Fills everything that the swarm knows; id, share and times are the caller's.
void fill(api::TransferView& view, const swarm::TransferProgress& progress);
content::OnTaken on_taken(api::OnExisting choice);

}  // namespace covey::daemon
