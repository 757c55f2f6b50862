#include "access/ticket.hpp"

#include <algorithm>

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

// Numbers are big-endian.
//
//   text    := "covey:" base32(ticket), lower case, no padding
//   ticket  := version:u8=1 owner_key:32 secret:16 count:u8(0..8) address{count} check:3
//   address := 4 ip:4 port:u16(1..)  |  6 ip:16 port:u16(1..)
//
// check is the beginning of BLAKE3 over all bytes before it. Every future version keeps "covey:", the version
// in the first byte and the check in the last three, so that a newer ticket and a mistyped one can be told
// apart.

namespace covey::access {
namespace {

constexpr Byte kVersion = 1;
constexpr std::string_view kScheme = "covey:";
constexpr Byte kV4 = 4;
constexpr Byte kV6 = 6;
constexpr std::size_t kCheckBytes = 3;
constexpr std::size_t kMaxTextInput = 64 * 1024;    // more would be a file pasted by mistake
constexpr std::size_t kMaxTicketCharacters = 2048;  // room for later versions

std::unexpected<Error> no_ticket() {
  return fail(ErrorCode::kInvalidArgument, "this is no ticket; a ticket begins with 'covey:'");
}

std::unexpected<Error> damaged_ticket() {
  return fail(ErrorCode::kInvalidArgument,
              "this ticket was cut short or mistyped; copy all of it, from 'covey:' to its end");
}

std::unexpected<Error> malformed_ticket() {
  return fail(ErrorCode::kInvalidArgument,
              "this ticket is not made as tickets are; ask its sender for a fresh one");
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

bool can_be_dialled(const Endpoint& address) {
  return address.port() != 0 && !address.is_unspecified();
}

ByteView check_of(const crypto::Hash& hash) {
  return hash.view().first(kCheckBytes);
}

/// Lower case without blanks.
std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_blank(c)) out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

/// What follows "covey:", from any of the forms in which tickets travel.
Result<std::string_view> body_of(std::string_view text) {
  if (text.starts_with("https://") || text.starts_with("http://")) {
    const std::size_t fragment = text.find("#covey:");
    if (fragment == std::string_view::npos) return no_ticket();
    text = text.substr(fragment + 1);
  }
  if (!text.starts_with(kScheme)) return no_ticket();
  text = text.substr(kScheme.size());
  if (text.starts_with("//")) {
    text = text.substr(2);
    if (text.ends_with('/')) text = text.substr(0, text.size() - 1);  // browsers add it
  }
  return text;
}

Result<Endpoint> read_address(ByteReader& reader) {
  TRY(const Byte family, reader.number<Byte>());
  if (family != kV4 && family != kV6) return fail(ErrorCode::kMalformed, "an unknown kind of address");
  TRY(const ByteView ip, reader.raw(family == kV4 ? Endpoint::kV4Bytes : Endpoint::kV6Bytes));
  TRY(const auto port, reader.number<std::uint16_t>());
  TRY(const Endpoint out, Endpoint::from_bytes(ip, port));
  // One encoding for each address: the mapped form of IPv4 is none.
  if (!can_be_dialled(out) || out.is_v6() != (family == kV6)) {
    return fail(ErrorCode::kMalformed, "an address that cannot be dialled");
  }
  return out;
}

/// Everything between the version and the check.
Result<Ticket> read_ticket(ByteReader& reader) {
  TRY(const auto key, reader.fixed<crypto::PublicKey>());
  if (!crypto::is_usable(key)) return fail(ErrorCode::kMalformed, "an owner's key that is no usable key");
  TRY(const ByteView secret, reader.raw(TicketSecret::kSize));
  TRY(const Byte count, reader.number<Byte>());
  if (count > kMaxTicketAddresses) return fail(ErrorCode::kLimitExceeded, "{} addresses", count);
  std::vector<Endpoint> addresses;
  for (Byte i = 0; i < count; ++i) {
    TRY(const Endpoint address, read_address(reader));
    addresses.push_back(address);
  }
  TRY_VOID(reader.expect_done());
  return Ticket{identity::PeerId(key), TicketSecret::from(secret), std::move(addresses)};
}

}  // namespace

std::string Ticket::to_text() const {
  std::vector<Endpoint> kept;
  std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(kept), can_be_dialled);
  if (kept.size() > kMaxTicketAddresses) kept.resize(kMaxTicketAddresses);
  ByteWriter out;
  out.number(kVersion).raw(owner.public_key().view()).raw(secret.view());
  out.number(static_cast<Byte>(kept.size()));
  for (const Endpoint& address : kept) {
    out.number(address.is_v6() ? kV6 : kV4).raw(address.ip()).number(address.port());
  }
  const crypto::Hash hash = crypto::blake3(out.bytes());
  out.raw(check_of(hash));
  return std::string(kScheme) + to_base32(out.bytes());
}

Result<Ticket> Ticket::parse(std::string_view text) {
  if (text.size() > kMaxTextInput) return no_ticket();
  const std::string plain = squeezed(text);
  TRY(const std::string_view body, body_of(plain));
  if (body.size() > kMaxTicketCharacters) return damaged_ticket();
  const auto bytes = from_base32(body);
  if (!bytes || bytes->size() <= kCheckBytes) return damaged_ticket();
  const ByteView checked = ByteView(*bytes).first(bytes->size() - kCheckBytes);
  const ByteView check = ByteView(*bytes).last(kCheckBytes);
  const crypto::Hash hash = crypto::blake3(checked);
  if (!std::equal(check.begin(), check.end(), check_of(hash).begin())) return damaged_ticket();
  if (checked[0] > kVersion) {
    return fail(
        ErrorCode::kUnsupported,
        "this ticket was made by a newer version of Covey; update this one, or ask for an older ticket");
  }
  if (checked[0] != kVersion) return malformed_ticket();
  ByteReader reader(checked.subspan(1));
  auto ticket = read_ticket(reader);
  if (!ticket) return malformed_ticket();
  return ticket;
}

}  // namespace covey::access
