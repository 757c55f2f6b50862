#include "api/client.hpp"

#include <utility>

#include "api/client_connection.hpp"
#include "base/encoding.hpp"

namespace covey::api {
namespace {

std::string share_path(std::string_view share) {
  return "/shares/" + percent_encoded(share);
}
std::string transfer_path(std::string_view transfer, std::string_view action) {
  return fmt::format("/transfers/{}/{}", percent_encoded(transfer), action);
}

}  // namespace

Client::Client(std::filesystem::path socket, ClientOptions options)
    : connection_(std::make_unique<Connection>(std::move(socket), options)) {}
Client::Client(Client&&) noexcept = default;
Client::~Client() = default;

Result<StatusView> Client::status() {
  return view_in<StatusView>(connection_->call("GET", "/status"));
}

Result<std::vector<ShareView>> Client::shares() {
  return view_in<std::vector<ShareView>>(connection_->call("GET", "/shares"));
}

Result<ShareView> Client::share(const ShareRequest& request) {
  return view_in<ShareView>(connection_->call("POST", "/shares", to_json(request)));
}

Result<> Client::unshare(std::string_view share) {
  return done(connection_->call("DELETE", share_path(share)));
}

Result<TicketView> Client::ticket(const TicketRequest& request) {
  return view_in<TicketView>(
      connection_->call("POST", share_path(request.share_id) + "/tickets", to_json(request)));
}

Result<std::vector<TransferView>> Client::transfers() {
  return view_in<std::vector<TransferView>>(connection_->call("GET", "/transfers"));
}

Result<TransferView> Client::download(const DownloadRequest& request) {
  return view_in<TransferView>(connection_->call("POST", "/transfers", to_json(request)));
}

Result<TransferView> Client::pause(std::string_view transfer) {
  return view_in<TransferView>(connection_->call("POST", transfer_path(transfer, "pause"), ""));
}

Result<TransferView> Client::resume(std::string_view transfer) {
  return view_in<TransferView>(connection_->call("POST", transfer_path(transfer, "resume"), ""));
}

Result<TransferView> Client::cancel(std::string_view transfer, PartialFiles partial) {
  return view_in<TransferView>(
      connection_->call("POST", transfer_path(transfer, "cancel"), to_json(partial)));
}

Result<TransferView> Client::set(std::string_view transfer, const TransferSettings& settings) {
  return view_in<TransferView>(
      connection_->call("POST", transfer_path(transfer, "settings"), to_json(settings)));
}

Result<TransferView> Client::verify(std::string_view transfer) {
  return view_in<TransferView>(connection_->call("POST", transfer_path(transfer, "verify"), ""));
}

Result<TransferView> Client::move(std::string_view transfer, const std::string& directory) {
  return view_in<TransferView>(
      connection_->call("POST", transfer_path(transfer, "move"), move_to_json(directory)));
}

Result<StreamView> Client::stream(std::string_view transfer, const std::string& file) {
  return view_in<StreamView>(
      connection_->call("POST", transfer_path(transfer, "stream"), stream_to_json(file)));
}

Result<> Client::remove(std::string_view transfer, RemovedFiles files) {
  const std::string path = fmt::format("/transfers/{}?files={}", percent_encoded(transfer), name_of(files));
  return done(connection_->call("DELETE", path));
}

Result<ExplanationView> Client::explain(std::string_view transfer) {
  return view_in<ExplanationView>(
      connection_->call("GET", fmt::format("/transfers/{}", percent_encoded(transfer))));
}

Result<LimitsView> Client::limits() {
  return view_in<LimitsView>(connection_->call("GET", "/limits"));
}

Result<LimitsView> Client::set_limits(const LimitSettings& settings) {
  return view_in<LimitsView>(connection_->call("POST", "/limits", to_json(settings)));
}

Result<std::vector<NetworkView>> Client::networks() {
  return view_in<std::vector<NetworkView>>(connection_->call("GET", "/networks"));
}

Result<NetworkView> Client::join(const JoinRequest& request) {
  return view_in<NetworkView>(connection_->call("POST", "/networks", to_json(request)));
}

Result<> Client::leave(std::string_view network) {
  return done(connection_->call("DELETE", "/networks/" + percent_encoded(network)));
}

Result<SearchView> Client::search(const SearchRequest& request) {
  const std::string path =
      fmt::format("/search?q={}&owner={}&after={}&limit={}", percent_encoded(request.words),
                  percent_encoded(request.owner), percent_encoded(request.after), request.limit);
  return view_in<SearchView>(connection_->call("GET", path));
}

Result<std::vector<PeerView>> Client::peers() {
  return view_in<std::vector<PeerView>>(connection_->call("GET", "/peers"));
}

Result<> Client::stop() {
  return done(connection_->call("POST", "/stop", ""));
}

Result<> Client::events(const std::function<Watch(const Event&)>& on_event, std::stop_token stop,
                        std::string_view transfer) {
  const std::string path = transfer.empty() ? "/events" : "/events?transfer=" + percent_encoded(transfer);
  return connection_->stream(path, on_event, std::move(stop));
}

}  // namespace covey::api
