#pragma once
// Detectors: what in the stream of audit events is worth an alert, and for how long its author is better kept
// out. They decide; blocking, telling and logging is their caller's.
//
// A finding comes once in a window for each peer (or address), not for each event. Memory is bounded whatever
// number of peers and addresses comes: who was quiet for longest is forgotten. Single-threaded; time comes
// from the clock that is passed in. Spec: docs/spec/audit.md, "Detectors".

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit_event.hpp"
#include "audit/trail.hpp"
#include "base/recent_map.hpp"

namespace covey::audit {

enum class AlertKind : std::uint8_t {
  kTicketGuessing,
  kRequestFlood,
  kRepeatedRefusals,
  kBadPieces,
  kForgedGrant,
  kForeignGrant,
  kImpersonation,
  kClockGames,
  kMassOpenings,
};

[[nodiscard]] std::string_view name_of(AlertKind kind);
[[nodiscard]] std::optional<AlertKind> alert_kind_named(std::string_view name);

struct Finding {
  AlertKind kind = AlertKind::kTicketGuessing;
  std::optional<identity::PeerId> peer;  // none: whoever comes from `address`
  std::string address;  // of the event that tipped the scale; without a peer an IPv4 or a /64
  std::string text;     // what was seen, for people
  std::optional<std::chrono::seconds> block_for;
};

/// A threshold with a count of 0 turns its detector off.
struct DetectorLimits {
  // Different shares that are unknown here, or wrong proofs of a ticket.
  Threshold guesses_by_peer{5, std::chrono::minutes(10)};
  Threshold guesses_by_address{20, std::chrono::minutes(10)};
  Threshold requests{21, std::chrono::hours(1)};
  // Openings of any share. Who comes back every 30 s stays below it.
  Threshold refusals{30, std::chrono::minutes(10)};
  Threshold bad_pieces{1, std::chrono::hours(1)};
  Threshold forged_grants{1, std::chrono::hours(1)};
  Threshold foreign_grants{3, std::chrono::hours(24)};
  Threshold name_changes{1, std::chrono::hours(1)};
  Threshold future_dates{3, std::chrono::hours(24)};
  // Different shares that one peer was let into.
  Threshold openings{50, std::chrono::minutes(10)};

  /// How far ahead a record may be dated before it is logged as date_in_future.
  std::chrono::seconds future_tolerance = std::chrono::minutes(10);
  /// For the first, the second and every further time.
  std::array<std::chrono::seconds, 3> blocks{std::chrono::hours(1), std::chrono::hours(6),
                                             std::chrono::hours(24)};
  std::chrono::seconds bad_piece_block = std::chrono::hours(24);  // at least
  /// After so long without a finding the next one is the first again.
  std::chrono::seconds forgiven_after = std::chrono::hours(24 * 7);

  std::size_t peers = 4096;      // remembered
  std::size_t addresses = 4096;  // remembered
};

class Detectors {
 public:
  /// The clock outlives the detectors.
  explicit Detectors(const Clock& clock, const DetectorLimits& limits = {});

  /// An alert that is undone, and a peer that is unblocked or trusted, wipe the slate of whom they name.
  std::vector<Finding> observe(const AuditEvent& event);
  /// The same for an event of the log from before this start: counts, but finds nothing again.
  void remember(const AuditEvent& event);

  [[nodiscard]] std::size_t peers_remembered() const { return peers_.size(); }
  [[nodiscard]] std::size_t addresses_remembered() const { return addresses_.size(); }

 private:
  struct PeerRecord {
    Trail guesses, requests, refusals, bad_pieces, forged_grants, foreign_grants, name_changes, future_dates,
        openings;
  };
  struct Strikes {
    std::size_t count = 0;
    SteadyTime last{};
  };
  struct Sighting;

  std::vector<Finding> observe_at(const AuditEvent& event, SteadyTime now);
  void watch_openings(Sighting& sighting);
  void watch_guesses(Sighting& sighting);
  void watch_grants(Sighting& sighting);
  void watch_others(Sighting& sighting);
  void forgive(const AuditEvent& event);
  [[nodiscard]] std::chrono::seconds next_block(Strikes& strikes, SteadyTime now) const;

  const Clock& clock_;
  DetectorLimits limits_;
  RecentMap<identity::PeerId, PeerRecord> peers_;
  RecentMap<identity::PeerId, Strikes> peer_strikes_;  // apart, so that strangers do not push them out
  RecentMap<std::string, Trail> addresses_;
  RecentMap<std::string, Strikes> address_strikes_;
};

/// What a household commands whole, of the address of a link: "192.0.2.7", or the /64 "2001:db8:1:2::".
[[nodiscard]] std::string address_without_port(std::string_view address);

}  // namespace covey::audit
