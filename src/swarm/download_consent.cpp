// A download's part about the owner's consent: the grant that it shows to others than the owner, and what the
// owner has taken back, which concerns those whom it serves.

#include "base/log.hpp"
#include "swarm/download.hpp"

namespace covey::swarm {
namespace {

/// A new grant is fetched when this part of the present one's life is over, and tried for again after this
/// pause.
constexpr int kPartOfLife = 2;
constexpr auto kRenewalPause = std::chrono::minutes(5);

}  // namespace

/// What came with a source's first words.
void Download::take_consent(SourceId source, const ShareOpening& opening) {
  if (opening.revocations) on_revocations(*opening.revocations);
  if (!opening.grant || !is_owner(source)) return;
  const auto& said = content_.description();
  const auto grant = access::check(*opening.grant, order_.share.owner, order_.share.share, said->root,
                                   services_.local->hello.device->peer_id(), services_.clock->wall());
  if (!grant) return log::debug("the owner sent a grant that is worth nothing here");
  order_.share.grant = opening.grant;
  renewal_due_ = grant->issued_at + (grant->expires_at - grant->issued_at) / kPartOfLife;
}

/// One more connection to the owner brings a fresh grant along.
void Download::renew_grant() {
  const WallTime now = services_.clock->wall();
  if (!renewal_due_ || now < *renewal_due_) return;
  for (const auto& [id, active] : active_) {
    const Source* const source = pool_.find(id);
    if (!active.opened || source == nullptr || !is_owner(id)) continue;
    renewal_due_ = now + kRenewalPause;
    return start_lane(*source);
  }
}

void Download::on_revocations(LaneId /*lane*/, access::SignedRevocationList list) {
  on_revocations(list);
}

void Download::on_revocations(const access::SignedRevocationList& list) {
  auto said = access::verify(list, order_.share.owner, order_.share.share);
  if (!said) return log::debug("a list of revocations was refused: {}", said.error().context);
  if (revocations_number_ >= said->number) return;
  revocations_number_ = said->number;
  revocations_ = list;
  if (serving_) services_.onward->revoked(order_.share.share, list);
}

}  // namespace covey::swarm
