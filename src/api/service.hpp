#pragma once
// Service: what the API needs of a running peer. The daemon provides it; the HTTP server calls it.
// All functions are called on the network thread and may suspend there; the service outlives the server.

#include <functional>
#include <string>
#include <vector>

#include <asio/awaitable.hpp>

#include "api/home_service.hpp"
#include "api/views.hpp"
#include "base/result.hpp"

namespace covey::api {

/// Stops the events when destroyed; made by Service::subscribe, destroyed on the network thread.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

class Service : public HomeService {
 public:
  [[nodiscard]] virtual StatusView status() const = 0;
  [[nodiscard]] virtual std::vector<ShareView> shares() const = 0;
  [[nodiscard]] virtual std::vector<TransferView> transfers() const = 0;
  [[nodiscard]] virtual std::vector<NetworkView> networks() const = 0;
  [[nodiscard]] virtual LimitsView limits() const = 0;
  /// kNotFound for an unknown transfer.
  [[nodiscard]] virtual Result<ExplanationView> explain(const std::string& transfer) const = 0;

  /// Starts hashing and returns at once with state kHashing; events tell the rest.
  virtual asio::awaitable<Result<ShareView>> share(ShareRequest request) = 0;
  virtual asio::awaitable<Result<>> unshare(std::string share) = 0;
  virtual asio::awaitable<Result<TicketView>> ticket(TicketRequest request) = 0;
  virtual asio::awaitable<Result<TransferView>> download(DownloadRequest request) = 0;
  virtual asio::awaitable<Result<TransferView>> pause(std::string transfer) = 0;
  virtual asio::awaitable<Result<TransferView>> resume(std::string transfer) = 0;
  virtual asio::awaitable<Result<TransferView>> cancel(std::string transfer, PartialFiles partial) = 0;
  virtual asio::awaitable<Result<TransferView>> set(std::string transfer, TransferSettings settings) = 0;
  /// Reads again what is there; the state is kVerifying until it is done.
  virtual asio::awaitable<Result<TransferView>> verify(std::string transfer) = 0;
  /// The state is kMoving until it is done. `directory` is absolute.
  virtual asio::awaitable<Result<TransferView>> move(std::string transfer, std::string directory) = 0;
  /// A file of a download for players on this machine, while it runs and afterwards. `file` may be empty
  /// where it is clear what there is to play. kNotFound names what there is; kInvalidArgument for an upload,
  /// or a download that neither runs nor is complete.
  /// Which pieces of a download are here, in 1 to kMaxPieceCells cells. kNotFound also for an upload.
  virtual asio::awaitable<Result<PieceMapView>> pieces(std::string transfer, std::uint64_t most_cells) = 0;
  virtual asio::awaitable<Result<StreamView>> stream(std::string transfer, std::string file) = 0;
  virtual asio::awaitable<Result<>> remove(std::string transfer, RemovedFiles files) = 0;
  /// All of them at once; kInvalidArgument for what makes no sense.
  virtual asio::awaitable<Result<LimitsView>> set_limits(LimitSettings settings) = 0;
  /// Registers at the network's tracker; the state is kWaiting where its operator has to approve the name.
  virtual asio::awaitable<Result<NetworkView>> join(JoinRequest request) = 0;
  /// By its key, an unambiguous beginning of it, or this peer's name in it.
  virtual asio::awaitable<Result<>> leave(std::string network) = 0;
  /// In every network; a page of each. kUnreachable when no tracker answers.
  virtual asio::awaitable<Result<SearchView>> search(SearchRequest request) = 0;
  /// Who is online in the networks.
  virtual asio::awaitable<Result<std::vector<PeerView>>> peers() = 0;
  /// Newest first.
  virtual asio::awaitable<Result<std::vector<AlertView>>> alerts() = 0;
  /// Takes back what was done by itself because of an alert. kNotFound; kInvalidArgument where nothing was
  /// done.
  virtual asio::awaitable<Result<AlertView>> undo_alert(std::uint64_t alert) = 0;

  /// Tickets to a share, the newest first.
  [[nodiscard]] virtual Result<std::vector<IssuedTicketView>> tickets(const std::string& share) const = 0;
  /// Who has fetched of a share; who was served last comes first.
  virtual asio::awaitable<Result<std::vector<HolderView>>> holders(std::string share) = 0;
  /// Its holders are let in no more. By its id, or an unambiguous beginning of it.
  virtual asio::awaitable<Result<>> revoke_ticket(std::string ticket) = 0;
  /// From now on these rules hold, also for what is running.
  virtual asio::awaitable<Result<ShareView>> set_rules(std::string share, ShareRulesRequest rules) = 0;

  /// Incoming and outgoing ones; waiting ones first, then the newest. What is meant by an id is also meant by
  /// an unambiguous beginning of it, here and below.
  [[nodiscard]] virtual std::vector<RequestView> requests() const = 0;
  virtual asio::awaitable<Result<RequestView>> approve(std::string request, ApprovalRequest terms) = 0;
  virtual asio::awaitable<Result<RequestView>> deny(std::string request, std::string reason) = 0;
  /// An outgoing one; its download is cancelled.
  virtual asio::awaitable<Result<RequestView>> withdraw(std::string request) = 0;
  [[nodiscard]] virtual std::vector<GrantView> grants() const = 0;
  virtual asio::awaitable<Result<GrantView>> revoke(std::string grant) = 0;

  /// Everybody this peer has met.
  virtual asio::awaitable<Result<std::vector<PersonView>>> people() = 0;
  /// Here and below a peer is meant by its id or by its name.
  virtual asio::awaitable<Result<PersonView>> block(std::string peer, BlockRequest request) = 0;
  virtual asio::awaitable<Result<PersonView>> unblock(std::string peer) = 0;
  virtual asio::awaitable<Result<PersonView>> trust(std::string peer, TrustRequest request) = 0;
  virtual asio::awaitable<Result<PersonView>> untrust(std::string peer) = 0;

  virtual asio::awaitable<Result<AuditPageView>> audit(AuditQuery query) = 0;
  virtual asio::awaitable<Result<AuditCheckView>> verify_audit() = 0;
  /// How many lines were written. kAlreadyExists, kInvalidArgument.
  virtual asio::awaitable<Result<std::uint64_t>> export_audit(AuditExportRequest request) = 0;

  /// Conversations, the liveliest first. A peer is meant as above, here and below.
  [[nodiscard]] virtual std::vector<ChatView> chats() const = 0;
  /// Newest first; `before` is a message's id, empty: the last ones.
  virtual asio::awaitable<Result<ChatPageView>> messages(std::string peer, std::string before,
                                                         std::uint64_t limit) = 0;
  /// It is stored when this answers; events tell how it fares.
  virtual asio::awaitable<Result<ChatMessageView>> send_message(std::string peer,
                                                                ChatMessageRequest request) = 0;
  virtual asio::awaitable<Result<ChatMessageView>> retry_message(std::string peer, std::string message) = 0;
  virtual asio::awaitable<Result<>> read_chat(std::string peer, std::string up_to) = 0;
  virtual asio::awaitable<Result<>> forget_chat(std::string peer) = 0;

  /// Answers the request, then shuts the daemon down.
  virtual void stop() = 0;

  /// Calls `on_event` on the network thread for each change until the subscription is destroyed.
  virtual std::unique_ptr<Subscription> subscribe(std::function<void(const Event&)> on_event) = 0;
};

}  // namespace covey::api
