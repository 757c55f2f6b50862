#pragma once
// SqlStore: Store in SQL that SQLite and PostgreSQL share; what differs is in SqlConnection. One thread at a
// time.
//
// Reads see what is committed. A write that takes several statements checks everything before it changes
// anything, so that it changes nothing when it is refused. Where two writers could undo each other's checks
// it first locks the row of the member that all this is about.

#include <memory>
#include <string>
#include <vector>

#include "registry/sql_connection.hpp"
#include "registry/store.hpp"

namespace covey::registry {

class SqlStore final : public Store {
 public:
  explicit SqlStore(std::unique_ptr<SqlConnection> connection) : sql_(std::move(connection)) {}

  /// What is looked for, by whom and from where on.
  struct Search;

  Result<> in_transaction(const std::function<Result<>()>& work) override;

  Result<> bind_network(const crypto::PublicKey& network) override;
  Result<Registration> registration() override;
  Result<> set_registration(Registration how) override;
  Result<> use_challenge(ByteView challenge, WallTime expires_at) override;

  Result<Member> add_member(const NewMember& member, WallTime now) override;
  Result<std::optional<Member>> member(const identity::PeerId& peer) override;
  Result<std::optional<Member>> member(const identity::PeerName& name) override;
  Result<std::vector<Member>> members(std::string_view after, std::size_t limit) override;
  Result<> set_member_state(const identity::PeerId& peer, MemberState state) override;
  Result<> remove_member(const identity::PeerId& peer) override;

  Result<> add_invite(const Invite& invite) override;
  Result<std::vector<Invite>> invites() override;
  Result<> remove_invite(const crypto::Hash& code_hash) override;

  Result<> renew_presence(const identity::PeerId& peer,
                          const std::optional<std::vector<access::Endpoint>>& addresses,
                          WallTime expires_at) override;
  Result<> end_presence(const identity::PeerId& peer) override;
  Result<std::optional<Presence>> presence(const identity::PeerId& peer, WallTime now) override;
  Result<std::vector<Presence>> present(std::string_view after, std::size_t limit, WallTime now) override;

  Result<> announce(const Announcement& announcement, std::size_t max_shares_of_owner) override;
  Result<> withdraw(const access::ShareId& share, const identity::PeerId& owner) override;
  Result<std::optional<ListedShare>> share(const access::ShareId& share, const identity::PeerId& viewer,
                                           WallTime now) override;
  Result<SearchPage> search(const SearchQuery& query, WallTime now) override;

  Result<> add_provider(const access::ShareId& share, const identity::PeerId& peer, WallTime expires_at,
                        WallTime now) override;
  Result<> remove_provider(const access::ShareId& share, const identity::PeerId& peer) override;
  Result<std::vector<Provider>> providers(const access::ShareId& share, const identity::PeerId& viewer,
                                          std::size_t limit, WallTime now) override;

  Result<std::uint64_t> post(const Message& message, const MailboxLimits& limits, WallTime now) override;
  Result<std::vector<Message>> messages(const identity::PeerId& peer, std::uint64_t after, std::size_t limit,
                                        WallTime now) override;
  Result<> acknowledge(const identity::PeerId& peer, const std::vector<std::uint64_t>& ids) override;

  Result<> purge(WallTime now) override;
  Result<Counts> counts(WallTime now) override;
  Result<> watch_messages(std::function<void(const identity::PeerId&)> on_message) override;

 private:
  struct HeldShare;

  /// For what leaves nothing behind when it is refused: without a savepoint when a transaction runs already.
  Result<> together(const std::function<Result<>()>& work);
  Result<> nested(const std::function<Result<>()>& work);
  Result<> outermost(const std::function<Result<>()>& work);

  Result<> expect_new(const NewMember& member);
  /// The serial that the name had last, 0 for none.
  Result<std::uint64_t> last_serial(const identity::PeerName& name);
  Result<> forget_belongings(const identity::PeerId& peer);
  /// kNotFound unless it is an active member; its row is locked until the transaction ends.
  Result<> lock_active(const identity::PeerId& peer);
  Result<bool> is_active(const identity::PeerId& peer);

  Result<std::optional<HeldShare>> held(const access::ShareId& share);
  Result<> expect_newer(const HeldShare& held, const Announcement& announcement);
  Result<> expect_room(const identity::PeerId& owner, std::size_t max_shares_of_owner);
  Result<std::int64_t> free_number(const access::VerifiedListing& listing);
  Result<> put_share(const Announcement& announcement, std::int64_t number, WallTime expires_at);
  Result<> drop_listing(std::int64_t number);
  Result<> drop_shares(const std::vector<std::int64_t>& numbers);
  Result<std::optional<access::ShareId>> visible(const access::ShareId& share, const identity::PeerId& viewer,
                                                 WallTime now);

  Result<std::vector<std::int64_t>> newest(const Search& search);
  /// Newest first; those that are gone by now are left out.
  Result<std::vector<ListedShare>> listed(const std::vector<std::int64_t>& numbers, std::int64_t now);

  Result<std::vector<Provider>> owner_as_provider(const access::ShareId& share, WallTime now);
  Result<> expect_space(const Message& message, const MailboxLimits& limits, WallTime now);

  std::unique_ptr<SqlConnection> sql_;
  int depth_ = 0;
  std::vector<identity::PeerId> posted_for_;  // in the transaction that is running
};

}  // namespace covey::registry
