#include "daemon/transfer_queue.hpp"

#include "base/growing_pause.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstLook = 5s;
constexpr auto kRarestLook = 60s;

}  // namespace

void TransferQueue::enter(const std::string& id, Item& item, Stage stage) {
  item.stage = stage;
  if (stage == Stage::kQueued) queued_.insert(rank_of(id, item));
  if (stage == Stage::kAbsent) absent_.insert({item.look_at, id});
  if (stage == Stage::kRunning) ++running_;
  if (stage == Stage::kLooking) ++looking_;
}

void TransferQueue::leave(const std::string& id, const Item& item) {
  if (item.stage == Stage::kQueued) queued_.erase(rank_of(id, item));
  if (item.stage == Stage::kAbsent) absent_.erase({item.look_at, id});
  if (item.stage == Stage::kRunning) --running_;
  if (item.stage == Stage::kLooking) --looking_;
}

void TransferQueue::add(const std::string& id, api::Priority priority, std::uint64_t arrival) {
  const auto [at, is_new] = items_.try_emplace(id, Item{.priority = priority, .arrival = arrival});
  if (is_new) enter(id, at->second, Stage::kQueued);
}

void TransferQueue::remove(const std::string& id) {
  const auto found = items_.find(id);
  if (found == items_.end()) return;
  leave(id, found->second);
  items_.erase(found);
}

void TransferQueue::set_priority(const std::string& id, api::Priority priority) {
  const auto found = items_.find(id);
  if (found == items_.end()) return;
  Item& item = found->second;
  leave(id, item);
  item.priority = priority;
  enter(id, item, item.stage);
}

void TransferQueue::set_absent(const std::string& id, SteadyTime now) {
  const auto found = items_.find(id);
  if (found == items_.end()) return;
  Item& item = found->second;
  if (item.stage != Stage::kRunning && item.stage != Stage::kLooking) return;
  leave(id, item);
  item.looks = item.stage == Stage::kLooking ? item.looks + 1 : 0;
  item.look_at = now + growing_pause(kFirstLook, kRarestLook, item.looks);
  enter(id, item, Stage::kAbsent);
}

bool TransferQueue::set_found(const std::string& id) {
  const auto found = items_.find(id);
  if (found == items_.end() || found->second.stage != Stage::kLooking) return false;
  Item& item = found->second;
  if (running_ >= places_) {
    remove(id);
    return false;
  }
  leave(id, item);
  enter(id, item, Stage::kRunning);
  return true;
}

std::vector<TransferQueue::Start> TransferQueue::due(SteadyTime now) {
  std::vector<Start> out;
  const auto start = [&](const std::string& id, Turn turn) {
    Item& item = items_.at(id);
    leave(id, item);
    enter(id, item, turn == Turn::kRun ? Stage::kRunning : Stage::kLooking);
    out.push_back({id, turn});
  };
  while (running_ < places_ && !queued_.empty()) {
    const std::string id = std::get<std::string>(*queued_.begin());
    start(id, Turn::kRun);
  }
  while (looking_ < places_ && !absent_.empty() && absent_.begin()->first <= now) {
    const std::string id = absent_.begin()->second;
    start(id, Turn::kLook);
  }
  return out;
}

std::vector<std::string> TransferQueue::surplus() {
  std::set<Rank> ranks;
  if (running_ <= places_) return {};
  for (const auto& [id, item] : items_) {
    if (item.stage == Stage::kRunning) ranks.insert(rank_of(id, item));
  }
  std::vector<std::string> out;
  while (running_ > places_) {
    const std::string id = std::get<std::string>(*ranks.rbegin());
    ranks.erase(std::prev(ranks.end()));
    remove(id);
    out.push_back(id);
  }
  return out;
}

std::optional<SteadyTime> TransferQueue::next_look() const {
  if (absent_.empty() || looking_ >= places_) return std::nullopt;
  return absent_.begin()->first;
}

std::optional<std::uint64_t> TransferQueue::position(const std::string& id) const {
  const auto found = items_.find(id);
  if (found == items_.end() || found->second.stage != Stage::kQueued) return std::nullopt;
  const auto place = queued_.find(rank_of(id, found->second));
  return static_cast<std::uint64_t>(std::distance(queued_.begin(), place)) + 1;
}

std::vector<std::string> TransferQueue::front(std::size_t count) const {
  std::vector<std::string> out;
  for (const auto& rank : queued_) {
    if (out.size() == count) break;
    out.push_back(std::get<std::string>(rank));
  }
  return out;
}

}  // namespace covey::daemon
