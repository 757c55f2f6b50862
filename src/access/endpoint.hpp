#pragma once
// Endpoint: an IPv4 or IPv6 address and a TCP port. An IPv4 address written inside IPv6 (::ffff:a.b.c.d)
// becomes plain IPv4, so there is one value for each address. Value; any thread. Spec: docs/spec/ticket.md.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace covey::access {

class Endpoint {
 public:
  static constexpr std::size_t kV4Bytes = 4;
  static constexpr std::size_t kV6Bytes = 16;

  /// 0.0.0.0, port 0.
  constexpr Endpoint() = default;

  /// "192.0.2.7:7440" or "[2001:db8::1]:7440". Port 0 is the system's choice when listening. kInvalidArgument
  /// with an example otherwise; names and zones ("%eth0") are none.
  static Result<Endpoint> parse(std::string_view text);
  /// "192.0.2.7" or "2001:db8::1", without brackets. kInvalidArgument otherwise.
  static Result<Endpoint> from_ip(std::string_view ip, std::uint16_t port);
  /// From 4 or 16 bytes in network order; kMalformed for another number.
  static Result<Endpoint> from_bytes(ByteView ip, std::uint16_t port);

  [[nodiscard]] bool is_v6() const { return family_ == Family::kV6; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// 0.0.0.0 or ::, which stand for every interface.
  [[nodiscard]] bool is_unspecified() const { return ip_ == std::array<Byte, kV6Bytes>{}; }
  /// Network order; of IPv4 the first four.
  [[nodiscard]] const std::array<Byte, kV6Bytes>& ip_bytes() const { return ip_; }
  [[nodiscard]] ByteView ip() const { return ByteView(ip_).first(is_v6() ? kV6Bytes : kV4Bytes); }
  [[nodiscard]] std::string ip_text() const;
  [[nodiscard]] std::string to_text() const;

  auto operator<=>(const Endpoint&) const = default;

 private:
  enum class Family : std::uint8_t { kV4, kV6 };

  Family family_ = Family::kV4;
  std::array<Byte, kV6Bytes> ip_{};
  std::uint16_t port_ = 0;
};

}  // namespace covey::access
