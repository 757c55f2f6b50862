#pragma once
// The addresses of this machine's network interfaces, as text. A system call of its own; any thread.

#include <string>
#include <vector>

namespace covey::io {

struct InterfaceAddress {
  std::string ip;  // "192.0.2.7", "2001:db8::1"
  bool loopback = false;
  bool link_local = false;
};

/// Addresses of the interfaces that are up; empty when the system does not tell.
std::vector<InterfaceAddress> interface_addresses();

}  // namespace covey::io
