#pragma once
// RecentMap: a map of bounded size: where it is full, the entry that was not used for longest is forgotten.
// Single-threaded.

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>

namespace covey {

template <typename Key, typename Value>
class RecentMap {
 public:
  explicit RecentMap(std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 1)) {}

  /// Null when it is not there; valid until the next put() or erase().
  Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }
  /// Adds or replaces.
  Value& put(const Key& key, Value value) {
    if (Value* const there = find(key)) return *there = std::move(value);
    if (entries_.size() >= capacity_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    places_.emplace(key, entries_.begin());
    return entries_.front().second;
  }
  void erase(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    entries_.erase(found->second);
    places_.erase(found);
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  std::size_t capacity_;
  std::list<std::pair<Key, Value>> entries_;  // used last first
  std::unordered_map<Key, typename std::list<std::pair<Key, Value>>::iterator> places_;
};

}  // namespace covey
