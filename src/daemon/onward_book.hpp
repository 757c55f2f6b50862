#pragma once
// OnwardBook: what this peer serves of other owners' shares: content that its downloads hold, in whole or in
// part, to peers that show the right which this peer itself was let in by. The owner's signed word says
// whether and until when. What is complete may rest: only who may be let in is in memory, and the content is
// woken by the first who shows the right. On the network thread. Spec: docs/spec/ticket.md, "Who else may
// serve".

#include <map>

#include "daemon/share_book.hpp"
#include "io/gate.hpp"
#include "io/offload.hpp"
#include "swarm/fetch_server.hpp"
#include "swarm/onward.hpp"

namespace covey::daemon {

/// What the book needs of the node around it.
class OnwardNode {
 public:
  virtual ~OnwardNode() = default;
  [[nodiscard]] virtual std::vector<access::Endpoint> reachable_at() const = 0;
  [[nodiscard]] virtual const identity::DeviceKey& device() const = 0;
  [[nodiscard]] virtual io::Offload& offload() = 0;
};

/// A complete share that is served on, without its content.
struct RestingShare {
  access::ShareDescription said;  // by the owner; serve_until is set
  access::SignedShareDescription description;
  /// The text: guarded memory is a few pages for each secret, too much for what may be thousands.
  std::string ticket;
  std::optional<crypto::PublicKey> network;  // whose members are let in, where there is no ticket
  swarm::Rate limit_up;
  std::optional<access::SignedRevocationList> revocations;
};
/// Its content.
struct AwakeShare {
  std::shared_ptr<swarm::ServedShare> served;
  content::PieceSet held;
};

class OnwardBook final : public swarm::ShareSource, public swarm::OnwardHost {
 public:
  /// A share of a network is served on from now on, or not any more.
  using OnChange = std::function<void(const access::ShareId&, bool served)>;

  /// All references outlive the book.
  OnwardBook(OnwardNode& node, UploadBook& uploads, swarm::Meetings& meetings, swarm::UploadGate& gate,
             const Clock& clock, const io::Executor& network)
      : node_(&node),
        uploads_(&uploads),
        meetings_(&meetings),
        gate_(&gate),
        clock_(&clock),
        settled_(network) {}

  /// Without it no member is let in. Outlives the book.
  void set_members(const MemberCheck* members) { members_ = members; }
  void set_blocks(const BlockCheck* blocks) { blocks_ = blocks; }
  void set_witness(AccessWitness* witness) { witness_ = witness; }
  void on_change(OnChange callback) { on_change_ = std::move(callback); }
  /// The owner of a share that is served on has taken something back; the newest word of it so far.
  using OnRevoked = std::function<void(const access::ShareId&, const access::SignedRevocationList&)>;
  void on_revoked(OnRevoked callback) { on_revoked_ = std::move(callback); }
  /// Nothing more is sent to this peer.
  void end_peer(const identity::PeerId& peer);

  /// Somebody shows the right to a share that rests: whoever is called lets woken() or end() follow.
  using Wake = std::function<void(const access::ShareId&)>;
  void on_wake(Wake callback) { on_wake_ = std::move(callback); }

  io::Awaitable<void> wake(swarm::OpenRequest request) override;
  Result<swarm::Admission> admit(const swarm::OpenRequest& request,
                                 const std::string& remote_address) override;

  [[nodiscard]] std::vector<access::Endpoint> reachable_at() override { return node_->reachable_at(); }
  void begin(swarm::OnwardShare share) override;
  void set_limit(const access::ShareId& share, swarm::Rate limit_up) override;
  void revoked(const access::ShareId& share, const access::SignedRevocationList& list) override;
  void arrived(const access::ShareId& share, std::span<const std::uint32_t> pieces) override;
  io::Awaitable<void> end(access::ShareId share) override;

