#include "daemon/view_of.hpp"

namespace covey::daemon {

api::TransferState state_of(swarm::Phase phase) {
  switch (phase) {
    case swarm::Phase::kConnecting:
    case swarm::Phase::kWaiting:
      return api::TransferState::kConnecting;
    case swarm::Phase::kRunning:
      return api::TransferState::kRunning;
    case swarm::Phase::kVerifying:
      return api::TransferState::kVerifying;
    case swarm::Phase::kComplete:
      return api::TransferState::kComplete;
    case swarm::Phase::kFailed:
      return api::TransferState::kFailed;
    case swarm::Phase::kCancelled:
      return api::TransferState::kCancelled;
  }
  return api::TransferState::kFailed;
}

void fill(api::TransferView& view, const swarm::TransferProgress& progress) {
  view.state = state_of(progress.phase);
  if (!progress.title.empty()) view.title = progress.title;
  if (!progress.destination.empty()) view.destination = progress.destination;
  if (progress.files_total > 0) {
    view.bytes_total = progress.bytes_total;
    view.bytes_done = progress.bytes_done;
    view.bytes_resumed = progress.bytes_resumed;
    view.pieces_total = progress.pieces_total;
    view.pieces_done = progress.pieces_done;
    view.files_total = progress.files_total;
    view.files_done = progress.files_done;
  }
  view.rate = progress.rate;
  view.eta_seconds = progress.eta_seconds;
  view.peers.clear();
  for (const auto& peer : progress.peers) {
    view.peers.push_back(
        {.peer_id = peer.peer_id, .address = peer.address, .rate = peer.rate, .bytes = peer.bytes});
  }
  view.waiting_for = progress.waiting_for;
  view.error = progress.error;
}

swarm::PieceOrder order_of(api::PieceOrder order) {
  return order == api::PieceOrder::kSequential ? swarm::PieceOrder::kSequential
                                               : swarm::PieceOrder::kRarestFirst;
}

swarm::RateLimits limits_of(const api::TransferSettings& settings) {
  return {.down = settings.limit_down, .up = settings.limit_up};
}

content::OnTaken on_taken(api::OnExisting choice) {
  switch (choice) {
    case api::OnExisting::kRefuse:
      return content::OnTaken::kRefuse;
    case api::OnExisting::kOverwrite:
      return content::OnTaken::kOverwrite;
    case api::OnExisting::kRename:
      return content::OnTaken::kRename;
  }
  return content::OnTaken::kRefuse;
}

api::Visibility view_of(access::Visibility visibility) {
  return visibility == access::Visibility::kNetwork  ? api::Visibility::kNetwork
         : visibility == access::Visibility::kListed ? api::Visibility::kListed
                                                     : api::Visibility::kUnlisted;
}

api::Access view_of(access::Access access) {
  return access == access::Access::kAsk      ? api::Access::kAsk
         : access == access::Access::kListed ? api::Access::kListed
                                             : api::Access::kOpen;
}

access::Visibility rule_of(api::Visibility visibility) {
  return visibility == api::Visibility::kNetwork  ? access::Visibility::kNetwork
         : visibility == api::Visibility::kListed ? access::Visibility::kListed
                                                  : access::Visibility::kUnlisted;
}

access::Access rule_of(api::Access access) {
  return access == api::Access::kAsk      ? access::Access::kAsk
         : access == api::Access::kListed ? access::Access::kListed
                                          : access::Access::kOpen;
}

}  // namespace covey::daemon
