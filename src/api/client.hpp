#pragma once
// Client: the API of a daemon on this machine, one function a route; what the command line uses.
//
// Blocking. Errors of the daemon come back as the Errors that they were there. One Client for one thread at a
// time; its connection is kept between calls.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "api/home_views.hpp"
#include "api/views.hpp"
#include "base/result.hpp"

namespace covey::api {

struct ClientOptions {
  /// For one answer; starting a download may take the daemon a while.
  std::chrono::seconds timeout{90};
  /// The event stream is lost after this long without even a heartbeat.
  std::chrono::seconds silence{45};
};

enum class Watch : std::uint8_t { kGoOn, kEnough };

class Client {
 public:
  /// Connects at the first call. Every function may give kUnreachable: "the daemon is not running".
  explicit Client(std::filesystem::path socket, ClientOptions options = {});
  Client(Client&&) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client& operator=(Client&&) = delete;
  ~Client();

  Result<StatusView> status();
  Result<std::vector<ShareView>> shares();
  Result<ShareView> share(const ShareRequest& request);
  Result<> unshare(std::string_view share);
  Result<TicketView> ticket(const TicketRequest& request);
  Result<std::vector<TransferView>> transfers();
  Result<TransferView> download(const DownloadRequest& request);
  Result<TransferView> pause(std::string_view transfer);
  Result<TransferView> resume(std::string_view transfer);
  Result<TransferView> cancel(std::string_view transfer, PartialFiles partial);
  Result<TransferView> set(std::string_view transfer, const TransferSettings& settings);
  Result<TransferView> verify(std::string_view transfer);
  Result<TransferView> move(std::string_view transfer, const std::string& directory);
  Result<StreamView> stream(std::string_view transfer, const std::string& file);
  Result<> remove(std::string_view transfer, RemovedFiles files);
  Result<ExplanationView> explain(std::string_view transfer);
  Result<LimitsView> limits();
  Result<LimitsView> set_limits(const LimitSettings& settings);
  Result<std::vector<NetworkView>> networks();
  Result<NetworkView> join(const JoinRequest& request);
  Result<> leave(std::string_view network);
  Result<SearchView> search(const SearchRequest& request);
  Result<std::vector<PeerView>> peers();
  Result<std::vector<AlertView>> alerts();
  Result<AlertView> undo_alert(std::uint64_t alert);

  Result<std::vector<IssuedTicketView>> tickets(std::string_view share);
  Result<> revoke_ticket(std::string_view ticket);
  Result<ShareView> set_rules(std::string_view share, const ShareRulesRequest& rules);
  Result<std::vector<RequestView>> requests();
  Result<RequestView> approve(std::string_view request, const ApprovalRequest& terms);
  Result<RequestView> deny(std::string_view request, const std::string& reason);
  Result<RequestView> withdraw(std::string_view request);
  Result<std::vector<GrantView>> grants();
  Result<GrantView> revoke(std::string_view grant);
  Result<std::vector<PersonView>> people();
  Result<PersonView> block(std::string_view peer, const BlockRequest& request);
  Result<PersonView> unblock(std::string_view peer);
  Result<PersonView> trust(std::string_view peer, const TrustRequest& request);
  Result<PersonView> untrust(std::string_view peer);
  Result<AuditPageView> audit(const AuditQuery& query);
  Result<AuditCheckView> verify_audit();
  /// How many lines were written.
  Result<std::uint64_t> export_audit(const AuditExportRequest& request);
  Result<UiLinkView> ui_link();
  Result<std::vector<UiSessionView>> ui_sessions();
  /// How many there were.
  Result<std::uint64_t> end_ui_sessions();
  Result<> set_ui_password(const std::string& password);
  Result<std::vector<ApiKeyView>> api_keys();
  Result<ApiKeyView> add_api_key(const ApiKeyRequest& request);
  Result<> remove_api_key(std::string_view key);
  Result<IdentityView> identity();
  Result<IdentityView> set_identity(const IdentityRequest& request);
  Result<std::vector<ChatView>> chats();
  /// With an empty `before` the last ones.
  Result<ChatPageView> messages(std::string_view peer, std::string_view before, std::uint64_t limit);
  Result<ChatMessageView> send_message(std::string_view peer, const ChatMessageRequest& request);
  Result<ChatMessageView> retry_message(std::string_view peer, std::string_view message);
  Result<> read_chat(std::string_view peer, const std::string& up_to);
  Result<> forget_chat(std::string_view peer);
  Result<> stop();

  /// Calls `on_event` for every share, transfer, request and grant as it is now, then for each change, until
  /// it says kEnough or `stop` is requested (noticed within a second); both are success. With `transfer`,
  /// only of that one. kConnectionLost if the daemon goes away, kLimitExceeded if this reader was too slow.
  Result<> events(const std::function<Watch(const Event&)>& on_event, std::stop_token stop = {},
                  std::string_view transfer = {});

 private:
  class Connection;

  std::unique_ptr<Connection> connection_;
};

}  // namespace covey::api
