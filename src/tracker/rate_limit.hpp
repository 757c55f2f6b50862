#pragma once
// RateLimit: token buckets, one a key, in a bounded table: where it is full, the key that was quiet for
// longest is forgotten, so that a flood of keys costs no memory. Single-threaded; time is passed in.

#include <algorithm>
#include <cmath>
#include <optional>

#include <asio/ip/address.hpp>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/recent_map.hpp"
#include "tracker/limits.hpp"

namespace covey::tracker {

template <typename Key>
class RateLimit {
 public:
  RateLimit(Rate rate, std::size_t capacity) : rate_(rate), buckets_(capacity) {}

  /// Takes `cost` from the key's bucket. When too little is in it, nothing is taken and the time until there
  /// is enough comes back.
  std::optional<std::chrono::seconds> take(const Key& key, double cost, SteadyTime now) {
    Bucket* found = buckets_.find(key);
    Bucket& bucket = found != nullptr ? *found : buckets_.put(key, Bucket{rate_.burst, now});
    const double passed = std::chrono::duration<double>(now - bucket.filled_at).count();
    bucket.level = std::min(rate_.burst, bucket.level + std::max(0.0, passed) * rate_.per_second);
    bucket.filled_at = now;
    if (bucket.level >= cost) {
      bucket.level -= cost;
      return std::nullopt;
    }
    const double wait = std::ceil((std::min(cost, rate_.burst) - bucket.level) / rate_.per_second);
    return std::chrono::seconds(static_cast<std::int64_t>(std::clamp(wait, 1.0, 3600.0)));
  }

  [[nodiscard]] std::size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    double level;
    SteadyTime filled_at;
  };

  Rate rate_;
  RecentMap<Key, Bucket> buckets_;
};

/// Who a client is for limits: an IPv4 address, or the /64 of an IPv6 address, which one household commands
/// whole.
using ClientKey = FixedBytes<struct ClientKeyTag, 16>;

inline ClientKey client_key(const asio::ip::address& client) {
  ClientKey out;
  if (client.is_v6() && !client.to_v6().is_v4_mapped()) {
    const auto bytes = client.to_v6().to_bytes();
    std::copy_n(bytes.begin(), 8, out.mutable_view().begin());
    return out;
  }
  const auto plain =
      client.is_v4() ? client.to_v4() : asio::ip::make_address_v4(asio::ip::v4_mapped, client.to_v6());
  const auto bytes = plain.to_bytes();
  out.mutable_view()[0] = 0xff;  // no IPv6 address of a host begins so
  std::copy(bytes.begin(), bytes.end(), out.mutable_view().begin() + 12);
  return out;
}

}  // namespace covey::tracker
