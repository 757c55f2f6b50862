#pragma once
// The JSON names of the views: each enumeration's names and each type's fields, listed once. A visitor that
// writes and one that reads walk the same lists, so the two cannot differ; docs/spec/api.yaml says the same
// and a test compares them. Included by json.cpp and its test only. Pure; any thread.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/views.hpp"

namespace covey::api::json_form {

// Enumerations: their names, in the order of their values.

template <typename E>
struct Names;
template <>
struct Names<ShareKind> {
  static constexpr std::array<std::string_view, 2> kAll{"file", "folder"};
};
template <>
struct Names<ShareState> {
  static constexpr std::array<std::string_view, 3> kAll{"hashing", "ready", "broken"};
};
template <>
struct Names<Visibility> {
  static constexpr std::array<std::string_view, 3> kAll{"network", "listed", "unlisted"};
};
template <>
struct Names<Access> {
  static constexpr std::array<std::string_view, 3> kAll{"ask", "listed", "open"};
};
template <>
struct Names<NetworkState> {
  static constexpr std::array<std::string_view, 5> kAll{"connecting", "online", "away", "waiting", "banned"};
};
template <>
struct Names<Direction> {
  static constexpr std::array<std::string_view, 2> kAll{"download", "upload"};
};
template <>
struct Names<TransferState> {
  static constexpr std::array<std::string_view, 10> kAll{
      "queued",    "waiting_approval", "connecting", "running",   "paused",
      "verifying", "complete",         "failed",     "cancelled", "moving"};
};
template <>
struct Names<Priority> {
  static constexpr std::array<std::string_view, 3> kAll{"high", "normal", "low"};
};
template <>
struct Names<PieceOrder> {
  static constexpr std::array<std::string_view, 2> kAll{"rarest_first", "sequential"};
};
template <>
struct Names<SeedState> {
  static constexpr std::array<std::string_view, 4> kAll{"serving", "off", "waiting", "ended"};
};
template <>
struct Names<FoundBy> {
  static constexpr std::array<std::string_view, 3> kAll{"owner", "tracker", "exchange"};
};
template <>
struct Names<Bottleneck> {
  static constexpr std::array<std::string_view, 7> kAll{"none",    "waiting", "own_limit", "peer_limit",
                                                        "network", "disk",    "processor"};
};
template <>
struct Names<RemovedFiles> {
  static constexpr std::array<std::string_view, 3> kAll{"none", "partial", "all"};
};
template <>
struct Names<OnExisting> {
  static constexpr std::array<std::string_view, 3> kAll{"refuse", "overwrite", "rename"};
};
template <>
struct Names<PartialFiles> {
  static constexpr std::array<std::string_view, 2> kAll{"keep", "delete"};
};

template <typename E>
inline constexpr bool kIsNamed = requires {
  Names<E>::kAll;
};

// visit(name, field) for what must be there (an optional may be absent); visit.defaulted for what may be.

template <typename Visitor>
void fields(Visitor& visit, StatusView& v) {
  visit("peer_id", v.peer_id);
  visit("version", v.version);
  visit("listening", v.listening);
  visit("started_at", v.started_at);
  visit("shares", v.shares);
  visit("active_transfers", v.active_transfers);
  visit("download_rate", v.download_rate);
  visit("upload_rate", v.upload_rate);
  visit("home", v.home);
  visit("ui", v.ui);
}

template <typename Visitor>
void fields(Visitor& visit, ShareView& v) {
  visit("id", v.id);
  visit("title", v.title);
  visit("kind", v.kind);
  visit("path", v.path);
  visit("bytes", v.bytes);
  visit("files", v.files);
  visit("content_id", v.content_id);
  visit("state", v.state);
  visit("hashed_bytes", v.hashed_bytes);
  visit("notices", v.notices);
  visit("problem", v.problem);
  visit("created_at", v.created_at);
  visit("expires_at", v.expires_at);
  visit("visibility", v.visibility);
  visit("access", v.access);
  visit("named", v.named);
  visit("tags", v.tags);
  visit("reveals_names", v.reveals_names);
}

template <typename Visitor>
void fields(Visitor& visit, TicketView& v) {
  visit("ticket", v.ticket);
  visit("id", v.id);
  visit("share_id", v.share_id);
  visit("expires_at", v.expires_at);
  visit("uses_left", v.uses_left);
}

template <typename Visitor>
void fields(Visitor& visit, TransferPeerView& v) {
  visit("peer_id", v.peer_id);
  visit("address", v.address);
  visit("rate", v.rate);
  visit("bytes", v.bytes);
}

template <typename Visitor>
void fields(Visitor& visit, TransferSettings& v) {
  visit.defaulted("priority", v.priority);
  visit.defaulted("piece_order", v.piece_order);
  visit("limit_down", v.limit_down);
  visit("limit_up", v.limit_up);
  visit.defaulted("seed", v.seed);
}

template <typename Visitor>
void fields(Visitor& visit, SeedView& v) {
  visit("state", v.state);
  visit("until", v.until);
  visit("reason", v.reason);
}

template <typename Visitor>
void fields(Visitor& visit, CheckView& v) {
  visit("at", v.at);
  visit("files", v.files);
  visit("changed", v.changed);
  visit("changed_total", v.changed_total);
  visit("unproved", v.unproved);
  visit("advice", v.advice);
}

template <typename Visitor>
void fields(Visitor& visit, LimitSettings& v) {
  visit("down", v.down);
  visit("up", v.up);
  visit("per_peer_down", v.per_peer_down);
  visit("per_peer_up", v.per_peer_up);
  visit.defaulted("upload_slots", v.upload_slots);
  visit.defaulted("active_downloads", v.active_downloads);
  visit.defaulted("schedule", v.schedule);
}

template <typename Visitor>
void fields(Visitor& visit, LimitsView& v) {
  visit("settings", v.settings);
  visit("down_now", v.down_now);
  visit("up_now", v.up_now);
  visit("scheduled_now", v.scheduled_now);
}

template <typename Visitor>
void fields(Visitor& visit, TransferView& v) {
  visit("id", v.id);
  visit("direction", v.direction);
  visit("state", v.state);
  visit("title", v.title);
  visit("share_id", v.share_id);
  visit("destination", v.destination);
  visit("bytes_total", v.bytes_total);
  visit("bytes_done", v.bytes_done);
  visit("bytes_resumed", v.bytes_resumed);
  visit("pieces_total", v.pieces_total);
  visit("pieces_done", v.pieces_done);
  visit("files_total", v.files_total);
  visit("files_done", v.files_done);
  visit("rate", v.rate);
  visit("eta_seconds", v.eta_seconds);
  visit("peers", v.peers);
  visit("waiting_for", v.waiting_for);
  visit("error", v.error);
  visit("created_at", v.created_at);
  visit("finished_at", v.finished_at);
  visit.defaulted("settings", v.settings);
  visit("queue_position", v.queue_position);
  visit("check", v.check);
  visit("seed", v.seed);
}

template <typename Visitor>
void fields(Visitor& visit, SourceView& v) {
  visit("peer_id", v.peer_id);
  visit("address", v.address);
  visit("found_by", v.found_by);
  visit("connections", v.connections);
  visit("round_trip_ms", v.round_trip_ms);
  visit("rate", v.rate);
  visit("bytes", v.bytes);
  visit("holds", v.holds);
  visit("useful", v.useful);
  visit("held_back", v.held_back);
}

template <typename Visitor>
void fields(Visitor& visit, BlockedPeerView& v) {
  visit("peer_id", v.peer_id);
  visit("reason", v.reason);
}

template <typename Visitor>
void fields(Visitor& visit, PieceCellView& v) {
  visit("done", v.done);
  visit("sources", v.sources);
}

template <typename Visitor>
void fields(Visitor& visit, PieceMapView& v) {
  visit("pieces_total", v.pieces_total);
  visit("pieces_done", v.pieces_done);
  visit("cells", v.cells);
}

template <typename Visitor>
void fields(Visitor& visit, ExplanationView& v) {
  visit("transfer", v.transfer);
  visit("sources", v.sources);
  visit("blocked", v.blocked);
  visit("waiting_peers", v.waiting_peers);
  visit("availability", v.availability);
  visit("bytes_wasted", v.bytes_wasted);
  visit("bottleneck", v.bottleneck);
  visit("reason", v.reason);
}

// Requests may leave out what has a default, so that a person can write them by hand.
template <typename Visitor>
void fields(Visitor& visit, StreamView& v) {
  visit("url", v.url);
  visit("file", v.file);
  visit("bytes", v.bytes);
  visit("media_type", v.media_type);
}

template <typename Visitor>
void rules_fields(Visitor& visit, ShareRequest& v) {
  visit.defaulted("title", v.title);
  visit("expires_in_seconds", v.expires_in_seconds);
  visit.defaulted("verify", v.verify);
  visit("visibility", v.visibility);
  visit.defaulted("access", v.access);
  visit.defaulted("named", v.named);
  visit.defaulted("tags", v.tags);
  visit.defaulted("reveal_names", v.reveal_names);
}
template <typename Visitor>
void fields(Visitor& visit, ShareRequest& v) {
  visit("path", v.path);
  rules_fields(visit, v);
}

template <typename Visitor>
void fields(Visitor& visit, TicketRequest& v) {
  visit("expires_in_seconds", v.expires_in_seconds);
  visit("uses", v.uses);
}

template <typename Visitor>
void fields(Visitor& visit, DownloadRequest& v) {
  visit.defaulted("ticket", v.ticket);
  visit.defaulted("share", v.share);
  visit.defaulted("owner", v.owner);
  visit("directory", v.directory);
  visit.defaulted("select", v.select);
  visit.defaulted("reason", v.reason);
  visit.defaulted("on_existing", v.on_existing);
  visit.defaulted("settings", v.settings);
}

template <typename Visitor>
void fields(Visitor& visit, NetworkView& v) {
  visit("network", v.network);
  visit("name", v.name);
  visit("state", v.state);
  visit("problem", v.problem);
  visit("trackers", v.trackers);
  visit("link", v.link);
  visit("announced_shares", v.announced_shares);
  visit("member_until", v.member_until);
  visit("joined_at", v.joined_at);
}

template <typename Visitor>
void fields(Visitor& visit, JoinRequest& v) {
  visit("link", v.link);
  visit.defaulted("name", v.name);
  visit.defaulted("invite", v.invite);
}

template <typename Visitor>
void fields(Visitor& visit, FoundShareView& v) {
  visit("share_id", v.share_id);
  visit("title", v.title);
  visit("kind", v.kind);
  visit("bytes", v.bytes);
  visit("files", v.files);
  visit("content_id", v.content_id);
  visit("tags", v.tags);
  visit("visibility", v.visibility);
  visit("access", v.access);
  visit("owner", v.owner);
  visit("owner_name", v.owner_name);
  visit("owner_online", v.owner_online);
  visit("network", v.network);
  visit("created_at", v.created_at);
  visit("expires_at", v.expires_at);
}

template <typename Visitor>
void fields(Visitor& visit, SearchView& v) {
  visit("shares", v.shares);
  visit("next", v.next);
  visit("total", v.total);
  visit("total_is_exact", v.total_is_exact);
}

template <typename Visitor>
void fields(Visitor& visit, PeerView& v) {
  visit("peer_id", v.peer_id);
  visit("name", v.name);
  visit("network", v.network);
  visit("addresses", v.addresses);
}

template <typename Visitor>
void fields(Visitor& visit, AlertView& v) {
  visit("id", v.id);
  visit("at", v.at);
  visit("kind", v.kind);
  visit("text", v.text);
  visit("peer_id", v.peer_id);
  visit("address", v.address);
  visit("undone", v.undone);
}

template <typename Visitor>
void fields(Visitor& visit, Event& v) {
  visit("transfer", v.transfer);
  visit("removed_transfer", v.removed_transfer);
  visit("limits", v.limits);
  visit("share", v.share);
  visit("removed_share", v.removed_share);
  visit("network", v.network);
  visit("left_network", v.left_network);
  visit("alert", v.alert);
  visit("request", v.request);
  visit("grant", v.grant);
  visit("person", v.person);
  visit("chat_message", v.chat_message);
  visit("chat", v.chat);
  visit("removed_chat", v.removed_chat);
}

struct CancelBody {
  PartialFiles partial_files = PartialFiles::kKeep;
};
template <typename Visitor>
void fields(Visitor& visit, CancelBody& v) {
  visit.defaulted("partial_files", v.partial_files);
}

struct MoveBody {
  std::string directory;
};
template <typename Visitor>
void fields(Visitor& visit, MoveBody& v) {
  visit("directory", v.directory);
}

struct StreamBody {
  std::string file;
};
template <typename Visitor>
void fields(Visitor& visit, StreamBody& v) {
  visit.defaulted("file", v.file);
}

struct ErrorBody {
  std::optional<Error> error;
};
template <typename Visitor>
void fields(Visitor& visit, ErrorBody& v) {
  visit("error", v.error);
}

struct ShareList {
  std::vector<ShareView> shares;
};
template <typename Visitor>
void fields(Visitor& visit, ShareList& v) {
  visit("shares", v.shares);
}

struct NetworkList {
  std::vector<NetworkView> networks;
};
template <typename Visitor>
void fields(Visitor& visit, NetworkList& v) {
  visit("networks", v.networks);
}

struct PeerList {
  std::vector<PeerView> peers;
};
template <typename Visitor>
void fields(Visitor& visit, PeerList& v) {
  visit("peers", v.peers);
}

struct AlertList {
  std::vector<AlertView> alerts;
};
template <typename Visitor>
void fields(Visitor& visit, AlertList& v) {
  visit("alerts", v.alerts);
}

struct TransferList {
  std::vector<TransferView> transfers;
};
template <typename Visitor>
void fields(Visitor& visit, TransferList& v) {
  visit("transfers", v.transfers);
}

}  // namespace covey::api::json_form
