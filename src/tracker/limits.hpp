#pragma once
// Limits: how much a tracker gives to whom, named once; the command line sets those that depend on the place
// it runs in. What is constexpr is part of docs/spec/api-tracker.yaml. Values.

#include <chrono>
#include <cstddef>

namespace covey::tracker {

using namespace std::chrono_literals;

inline constexpr std::size_t kMaxBodyBytes = std::size_t{128} << 10;
inline constexpr std::size_t kMaxHeadBytes = std::size_t{16} << 10;

inline constexpr std::chrono::seconds kChallengeLife = 60s;
inline constexpr std::chrono::seconds kTokenLife = 15min;
inline constexpr std::chrono::hours kMembershipLife = 48h;
inline constexpr std::chrono::seconds kPresenceLease = 50s;
inline constexpr std::chrono::seconds kProviderLease = 10min;

inline constexpr std::size_t kMaxMessageBytes = std::size_t{32} << 10;
inline constexpr std::size_t kMaxMessageKind = 32;
inline constexpr std::chrono::seconds kMaxHold = 7 * 24h;
/// How long a message that is not to be held waits for the stream of a peer that is present.
inline constexpr std::chrono::seconds kInstantHold = 30s;
inline constexpr std::size_t kMaxAcknowledged = 1000;

inline constexpr std::size_t kMaxAudience = 500;
inline constexpr std::size_t kMaxQueryBytes = 256;
inline constexpr std::size_t kMaxQueryWords = 16;
inline constexpr std::size_t kMaxPage = 100;
inline constexpr std::size_t kDefaultPage = 50;
/// Of the listings on one page of shares; a page that would have more has fewer shares.
inline constexpr std::size_t kMaxPageBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxProviders = 50;

/// A bucket of `burst` that refills by `per_second`.
struct Rate {
  double per_second;
  double burst;
};

struct Limits {
  std::size_t connections = 4096;
  std::size_t connections_of_one_address = 256;
  Rate handshakes_of_one_address{20, 200};
  Rate requests_of_one_address{200, 1000};
  Rate requests_of_one_peer{50, 200};
  /// Challenges, logins and registrations, which anybody may ask for.
  Rate logins_of_one_address{5, 100};
  std::size_t shares_of_one_owner = 10'000;
  /// Entries of each table of buckets and of the table of tokens.
  std::size_t remembered = 65'536;

  std::chrono::milliseconds handshake_timeout = 10s;
  std::chrono::milliseconds request_timeout = 10s;
  std::chrono::milliseconds idle_timeout = 75s;
  std::chrono::milliseconds answer_timeout = 60s;
  std::chrono::milliseconds write_timeout = 30s;
  std::chrono::milliseconds heartbeat = 15s;
  /// How long what is known of a member is believed before the database is asked again: a ban takes that
  /// long.
  std::chrono::milliseconds member_recheck = 2s;
};

}  // namespace covey::tracker
