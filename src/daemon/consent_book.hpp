#pragma once
// ConsentBook: to whom this peer, as the owner, has said yes, for how long and for how much, and what it has
// taken back. Hands out the grants by which others see that, and the lists of revocations. Pure but for the
// clock and the key; its changes are made durable through on_change. On the network thread. Spec:
// docs/spec/consent.md.

#include <functional>
#include <map>
#include <memory>

#include "access/consent.hpp"
#include "access/revocation_list.hpp"
#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "identity/device_key.hpp"
#include "swarm/admission_terms.hpp"

namespace covey::daemon {

/// The owner's yes to one peer for one share.
struct Consent {
  access::GrantId id;
  std::string share;  // its id, as text
  identity::PeerId peer;
  WallTime given_at;
  std::optional<WallTime> until;            // nothing: until it is taken back
  std::optional<std::uint64_t> byte_limit;  // of content, in all
  std::uint64_t bytes_used = 0;
  std::optional<WallTime> revoked_at;
  WallTime granted_until;  // the last grant that was handed out ends then; a revocation stays listed as long

  bool operator==(const Consent&) const = default;
};

struct ConsentTerms {
  std::optional<WallTime> until;
  std::optional<std::uint64_t> byte_limit;
};

class ConsentBook {
 public:
  /// A consent is new or has changed, and is to be made durable.
  using OnChange = std::function<void(const Consent&)>;
  /// Something of a share was taken back: whoever serves it is to be told of this list.
  using OnRevoked = std::function<void(const std::string& share, const access::SignedRevocationList&)>;
  enum class Granted : std::uint8_t { kFirst, kRenewed };
  using OnGranted = std::function<void(const Consent&, Granted)>;

  ConsentBook(const identity::DeviceKey& owner, const Clock& clock, crypto::Random& random)
      : owner_(&owner), clock_(&clock), random_(&random) {}
  void on_change(OnChange callback) { on_change_ = std::move(callback); }
  void on_revoked(OnRevoked callback) { on_revoked_ = std::move(callback); }
  /// A grant that holds for longer than any before it was handed out.
  void on_granted(OnGranted callback) { on_granted_ = std::move(callback); }

  /// Takes back what an earlier run knew.
  void restore(Consent consent);

  /// A yes as it would be. Where there is one already, these terms replace its own, bytes used stay counted.
  [[nodiscard]] Consent offer(const std::string& share, const identity::PeerId& peer,
                              ConsentTerms terms) const;
  /// It counts from now on; it is on the disk.
  void give(const Consent& consent);
  /// Takes it back, for running uploads too. kNotFound.
  Result<> revoke(const access::GrantId& id);
  /// All of a share, or all of a peer.
  void revoke_share(const std::string& share);
  void revoke_peer(const identity::PeerId& peer);
  /// The share is closed: nothing about it needs remembering.
  void forget_share(const std::string& share);

  [[nodiscard]] const Consent* find(const std::string& share, const identity::PeerId& peer) const;
  [[nodiscard]] const Consent* find(const access::GrantId& id) const;
  [[nodiscard]] std::vector<const Consent*> all() const;
  /// kNone where this peer was never said yes to.
  [[nodiscard]] access::GrantStanding standing(const std::string& share, const identity::PeerId& peer) const;
  [[nodiscard]] access::GrantStanding standing(const Consent& consent) const;

  /// What the peer can show elsewhere; its consent stands. `id` and `root` are what it is asked for under.
  access::SignedGrant grant(const Consent& consent, const access::ShareId& id,
                            const access::ContentRoot& root);
  /// What runs under a consent: one object for all of the peer's streams.
  std::shared_ptr<swarm::AdmissionTerms> terms(const Consent& consent);
  /// So many bytes were sent under it.
  void used(const access::GrantId& id, std::uint64_t bytes);

  /// For those who may outlive this book: null once it is gone.
  [[nodiscard]] std::weak_ptr<ConsentBook*> handle() const { return alive_; }

  /// What of a share is taken back and could still be shown; nothing where nothing ever was.
  [[nodiscard]] std::optional<access::SignedRevocationList> revocations(const std::string& share) const;

 private:
  Consent* find_mutable(const access::GrantId& id);
  void end(Consent& consent);
  void changed(const Consent& consent);
  void publish(const std::string& share);
  [[nodiscard]] std::optional<WallTime> last_revocation(const std::string& share) const;

  const identity::DeviceKey* owner_;
  const Clock* clock_;
  crypto::Random* random_;
  OnChange on_change_;
  OnRevoked on_revoked_;
  OnGranted on_granted_;
  std::map<access::GrantId, Consent> consents_;
  std::map<std::pair<std::string, identity::PeerId>, access::GrantId> by_peer_;
  std::map<access::GrantId, std::weak_ptr<swarm::AdmissionTerms>> running_;
  std::shared_ptr<ConsentBook*> alive_ = std::make_shared<ConsentBook*>(this);
};

}  // namespace covey::daemon
