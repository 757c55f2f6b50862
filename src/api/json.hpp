#pragma once
// The JSON form of the views, requests, events and errors: docs/spec/api.yaml, as the HTTP API and the
// command line's --json print it. Each to_json gives one line without a newline at its end.
//
// Writing is total: bytes of a path that are not UTF-8 become U+FFFD, rates that are no number become 0.
// Reading is bounded (kMaxJsonBytes, kMaxJsonDepth): unknown fields are ignored, a missing or ill-typed one
// is kMalformed and named. Pure; any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/views.hpp"
#include "base/result.hpp"

namespace covey::api {

/// Of one document, and so of one line of the event stream.
inline constexpr std::size_t kMaxJsonBytes = 64 * 1024 * 1024;
inline constexpr int kMaxJsonDepth = 16;

std::string to_json(const StatusView& view);
std::string to_json(const ShareView& view);
std::string to_json(const TicketView& view);
std::string to_json(const TransferView& view);
std::string to_json(const ShareRequest& request);
/// Without the share, which stands in the path of the request.
std::string to_json(const TicketRequest& request);
std::string to_json(const DownloadRequest& request);
std::string to_json(const TransferSettings& settings);
std::string to_json(const LimitSettings& settings);
std::string to_json(const LimitsView& view);
std::string to_json(const ExplanationView& view);
std::string to_json(const PieceMapView& view);
std::string to_json(const StreamView& view);
std::string to_json(const NetworkView& value);
std::string to_json(const JoinRequest& value);
std::string to_json(const FoundShareView& value);
std::string to_json(const SearchView& value);
std::string to_json(const PeerView& value);
std::string to_json(const AlertView& value);
std::string to_json(const IssuedTicketView& view);
/// Without the share, the request or the peer, which stands in the path of the request; so the next three.
std::string to_json(const ShareRulesRequest& request);
std::string to_json(const ApprovalRequest& request);
std::string to_json(const BlockRequest& request);
std::string to_json(const TrustRequest& request);
std::string to_json(const RequestView& view);
std::string to_json(const GrantView& view);
std::string to_json(const PersonView& view);
std::string to_json(const AuditLineView& view);
std::string to_json(const AuditPageView& view);
std::string to_json(const AuditCheckView& view);
std::string to_json(const AuditExportRequest& request);
std::string to_json(const ChatMessageView& view);
std::string to_json(const ChatPageView& view);
std::string to_json(const ChatView& view);
/// Without the peer, which stands in the path of the request; so the next one.
std::string to_json(const ChatMessageRequest& request);
std::string to_json(const ChatReadRequest& request);
/// {"chats":[…]}
std::string to_json(const std::vector<ChatView>& chats);
/// One member of Event: {"transfer":{…}}, {"removed_share":"…"} …
std::string to_json(const Event& event);
/// How many of its members are there: 1, or 0 for an event of a newer daemon.
int things_told(const Event& event);
/// {"error":{"code":"not_found","message":"…"}}
std::string to_json(const Error& error);
/// {"shares":[…]}
std::string to_json(const std::vector<ShareView>& shares);
/// {"transfers":[…]}
std::string to_json(const std::vector<TransferView>& transfers);
/// {"networks":[…]}, {"peers":[…]}, {"alerts":[…]}
std::string to_json(const std::vector<NetworkView>& networks);
std::string to_json(const std::vector<PeerView>& peers);
std::string to_json(const std::vector<AlertView>& alerts);
/// {"tickets":[…]}, {"holders":[…]}, {"requests":[…]}, {"grants":[…]}, {"people":[…]}
std::string to_json(const std::vector<IssuedTicketView>& tickets);
std::string to_json(const std::vector<HolderView>& holders);
std::string to_json(const std::vector<RequestView>& requests);
std::string to_json(const std::vector<GrantView>& grants);
std::string to_json(const std::vector<PersonView>& people);
/// The body of a cancel: {"partial_files":"keep"}.
std::string to_json(PartialFiles partial);

/// The body of a move: {"directory":"…"}, and what it names.
std::string move_to_json(const std::string& directory);
Result<std::string> move_from_json(std::string_view text);
/// The body of a stream: {"file":"…"}, and what it names; empty: whichever there is to play.
std::string stream_to_json(const std::string& file);
Result<std::string> stream_from_json(std::string_view text);
/// The body of a denial: {"reason":"…"}, and the reason in it.
std::string denial_to_json(const std::string& reason);
Result<std::string> denial_from_json(std::string_view text);
/// The answer to an export: {"lines":N}, and the number in it.
std::string exported_to_json(std::uint64_t lines);
Result<std::uint64_t> exported_from_json(std::string_view text);

/// For each type above: `from_json<ShareView>(text)`.
template <typename T>
Result<T> from_json(std::string_view text);

/// kInvalidArgument names those that there are.
Result<Visibility> visibility_named(std::string_view name);
Result<Access> access_named(std::string_view name);
Result<Priority> priority_named(std::string_view name);
Result<RemovedFiles> removed_files_named(std::string_view name);

std::string_view name_of(ShareKind kind);
std::string_view name_of(ShareState state);
std::string_view name_of(Visibility visibility);
std::string_view name_of(Access access);
std::string_view name_of(NetworkState state);
std::string_view name_of(Direction direction);
std::string_view name_of(TransferState state);
std::string_view name_of(OnExisting choice);
std::string_view name_of(PartialFiles partial);
std::string_view name_of(Priority priority);
std::string_view name_of(PieceOrder order);
std::string_view name_of(RemovedFiles files);
std::string_view name_of(RequestDirection direction);
std::string_view name_of(RequestState state);
std::string_view name_of(ChatDirection direction);
std::string_view name_of(ChatState state);

}  // namespace covey::api
