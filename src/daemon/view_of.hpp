#pragma once
// Between the words of the modules below and those of the API. Pure.

#include "access/share_listing.hpp"
#include "api/views.hpp"
#include "content/part_folder.hpp"
#include "swarm/download.hpp"

namespace covey::daemon {

api::TransferState state_of(swarm::Phase phase);
/// Fills everything that the swarm knows; id, share and times are the caller's. What a new attempt does not
/// know yet stays as the last one left it.
void fill(api::TransferView& view, const swarm::TransferProgress& progress);
content::OnTaken on_taken(api::OnExisting choice);
[[nodiscard]] swarm::PieceOrder order_of(api::PieceOrder order);
[[nodiscard]] swarm::RateLimits limits_of(const api::TransferSettings& settings);

[[nodiscard]] api::Visibility view_of(access::Visibility visibility);
[[nodiscard]] api::Access view_of(access::Access access);
[[nodiscard]] access::Visibility rule_of(api::Visibility visibility);
[[nodiscard]] access::Access rule_of(api::Access access);

}  // namespace covey::daemon
