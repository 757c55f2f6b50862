#pragma once
// SeedBook: which complete downloads are served on to others, also after a restart, and until when.
//
// In memory is only who may be let in; the list of files and the piece layers are read when somebody asks for
// them, and let go when nobody does any more. A file that is not the one that was downloaded ends it, with
// the reason; so does the owner's no. The owner's word is renewed by visits, which also tell where this peer
// is. On the network thread; stop() is awaited before destruction. Spec: docs/spec/ticket.md, "Who else may
// serve".

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "content/layer_cache.hpp"
#include "daemon/network_book.hpp"
#include "swarm/share_visit.hpp"

namespace covey::daemon {

/// A complete download as its user asked for it.
struct SeedOrder {
  std::string id;
  access::ShareId share;
  identity::PeerId owner;
  std::string ticket;          // empty: as a member
  std::filesystem::path path;  // of the result
  std::vector<std::string> select;
  bool on = true;
  swarm::Rate limit_up;
  bool moving = false;   // resettle() follows
  bool doubted = false;  // it had ended because of its files
};

class SeedBook {
 public:
  /// How one of them is served has changed.
  using OnChange = std::function<void(const std::string& id)>;

  /// All references outlive the book; the cache may be null.
  SeedBook(Node& node, NetworkBook& networks, StoreThread& store, content::LayerCache* cache);
  ~SeedBook();
  void on_change(OnChange callback) { on_change_ = std::move(callback); }

  /// One that has just been put in place. Nothing is done where it cannot be served on.
  io::Awaitable<void> add(SeedOrder order, swarm::Delivered delivered);
  /// Those of an earlier run that were stored; orders without a word of the owner are dropped.
  io::Awaitable<Result<>> restore(std::vector<SeedOrder> orders);

  void set(const std::string& id, bool on, swarm::Rate limit_up);
  /// Nothing reads from its files when this returns, and nobody is let in before resettle().
  io::Awaitable<void> suspend(std::string id);
  /// Why its files are believed to be what was promised, wherever they are now.
  enum class Because : std::uint8_t {
    kNothingWasDone,  // they stand where they stood
    kMoved,
    kVerified,  // they were read again; what had ended for their sake goes on
  };
  io::Awaitable<void> resettle(std::string id, std::filesystem::path path, Because because);
  /// Not any more, because its files are not what they were. A check may find otherwise.
  io::Awaitable<void> end(std::string id, std::string reason);
  /// It is taken off the list, or fetched again.
  io::Awaitable<void> forget(std::string id);

  /// Nothing for one that was never to be served.
  [[nodiscard]] std::optional<api::SeedView> view(const std::string& id) const;
  /// Asks the owner, or else whoever serves it, for the owner's word as it is now.
  io::Awaitable<void> visit(std::string id);
  io::Awaitable<void> stop();

 private:
  struct Seed;
  using Found = std::shared_ptr<Seed>;
  [[nodiscard]] Found find(const std::string& id) const;
  void place(Found seed);
  void serve(Seed& seed);
  [[nodiscard]] swarm::ResultPlace place_of(const Seed& seed,
                                            std::shared_ptr<const content::Manifest> manifest) const;
  void wake(const access::ShareId& share);
  io::Awaitable<void> load(Found seed);
  io::Awaitable<void> look_again(Found seed);
  io::Awaitable<Result<AwakeShare>> awakened(const Seed& seed);
  io::Awaitable<Result<>> keep_stamps(Found seed, Because because);
  io::Awaitable<void> end_for_good(Found seed, std::string reason);
  io::Awaitable<void> withdraw(Found seed, std::string reason);
  void tell(const Seed& seed);

  // seed_visits.cpp: the owner's word, renewed
  io::Awaitable<void> tend();
  [[nodiscard]] Found next_due(SteadyTime now) const;
  io::Awaitable<swarm::ShareVisit::Outcome> visit_at(const Seed& seed, identity::PeerId peer,
                                                     std::vector<access::Endpoint> addresses);
  io::Awaitable<bool> visit_owner(Found seed);
  io::Awaitable<void> visit_others(Found seed);
  void take_revocations(const Seed& seed, const swarm::ShareOpening& opening);
  io::Awaitable<void> keep_revocations(Found seed, access::SignedRevocationList list);
  io::Awaitable<bool> take_word(Found seed, access::SignedShareDescription description, bool by_owner);
  void schedule(Seed& seed, bool answered);

  Node* node_;
  NetworkBook* networks_;
  StoreThread* store_;
  content::LayerCache* cache_;
  OnChange on_change_;
  std::map<std::string, Found> seeds_;
  std::vector<access::Endpoint> seen_at_;  // this peer's addresses as those who were visited see them
  std::shared_ptr<swarm::ShareVisit> visiting_;
  bool stopping_ = false;
  io::Gate changed_;
  io::TaskGroup tasks_;
  std::shared_ptr<SeedBook*> alive_ = std::make_shared<SeedBook*>(this);
};

}  // namespace covey::daemon
