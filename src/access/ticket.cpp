#include "access/ticket.hpp"

#include <algorithm>

#include "access/address_list.hpp"
#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"

// Numbers are big-endian.
//
//   text    := "covey:" base32(ticket), lower case, no padding
//   ticket  := version:u8=1 owner_key:32 secret:16 addresses check:3      (addresses: see address_list.cpp)
//
// check is the beginning of BLAKE3 over all bytes before it. Every future version keeps "covey:", the version
// in the first byte and the check in the last three, so that a newer ticket and a mistyped one can be told
// apart.

namespace covey::access {
namespace {

constexpr Byte kTicketVersion = 1;
constexpr std::string_view kScheme = "covey:";
constexpr std::size_t kCheckBytes = 3;
constexpr std::size_t kMaxTicketInput = 64 * 1024;  // more would be a file pasted by mistake
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

/// Everything between the version and the check.
Result<Ticket> read_ticket(ByteReader& reader) {
  TRY(const auto key, reader.fixed<crypto::PublicKey>());
  if (!crypto::is_usable(key)) return fail(ErrorCode::kMalformed, "an owner's key that is no usable key");
  TRY(const ByteView secret, reader.raw(TicketSecret::kSize));
  TRY(auto addresses, read_addresses(reader));
  TRY_VOID(reader.expect_done());
  return Ticket{identity::PeerId(key), TicketSecret::from(secret), std::move(addresses)};
}

}  // namespace

std::string Ticket::to_text() const {
  ByteWriter out;
  out.number(kTicketVersion).raw(owner.public_key().view()).raw(secret.view());
  write_addresses(out, addresses);
  const crypto::Hash hash = crypto::blake3(out.bytes());
  out.raw(check_of(hash));
  return std::string(kScheme) + to_base32(out.bytes());
}

Result<Ticket> Ticket::parse(std::string_view text) {
  if (text.size() > kMaxTicketInput) return no_ticket();
  const std::string plain = squeezed(text);
  TRY(const std::string_view body, body_of(plain));
  if (body.size() > kMaxTicketCharacters) return damaged_ticket();
  const auto bytes = from_base32(body);
  if (!bytes || bytes->size() <= kCheckBytes) return damaged_ticket();
  const ByteView checked = ByteView(*bytes).first(bytes->size() - kCheckBytes);
  const ByteView check = ByteView(*bytes).last(kCheckBytes);
  const crypto::Hash hash = crypto::blake3(checked);
  if (!std::equal(check.begin(), check.end(), check_of(hash).begin())) return damaged_ticket();
  if (checked[0] > kTicketVersion) {
    return fail(
        ErrorCode::kUnsupported,
        "this ticket was made by a newer version of Covey; update this one, or ask for an older ticket");
  }
  if (checked[0] != kTicketVersion) return malformed_ticket();
  ByteReader reader(checked.subspan(1));
  auto ticket = read_ticket(reader);
  if (!ticket) return malformed_ticket();
  return ticket;
}

}  // namespace covey::access
