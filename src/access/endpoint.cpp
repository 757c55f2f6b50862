#include "access/endpoint.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <arpa/inet.h>

namespace covey::access {
namespace {

constexpr std::size_t kMaxIpText = 45;
constexpr std::array<Byte, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::unexpected<Error> no_endpoint(std::string_view text) {
  return fail(ErrorCode::kInvalidArgument,
              "'{}' is no address with a port; write for example 192.0.2.7:7440 or [2001:db8::1]:7440",
              text.substr(0, 64));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

Result<Endpoint> Endpoint::from_bytes(ByteView ip, std::uint16_t port) {
  if (ip.size() == kV6Bytes && std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), ip.begin())) {
    ip = ip.last(kV4Bytes);
  }
  if (ip.size() != kV4Bytes && ip.size() != kV6Bytes) {
    return fail(ErrorCode::kMalformed, "an IP address of {} bytes", ip.size());
  }
  Endpoint out;
  out.family_ = ip.size() == kV6Bytes ? Family::kV6 : Family::kV4;
  out.port_ = port;
  std::copy(ip.begin(), ip.end(), out.ip_.begin());
  return out;
}

Result<Endpoint> Endpoint::from_ip(std::string_view ip, std::uint16_t port) {
  std::array<Byte, kV6Bytes> bytes{};
  const std::string text(ip.substr(0, kMaxIpText + 1));  // the functions below want a terminated text
  const bool whole = text.size() <= kMaxIpText && text.find('\0') == std::string::npos;
  if (whole && ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return from_bytes(ByteView(bytes).first(kV4Bytes), port);
  }
  if (whole && ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return from_bytes(bytes, port);
  return fail(ErrorCode::kInvalidArgument,
              "'{}' is no IP address; write for example 192.0.2.7 or 2001:db8::1", ip.substr(0, 64));
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return no_endpoint(text);
  std::string_view ip = text.substr(0, colon);
  const auto port = parse_port(text.substr(colon + 1));
  const bool bracketed = ip.size() >= 2 && ip.front() == '[' && ip.back() == ']';
  if (bracketed) ip = ip.substr(1, ip.size() - 2);
  // Without brackets the last group of an IPv6 address would be taken for the port.
  const bool has_colon = ip.find(':') != std::string_view::npos;
  if (!port || bracketed != has_colon) return no_endpoint(text);
  const auto out = from_ip(ip, *port);
  if (!out) return no_endpoint(text);
  return out;
}

std::string Endpoint::ip_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(is_v6() ? AF_INET6 : AF_INET, ip_.data(), text.data(), text.size());
  return text.data();
}

std::string Endpoint::to_text() const {
  return is_v6() ? fmt::format("[{}]:{}", ip_text(), port_) : fmt::format("{}:{}", ip_text(), port_);
}

}  // namespace covey::access
