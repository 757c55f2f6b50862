#pragma once
// TrackerClient: what a network's tracker offers, one function a route, as a peer that logs in with its
// device key.
//
// Logs in by itself, and again when its token has run out. What comes back has been verified as far as
// signatures reach. Blocking; one thread at a time, but for stop(). Every function may give the errors of
// TrackerChannel, and those that the tracker answers with; kLimitExceeded says when to come back. Spec:
// docs/spec/api-tracker.yaml.

#include <span>

#include "base/clock.hpp"
#include "discovery/tracker_answers.hpp"
#include "discovery/tracker_channel.hpp"
#include "identity/device_key.hpp"

namespace covey::discovery {

struct ShareQuery {
  std::string words;
  std::optional<identity::PeerId> owner;
  std::string after;  // cursor
  std::size_t limit = 50;
};

struct OutgoingMessage {
  identity::PeerId to;
  std::string kind;
  Bytes body;  // at most kMaxMessageBytes
  std::chrono::seconds hold{0};
};

class TrackerClient {
 public:
  /// `device` and `clock` outlive it.
  TrackerClient(identity::NetworkLink link, const identity::DeviceKey& device, const Clock& clock,
                ChannelDeadlines deadlines = {});

  /// Registers the name, or gets the membership again when it is this peer's already. kAlreadyExists,
  /// kRefused, kInvalidArgument for the name; standing kWaiting when the tracker's operator has to approve
  /// it.
  Result<OwnMembership> join(const identity::PeerName& name, std::string_view invite);
  /// A fresh membership.
  Result<OwnMembership> renew();

  Result<FoundPeer> peer(const identity::PeerName& name);
  Result<FoundPeer> peer(const identity::PeerId& id);
  Result<PeerPage> peers(std::string_view after);

  /// Present with these addresses for the time it gives back.
  Result<std::chrono::seconds> appear(std::span<const access::Endpoint> addresses);
  Result<> disappear();

  Result<> announce(const access::ShareId& share, const access::SignedShareListing& listing,
                    std::span<const identity::PeerId> audience);
  Result<> withdraw(const access::ShareId& share);
  Result<FoundShare> share(const access::ShareId& share);
  Result<SharePage> search(const ShareQuery& query);
  /// Named as one who serves somebody's share as well, for the time it gives back. kNotFound for a share that
  /// the tracker does not show this peer.
  Result<std::chrono::seconds> provide(const access::ShareId& share);
  Result<> stop_providing(const access::ShareId& share);

  Result<> send(const OutgoingMessage& message);
  Result<> acknowledge(std::span<const std::uint64_t> ids);
  /// Calls `on_message` for each that waits or comes, until it returns false, or with kConnectionLost.
  Result<> listen(const std::function<bool(ReceivedMessage)>& on_message);

  void stop() { channel_.stop(); }
  [[nodiscard]] const crypto::PublicKey& network() const { return network_; }

 private:
  Result<> log_in();
  /// The body of a good answer.
  Result<std::string> call(TrackerRequest request);
  [[nodiscard]] bool must_log_in() const;

  crypto::PublicKey network_;
  const identity::DeviceKey* device_;
  const Clock* clock_;
  TrackerChannel channel_;
  std::string token_;
  SteadyTime token_ends_{};
};

}  // namespace covey::discovery
