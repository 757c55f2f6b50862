#pragma once
// ShareBook: the shares of this peer and the tickets to them; it decides whom the swarm serves.
//
// Each ticket has a secret of its own and, derived from it, the share id under which its holder asks. Members
// of the owner's network ask under the share's own id. Who may not see a share learns nothing: an unknown id,
// a wrong proof and a share that is hidden from the asker get the same answer. On the network thread.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "access/share_listing.hpp"
#include "access/ticket.hpp"
#include "api/views.hpp"
#include "crypto/random.hpp"
#include "daemon/upload_book.hpp"
#include "identity/device_key.hpp"
#include "identity/membership.hpp"
#include "swarm/share_preparation.hpp"

namespace covey::daemon {

/// One ticket as the owner keeps it.
struct IssuedTicket {
  access::TicketSecret secret;
  std::string share;  // id of the share it opens
  std::optional<WallTime> expires_at;
  std::optional<std::uint64_t> uses_left;
  std::set<identity::PeerId> holders;  // who has opened it: coming back costs no use
};

/// Who can find a share, and who may fetch it without a ticket.
struct ShareRules {
  access::Visibility visibility = access::Visibility::kUnlisted;
  access::Access access = access::Access::kAsk;
  std::set<identity::PeerId> named;  // those that `listed` means
};

/// Whether a record makes a peer a member of one of our networks.
class MemberCheck {
 public:
  virtual ~MemberCheck() = default;
  /// The network in which the record makes the peer a member. The errors of identity::verify_membership;
  /// kRefused for a network that is not ours.
  virtual Result<crypto::PublicKey> check_member(ByteView record, const identity::PeerId& peer) const = 0;
};

/// Whether others may serve a share on.
enum class Onward : std::uint8_t { kNo, kYes };

/// One share as the owner keeps it.
struct OwnedShare {
  api::ShareView view;
  ShareRules rules;
  std::vector<std::string> paths;
  std::shared_ptr<swarm::SharePreparation> preparation;  // while hashing
  std::shared_ptr<swarm::ServedShare> served;            // when ready
};

class ShareBook final : public swarm::ShareSource {
 public:
  /// Called when a ticket's use was spent, so that it can be made durable.
  using OnUse = std::function<void(const IssuedTicket&)>;

  ShareBook(const identity::DeviceKey& owner, const Clock& clock, crypto::Random& random, UploadBook& uploads)
      : owner_(&owner), clock_(&clock), random_(&random), uploads_(&uploads) {}

  /// Adds a share, to be served once set_ready() is called.
  OwnedShare& add(OwnedShare share);
  /// Serves it from now on.
  void set_ready(const std::string& id, std::shared_ptr<swarm::ServedShare> served,
                 std::vector<std::string> notices);
  void set_broken(const std::string& id, const Error& error);
  /// Closes a share and its tickets; running uploads of it end. kNotFound.
  Result<> remove(const std::string& id);
  /// By its id, an unambiguous beginning of it, or its title. kNotFound, kInvalidArgument when ambiguous.
  Result<OwnedShare*> find(std::string_view words);
  [[nodiscard]] std::vector<api::ShareView> views() const;

  /// Makes a ticket to a share. The addresses are put into its text when it is shown.
  const IssuedTicket& issue(const std::string& share, std::optional<WallTime> expires_at,
                            std::optional<std::uint64_t> uses);
  /// Voids one ticket.
  void withdraw(const access::ShareId& ticket) { tickets_.erase(ticket); }
  /// Takes back one that was made in an earlier run.
  void restore(IssuedTicket ticket);
  [[nodiscard]] std::vector<const IssuedTicket*> tickets_of(const std::string& share) const;
  /// A random share id's text.
  [[nodiscard]] std::string new_id();
  void on_use(OnUse callback) { on_use_ = std::move(callback); }
  /// Without it there are no members. Outlives the book.
  void set_members(const MemberCheck* members) { members_ = members; }

  /// What the owner signs about a share under this id.
  [[nodiscard]] access::SignedShareDescription describe(const OwnedShare& share, const access::ShareId& id,
                                                        std::optional<WallTime> expires_at,
                                                        Onward onward = Onward::kNo) const;

  Result<swarm::Admission> admit(const swarm::OpenRequest& request,
                                 const std::string& remote_address) override;

 private:
  [[nodiscard]] Result<> check_ticket(const IssuedTicket& ticket, const OwnedShare& share,
                                      const identity::PeerId& peer) const;
  Result<OwnedShare*> admit_holder(const swarm::OpenRequest& request);
  Result<OwnedShare*> admit_member(const swarm::OpenRequest& request);

  const identity::DeviceKey* owner_;
  const Clock* clock_;
  crypto::Random* random_;
  UploadBook* uploads_;
  const MemberCheck* members_ = nullptr;
  OnUse on_use_;
  std::vector<std::unique_ptr<OwnedShare>> shares_;
  std::unordered_map<access::ShareId, IssuedTicket> tickets_;
};

}  // namespace covey::daemon