  /// Serves it from now on; one that is served already goes on, and may be put to rest.
  void rest(RestingShare share);
  void woken(const access::ShareId& share, AwakeShare content);
  /// Lets go of the content of those that can be woken again and that nobody has fetched from for so long.
  io::Awaitable<void> put_to_rest(SteadyTime::duration idle);
  /// The owner's word as it is now.
  void renew(const access::ShareId& share, const access::ShareDescription& said,
             const access::SignedShareDescription& description);
  [[nodiscard]] std::size_t awake() const;
  /// Ends everything.
  io::Awaitable<void> end_all();

  /// The owner's newest list, for a share that is served.
  [[nodiscard]] std::optional<access::SignedRevocationList> revocations(const access::ShareId& share) const;

  [[nodiscard]] bool serves(const access::ShareId& share) const { return shares_.contains(share); }

 private:
  struct Entry {
    swarm::OnwardShare share;
    std::optional<crypto::PublicKey> network;  // whose members are let in, where the owner says so
    access::RevocationList revocations;        // number 0: none
    std::multimap<access::GrantId, std::weak_ptr<swarm::AdmissionTerms>> by_grant;
    std::string ticket;  // of one that may rest
    std::shared_ptr<swarm::Meeting> meeting;
    bool can_rest = false;
    bool waking = false;
    SteadyTime last_use{};
  };
  struct Opening {
    access::Asker asker;
    std::optional<access::Grant> grant;
  };
  struct Judged {
    Opening opening;
    access::Judgement judgement;
  };
  [[nodiscard]] bool may_still_serve(const Entry& entry) const;
  [[nodiscard]] static bool proves_ticket(const Entry& entry, const swarm::OpenRequest& request);
  [[nodiscard]] Opening look_at(const Entry& entry, const swarm::OpenRequest& request) const;
  [[nodiscard]] Judged judge(const Entry& entry, const swarm::OpenRequest& request) const;
  [[nodiscard]] access::GrantStanding standing(const Entry& entry, const swarm::OpenRequest& request,
                                               std::optional<access::Grant>& grant) const;
  std::shared_ptr<swarm::AdmissionTerms> terms(Entry& entry, const Opening& opening, access::Right right);
  static void take_back(Entry& entry, const access::SignedRevocationList& list,
                        const access::RevocationList& said);

  OnwardNode* node_;
  UploadBook* uploads_;
  swarm::Meetings* meetings_;
  swarm::UploadGate* gate_;
  const Clock* clock_;
  const MemberCheck* members_ = nullptr;
  const BlockCheck* blocks_ = nullptr;
  AccessWitness* witness_ = nullptr;
  RunningAdmissions running_;
  OnChange on_change_;
  OnRevoked on_revoked_;
  Wake on_wake_;
  io::Gate settled_;  // something was woken, or has ended
  std::map<access::ShareId, Entry> shares_;
};

/// Who is let in: first by this peer's own shares, then by those that it serves on.
class Admissions final : public swarm::ShareSource {
 public:
  Admissions(ShareBook& own, OnwardBook& onward) : own_(&own), onward_(&onward) {}
  void set_blocks(const BlockCheck* blocks) { blocks_ = blocks; }
  void set_witness(AccessWitness* witness) { witness_ = witness; }
  /// Until then nobody can be told what there is here and what is not: who asks is to come again.
  void set_ready(bool ready) { ready_ = ready; }
  io::Awaitable<void> wake(swarm::OpenRequest request) override { return onward_->wake(std::move(request)); }
  Result<swarm::Admission> admit(const swarm::OpenRequest& request,
                                 const std::string& remote_address) override;

 private:
  Error turn_away(const swarm::OpenRequest& request, const std::string& remote_address,
                  access::Reason reason);

  ShareBook* own_;
  OnwardBook* onward_;
  const BlockCheck* blocks_ = nullptr;
  AccessWitness* witness_ = nullptr;
  bool ready_ = true;
};

}  // namespace covey::daemon
