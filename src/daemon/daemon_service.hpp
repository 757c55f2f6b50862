#pragma once
// DaemonService: the API's Service on top of a node: the books of shares, downloads, networks, requests,
// people and alerts, wired to each other and to those who listen. On the network thread. close() is awaited
// before destruction.

#include <list>
#include <memory>

#include "api/service.hpp"
#include "content/layer_cache.hpp"
#include "daemon/alert_book.hpp"
#include "daemon/audit_book.hpp"
#include "daemon/chat_book.hpp"
#include "daemon/download_book.hpp"
#include "daemon/holder_book.hpp"
#include "daemon/limit_clock.hpp"
#include "daemon/link_carrier.hpp"
#include "daemon/mail_book.hpp"
#include "daemon/network_book.hpp"
#include "daemon/request_book.hpp"
#include "daemon/stream_book.hpp"
#include "daemon/uploaded_files.hpp"
#include "daemon/web_book.hpp"
#include "io/turns.hpp"

namespace covey::daemon {

class DaemonService final : public api::Service {
 public:
  /// `request_stop` is called when a client asks the daemon to end; `on_request`, if there, when somebody
  /// asks for a share and its owner has to answer.
  DaemonService(Node& node, DaemonStore store, std::unique_ptr<content::LayerCache> cache,
                crypto::Random& random, std::string home, std::function<void()> request_stop,
                RequestBook::OnWaiting on_request = nullptr);
  ~DaemonService() override;

  /// Takes up what an earlier run left: shares are served again, downloads go on.
  io::Awaitable<Result<>> restore();
  /// Ends downloads and preparations in order.
  io::Awaitable<void> close();

  [[nodiscard]] WebBook& web() { return web_; }
  /// For the shell, when somebody asks for a share; empty: none.
  void set_notify_command(std::string command);

