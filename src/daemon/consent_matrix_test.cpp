// Who is let in, over real links: every visibility, every access and every relation to the owner, by the
// share's id and by a ticket; each with what the asker is told and what the owner's audit log says of it. The
// expectation is written out here once more, as a person would put it.

#include <gmock/gmock.h>

#include "daemon/audit_book.hpp"
#include "daemon/test_node.hpp"
#include "identity/membership.hpp"

namespace covey::daemon {
namespace {

using access::Access;
using access::Visibility;
using audit::Outcome;
using audit::ReasonCode;

constexpr Visibility kVisibilities[] = {Visibility::kNetwork, Visibility::kListed, Visibility::kUnlisted};
constexpr Access kAccesses[] = {Access::kAsk, Access::kListed, Access::kOpen};

enum class Relation : std::uint8_t {
  kOwner,
  kNamed,     // a member that the rules name
  kMember,    // another member
  kGranted,   // a member that was said yes to
  kRevoked,   // a member that was said yes to, until that was taken back
  kBlocked,   // a member that the owner wants nothing to do with, named and said yes to
  kStranger,  // in another network
};
constexpr Relation kRelations[] = {Relation::kOwner,   Relation::kNamed,   Relation::kMember,
                                   Relation::kGranted, Relation::kRevoked, Relation::kBlocked,
                                   Relation::kStranger};

enum class By : std::uint8_t {
  kShareId,
  kStolenGrant,  // the share's id, and a copy of what was given to the peer that was said yes to
  kTicket,
  kRevokedTicket,
  kUsedUpTicket,
  kWrongTicket,
};
constexpr By kWays[] = {By::kShareId,       By::kStolenGrant,  By::kTicket,
                        By::kRevokedTicket, By::kUsedUpTicket, By::kWrongTicket};

struct Expected {
  std::optional<ErrorCode> error;  // nothing: it is let in
  ReasonCode code = ReasonCode::kNone;
  audit::Right right = audit::Right::kNone;
};
Expected let_in(audit::Right right) {
  return {.error = std::nullopt, .right = right};
}
Expected told(ErrorCode error, ReasonCode code) {
  return {.error = error, .code = code};
}

Expected expect_by_ticket(Relation relation, By by) {
  if (relation == Relation::kBlocked) return told(ErrorCode::kNotFound, ReasonCode::kBlocked);
  switch (by) {
    case By::kRevokedTicket:
      return told(ErrorCode::kRefused, ReasonCode::kTicketRevoked);
    case By::kUsedUpTicket:
      return told(ErrorCode::kRefused, ReasonCode::kTicketUsedUp);
    case By::kWrongTicket:
      return told(ErrorCode::kNotFound, ReasonCode::kUnknownShare);
    default:
      return let_in(audit::Right::kTicket);
  }
}

Expected expect_by_id(Visibility visibility, Access access, Relation relation) {
  const bool named = relation == Relation::kNamed;
  const bool member = relation != Relation::kStranger;
  const bool sees =
      (visibility == Visibility::kNetwork && member) || (visibility == Visibility::kListed && named);
  if (relation == Relation::kOwner) return let_in(audit::Right::kOwner);
  if (relation == Relation::kBlocked) return told(ErrorCode::kNotFound, ReasonCode::kBlocked);
  if (relation == Relation::kGranted) return let_in(audit::Right::kGrant);
  if (sees && access == Access::kOpen) return let_in(audit::Right::kOpen);
  if (sees && access == Access::kListed && named) return let_in(audit::Right::kNamed);
  if (relation == Relation::kRevoked) return told(ErrorCode::kRefused, ReasonCode::kGrantRevoked);
  if (!member) return told(ErrorCode::kNotFound, ReasonCode::kNotMember);
  if (!sees) return told(ErrorCode::kNotFound, ReasonCode::kHidden);
  return access == Access::kAsk ? told(ErrorCode::kMustAsk, ReasonCode::kMustAsk)
                                : told(ErrorCode::kMustAsk, ReasonCode::kNotNamed);
}

Expected expect_by_stolen_grant(Visibility visibility, Access access, Relation relation) {
  Expected out = expect_by_id(visibility, access, relation);
  const bool is_its_own = relation == Relation::kGranted || relation == Relation::kRevoked;
  if (!out.error || is_its_own || relation == Relation::kBlocked) return out;
  out.code = ReasonCode::kGrantForeign;
  return out;
}

Expected expect(Visibility visibility, Access access, Relation relation, By by) {
  if (by == By::kShareId) return expect_by_id(visibility, access, relation);
  if (by == By::kStolenGrant) return expect_by_stolen_grant(visibility, access, relation);
  return expect_by_ticket(relation, by);
}

/// A network whose members are those that its key has endorsed.
class Network final : public MemberCheck {
 public:
  explicit Network(crypto::Random& random, const Clock& clock)
      : key_(crypto::SigningKey::generate(random)), clock_(&clock) {}
  [[nodiscard]] Bytes membership_of(const identity::DeviceKey& peer, std::string_view name) const {
    const WallTime now = clock_->wall();
    const auto claim = identity::sign({.network = key_.public_key(),
                                       .peer = peer.peer_id(),
                                       .name = *identity::PeerName::parse(name),
                                       .claimed_at = now},
                                      peer);
    return identity::endorse(claim, 1, now, now + 24h, key_);
  }
  Result<crypto::PublicKey> check_member(ByteView record, const identity::PeerId& peer) const override {
    TRY(const auto membership, identity::verify_membership(record, key_.public_key(), clock_->wall()));
    if (membership.claim.peer != peer) return fail(ErrorCode::kVerificationFailed, "another's");
    return key_.public_key();
  }

