#include "daemon/explanation.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace covey::daemon {
namespace {

using api::Bottleneck;
using api::TransferState;

api::FoundBy view_of(swarm::FoundBy found_by) {
  return found_by == swarm::FoundBy::kOwner     ? api::FoundBy::kOwner
         : found_by == swarm::FoundBy::kTracker ? api::FoundBy::kTracker
                                                : api::FoundBy::kExchange;
}

Bottleneck view_of(swarm::Bottleneck bottleneck) {
  switch (bottleneck) {
    case swarm::Bottleneck::kNone:
      return Bottleneck::kNone;
    case swarm::Bottleneck::kWaiting:
      return Bottleneck::kWaiting;
    case swarm::Bottleneck::kOwnLimit:
      return Bottleneck::kOwnLimit;
    case swarm::Bottleneck::kPeerLimit:
      return Bottleneck::kPeerLimit;
    case swarm::Bottleneck::kNetwork:
      return Bottleneck::kNetwork;
    case swarm::Bottleneck::kDisk:
      return Bottleneck::kDisk;
    case swarm::Bottleneck::kProcessor:
      return Bottleneck::kProcessor;
  }
  return Bottleneck::kNone;
}

api::SourceView view_of(const swarm::PeerProgress& peer) {
  api::SourceView out{.peer_id = peer.peer_id, .address = peer.address};
  out.found_by = view_of(peer.found_by);
  out.connections = peer.connections;
  if (peer.round_trip_seconds) out.round_trip_ms = *peer.round_trip_seconds * 1000;
  out.rate = peer.rate;
  out.bytes = peer.bytes;
  out.holds = peer.holds;
  out.useful = peer.useful;
  out.held_back = peer.held_back;
  return out;
}

std::string waiting_words(const api::TransferView& transfer) {
  return transfer.waiting_for.empty() ? "it waits for the first answer of its source"
                                      : "it waits for " + transfer.waiting_for;
}

std::string running_words(const api::ExplanationView& view) {
  switch (view.bottleneck) {
    case Bottleneck::kWaiting:
      return waiting_words(view.transfer);
    case Bottleneck::kOwnLimit:
      return fmt::format(
          "a limit that was set here holds it back; 'covey limits' and 'covey set {}' show and change it",
          view.transfer.id);
    case Bottleneck::kPeerLimit:
      return "those who send are at limits of their own; more sources would help";
    case Bottleneck::kNetwork:
      return "the network, or the senders' machines, bring no more; this machine could take it";
    case Bottleneck::kDisk:
      return "this machine's disk cannot write faster; another folder, on a faster disk, would help ('covey "
             "move')";
    case Bottleneck::kProcessor:
      return "this machine's processor is busy decrypting and verifying";
    case Bottleneck::kNone:
      break;
  }
  return "nothing holds it up";
}

std::string words_of(const api::ExplanationView& view) {
  const api::TransferView& transfer = view.transfer;
  if (transfer.direction == api::Direction::kUpload) {
    return transfer.state == TransferState::kRunning
               ? "it sends what the other side asks for, as fast as both sides' limits allow"
               : "it is over";
  }
  switch (transfer.state) {
    case TransferState::kQueued:
      if (!transfer.waiting_for.empty()) return waiting_words(transfer);
      return transfer.queue_position ? fmt::format(
                                           "it is number {} of those that wait for their turn; 'covey set {} "
                                           "--priority high' moves it up",
                                           *transfer.queue_position, transfer.id)
                                     : "it is about to start";
    case TransferState::kWaitingApproval:
      return "it waits for the owner's approval";
    case TransferState::kConnecting:
    case TransferState::kRunning:
      return running_words(view);
    case TransferState::kPaused:
      return (transfer.error ? transfer.error->context + "; " : std::string("it was paused; ")) +
             fmt::format("'covey resume {}' goes on", transfer.id);
    case TransferState::kFailed:
      return (transfer.error ? transfer.error->context : std::string("it failed")) +
             fmt::format("; 'covey resume {}' tries again", transfer.id);
    case TransferState::kVerifying:
      return "what is on the disk is read again";
    case TransferState::kMoving:
      return "it is being moved to another folder";
    case TransferState::kComplete:
    case TransferState::kCancelled:
      break;
  }
  return "it is over";
}

}  // namespace

api::ExplanationView explanation_of(api::TransferView transfer, const swarm::TransferProgress* progress) {
  api::ExplanationView out{.transfer = std::move(transfer)};
  const bool is_running =
      out.transfer.state == TransferState::kRunning || out.transfer.state == TransferState::kConnecting;
  if (progress != nullptr) {
    for (const auto& peer : progress->peers) out.sources.push_back(view_of(peer));
    std::sort(out.sources.begin(), out.sources.end(), [](const auto& a, const auto& b) {
      return std::tie(a.rate, a.bytes) > std::tie(b.rate, b.bytes);
    });
    for (const auto& blocked : progress->blocked)
      out.blocked.push_back({.peer_id = blocked.peer_id, .reason = blocked.reason});
    out.waiting_peers = progress->known_peers;
    out.availability = progress->availability;
    out.bytes_wasted = progress->bytes_wasted;
    if (is_running) out.bottleneck = view_of(progress->bottleneck);
  }
  out.reason = words_of(out);
  return out;
}

}  // namespace covey::daemon
