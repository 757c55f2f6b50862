#include "swarm/share_opening.hpp"

#include "swarm/swarm_messages.hpp"

namespace covey::swarm {

wire::OpenShare opening_request(const LaneTarget& target, const transport::Link& link,
                                const transport::Local& local) {
  wire::OpenShare out;
  out.set_share_id(std::string(as_text(target.share.view())));
  if (target.secret != nullptr) {
    const auto proof =
        access::make_proof(*target.secret, ByteView(link.stream().exporter()), local.hello.device->peer_id());
    out.set_ticket_proof(std::string(as_text(proof.view())));
  } else {
    out.set_membership(std::string(as_text(target.membership)));
  }
  if (target.grant) {
    out.set_grant(std::string(as_text(target.grant->payload)));
    out.set_grant_signature(std::string(as_text(target.grant->signature.view())));
  }
  return out;
}

Result<ShareOpening> read_opening(const wire::ShareOpened& message) {
  if (message.signature().size() != crypto::Signature::kSize)
    return fail(ErrorCode::kPeerMisbehaved, "a share opened without a signature");
  ShareOpening out;
  out.description = {.payload = to_bytes(message.description()),
                     .signature = crypto::Signature::from(as_bytes(message.signature()))};
  out.partial = message.partial();
  out.seen_at = message.seen_at();
  out.others = message.others();
  TRY(out.grant, read_grant(message.grant(), message.grant_signature()));
  TRY(out.revocations, read_revocations(message.revocations(), message.revocations_signature()));
  return out;
}

}  // namespace covey::swarm
