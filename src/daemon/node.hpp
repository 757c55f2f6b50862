#pragma once
// Node: a running peer, wired together: identity, TLS, link threads, the pool, listeners, shares and uploads.
//
// The daemon and the one-shot send and receive are the same node with more or less around it. Made, used and
// stopped on the network thread, whose event loop the caller runs. stop() is awaited before destruction.

#include <memory>
#include <vector>

#include "daemon/onward_book.hpp"
#include "daemon/share_book.hpp"
#include "io/offload.hpp"
#include "mail/mail_server.hpp"
#include "swarm/download.hpp"
#include "transport/listener.hpp"

namespace covey::daemon {

class Node final : public OnwardNode {
 public:
  /// kInternal when TLS cannot be set up. The clock and the random source outlive the node.
  static Result<std::unique_ptr<Node>> create(io::Executor network, identity::DeviceKey device,
                                              const Clock& clock, crypto::Random& random);
  ~Node() override;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Listens on each address ("[::]:7440"; port 0 lets the system choose). Errors of Listener::bind.
  Result<> listen(const std::vector<access::Endpoint>& addresses);
  /// Where it listens.
  [[nodiscard]] std::vector<access::Endpoint> listening() const;
  /// What a ticket tells others to dial: for a wildcard, the addresses of this machine's interfaces.
  [[nodiscard]] std::vector<access::Endpoint> reachable_at() const override;
  /// The text of a ticket, with today's addresses.
  [[nodiscard]] std::string ticket_text(const IssuedTicket& ticket) const;

  /// Fetches one of this node's own shares back over the real transport and checks every byte, without
  /// storing it again. kUnreachable when the node does not listen; else the errors of swarm::Download::run.
  io::Awaitable<Result<>> verify_share(std::string share);

  /// How fast this peer moves bytes, over all transfers; holds from now on.
  void set_limits(swarm::NodeLimits limits);
  [[nodiscard]] const swarm::NodeLimits& limits() const { return limits_; }

  /// Piece layers of downloads are kept there from now on, so that they outlive the process.
  void keep_layers_in(std::filesystem::path folder) { layers_.emplace(std::move(folder)); }

  [[nodiscard]] swarm::SwarmServices services();
  [[nodiscard]] const identity::DeviceKey& device() const override { return device_; }
  [[nodiscard]] const Clock& clock() const { return *clock_; }
  [[nodiscard]] ShareBook& shares() { return shares_; }
  [[nodiscard]] UploadBook& uploads() { return uploads_; }
  /// To whom this peer has said yes.
  [[nodiscard]] ConsentBook& consents() { return consents_; }
  [[nodiscard]] Admissions& admissions() { return admissions_; }
  /// Those who fetch the share at the moment hear what its owner has taken back.
  void tell_revocations(const access::ShareId& share, const access::SignedRevocationList& list) {
    meetings_.at(share)->revoked(list);
  }
  /// Who says where it can be reached, by its own signed word.
  void on_provider(swarm::Meeting::OnWord callback) { meetings_.on_word(std::move(callback)); }
  /// Who sent what was provably not of the content, from now on.
  void on_lie(swarm::SwarmServices::OnLie callback) { on_lie_ = std::move(callback); }
  /// Told of every connection whose other end has not proved who it is.
  void on_refused(transport::Listener::OnRefused callback) { on_refused_ = std::move(callback); }
  /// What this peer serves of others' shares.
  [[nodiscard]] OnwardBook& onward() { return onward_; }
  /// Where letters that come over links go.
  [[nodiscard]] mail::MailDoor& mail_door() { return mail_door_; }
  [[nodiscard]] io::Offload& offload() override { return offload_; }
  /// Coroutines of the programs around the node; cancelled and awaited by stop().
  [[nodiscard]] io::TaskGroup& tasks() { return tasks_; }

  /// Closes listeners and links and waits for everything that runs.
  io::Awaitable<void> stop();

 private:
  Node(io::Executor network, identity::DeviceKey device, const Clock& clock, crypto::Random& random);

  io::Executor network_;
  identity::DeviceKey device_;
  const Clock* clock_;
  UploadBook uploads_;
  ConsentBook consents_;
  ShareBook shares_;
  OnwardBook onward_;
  Admissions admissions_;
  mail::MailDoor mail_door_;
  swarm::Meetings meetings_;
  swarm::UploadGate gate_;
  swarm::DownloadBudget budget_;
  std::unique_ptr<transport::TlsContext> tls_;
  transport::Router router_;
  transport::Local local_;
  io::Offload offload_;
  transport::LinkThreads threads_;
  swarm::NodeLimits limits_;
  std::optional<content::LayerFolder> layers_;
  swarm::SwarmServices::OnLie on_lie_;
  transport::Listener::OnRefused on_refused_;
  io::TaskGroup tasks_;
  std::vector<std::unique_ptr<transport::Listener>> listeners_;
};

}  // namespace covey::daemon
