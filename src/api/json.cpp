#include "api/json.hpp"

#include <utility>

#include "api/json_visitors.hpp"

namespace covey::api {

using namespace json_form;  // NOLINT(google-build-using-namespace)

Result<Visibility> visibility_named(std::string_view name) {
  return value_named<Visibility>(name);
}
Result<Access> access_named(std::string_view name) {
  return value_named<Access>(name);
}
Result<Priority> priority_named(std::string_view name) {
  return value_named<Priority>(name);
}
Result<RemovedFiles> removed_files_named(std::string_view name) {
  return value_named<RemovedFiles>(name);
}

std::string_view name_of(ShareKind kind) {
  return name_in_table(kind);
}
std::string_view name_of(ShareState state) {
  return name_in_table(state);
}
std::string_view name_of(Visibility visibility) {
  return name_in_table(visibility);
}
std::string_view name_of(Access access) {
  return name_in_table(access);
}
std::string_view name_of(NetworkState state) {
  return name_in_table(state);
}
std::string_view name_of(Direction direction) {
  return name_in_table(direction);
}
std::string_view name_of(TransferState state) {
  return name_in_table(state);
}
std::string_view name_of(OnExisting choice) {
  return name_in_table(choice);
}
std::string_view name_of(PartialFiles partial) {
  return name_in_table(partial);
}
std::string_view name_of(Priority priority) {
  return name_in_table(priority);
}
std::string_view name_of(PieceOrder order) {
  return name_in_table(order);
}
std::string_view name_of(RemovedFiles files) {
  return name_in_table(files);
}

std::string to_json(const StatusView& view) {
  return line(view);
}
std::string to_json(const ShareView& view) {
  return line(view);
}
std::string to_json(const TicketView& view) {
  return line(view);
}
std::string to_json(const TransferView& view) {
  return line(view);
}
std::string to_json(const ShareRequest& request) {
  return line(request);
}
std::string to_json(const TicketRequest& request) {
  return line(request);
}
std::string to_json(const DownloadRequest& request) {
  return line(request);
}
std::string to_json(const TransferSettings& settings) {
  return line(settings);
}
std::string to_json(const LimitSettings& settings) {
  return line(settings);
}
std::string to_json(const LimitsView& view) {
  return line(view);
}
std::string to_json(const PieceMapView& view) {
  return line(view);
}
std::string to_json(const ExplanationView& view) {
  return line(view);
}
std::string to_json(const StreamView& view) {
  return line(view);
}
std::string stream_to_json(const std::string& file) {
  return line(StreamBody{file});
}
std::string move_to_json(const std::string& directory) {
  return line(MoveBody{directory});
}
std::string to_json(const NetworkView& value) {
  return line(value);
}
std::string to_json(const JoinRequest& value) {
  return line(value);
}
std::string to_json(const FoundShareView& value) {
  return line(value);
}
std::string to_json(const SearchView& value) {
  return line(value);
}
std::string to_json(const PeerView& value) {
  return line(value);
}
std::string to_json(const AlertView& value) {
  return line(value);
}
std::string to_json(const std::vector<NetworkView>& networks) {
  return line(NetworkList{networks});
}
std::string to_json(const std::vector<PeerView>& peers) {
  return line(PeerList{peers});
}
std::string to_json(const std::vector<AlertView>& alerts) {
  return line(AlertList{alerts});
}
std::string to_json(const Event& event) {
  return line(event);
}
std::string to_json(const Error& error) {
  return line(ErrorBody{error});
}
std::string to_json(const std::vector<ShareView>& shares) {
  return line(ShareList{shares});
}
std::string to_json(const std::vector<TransferView>& transfers) {
  // Thousands may be queued: written one by one, none of them is copied.
  std::string out = R"({"transfers":[)";
  for (const auto& transfer : transfers) {
    if (&transfer != transfers.data()) out += ',';
    out += line(transfer);
  }
  return out + "]}";
}
std::string to_json(PartialFiles partial) {
  return line(CancelBody{partial});
}

template Result<StatusView> from_json(std::string_view text);
template Result<ShareView> from_json(std::string_view text);
template Result<TicketView> from_json(std::string_view text);
template Result<TransferView> from_json(std::string_view text);
template Result<ShareRequest> from_json(std::string_view text);
template Result<TicketRequest> from_json(std::string_view text);
template Result<DownloadRequest> from_json(std::string_view text);
template Result<TransferSettings> from_json(std::string_view text);
template Result<LimitSettings> from_json(std::string_view text);
template Result<LimitsView> from_json(std::string_view text);
template Result<ExplanationView> from_json(std::string_view text);
template Result<PieceMapView> from_json(std::string_view text);
template Result<StreamView> from_json(std::string_view text);
Result<std::string> stream_from_json(std::string_view text) {
  TRY(StreamBody body, parsed<StreamBody>(text));
  return std::move(body.file);
}
Result<std::string> move_from_json(std::string_view text) {
  TRY(MoveBody body, parsed<MoveBody>(text));
  return std::move(body.directory);
}
template Result<NetworkView> from_json(std::string_view text);
template Result<JoinRequest> from_json(std::string_view text);
template Result<FoundShareView> from_json(std::string_view text);
template Result<SearchView> from_json(std::string_view text);
template Result<PeerView> from_json(std::string_view text);
template Result<AlertView> from_json(std::string_view text);
template <>
Result<std::vector<NetworkView>> from_json(std::string_view text) {
  TRY(NetworkList list, parsed<NetworkList>(text));
  return std::move(list.networks);
}
template <>
Result<std::vector<PeerView>> from_json(std::string_view text) {
  TRY(PeerList list, parsed<PeerList>(text));
  return std::move(list.peers);
}
template <>
Result<std::vector<AlertView>> from_json(std::string_view text) {
  TRY(AlertList list, parsed<AlertList>(text));
  return std::move(list.alerts);
}

int things_told(const Event& event) {
  return int{event.transfer.has_value()} + int{event.removed_transfer.has_value()} +
         int{event.limits.has_value()} + int{event.share.has_value()} + int{event.removed_share.has_value()} +
         int{event.network.has_value()} + int{event.left_network.has_value()} + int{event.alert.has_value()} +
         int{event.request.has_value()} + int{event.grant.has_value()} + int{event.person.has_value()} +
         int{event.chat_message.has_value()} + int{event.chat.has_value()} +
         int{event.removed_chat.has_value()};
}
template <>
Result<Event> from_json(std::string_view text) {
  TRY(Event event, parsed<Event>(text));
  const int set = things_told(event);
  if (set > 1) return fail(ErrorCode::kMalformed, "an event that tells of {} things", set);
  return event;  // none set: of a newer daemon, to be passed over
}
template <>
Result<Error> from_json(std::string_view text) {
  TRY(ErrorBody body, parsed<ErrorBody>(text));
  if (!body.error) return fail(ErrorCode::kMalformed, "'error' is missing");
  return std::move(*body.error);
}
template <>
Result<std::vector<ShareView>> from_json(std::string_view text) {
  TRY(ShareList list, parsed<ShareList>(text));
  return std::move(list.shares);
}
template <>
Result<std::vector<TransferView>> from_json(std::string_view text) {
  TRY(TransferList list, parsed<TransferList>(text));
  return std::move(list.transfers);
}
template <>
Result<PartialFiles> from_json(std::string_view text) {
  TRY(const CancelBody body, parsed<CancelBody>(text));
  return body.partial_files;
}

}  // namespace covey::api
