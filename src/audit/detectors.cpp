#include "audit/detectors.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "crypto/hash.hpp"

namespace covey::audit {
namespace {

constexpr auto kAlertNames = std::to_array<std::string_view>(
    {"ticket_guessing", "request_flood", "repeated_refusals", "bad_pieces", "forged_grant", "foreign_grant",
     "impersonation", "clock_games", "mass_openings"});
static_assert(kAlertNames.size() == static_cast<std::size_t>(AlertKind::kMassOpenings) + 1);

/// "10 minutes", "1 hour", "24 hours".
std::string window_text(std::chrono::seconds window) {
  const bool hours = window >= std::chrono::hours(1) && window % std::chrono::hours(1) == window.zero();
  const auto count = hours ? window / std::chrono::hours(1) : window / std::chrono::minutes(1);
  return fmt::format("{} {}{}", count, hours ? "hour" : "minute", count == 1 ? "" : "s");
}

/// Tells shares apart, and is not 0; without a share every sighting counts.
std::uint64_t mark_of(const std::string& share) {
  if (share.empty()) return 0;
  const crypto::Hash hash = crypto::blake3(as_bytes(share));
  std::uint64_t mark = 0;
  for (const Byte byte : hash.view().first(sizeof mark)) mark = (mark << 8) | byte;
  return std::max<std::uint64_t>(mark, 1);
}

/// Whether some detector looks at it; of all others nothing is remembered.
bool is_watched(const AuditEvent& event) {
  switch (event.action) {
    case AuditAction::kOpened:
    case AuditAction::kRequestReceived:
    case AuditAction::kBadPiece:
    case AuditAction::kNameChanged:
      return true;
    default:
      return event.code == ReasonCode::kGrantForged || event.code == ReasonCode::kGrantForeign ||
             event.code == ReasonCode::kDateInFuture;
  }
}

bool is_guess(ReasonCode code) {
  return code == ReasonCode::kUnknownShare || code == ReasonCode::kWrongTicketProof;
}

}  // namespace

std::string_view name_of(AlertKind kind) {
  return kAlertNames.at(static_cast<std::size_t>(kind));
}

std::optional<AlertKind> alert_kind_named(std::string_view name) {
  const auto* const found = std::find(kAlertNames.begin(), kAlertNames.end(), name);
  if (found == kAlertNames.end()) return std::nullopt;
  return static_cast<AlertKind>(found - kAlertNames.begin());
}

/// One event, and what was found in it.
struct Detectors::Sighting {
  const AuditEvent& event;
  PeerRecord& peer;
  SteadyTime now;
  std::vector<Finding> findings = {};

