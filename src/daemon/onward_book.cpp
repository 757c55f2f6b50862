#include "daemon/onward_book.hpp"

namespace covey::daemon {
namespace {

std::unexpected<Error> unknown() {
  return fail(ErrorCode::kNotFound, "this peer does not serve this share");
}

}  // namespace

void OnwardBook::begin(swarm::OnwardShare share) {
  const access::ShareId id = share.said.share_id;
  std::optional<crypto::PublicKey> network;
  if (!share.secret) {
    // The membership that opened the owner's door is this peer's own.
    if (members_ == nullptr) return;
    const auto mine = members_->check_member(share.membership, node_->device().peer_id());
    if (!mine) return;
    network = *mine;
  }
  const bool of_network = network.has_value();
  if (const auto before = shares_.find(id); before != shares_.end())
    before->second.share.served->withdrawn = true;
  shares_.insert_or_assign(
      id, Entry{.share = std::move(share), .network = network, .meeting = meetings_->at(id)});
  if (of_network && on_change_) on_change_(id, true);
}

void OnwardBook::set_limit(const access::ShareId& share, swarm::Rate limit_up) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) return;
  found->second.share.limit_up = limit_up;
  gate_->set_share_rate(swarm::upload_key(share), limit_up);
}

void OnwardBook::arrived(const access::ShareId& share, std::span<const std::uint32_t> pieces) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) return;
  std::vector<std::uint32_t> fresh;
  for (const std::uint32_t piece : pieces) {
    if (found->second.share.held.insert(piece)) fresh.push_back(piece);
  }
  found->second.meeting->arrived(std::move(fresh));
}

io::Awaitable<void> OnwardBook::end(access::ShareId share) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) co_return;
  Entry entry = std::move(found->second);
  shares_.erase(found);
  entry.share.served->withdrawn = true;
  if (entry.network && on_change_) on_change_(share, false);
  auto close = [part = entry.share.part] { part->close(); };
  co_await node_->offload().run(std::move(close));
}

io::Awaitable<void> OnwardBook::end_all() {
  while (!shares_.empty()) co_await end(shares_.begin()->first);
}

bool OnwardBook::shows_the_right(const Entry& entry, const swarm::OpenRequest& request) const {
  if (entry.share.secret) {
    return request.proof &&
           access::check_proof(*request.proof, *entry.share.secret, ByteView(request.exporter), request.peer);
  }
  if (request.proof || members_ == nullptr) return false;
  const auto network = members_->check_member(request.membership, request.peer);
  return network && *network == *entry.network;
}

Result<swarm::Admission> OnwardBook::admit(const swarm::OpenRequest& request,
                                           const std::string& remote_address) {
  const auto found = shares_.find(request.share);
  if (found == shares_.end() || !shows_the_right(found->second, request)) return unknown();
  const swarm::OnwardShare& share = found->second.share;
  const WallTime now = clock_->wall();
  if (share.said.expires_at && now >= *share.said.expires_at)
    return fail(ErrorCode::kExpired, "this share has expired; ask its owner for a fresh ticket");
  if (now >= *share.said.serve_until) return unknown();
  api::ShareView view{.id = access::to_text(request.share), .title = share.said.title};
  view.bytes = share.said.total_bytes;
  swarm::Admission out{.share = share.served,
                       .description = share.description,
                       .observer = uploads_->open(view, request.peer, remote_address),
                       .held = share.held,
                       .served_on = true,
                       .limit_up = share.limit_up};
  if (share.held.is_full()) out.held.reset();
  return out;
}

Result<swarm::Admission> Admissions::admit(const swarm::OpenRequest& request,
                                           const std::string& remote_address) {
  auto own = own_->admit(request, remote_address);
  if (own || own.error().code != ErrorCode::kNotFound) return own;
  auto onward = onward_->admit(request, remote_address);
  if (onward || onward.error().code != ErrorCode::kNotFound) return onward;
  return own;
}

}  // namespace covey::daemon
