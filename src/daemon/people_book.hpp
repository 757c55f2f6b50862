#pragma once
// PeopleBook: the peers that this one has met, and what its user thinks of them: whom it blocks, and whose
// requests it approves by itself. A peer is remembered once it was let in, wrote, or was judged; strangers
// that were refused leave nothing behind. Changes are handed on to be made durable. On the network thread.
// Spec: docs/spec/consent.md, "People".

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "access/endpoint.hpp"
#include "base/clock.hpp"
#include "daemon/access_seams.hpp"

namespace covey::daemon {

/// Stands before a name that a peer gives itself where no network knows it; no network's name can hold it.
inline constexpr char kClaimMark = '~';

struct Person {
  struct Block {
    std::optional<WallTime> until;  // nothing: until a person ends it
    std::string reason;
    bool by_itself = false;  // a detector's doing, not a person's
    bool operator==(const Block&) const = default;
  };

  identity::PeerId peer;
  std::string name;  // by which it was known last; may be empty
  WallTime first_seen;
  WallTime last_seen;
  std::optional<Block> block;
  bool trusted = false;                     // for all shares
  std::set<std::string> trusted_shares;     // ids
  std::vector<access::Endpoint> addresses;  // where it last said that it can be reached
  std::string calls_itself;                 // in its letters; nobody vouches for that; may be empty

  /// As people are shown it: with a mark, so that it passes for nobody whom a network knows.
  [[nodiscard]] std::string claimed() const {
    return calls_itself.empty() ? std::string() : kClaimMark + calls_itself;
  }

  bool operator==(const Person&) const = default;
};

class PeopleBook final : public BlockCheck {
 public:
  static constexpr std::size_t kMaxUnjudged = 10'000;  // of whom nothing is thought
  static constexpr std::size_t kMaxTrustedShares = 1000;
  static constexpr std::size_t kMaxAddresses = 4096;

  using OnChange = std::function<void(const Person&)>;
  using OnForgotten = std::function<void(const identity::PeerId&)>;

  explicit PeopleBook(const Clock& clock) : clock_(&clock) {}
  void on_change(OnChange callback) { on_change_ = std::move(callback); }
  void on_forgotten(OnForgotten callback) { on_forgotten_ = std::move(callback); }
  void restore(Person person);

  /// It was let in, has written, or has given out a ticket that was used here. An empty name changes nothing.
  void met(const identity::PeerId& peer, const std::string& name = {});
  /// It says that it can be reached there. Nothing for a stranger.
  void found_at(const identity::PeerId& peer, const std::vector<access::Endpoint>& addresses);

  /// By its own word. Nothing for a stranger, or for an empty name.
  void calls_itself(const identity::PeerId& peer, const std::string& name);

  const Person& block(const identity::PeerId& peer, Person::Block block);
  /// kNotFound for one that is not blocked.
  Result<const Person*> unblock(const identity::PeerId& peer);
  /// For these shares as well, or for all when there are none.
  const Person& trust(const identity::PeerId& peer, const std::vector<std::string>& shares);
  /// kNotFound for one that is not trusted.
  Result<const Person*> untrust(const identity::PeerId& peer);

  /// Strangers from there are kept out until then; it is not remembered over a restart. `address` as
  /// audit::address_without_port gives it.
  void block_address(const std::string& address, WallTime until);
  void unblock_address(const std::string& address) { addresses_.erase(address); }

  [[nodiscard]] bool is_blocked(const identity::PeerId& peer) const override;
  [[nodiscard]] bool is_shut_out(const identity::PeerId& peer,
                                 const std::string& remote_address) const override;
  [[nodiscard]] bool is_trusted(const identity::PeerId& peer, const std::string& share) const;
  [[nodiscard]] const Person* find(const identity::PeerId& peer) const;
  /// Those that were seen last come first.
  [[nodiscard]] std::vector<const Person*> all() const;

 private:
  Person& at(const identity::PeerId& peer);
  void make_room();
  void changed(const Person& person);

  const Clock* clock_;
  OnChange on_change_;
  OnForgotten on_forgotten_;
  std::map<identity::PeerId, Person> people_;
  std::map<std::string, WallTime> addresses_;  // that are blocked, and until when
};

}  // namespace covey::daemon
