#include "daemon/holder_book.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kWriteEvery = 5s;

}  // namespace

/// One connection's report line. The book may be gone before the last connection is.
class HolderBook::Connection final : public swarm::UploadObserver {
 public:
  Connection(std::weak_ptr<HolderBook*> book, Key key, std::shared_ptr<swarm::UploadObserver> next)
      : book_(std::move(book)), key_(std::move(key)), next_(std::move(next)) {}
  ~Connection() override {
    if (const auto book = book_.lock()) (*book)->left(key_);
  }
  void on_sent(const swarm::SentPieces& sent) override {
    if (const auto book = book_.lock()) (*book)->sent(key_, sent);
    next_->on_sent(sent);
  }
  void on_finished() override {
    if (const auto book = book_.lock()) (*book)->finished(key_);
    next_->on_finished();
  }

 private:
  std::weak_ptr<HolderBook*> book_;
  Key key_;
  std::shared_ptr<swarm::UploadObserver> next_;
};

HolderBook::~HolderBook() = default;

std::shared_ptr<swarm::UploadObserver> HolderBook::watch(const std::string& share,
                                                         std::shared_ptr<const swarm::ServedShare> served,
                                                         const identity::PeerId& peer,
                                                         std::shared_ptr<swarm::UploadObserver> next) {
  Key key(share, peer);
  Holder& holder = holders_[key];
  if (holder.connections++ == 0) {
    holder.numbers = numbers_of(share, *served->manifest);
    holder.served = std::move(served);
    holder.written_at = clock_->steady();
  }
  return std::make_shared<Connection>(alive_, std::move(key), std::move(next));
}

/// All who fetch the same content count with the same numbers.
std::shared_ptr<const content::PieceNumbers> HolderBook::numbers_of(const std::string& share,
                                                                    const content::Manifest& manifest) const {
  for (auto at = holders_.lower_bound({share, {}}); at != holders_.end() && at->first.first == share; ++at) {
    const Holder& other = at->second;
    if (other.numbers && other.served->manifest.get() == &manifest) return other.numbers;
  }
  if (manifest.entry_count() > kMaxHoldingPieces) return nullptr;
  auto numbers = std::make_shared<const content::PieceNumbers>(manifest);
  return numbers->total() > kMaxHoldingPieces ? nullptr : numbers;
}

Holding& HolderBook::unwritten(const Key& key) {
  Holder& holder = holders_.at(key);
  if (!holder.unwritten) {
    holder.unwritten.emplace(
        Holding{.peer = key.second,
                .root = holder.served->root(),
                .pieces = content::PieceSet(holder.numbers ? holder.numbers->total() : 0),
                .last_at = {}});
  }
  holder.unwritten->last_at = clock_->wall();
  return *holder.unwritten;
}

void HolderBook::sent(const Key& key, const swarm::SentPieces& sent) {
  Holding& holding = unwritten(key);
  holding.bytes += sent.bytes;
  Holder& holder = holders_.at(key);
  for (const swarm::PieceRun& run : sent.runs) {
    if (!holder.numbers) break;
    const std::uint32_t first = holder.numbers->number({.file = run.file, .piece = run.first});
    for (std::uint32_t i = 0; i < run.count; ++i) holding.pieces.insert(first + i);
  }
  if (clock_->steady() - holder.written_at >= kWriteEvery) tasks_.spawn(write(key));
}

/// Of a folder a peer may have wanted a part; then it has everything that it wanted.
void HolderBook::finished(const Key& key) {
  if (!holders_.at(key).served->single_file) return;
  unwritten(key).complete = true;
}

void HolderBook::left(const Key& key) {
  if (--holders_.at(key).connections > 0) return;
  if (holders_.at(key).unwritten) {
    tasks_.spawn(write(key));
  } else {
    holders_.erase(key);
  }
}

io::Awaitable<void> HolderBook::write(Key key) {
  const auto found = holders_.find(key);
  if (found == holders_.end() || !found->second.unwritten) co_return;
  Holder& holder = found->second;
  holder.written_at = clock_->steady();
  auto keep = [share = key.first, more = std::move(*holder.unwritten)](DaemonStore& s) {
    return s.add_holding(share, more);
  };
  holder.unwritten.reset();
  if (holder.connections == 0) holders_.erase(found);
  const auto kept = co_await store_->run(std::move(keep));
  if (!kept) log::error("cannot note what a peer was sent: {}", to_string(kept.error()));
}

io::Awaitable<Result<std::vector<Holding>>> HolderBook::of(std::string share) {
  std::vector<Key> open;
  for (auto at = holders_.lower_bound({share, {}}); at != holders_.end() && at->first.first == share; ++at)
    open.push_back(at->first);
  for (const Key& key : open) co_await write(key);
  auto read = [&share](DaemonStore& s) { return s.holdings(share); };
  co_return co_await store_->run(read);
}

io::Awaitable<void> HolderBook::stop() {
  while (true) {
    const auto open = std::find_if(holders_.begin(), holders_.end(),
                                   [](const auto& holder) { return holder.second.unwritten.has_value(); });
    if (open == holders_.end()) break;
    co_await write(open->first);
  }
  alive_.reset();
  co_await tasks_.join();
}

}  // namespace covey::daemon
