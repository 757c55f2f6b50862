#include "registry/sql_values.hpp"

#include "access/clean_text.hpp"
#include "base/cursor.hpp"

namespace covey::registry {

Bytes encode_addresses(const std::vector<access::Endpoint>& addresses) {
  ByteWriter out;
  for (const access::Endpoint& address : addresses) {
    out.number(static_cast<Byte>(address.ip().size())).raw(address.ip()).number(address.port());
  }
  return out.take();
}

Result<std::vector<access::Endpoint>> decode_addresses(ByteView bytes) {
  std::vector<access::Endpoint> out;
  ByteReader reader(bytes);
  while (!reader.done()) {
    TRY(const Byte length, reader.number<Byte>());
    TRY(const ByteView ip, reader.raw(length));
    TRY(const auto port, reader.number<std::uint16_t>());
    TRY(const auto address, access::Endpoint::from_bytes(ip, port));
    out.push_back(address);
  }
  return out;
}

Result<> expect_clean(std::string_view text, std::size_t limit, std::string_view what) {
  if (text.size() <= limit && access::is_clean_text(as_bytes(text))) return {};
  return fail(ErrorCode::kInvalidArgument, "{} is text of at most {} bytes without control characters", what,
              limit);
}

}  // namespace covey::registry
