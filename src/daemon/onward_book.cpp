#include "daemon/onward_book.hpp"

#include <algorithm>

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
  if (const auto before = shares_.find(id); before != shares_.end() && before->second.share.served)
    before->second.share.served->withdrawn = true;
  shares_.insert_or_assign(id, Entry{.share = std::move(share),
                                     .network = network,
                                     .meeting = meetings_->at(id),
                                     .last_use = clock_->steady()});
  settled_.open_all();
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
  if (found->second.meeting) found->second.meeting->arrived(std::move(fresh));
}

io::Awaitable<void> OnwardBook::end(access::ShareId share) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) co_return;
  Entry entry = std::move(found->second);
  shares_.erase(found);
  settled_.open_all();
  if (entry.share.served) entry.share.served->withdrawn = true;
  if (entry.network && on_change_) on_change_(share, false);
  if (!entry.share.part) co_return;
  auto close = [part = std::move(entry.share.part)] { part->close(); };
  co_await node_->offload().run(std::move(close));
}

void OnwardBook::rest(RestingShare share) {
  const access::ShareId id = share.said.share_id;
  if (const auto found = shares_.find(id); found != shares_.end()) {
    // Who fetches goes on with what it was let in to; others wake it.
    Entry& entry = found->second;
    entry.can_rest = true;
    entry.ticket = std::move(share.ticket);
    entry.share.secret.reset();
    entry.share.served.reset();
    entry.waking = false;
    renew(id, share.said, share.description);
    return;
  }
  const bool of_network = share.network.has_value();
  Entry entry{.share = {.said = std::move(share.said),
                        .description = std::move(share.description),
                        .secret = std::nullopt,
                        .membership = {},
                        .served = nullptr,
                        .part = nullptr,
                        .held = content::PieceSet(),
                        .limit_up = share.limit_up},
              .network = share.network,
              .ticket = std::move(share.ticket),
              .meeting = nullptr,
              .can_rest = true};
  shares_.emplace(id, std::move(entry));
  if (of_network && on_change_) on_change_(id, true);
}

void OnwardBook::woken(const access::ShareId& share, AwakeShare content) {
  const auto found = shares_.find(share);
  if (found != shares_.end() && !found->second.share.served) {
    Entry& entry = found->second;
    entry.share.served = std::move(content.served);
    entry.share.held = std::move(content.held);
    entry.waking = false;
    entry.last_use = clock_->steady();
  }
  settled_.open_all();
}

io::Awaitable<void> OnwardBook::put_to_rest(SteadyTime::duration idle) {
  std::vector<std::shared_ptr<content::PartReading>> parts;
  const SteadyTime now = clock_->steady();
  for (auto& [id, entry] : shares_) {
    if (!entry.can_rest) continue;
    // Whoever fetches holds on to these.
    if (entry.share.part.use_count() == 1) parts.push_back(std::move(entry.share.part));
    if (entry.share.served.use_count() > 1) entry.last_use = now;
    if (now - entry.last_use >= idle) entry.share.served.reset();
  }
  auto close = [parts = std::move(parts)] {
    for (const auto& part : parts) part->close();
  };
  co_await node_->offload().run(std::move(close));
}

void OnwardBook::renew(const access::ShareId& share, const access::ShareDescription& said,
                       const access::SignedShareDescription& description) {
  const auto found = shares_.find(share);
  if (found == shares_.end()) return;
  found->second.share.said = said;
  found->second.share.description = description;
}

std::size_t OnwardBook::awake() const {
  return static_cast<std::size_t>(std::count_if(shares_.begin(), shares_.end(), [](const auto& entry) {
    return entry.second.share.served != nullptr;
  }));
}

bool OnwardBook::may_still_serve(const Entry& entry) const {
  return clock_->wall() < *entry.share.said.serve_until;
}

/// Only for who shows the right: strangers make nobody read the disk.
io::Awaitable<void> OnwardBook::wake(swarm::OpenRequest request) {
  while (true) {
    const auto found = shares_.find(request.share);
    if (found == shares_.end() || found->second.share.served || !shows_the_right(found->second, request) ||
        !may_still_serve(found->second) || !on_wake_)
      co_return;
    if (!std::exchange(found->second.waking, true)) on_wake_(request.share);
    const auto waited = co_await settled_.wait();
    if (!waited) co_return;
  }
}

io::Awaitable<void> OnwardBook::end_all() {
  on_wake_ = nullptr;
  while (!shares_.empty()) co_await end(shares_.begin()->first);
}

bool OnwardBook::shows_the_right(const Entry& entry, const swarm::OpenRequest& request) const {
  const auto proves = [&](const access::TicketSecret& secret) {
    return request.proof &&
           access::check_proof(*request.proof, secret, ByteView(request.exporter), request.peer);
  };
  if (entry.share.secret) return proves(*entry.share.secret);
  if (!entry.ticket.empty()) {
    const auto ticket = access::Ticket::parse(entry.ticket);
    return ticket && proves(ticket->secret);
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
  if (!may_still_serve(found->second) || !share.served) return unknown();
  found->second.last_use = clock_->steady();
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
