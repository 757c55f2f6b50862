#pragma once
// Dialling: from a peer's addresses to a link with that very peer.
//
// All addresses are tried, a quarter of a second apart, IPv6 and IPv4 in turn; the first TCP connection wins
// (RFC 8305). If another peer answers there, the other addresses get their chance. On the calling coroutine's
// executor, where the link will live.

#include <memory>
#include <vector>

#include "access/endpoint.hpp"
#include "transport/link.hpp"

namespace covey::transport {

/// What every link of this process is made from; outlives all links.
struct Local {
  const TlsContext* tls = nullptr;
  LocalHello hello;
  const Router* router = nullptr;
  /// For a TCP connection, then for a handshake, then for a Hello.
  std::chrono::milliseconds dial_timeout{10'000};
  LinkDeadlines deadlines;
};

/// Errors: kUnreachable when no address answers (each named with its reason), kVerificationFailed when only
/// other peers answer, and those of Link::establish.
io::Awaitable<Result<std::shared_ptr<Link>>> dial(const Local& local, identity::PeerId peer,
                                                  std::vector<access::Endpoint> addresses);

}  // namespace covey::transport
