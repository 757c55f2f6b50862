#pragma once
// NetworkLink: how a network is handed on: its key, its trackers, and the key of their certificate. No
// secret. Value; any thread. Spec: docs/spec/network.md, "Network link".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/sign.hpp"

namespace covey::identity {

/// SHA-256 of the SubjectPublicKeyInfo of a certificate.
using CertificatePin = FixedBytes<struct CertificatePinTag, 32>;

inline constexpr std::size_t kMaxTrackers = 4;

struct NetworkLink {
  crypto::PublicKey network;
  std::optional<CertificatePin> pin;  // nothing: the system's authorities vouch for the certificate
  std::vector<std::string> trackers;  // "host:port", 1 to kMaxTrackers

  bool operator==(const NetworkLink&) const = default;

  [[nodiscard]] std::string to_text() const;
  /// Takes it as people paste it: blanks anywhere, either case. kInvalidArgument tells apart what is no
  /// network link and what was mistyped or cut short; kUnsupported is one of a newer version.
  static Result<NetworkLink> parse(std::string_view text);
};

/// Whether it is a host (a name, an IPv4 address, or an IPv6 address in brackets), a colon and a port.
[[nodiscard]] bool is_tracker_address(std::string_view text);

}  // namespace covey::identity
