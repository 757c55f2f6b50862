#include "access/address_list.hpp"

#include <algorithm>

//   addresses := count:u8(0..8) address{count}
//   address   := 4 ip:4 port:u16(1..)  |  6 ip:16 port:u16(1..)                                  (big-endian)

namespace covey::access {
namespace {

constexpr Byte kV4 = 4;
constexpr Byte kV6 = 6;

bool can_be_dialled(const Endpoint& address) {
  return address.port() != 0 && !address.is_unspecified();
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

}  // namespace

void write_addresses(ByteWriter& out, const std::vector<Endpoint>& addresses) {
  std::vector<Endpoint> kept;
  std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(kept), can_be_dialled);
  if (kept.size() > kMaxListedAddresses) kept.resize(kMaxListedAddresses);
  out.number(static_cast<Byte>(kept.size()));
  for (const Endpoint& address : kept) {
    out.number(address.is_v6() ? kV6 : kV4).raw(address.ip()).number(address.port());
  }
}

Result<std::vector<Endpoint>> read_addresses(ByteReader& reader) {
  TRY(const Byte count, reader.number<Byte>());
  if (count > kMaxListedAddresses) return fail(ErrorCode::kLimitExceeded, "{} addresses", count);
  std::vector<Endpoint> out;
  for (Byte i = 0; i < count; ++i) {
    TRY(const Endpoint address, read_address(reader));
    out.push_back(address);
  }
  return out;
}

}  // namespace covey::access