  [[nodiscard]] api::StatusView status() const override;
  [[nodiscard]] std::vector<api::ShareView> shares() const override;
  [[nodiscard]] std::vector<api::TransferView> transfers() const override;
  [[nodiscard]] Result<api::ExplanationView> explain(const std::string& transfer) const override;
  [[nodiscard]] std::vector<api::NetworkView> networks() const override { return networks_.views(); }
  [[nodiscard]] api::LimitsView limits() const override { return limits_.view(); }
  asio::awaitable<Result<api::ShareView>> share(api::ShareRequest request) override;
  asio::awaitable<Result<>> unshare(std::string share) override;
  asio::awaitable<Result<api::TicketView>> ticket(api::TicketRequest request) override;
  asio::awaitable<Result<api::TransferView>> download(api::DownloadRequest request) override;
  asio::awaitable<Result<api::TransferView>> pause(std::string transfer) override;
  asio::awaitable<Result<api::TransferView>> resume(std::string transfer) override;
  asio::awaitable<Result<api::TransferView>> cancel(std::string transfer, api::PartialFiles partial) override;
  asio::awaitable<Result<api::TransferView>> set(std::string transfer,
                                                 api::TransferSettings settings) override;
  asio::awaitable<Result<api::TransferView>> verify(std::string transfer) override;
  asio::awaitable<Result<api::TransferView>> move(std::string transfer, std::string directory) override;
  asio::awaitable<Result<api::PieceMapView>> pieces(std::string transfer, std::uint64_t most_cells) override;
  asio::awaitable<Result<api::StreamView>> stream(std::string transfer, std::string file) override;
  asio::awaitable<Result<>> remove(std::string transfer, api::RemovedFiles files) override;
  asio::awaitable<Result<api::LimitsView>> set_limits(api::LimitSettings settings) override;
  asio::awaitable<Result<api::NetworkView>> join(api::JoinRequest request) override;
  asio::awaitable<Result<>> leave(std::string network) override;
  asio::awaitable<Result<api::SearchView>> search(api::SearchRequest request) override;
  asio::awaitable<Result<std::vector<api::PeerView>>> peers() override;
  asio::awaitable<Result<std::vector<api::AlertView>>> alerts() override;
  asio::awaitable<Result<api::AlertView>> undo_alert(std::uint64_t alert) override;
  [[nodiscard]] Result<std::vector<api::IssuedTicketView>> tickets(const std::string& share) const override;
  asio::awaitable<Result<std::vector<api::HolderView>>> holders(std::string share) override;
  asio::awaitable<Result<>> revoke_ticket(std::string ticket) override;
  asio::awaitable<Result<api::ShareView>> set_rules(std::string share, api::ShareRulesRequest rules) override;
  [[nodiscard]] std::vector<api::RequestView> requests() const override;
  asio::awaitable<Result<api::RequestView>> approve(std::string request, api::ApprovalRequest terms) override;
  asio::awaitable<Result<api::RequestView>> deny(std::string request, std::string reason) override;
  asio::awaitable<Result<api::RequestView>> withdraw(std::string request) override;
  [[nodiscard]] std::vector<api::GrantView> grants() const override;
  asio::awaitable<Result<api::GrantView>> revoke(std::string grant) override;
  asio::awaitable<Result<std::vector<api::PersonView>>> people() override;
  asio::awaitable<Result<api::PersonView>> block(std::string peer, api::BlockRequest request) override;
  asio::awaitable<Result<api::PersonView>> unblock(std::string peer) override;
  asio::awaitable<Result<api::PersonView>> trust(std::string peer, api::TrustRequest request) override;
  asio::awaitable<Result<api::PersonView>> untrust(std::string peer) override;
  asio::awaitable<Result<api::AuditPageView>> audit(api::AuditQuery query) override;
  asio::awaitable<Result<api::AuditCheckView>> verify_audit() override;
  asio::awaitable<Result<std::uint64_t>> export_audit(api::AuditExportRequest request) override;
  Result<api::UiLinkView> ui_link() override { return web_.link(); }
  [[nodiscard]] std::vector<api::UiSessionView> ui_sessions() const override { return web_.sessions(); }
  std::uint64_t end_ui_sessions() override { return web_.end_sessions(); }
  asio::awaitable<Result<>> set_ui_password(std::string password) override;
  [[nodiscard]] std::vector<api::ApiKeyView> api_keys() const override { return web_.keys(); }
  Result<api::ApiKeyView> add_api_key(api::ApiKeyRequest request) override { return web_.add_key(request); }
  Result<> remove_api_key(std::string key) override { return web_.remove_key(key); }
  asio::awaitable<Result<api::IdentityView>> identity() override;
  asio::awaitable<Result<api::IdentityView>> set_identity(api::IdentityRequest request) override;
  asio::awaitable<Result<api::IdentityView>> change_passphrase(api::PassphraseRequest request) override;
  asio::awaitable<Result<api::IdentityView>> end_first_run() override;
  asio::awaitable<Result<api::SettingsView>> settings() override;
  asio::awaitable<Result<api::SettingsView>> set_settings(api::SettingsRequest request) override;
  asio::awaitable<Result<api::FolderView>> folder(std::string path, api::HiddenFiles hidden) override;
  asio::awaitable<Result<api::UploadView>> begin_upload(api::UploadRequest request) override;
  asio::awaitable<Result<api::UploadView>> take_part(std::string upload, api::UploadPart part) override;
  asio::awaitable<Result<api::ShareView>> share_upload(std::string upload,
                                                       api::ShareRequest request) override;
  asio::awaitable<Result<>> drop_upload(std::string upload) override;
  [[nodiscard]] std::vector<api::ChatView> chats() const override;
  asio::awaitable<Result<api::ChatPageView>> messages(std::string peer, std::string before,
                                                      std::uint64_t limit) override;
  asio::awaitable<Result<api::ChatMessageView>> send_message(std::string peer,
                                                             api::ChatMessageRequest request) override;
  asio::awaitable<Result<api::ChatMessageView>> retry_message(std::string peer, std::string message) override;
  asio::awaitable<Result<>> read_chat(std::string peer, std::string up_to) override;
  asio::awaitable<Result<>> forget_chat(std::string peer) override;
  void stop() override { request_stop_(); }
  std::unique_ptr<api::Subscription> subscribe(std::function<void(const api::Event&)> on_event) override;

