#include "transport/socket_address.hpp"

#include <algorithm>

namespace covey::transport {

asio::ip::tcp::endpoint to_asio(const access::Endpoint& endpoint) {
  const auto& bytes = endpoint.ip_bytes();
  if (endpoint.is_v6()) {
    asio::ip::address_v6::bytes_type v6;
    std::copy_n(bytes.begin(), v6.size(), v6.begin());
    return {asio::ip::address_v6(v6), endpoint.port()};
  }
  asio::ip::address_v4::bytes_type v4;
  std::copy_n(bytes.begin(), v4.size(), v4.begin());
  return {asio::ip::address_v4(v4), endpoint.port()};
}

access::Endpoint from_asio(const asio::ip::tcp::endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  // Scope ids of link-local addresses mean nothing to others.
  if (address.is_v6()) address = asio::ip::address_v6(address.to_v6().to_bytes());
  return access::Endpoint::from_ip(address.to_string(), endpoint.port()).value_or(access::Endpoint());
}

}  // namespace covey::transport