  void found(AlertKind kind, std::string text, std::optional<std::chrono::seconds> block = std::nullopt) {
    findings.push_back({kind, event.peer, event.address, std::move(text), block});
  }
};

Detectors::Detectors(const Clock& clock, const DetectorLimits& limits)
    : clock_(clock),
      limits_(limits),
      peers_(limits.peers),
      peer_strikes_(limits.peers),
      addresses_(limits.addresses),
      address_strikes_(limits.addresses) {}

std::vector<Finding> Detectors::observe(const AuditEvent& event) {
  return observe_at(event, clock_.steady());
}

void Detectors::remember(const AuditEvent& event) {
  const Milliseconds age = std::max(clock_.wall() - event.at, Milliseconds(0));
  observe_at(event, clock_.steady() - age);
}

std::vector<Finding> Detectors::observe_at(const AuditEvent& event, SteadyTime now) {
  const bool undone = event.action == AuditAction::kAlertUndone;
  if (undone || event.action == AuditAction::kPeerUnblocked || event.action == AuditAction::kPeerTrusted) {
    forgive(event);
    return {};
  }
  if (event.code == ReasonCode::kBlocked || !is_watched(event)) return {};  // who is blocked is out already
  const identity::PeerId key = event.peer.value_or(identity::PeerId{});
  PeerRecord* const known = peers_.find(key);
  Sighting sighting{event, known != nullptr ? *known : peers_.put(key, {}), now};
  if (event.peer) watch_openings(sighting);
  watch_guesses(sighting);
  watch_grants(sighting);
  watch_others(sighting);

  const bool strike = std::any_of(sighting.findings.begin(), sighting.findings.end(),
                                  [](const Finding& finding) { return finding.peer && finding.block_for; });
  if (!strike) return std::move(sighting.findings);
  Strikes* const before = peer_strikes_.find(key);
  const auto block = next_block(before != nullptr ? *before : peer_strikes_.put(key, {}), now);
  for (Finding& finding : sighting.findings) {
    if (finding.peer && finding.block_for) finding.block_for = std::max(*finding.block_for, block);
  }
  return std::move(sighting.findings);
}

void Detectors::watch_openings(Sighting& sighting) {
  const AuditEvent& event = sighting.event;
  if (event.action == AuditAction::kRequestReceived &&
      sighting.peer.requests.reaches(limits_.requests, sighting.now)) {
    sighting.found(AlertKind::kRequestFlood,
                   fmt::format("a peer sent {} requests within {}", limits_.requests.count,
                               window_text(limits_.requests.window)),
                   limits_.blocks.front());
  }
  if (event.action != AuditAction::kOpened) return;
  if (event.outcome == Outcome::kRefused && sighting.peer.refusals.reaches(limits_.refusals, sighting.now)) {
    sighting.found(AlertKind::kRepeatedRefusals,
                   fmt::format("a peer was refused {} times within {} and went on asking",
                               limits_.refusals.count, window_text(limits_.refusals.window)),
                   limits_.blocks.front());
  }
  if (event.outcome == Outcome::kAllowed &&
      sighting.peer.openings.reaches(limits_.openings, sighting.now, mark_of(event.share))) {
    sighting.found(AlertKind::kMassOpenings,
                   fmt::format("a peer opened {} shares within {}", limits_.openings.count,
                               window_text(limits_.openings.window)));
  }
}

void Detectors::watch_guesses(Sighting& sighting) {
  const AuditEvent& event = sighting.event;
  if (event.action != AuditAction::kOpened || event.outcome != Outcome::kRefused || !is_guess(event.code)) {
    return;
  }
  // The same share that is gone, asked for again and again, is no guess; another proof for it is one.
  const std::uint64_t mark = event.code == ReasonCode::kUnknownShare ? mark_of(event.share) : 0;
  if (event.peer && sighting.peer.guesses.reaches(limits_.guesses_by_peer, sighting.now, mark)) {
    sighting.found(AlertKind::kTicketGuessing,
                   fmt::format("a peer tried {} shares or tickets that do not exist here within {}",
                               limits_.guesses_by_peer.count, window_text(limits_.guesses_by_peer.window)),
                   limits_.blocks.front());
  }
  if (event.address.empty()) return;
  const std::string address = address_without_port(event.address);
  Trail* const known = addresses_.find(address);
  Trail& trail = known != nullptr ? *known : addresses_.put(address, {});
  if (!trail.reaches(limits_.guesses_by_address, sighting.now, mark)) return;
  Strikes* const before = address_strikes_.find(address);
  const auto block =
      next_block(before != nullptr ? *before : address_strikes_.put(address, {}), sighting.now);
  const std::string text =
      fmt::format("{} shares or tickets that do not exist here were tried from {} within {}",
                  limits_.guesses_by_address.count, address, window_text(limits_.guesses_by_address.window));
  sighting.findings.push_back({AlertKind::kTicketGuessing, std::nullopt, address, text, block});
}

void Detectors::watch_grants(Sighting& sighting) {
  if (sighting.event.code == ReasonCode::kGrantForged &&
      sighting.peer.forged_grants.reaches(limits_.forged_grants, sighting.now)) {
    sighting.found(AlertKind::kForgedGrant, "a peer showed a grant that its owner did not sign",
                   limits_.blocks.front());
  }
  if (sighting.event.code == ReasonCode::kGrantForeign &&
      sighting.peer.foreign_grants.reaches(limits_.foreign_grants, sighting.now)) {
    sighting.found(AlertKind::kForeignGrant,
                   fmt::format("a peer showed {} grants of other peers within {}",
                               limits_.foreign_grants.count, window_text(limits_.foreign_grants.window)),
                   limits_.blocks.front());
  }
}

void Detectors::watch_others(Sighting& sighting) {
  const AuditEvent& event = sighting.event;
  if (event.action == AuditAction::kBadPiece &&
      sighting.peer.bad_pieces.reaches(limits_.bad_pieces, sighting.now)) {
    sighting.found(AlertKind::kBadPieces, "a peer sent bytes that are provably not those of the content",
                   limits_.bad_piece_block);
  }
  if (event.action == AuditAction::kNameChanged &&
      sighting.peer.name_changes.reaches(limits_.name_changes, sighting.now)) {
    const AuditEvent clean = cleaned(event);
    sighting.found(AlertKind::kImpersonation,
                   fmt::format("a name that is known here came with another peer id{}{}",
                               clean.note.empty() ? "" : ": ", clean.note));
  }
  if (event.code == ReasonCode::kDateInFuture &&
      sighting.peer.future_dates.reaches(limits_.future_dates, sighting.now)) {
    sighting.found(
        AlertKind::kClockGames,
        fmt::format("a peer sent {} records dated more than {} ahead within {}", limits_.future_dates.count,
                    window_text(limits_.future_tolerance), window_text(limits_.future_dates.window)));
  }
}

void Detectors::forgive(const AuditEvent& event) {
  if (event.peer) {
    peers_.erase(*event.peer);
    peer_strikes_.erase(*event.peer);
  } else if (!event.address.empty()) {
    const std::string address = address_without_port(event.address);
    addresses_.erase(address);
    address_strikes_.erase(address);
  }
}

std::chrono::seconds Detectors::next_block(Strikes& strikes, SteadyTime now) const {
  if (strikes.count > 0 && now - strikes.last >= limits_.forgiven_after) strikes.count = 0;
  const std::size_t step = std::min(strikes.count, limits_.blocks.size() - 1);
  ++strikes.count;
  strikes.last = now;
  return limits_.blocks.at(step);
}

std::string address_without_port(std::string_view address) {
  const std::string_view text = address.substr(0, kMaxAddressBytes);
  const bool bracketed = text.starts_with('[');
  const std::size_t colon = text.find(':');
  const bool one_colon =
      colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  std::string host(bracketed ? text.substr(1, text.find(']') - 1) : one_colon ? text.substr(0, colon) : text);
  std::array<Byte, 16> bytes{};
  if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) != 1) return host;
  constexpr std::array<Byte, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    return ::inet_ntop(AF_INET, bytes.data() + kMapped.size(), out.data(), out.size());
  }
  std::fill(bytes.begin() + 8, bytes.end(), Byte{0});
  return ::inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
}

}  // namespace covey::audit
