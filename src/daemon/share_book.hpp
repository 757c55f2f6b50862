#pragma once
// ShareBook: the shares of this peer and the tickets to them; it decides whom the swarm serves.
//
// Each ticket has a secret of its own and, derived from it, the share id under which its holder asks. Members
// of the owner's network, and those whom it has approved, ask under the share's own id. What is known of an
// asker is gathered here; access::judge decides. On the network thread.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "access/share_listing.hpp"
#include "access/ticket.hpp"
#include "api/views.hpp"
#include "crypto/random.hpp"
#include "daemon/access_seams.hpp"
#include "daemon/consent_book.hpp"
#include "daemon/running_admissions.hpp"
#include "daemon/upload_book.hpp"
#include "identity/device_key.hpp"
#include "swarm/share_preparation.hpp"

namespace covey::daemon {

class HolderBook;

/// One ticket as the owner keeps it.
struct IssuedTicket {
  access::TicketSecret secret;
  std::string share;  // id of the share it opens
  std::optional<WallTime> expires_at;
  std::optional<std::uint64_t> uses_left;
  std::set<identity::PeerId> holders;  // who has opened it: coming back costs no use
  bool revoked = false;                // its holders are told so
};

/// One share as the owner keeps it.
struct OwnedShare {
  api::ShareView view;
  access::ShareRules rules;
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

  /// A ticket to a share as it would be; it opens nothing before restore().
  IssuedTicket new_ticket(const std::string& share, std::optional<WallTime> expires_at,
                          std::optional<std::uint64_t> uses);
  /// Makes a ticket to a share, for this run only. The addresses are put into its text when it is shown.
  const IssuedTicket& issue(const std::string& share, std::optional<WallTime> expires_at,
                            std::optional<std::uint64_t> uses);
  /// One that lets in this peer and nobody else.
  const IssuedTicket& issue_to(const std::string& share, const identity::PeerId& peer);
  /// Voids one ticket.
  void withdraw(const access::ShareId& ticket) { tickets_.erase(ticket); }
  /// It opens its share from now on: one of an earlier run, or one that is on the disk now.
  void restore(IssuedTicket ticket);
  [[nodiscard]] std::vector<const IssuedTicket*> tickets_of(const std::string& share) const;
  /// By its id or an unambiguous beginning of it. kNotFound, kInvalidArgument.
  Result<access::ShareId> find_ticket(std::string_view words) const;
  /// A random share id's text.
  [[nodiscard]] std::string new_id();
  void on_use(OnUse callback) { on_use_ = std::move(callback); }
  /// Without it there are no members. Outlives the book.
  void set_members(const MemberCheck* members) { members_ = members; }

  /// Who has been said yes to. Outlives the book; without it nobody is let in by an approval.
  void set_consents(ConsentBook* consents) { consents_ = consents; }
  void set_blocks(const BlockCheck* blocks) { blocks_ = blocks; }
  void set_witness(AccessWitness* witness) { witness_ = witness; }
  /// Who notes what peers are sent.
  void set_holders(HolderBook* holders) { holders_ = holders; }

  /// What a peer may do that comes without a ticket.
  struct Standing {
    const OwnedShare* share = nullptr;  // null: there is none
    access::Judgement judgement;
    bool sees = false;
  };
  Standing standing_of(const access::ShareId& share, const identity::PeerId& peer, ByteView membership);
  /// Whether this is one of ours, or a ticket to one.
  [[nodiscard]] bool knows(const access::ShareId& id) const;

  /// From now on these rules hold; whoever is let in by the former ones has to ask again. kNotFound.
  Result<> set_rules(const std::string& id, access::ShareRules rules);
  /// A ticket lets nobody in any more, and whoever it let in is sent nothing more. kNotFound.
  Result<const IssuedTicket*> revoke_ticket(const access::ShareId& ticket);
  /// Nothing more is sent to this peer.
  void end_peer(const identity::PeerId& peer);

  /// What the owner signs about a share under this id.
  [[nodiscard]] access::SignedShareDescription describe(
      const OwnedShare& share, const access::ShareId& id, std::optional<WallTime> expires_at,
      access::ServeTo serve_to = access::ServeTo::kNobody) const;
  /// To whom others may serve a share under its own id.
  [[nodiscard]] static access::ServeTo serve_to(const access::ShareRules& rules);

  Result<swarm::Admission> admit(const swarm::OpenRequest& request,
                                 const std::string& remote_address) override;

 private:
  /// An asker as far as it is known, and what it asks for; null where that does not exist.
  struct Opening {
    OwnedShare* share = nullptr;
    IssuedTicket* ticket = nullptr;
    access::Asker asker;
  };
  [[nodiscard]] access::TicketStanding standing(const IssuedTicket& ticket,
                                                const swarm::OpenRequest& request) const;
  [[nodiscard]] access::GrantStanding standing(const OwnedShare& share,
                                               const swarm::OpenRequest& request) const;
  Opening look_at(const swarm::OpenRequest& request);
  [[nodiscard]] access::Judgement judge(const Opening& opening) const;
  swarm::Admission let_in(const Opening& opening, access::Right right, const swarm::OpenRequest& request,
                          const std::string& remote_address);

  const identity::DeviceKey* owner_;
  const Clock* clock_;
  crypto::Random* random_;
  UploadBook* uploads_;
  const MemberCheck* members_ = nullptr;
  ConsentBook* consents_ = nullptr;
  const BlockCheck* blocks_ = nullptr;
  AccessWitness* witness_ = nullptr;
  HolderBook* holders_ = nullptr;
  RunningAdmissions running_;
  OnUse on_use_;
  std::vector<std::unique_ptr<OwnedShare>> shares_;
  std::unordered_map<access::ShareId, IssuedTicket> tickets_;
};

}  // namespace covey::daemon
