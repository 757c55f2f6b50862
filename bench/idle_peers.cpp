// Peers that open a share and then do nothing: what they cost the one who serves it.
//
//   idle_peers TICKET COUNT      prints "ready COUNT" when all are in, and ends when its standard input does
//
// Each is a peer of its own, with a key, a certificate and a link. A listener takes 512 links from one
// address, so they come in turn from each address of the ticket: give it an IPv4 and an IPv6 one for more.

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "access/ticket.hpp"
#include "io/event_threads.hpp"
#include "io/task_group.hpp"
#include "swarm/fetch_server.hpp"
#include "transport/dialer.hpp"
#include "wire/fetch.pb.h"

namespace covey {
namespace {

class Ear final : public transport::StreamHandler {
 public:
  explicit Ear(io::Gate& opened) : opened_(&opened) {}
  io::Awaitable<Result<>> on_frame(wire::FrameHeader header, transport::FrameBody& body) override {
    if (header.kind == wire::FrameKind::kShareOpened) opened_->open_all();
    co_return co_await body.skip();
  }
  void on_end(const Error& reason) override {
    std::fprintf(stderr, "a stream ended: %s\n", reason.context.c_str());
  }

 private:
  io::Gate* opened_;
};

/// One peer, from its key to its link.
struct IdlePeer {
  IdlePeer(crypto::Random& random, const Clock& clock)
      : device(identity::DeviceKey::ephemeral(random)), tls(*transport::TlsContext::create(device, clock)) {
    local = {
        .tls = &tls, .hello = {.device = &device, .agent = "idle/0", .capabilities = {}}, .router = &router};
  }
  identity::DeviceKey device;
  transport::TlsContext tls;
  transport::Router router;
  transport::Local local;
  std::shared_ptr<transport::Link> link;
};

io::Awaitable<void> run_link(std::shared_ptr<transport::Link> link) {
  (void)co_await link->run();
}

io::Awaitable<Result<>> come_in(IdlePeer& peer, const access::Ticket& ticket, std::size_t turn,
                                io::TaskGroup& links) {
  const io::Executor executor = co_await asio::this_coro::executor;
  std::vector<access::Endpoint> address(1, ticket.addresses[turn % ticket.addresses.size()]);
  CO_TRY(peer.link, co_await transport::dial(peer.local, ticket.owner, std::move(address)));
  links.spawn(run_link(peer.link));
  io::Gate opened(executor);
  CO_TRY(const auto stream, co_await peer.link->open(swarm::kFetchProtocol, std::make_unique<Ear>(opened)));
  wire::OpenShare message;
  message.set_share_id(std::string(as_text(ticket.share_id().view())));
  const auto proof =
      access::make_proof(ticket.secret, ByteView(peer.link->stream().exporter()), peer.device.peer_id());
  message.set_ticket_proof(std::string(as_text(proof.view())));
  CO_TRY_VOID(co_await peer.link->send_message(stream, wire::FrameKind::kOpenShare, message));
  co_return co_await opened.wait_for(std::chrono::seconds(10));
}

io::Awaitable<void> run(const access::Ticket& ticket, std::size_t count,
                        std::vector<std::unique_ptr<IdlePeer>>& peers, io::TaskGroup& links) {
  crypto::SystemRandom random;
  static const SystemClock clock;
  for (std::size_t i = 0; i < count; ++i) {
    peers.push_back(std::make_unique<IdlePeer>(random, clock));
    const auto in = co_await come_in(*peers.back(), ticket, i, links);
    if (!in) {
      std::fprintf(stderr, "peer %zu: %s\n", i, in.error().context.c_str());
      std::exit(1);
    }
  }
  std::printf("ready %zu\n", count);
  std::fflush(stdout);
}

int main_of(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: idle_peers TICKET COUNT\n");
    return 2;
  }
  const auto ticket = access::Ticket::parse(argv[1]);
  if (!ticket || ticket->addresses.empty()) {
    std::fprintf(stderr, "a ticket with an address is needed\n");
    return 2;
  }
  asio::io_context context(1);
  io::TaskGroup links(context.get_executor());
  std::vector<std::unique_ptr<IdlePeer>> peers;
  links.spawn(run(*ticket, std::strtoul(argv[2], nullptr, 10), peers, links));
  std::thread loop([&] { context.run(); });
  while (std::cin.get() != EOF) continue;
  std::_Exit(0);  // the links end with the process
}

}  // namespace
}  // namespace covey

int main(int argc, char** argv) {
  return covey::main_of(argc, argv);
}