 private:
  class Listening;
  enum class Verify : std::uint8_t { kNo, kYes };
  // daemon_wiring.cpp: who tells whom
  void wire_serving();
  void wire_downloads();
  void wire_consent();
  void unwire();
  void keep_ticket(const IssuedTicket& ticket);
  void keep_consent(const Consent& consent);
  io::Awaitable<void> save_consents();
  void store_later(std::function<Result<>(DaemonStore&)> work, const char* what);
  WriterStanding writer_standing(const identity::PeerId& writer) const;
  io::Awaitable<MailBook::Verdict> take_revocations(const mail::Letter& letter);
  io::Awaitable<Result<>> restore_consent();

  io::Awaitable<Result<>> restore_home();
  void note(audit::AuditAction action, audit::Outcome outcome, std::string share, std::string subject = {},
            std::string words = {});
  void add_share(const StoredShare& stored, Verify verify);
  io::Awaitable<void> close_consents(std::string share);
  io::Awaitable<void> prepare(std::string id, std::string path, std::string title, Verify verify);
  io::Awaitable<void> publish_progress();
  io::Awaitable<void> keep_limits();
  void publish_limits();
  void publish(const api::Event& event);
  io::Awaitable<Result<access::ShareRules>> rules_for(const api::ShareRequest& request);
  static void show_rules(OwnedShare& share);

  [[nodiscard]] api::GrantView grant_view(const Consent& consent) const;
  void tell_revocations(const std::string& share, const access::SignedRevocationList& list);
  [[nodiscard]] api::PersonView person_view(const Person& person) const;
  [[nodiscard]] std::string name_of(const identity::PeerId& peer) const;
  [[nodiscard]] std::string shown_name(const identity::PeerId& peer) const;
  [[nodiscard]] std::string name_for(const identity::PeerId& peer) const;
  [[nodiscard]] Result<identity::PeerId> claimant(std::string_view words) const;
  io::Awaitable<Result<identity::PeerId>> peer_meant(std::string words);
  io::Awaitable<void> shut_out(identity::PeerId peer);
  // service_chat.cpp
  io::Awaitable<Result<identity::PeerId>> chat_peer(std::string words);
  io::Awaitable<Result<std::string>> share_to_attach(api::ChatAttachRequest wanted, identity::PeerId peer);
  io::Awaitable<Result<ChatBook::Attached>> attach(std::string share, identity::PeerId peer);
  io::Awaitable<Result<std::string>> ticket_for(std::string share, identity::PeerId peer);
  void meet_owner(const std::string& ticket);
  io::Awaitable<Result<audit::AuditFilter>> audit_filter(api::AuditQuery query);
  [[nodiscard]] api::AuditLineView line_view(const audit::AuditEntry& entry) const;

  Node* node_;
  StoreThread store_;
  std::unique_ptr<content::LayerCache> cache_;
  HolderBook holders_;
  PeopleBook people_;
  AuditBook audit_;
  AlertBook alerts_;
  NetworkBook networks_;
  LinkCarrier carrier_;
  MailBook mail_;
  RequestBook requests_;
  ChatBook chats_;
  mutable DownloadBook downloads_;  // views refresh progress
  StreamBook streams_;
  LimitClock limits_;
  WebBook web_;
  UploadedFiles uploaded_;
  std::string download_directory_, notify_command_;
  std::string own_name_;  // by which new networks and chats shall know this peer; may be empty
  std::string home_;
  std::function<void()> request_stop_;
  api::UnixMs started_at_;
  /// Whoever writes a share or its tickets; see io::Turns.
  io::Turns share_turns_;
  io::TaskGroup tasks_;
  bool preparing_ = false;
  io::Gate prepared_;
  std::set<access::GrantId> unsaved_consents_;
  bool saving_consents_ = false;
  std::list<std::function<void(const api::Event&)>> listeners_;
  std::shared_ptr<DaemonService*> alive_ = std::make_shared<DaemonService*>(this);
};

}  // namespace covey::daemon
