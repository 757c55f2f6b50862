#pragma once
// HolderBook: who was sent what of this peer's own shares. What connections report is gathered and written to
// the store when one ends, and every few seconds while it lasts; a kill -9 loses no more than that.
// On the network thread; the observers that it hands out report there and may outlive it.
// Spec: docs/spec/consent.md, "Who has what".

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/holding.hpp"
#include "daemon/store_thread.hpp"
#include "io/task_group.hpp"
#include "swarm/served_share.hpp"

namespace covey::daemon {

class HolderBook {
 public:
  /// All references outlive the book.
  HolderBook(StoreThread& store, const Clock& clock, const io::Executor& network)
      : store_(&store), clock_(&clock), tasks_(network) {}
  ~HolderBook();

  /// For a peer that was let in: notes what it is sent, and hands all reports on to `next`.
  std::shared_ptr<swarm::UploadObserver> watch(const std::string& share,
                                               std::shared_ptr<const swarm::ServedShare> served,
                                               const identity::PeerId& peer,
                                               std::shared_ptr<swarm::UploadObserver> next);
  /// Who was served last comes first.
  io::Awaitable<Result<std::vector<Holding>>> of(std::string share);
  /// Writes what is not yet written.
  io::Awaitable<void> stop();

 private:
  using Key = std::pair<std::string, identity::PeerId>;  // share, peer
  /// A peer with connections for a share.
  struct Holder {
    std::shared_ptr<const swarm::ServedShare> served;
    std::shared_ptr<const content::PieceNumbers> numbers;  // null where pieces are not remembered
    std::size_t connections = 0;
    SteadyTime written_at{};
    std::optional<Holding> unwritten;
  };
  class Connection;

  std::shared_ptr<const content::PieceNumbers> numbers_of(const std::string& share,
                                                          const content::Manifest& manifest) const;
  Holding& unwritten(const Key& key);
  void sent(const Key& key, const swarm::SentPieces& sent);
  void finished(const Key& key);
  void left(const Key& key);
  io::Awaitable<void> write(Key key);

  StoreThread* store_;
  const Clock* clock_;
  std::map<Key, Holder> holders_;
  io::TaskGroup tasks_;
  std::shared_ptr<HolderBook*> alive_ = std::make_shared<HolderBook*>(this);
};

}  // namespace covey::daemon
