#pragma once
// Onward serving: what a download offers to other peers while it runs and afterwards, and the host that
// serves it under the owner's rules. On the network thread. Spec: docs/spec/ticket.md, "Who else may serve".

#include <span>

#include "access/revocation_list.hpp"
#include "access/share_reference.hpp"
#include "content/part_reading.hpp"
#include "io/coroutine.hpp"
#include "swarm/served_share.hpp"

namespace covey::swarm {

struct OnwardShare {
  access::ShareDescription said;  // by the owner; serve_until is set
  access::SignedShareDescription description;
  /// By which right this peer was let in, and so lets others in.
  std::optional<access::TicketSecret> secret;
  Bytes membership;
  std::optional<access::SignedRevocationList> revocations;  // verified; the newest known
  std::shared_ptr<ServedShare> served;
  std::shared_ptr<content::PartReading> part;  // what `served` reads from
  content::PieceSet held;
  Rate limit_up;
};

class OnwardHost {
 public:
  virtual ~OnwardHost() = default;
  /// Where others can reach this peer; empty: nowhere, so there is no use in serving.
  [[nodiscard]] virtual std::vector<access::Endpoint> reachable_at() = 0;
  /// Serves it from now on, until end() or serve_until. Another one of the same share id ends.
  virtual void begin(OnwardShare share) = 0;
  virtual void set_limit(const access::ShareId& share, Rate limit_up) = 0;
  /// Its owner has taken grants back; verified, and newer than what was known.
  virtual void revoked(const access::ShareId& share, const access::SignedRevocationList& list) = 0;
  /// More of it has come.
  virtual void arrived(const access::ShareId& share, std::span<const std::uint32_t> pieces) = 0;
  /// Those who fetch it are told, and nothing reads from it any more when this returns.
  virtual io::Awaitable<void> end(access::ShareId share) = 0;
};

}  // namespace covey::swarm