 private:
  crypto::SigningKey key_;
  const Clock* clock_;
};

struct Cell {
  Visibility visibility;
  Access access;
  Relation relation;
  By by;
};

std::string text_of(const Cell& cell) {
  return fmt::format("visibility {} access {} relation {} by {}", static_cast<int>(cell.visibility),
                     static_cast<int>(cell.access), static_cast<int>(cell.relation),
                     static_cast<int>(cell.by));
}

/// An owner with a peer of each relation, all on loopback.
class Owner {
 public:
  explicit Owner(const io::Executor& network)
      : owner_(network, 1),
        members_(owner_.random, owner_.clock),
        others_(owner_.random, owner_.clock),
        people_(owner_.clock),
        audit_(folder_ / "audit", owner_.node->device(), owner_.clock, owner_.random, network, people_) {
    std::filesystem::create_directory(folder_ / "here");
    auto& shares = owner_.node->shares();
    shares.set_members(&members_);
    shares.set_consents(&owner_.node->consents());
    shares.set_blocks(&people_);
    shares.set_witness(&audit_);
    owner_.node->admissions().set_witness(&audit_);
    owner_.node->admissions().set_blocks(&people_);
    for (std::size_t i = 1; i < std::size(kRelations); ++i) peers_.emplace_back(network, 100 + i);
    people_.block(peer(Relation::kBlocked).node->device().peer_id(), {});
  }

  io::Awaitable<Result<>> open() {
    CO_TRY_VOID(owner_.listen());
    CO_TRY_VOID(co_await audit_.open());
    content::write_file(folder_ / "file.bin", content::noise(1000));
    CO_TRY(share_, co_await owner_.share(folder_ / "file.bin"));
    auto& consents = owner_.node->consents();
    for (const Relation relation : {Relation::kGranted, Relation::kRevoked, Relation::kBlocked})
      consents.give(consents.offer(share_, peer(relation).node->device().peer_id(), {}));
    const auto* const consent =
        owner_.node->consents().find(share_, peer(Relation::kRevoked).node->device().peer_id());
    co_return owner_.node->consents().revoke(consent->id);
  }
  io::Awaitable<void> close() {
    for (TestNode& node : peers_) co_await node.node->stop();
    owner_.node->admissions().set_witness(nullptr);
    owner_.node->shares().set_witness(nullptr);
    co_await owner_.node->stop();
    co_await audit_.stop();
  }

  TestNode& peer(Relation relation) {
    return relation == Relation::kOwner ? owner_ : peers_.at(static_cast<std::size_t>(relation) - 1);
  }

  io::Awaitable<Result<>> try_to_fetch(Cell cell) {
    access::ShareRules rules{.visibility = cell.visibility, .access = cell.access, .named = {}};
    rules.named.insert(peer(Relation::kNamed).node->device().peer_id());
    rules.named.insert(peer(Relation::kBlocked).node->device().peer_id());
    CO_TRY_VOID(owner_.node->shares().set_rules(share_, std::move(rules)));
    swarm::DownloadOrder order{.share = reference(cell), .directory = folder_ / "here", .patience = 0s};
    const Fetched fetched = co_await Exchange::fetch_as(peer(cell.relation), std::move(order));
    std::filesystem::remove(folder_ / "here/file.bin");
    if (!fetched.path) co_return std::unexpected(fetched.path.error());
    co_return Result<>{};
  }

