#include "io/interfaces.hpp"

#include <array>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace covey::io {
namespace {

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, address, text.data(), text.size()) == nullptr ? std::string()
                                                                           : std::string(text.data());
}

}  // namespace

std::vector<InterfaceAddress> interface_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owned(list, &::freeifaddrs);
  std::vector<InterfaceAddress> out;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_UP) == 0) continue;
    InterfaceAddress found{.ip = {}, .loopback = (at->ifa_flags & IFF_LOOPBACK) != 0, .link_local = false};
    if (at->ifa_addr->sa_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, at->ifa_addr, sizeof v4);
      found.ip = text_of(AF_INET, &v4.sin_addr);
      found.link_local = (ntohl(v4.sin_addr.s_addr) >> 16) == 0xa9fe;
    } else if (at->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, at->ifa_addr, sizeof v6);
      found.ip = text_of(AF_INET6, &v6.sin6_addr);
      found.link_local = IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr) != 0;
    }
    if (!found.ip.empty()) out.push_back(std::move(found));
  }
  return out;
}

}  // namespace covey::io
