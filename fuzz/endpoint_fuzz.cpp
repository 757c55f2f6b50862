// Addresses: one value for each, whatever they were written like.

#include "access/endpoint.hpp"

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using access::Endpoint;

bool is_mapped(const Endpoint& endpoint) {
  const auto& ip = endpoint.ip_bytes();
  return endpoint.is_v6() && std::all_of(ip.begin(), ip.begin() + 10, [](Byte b) { return b == 0; }) &&
         ip[10] == 0xff && ip[11] == 0xff;
}

void check(const Endpoint& endpoint) {
  require(!is_mapped(endpoint), "IPv4 inside IPv6 becomes IPv4");
  require(Endpoint::parse(endpoint.to_text()) == endpoint, "an address survives its text");
  require(Endpoint::from_ip(endpoint.ip_text(), endpoint.port()) == endpoint, "an IP survives its text");
  require(Endpoint::from_bytes(endpoint.ip(), endpoint.port()) == endpoint, "an address survives its bytes");
  require(endpoint.to_text().size() <= 54, "an address has a short text");
}

void run(ByteView input) {
  if (const auto endpoint = Endpoint::parse(as_text(input))) check(*endpoint);
  if (const auto endpoint = Endpoint::from_ip(as_text(input), 7440)) check(*endpoint);
  Choices choices(input);
  const auto port = static_cast<std::uint16_t>(choices.below(65536));
  const ByteView ip = choices.rest();
  const auto endpoint = Endpoint::from_bytes(ip, port);
  require(endpoint.has_value() == (ip.size() == 4 || ip.size() == 16), "an IP has 4 or 16 bytes");
  if (endpoint) check(*endpoint);
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::run({data, size});
  return 0;
}