  /// The last opening of this peer in the log.
  io::Awaitable<Result<audit::AuditEntry>> written(identity::PeerId peer) {
    audit::AuditFilter filter;
    filter.action = audit::AuditAction::kOpened;
    filter.peer = peer;
    CO_TRY(const auto page, co_await audit_.page(filter, 1, std::nullopt));
    if (page.entries.empty()) co_return fail(ErrorCode::kNotFound, "nothing was written");
    co_return page.entries.front();
  }

 private:
  access::ShareReference reference(const Cell& cell) {
    access::ShareReference out;
    out.owner = owner_.node->device().peer_id();
    out.share = *access::parse_share_id(share_);
    out.addresses = owner_.node->listening();
    if (cell.by == By::kStolenGrant) {
      auto& consents = owner_.node->consents();
      const auto* const given = consents.find(share_, peer(Relation::kGranted).node->device().peer_id());
      const auto shared = owner_.node->shares().find(share_);
      out.grant =
          consents.grant(*given, out.share, access::ContentRoot::from((*shared)->served->root().view()));
    }
    if (cell.by == By::kShareId || cell.by == By::kStolenGrant) {
      const Network& network = cell.relation == Relation::kStranger ? others_ : members_;
      out.membership = network.membership_of(peer(cell.relation).node->device(),
                                             fmt::format("peer{}", static_cast<int>(cell.relation)));
      return out;
    }
    const IssuedTicket& issued = owner_.node->shares().issue(
        share_, std::nullopt, cell.by == By::kUsedUpTicket ? std::optional<std::uint64_t>(0) : std::nullopt);
    out.secret =
        cell.by == By::kWrongTicket ? access::TicketSecret::generate(owner_.random) : issued.secret.clone();
    out.share = access::share_id_of(*out.secret);
    if (cell.by == By::kRevokedTicket) {
      EXPECT_TRUE(owner_.node->shares().revoke_ticket(out.share));
    }
    return out;
  }

  content::TestFolder folder_;
  TestNode owner_;
  Network members_;
  Network others_;
  PeopleBook people_;
  AuditBook audit_;
  std::deque<TestNode> peers_;
  std::string share_;
};

void check(const Cell& cell, const Result<>& outcome, const Result<audit::AuditEntry>& entry,
           std::uint64_t last_seq) {
  SCOPED_TRACE(text_of(cell));
  const Expected expected = expect(cell.visibility, cell.access, cell.relation, cell.by);
  if (expected.error) {
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, *expected.error) << outcome.error().context;
  } else {
    ASSERT_TRUE(outcome) << outcome.error().context;
  }
  ASSERT_TRUE(entry);
  // One that is blocked fills no log by knocking again.
  if (cell.relation != Relation::kBlocked) {
    EXPECT_GT(entry->seq, last_seq);
  }
  const audit::AuditEvent& line = entry->event;
  EXPECT_EQ(line.outcome, expected.error ? Outcome::kRefused : Outcome::kAllowed);
  EXPECT_EQ(audit::name_of(line.code), audit::name_of(expected.code));
  EXPECT_EQ(audit::name_of(line.right), audit::name_of(expected.right));
  EXPECT_NE(line.address, "");
}

TEST(ConsentMatrix, holds_over_real_links_and_is_written_down) {
  test::run_in_loop([]() -> io::Awaitable<void> {
    const io::Executor executor = co_await asio::this_coro::executor;
    Owner owner(executor);
    const auto opened = co_await owner.open();
    CO_REQUIRE(opened);
    std::uint64_t last_seq = 0;
    for (const Visibility visibility : kVisibilities) {
      for (const Access access : kAccesses) {
        for (const Relation relation : kRelations) {
          for (const By by : kWays) {
            const Cell cell{.visibility = visibility, .access = access, .relation = relation, .by = by};
            const auto outcome = co_await owner.try_to_fetch(cell);
            const auto entry = co_await owner.written(owner.peer(relation).node->device().peer_id());
            check(cell, outcome, entry, last_seq);
            if (entry) last_seq = std::max(last_seq, entry->seq);
          }
        }
      }
    }
    co_await owner.close();
  });
}

}  // namespace
}  // namespace covey::daemon
