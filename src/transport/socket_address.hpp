#pragma once
// Between access::Endpoint, the value that tickets carry, and Asio's endpoints. Pure; any thread.

#include <asio/ip/tcp.hpp>

#include "access/endpoint.hpp"

namespace covey::transport {

asio::ip::tcp::endpoint to_asio(const access::Endpoint& endpoint);
/// IPv4-mapped IPv6 addresses become IPv4.
access::Endpoint from_asio(const asio::ip::tcp::endpoint& endpoint);

}  // namespace covey::transport
