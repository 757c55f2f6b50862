#include "identity/network_link.hpp"

#include <algorithm>
#include <charconv>

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

// Numbers are big-endian.
//
//   text    := "covey-network:" base32(link), lower case, no padding
//   link    := version:u8=1 network_key:32 pinned:u8(0,1) [pin:32] count:u8(1..4) tracker{count} check:3
//   tracker := length:u8(1..255) "host:port"
//
// check is the beginning of BLAKE3 over all bytes before it. Every future version keeps the scheme, the
// version in the first byte and the check in the last three.

namespace covey::identity {
namespace {

constexpr Byte kLinkVersion = 1;
constexpr std::string_view kScheme = "covey-network:";
constexpr std::size_t kCheckBytes = 3;
constexpr std::size_t kMaxLinkInput = 64 * 1024;
constexpr std::size_t kMaxLinkCharacters = 4096;

std::unexpected<Error> no_link() {
  return fail(ErrorCode::kInvalidArgument, "this is no network link; one begins with 'covey-network:'");
}

std::unexpected<Error> damaged_link() {
  return fail(
      ErrorCode::kInvalidArgument,
      "this network link was cut short or mistyped; copy all of it, from 'covey-network:' to its end");
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    if (host.size() < 4 || !host.ends_with(']')) return false;
    host = host.substr(1, host.size() - 2);
    return std::all_of(host.begin(), host.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
             c == '.';
    });
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), is_host_character);
}

Result<NetworkLink> read_link(ByteReader& reader) {
  NetworkLink out;
  TRY(out.network, reader.fixed<crypto::PublicKey>());
  if (!crypto::is_usable(out.network))
    return fail(ErrorCode::kMalformed, "a network key that is no usable key");
  TRY(const Byte pinned, reader.number<Byte>());
  if (pinned > 1) return fail(ErrorCode::kMalformed, "a flag that is neither 0 nor 1");
  if (pinned == 1) {
    TRY(out.pin, reader.fixed<CertificatePin>());
  }
  TRY(const Byte count, reader.number<Byte>());
  if (count == 0 || count > kMaxTrackers) return fail(ErrorCode::kMalformed, "{} trackers", count);
  for (Byte i = 0; i < count; ++i) {
    TRY(const Byte length, reader.number<Byte>());
    TRY(const ByteView text, reader.raw(length));
    if (!is_tracker_address(as_text(text)))
      return fail(ErrorCode::kMalformed, "a tracker that is no host and port");
    out.trackers.emplace_back(as_text(text));
  }
  TRY_VOID(reader.expect_done());
  return out;
}

}  // namespace

bool is_tracker_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.size() > 255) return false;
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() && port != 0 &&
         is_host(text.substr(0, colon));
}

std::string NetworkLink::to_text() const {
  ByteWriter out;
  out.number(kLinkVersion).raw(network.view()).number(static_cast<Byte>(pin ? 1 : 0));
  if (pin) out.raw(pin->view());
  out.number(static_cast<Byte>(trackers.size()));
  for (const std::string& tracker : trackers)
    out.number(static_cast<Byte>(tracker.size())).raw(as_bytes(tracker));
  const crypto::Hash hash = crypto::blake3(out.bytes());
  out.raw(hash.view().first(kCheckBytes));
  return std::string(kScheme) + to_base32(out.bytes());
}

Result<NetworkLink> NetworkLink::parse(std::string_view text) {
  if (text.size() > kMaxLinkInput) return no_link();
  std::string plain;
  std::copy_if(text.begin(), text.end(), std::back_inserter(plain), [](char c) { return !is_blank(c); });
  std::transform(plain.begin(), plain.end(), plain.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (!plain.starts_with(kScheme)) return no_link();
  const std::string_view body = std::string_view(plain).substr(kScheme.size());
  if (body.size() > kMaxLinkCharacters) return damaged_link();
  const auto bytes = from_base32(body);
  if (!bytes || bytes->size() <= kCheckBytes) return damaged_link();
  const ByteView checked = ByteView(*bytes).first(bytes->size() - kCheckBytes);
  const ByteView check = ByteView(*bytes).last(kCheckBytes);
  const crypto::Hash hash = crypto::blake3(checked);
  if (!std::equal(check.begin(), check.end(), hash.view().begin())) return damaged_link();
  if (checked[0] > kLinkVersion) {
    return fail(ErrorCode::kUnsupported,
                "this network link was made by a newer version of Covey; update this one");
  }
  ByteReader reader(checked.subspan(1));
  auto link = checked[0] == kLinkVersion ? read_link(reader) : fail(ErrorCode::kMalformed, "version 0");
  if (!link) {
    return fail(ErrorCode::kInvalidArgument,
                "this network link is not made as they are; ask for a fresh one (covey-tracker prints it)");
  }
  return link;
}

}  // namespace covey::identity
