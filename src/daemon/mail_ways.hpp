#pragma once
// The ways that letters go: over the rendezvous of the networks, and directly. What MailBook needs of both,
// and no more. On the network thread.

#include <functional>

#include "access/endpoint.hpp"
#include "io/coroutine.hpp"
#include "mail/mail_messages.hpp"

namespace covey::daemon {

/// Where a peer is now, and what shows it that this one belongs to its network.
struct PeerPlace {
  std::vector<access::Endpoint> addresses;  // none: away
  Bytes membership;                         // our own, in the network that knows the peer
};

class MailNetworks {
 public:
  enum class Kept : std::uint8_t { kNo, kYes };
  /// A letter that a rendezvous held for us. `from` is the tracker's word. With kNo it comes again later.
  using OnLetter = std::function<io::Awaitable<Kept>(identity::PeerId from, Bytes sealed)>;

  virtual ~MailNetworks() = default;
  /// kNotFound when no network knows it; else the errors of discovery::TrackerClient::peer.
  virtual io::Awaitable<Result<PeerPlace>> locate_peer(identity::PeerId peer) = 0;
  /// Leaves a letter in the peer's mailbox at a network that takes it; `turn` says with which to begin.
  /// kNotFound when none knows it; else the errors of discovery::TrackerClient::send.
  virtual io::Awaitable<Result<>> deposit(identity::PeerId to, Bytes sealed, std::chrono::seconds hold,
                                          unsigned turn) = 0;
  virtual void on_letter(OnLetter callback) = 0;
  /// A network can be asked now.
  virtual void on_online(std::function<void()> callback) = 0;
};

class MailCarrier {
 public:
  virtual ~MailCarrier() = default;
  /// As mail::MailRun::run. At most mail::kMaxLettersOfStream letters.
  virtual io::Awaitable<Result<mail::LetterAnswers>> carry(identity::PeerId to,
                                                           std::vector<access::Endpoint> addresses,
                                                           std::vector<mail::SealedLetter> letters) = 0;
  /// What is being carried ends soon.
  virtual void stop() = 0;
};

}  // namespace covey::daemon
