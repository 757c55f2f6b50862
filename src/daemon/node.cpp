#include "daemon/node.hpp"

#include <algorithm>
#include <thread>

#include "base/version.hpp"
#include "io/interfaces.hpp"
#include "swarm/fetch_server.hpp"

namespace covey::daemon {
namespace {

/// A ticket stays short enough to paste; the first few addresses are the likeliest.
constexpr std::size_t kMaxTicketAddresses = 4;

std::size_t cores() {
  return std::max(2U, std::thread::hardware_concurrency());
}

}  // namespace

Node::Node(io::Executor network, identity::DeviceKey device, const Clock& clock, crypto::Random& random)
    : network_(network),
      device_(std::move(device)),
      clock_(&clock),
      uploads_(clock),
      consents_(device_, clock, random),
      shares_(device_, clock, random, uploads_),
      onward_(*this, uploads_, meetings_, gate_, clock, network_),
      admissions_(shares_, onward_),
      meetings_(clock),
      gate_(network_, clock),
      offload_(cores()),
      threads_(std::min<std::size_t>(8, cores())),
      tasks_(network) {
  shares_.set_consents(&consents_);
  consents_.on_revoked([this](const std::string& share, const access::SignedRevocationList& list) {
    const auto id = access::parse_share_id(share);
    if (id) meetings_.at(*id)->revoked(list);
  });
}

Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::create(io::Executor network, identity::DeviceKey device,
                                           const Clock& clock, crypto::Random& random) {
  std::unique_ptr<Node> node(new Node(std::move(network), std::move(device), clock, random));
  TRY(auto tls, transport::TlsContext::create(node->device_, clock));
  node->tls_ = std::make_unique<transport::TlsContext>(std::move(tls));
  node->router_.add(swarm::kFetchProtocol, [self = node.get()](transport::Link& link, wire::StreamId stream) {
    swarm::FetchServer::Host host{.source = &self->admissions_,
                                  .meetings = &self->meetings_,
                                  .gate = &self->gate_,
                                  .network = self->network_,
                                  .clock = self->clock_};
    return std::make_unique<swarm::FetchServer>(link, stream, std::move(host));
  });
  node->router_.add(mail::kMailProtocol, [self = node.get()](transport::Link& link, wire::StreamId stream) {
    return std::make_unique<mail::MailServer>(link, stream, self->mail_door_, self->network_);
  });
  node->local_ = {.tls = node->tls_.get(),
                  .hello = {.device = &node->device_,
                            .agent = fmt::format("covey/{}", kVersion),
                            .capabilities = node->router_.protocols()},
                  .router = &node->router_};
  return node;
}

Result<> Node::listen(const std::vector<access::Endpoint>& addresses) {
  for (const auto& address : addresses) {
    TRY(auto listener, transport::Listener::bind(network_, address, local_, threads_));
    listener->on_refused([this](const std::string& from, const Error& why) {
      if (on_refused_) on_refused_(from, why);
    });
    tasks_.spawn(listener->run());
    listeners_.push_back(std::move(listener));
  }
  return {};
}

std::vector<access::Endpoint> Node::listening() const {
  std::vector<access::Endpoint> out;
  for (const auto& listener : listeners_) out.push_back(listener->address());
  return out;
}

std::vector<access::Endpoint> Node::reachable_at() const {
  std::vector<access::Endpoint> out;
  const auto add = [&](const access::Endpoint& address) {
    if (out.size() < kMaxTicketAddresses && std::find(out.begin(), out.end(), address) == out.end())
      out.push_back(address);
  };
  std::vector<access::Endpoint> loopback;
  for (const auto& bound : listening()) {
    if (!bound.is_unspecified()) {
      add(bound);
      continue;
    }
    for (const auto& found : io::interface_addresses()) {
      const auto address = access::Endpoint::from_ip(found.ip, bound.port());
      if (!address || found.link_local || (!bound.is_v6() && address->is_v6())) continue;
      if (found.loopback) {
        loopback.push_back(*address);
      } else {
        add(*address);
      }
    }
  }
  // A machine without a network still hands files from user to user.
  if (out.empty()) std::for_each(loopback.begin(), loopback.end(), add);
  return out;
}

std::string Node::ticket_text(const IssuedTicket& ticket) const {
  return access::Ticket{
      .owner = device_.peer_id(), .secret = ticket.secret.clone(), .addresses = reachable_at()}
      .to_text();
}

io::Awaitable<Result<>> Node::verify_share(std::string share) {
  const auto bound = listening();
  if (bound.empty())
    co_return fail(ErrorCode::kUnreachable, "this peer does not listen, so it cannot fetch from itself");
  access::Endpoint address = bound.front();
  if (address.is_unspecified()) {
    CO_TRY(address, access::Endpoint::from_ip(address.is_v6() ? "::1" : "127.0.0.1", address.port()));
  }
  // A ticket of its own, so that no use of the owner's tickets is spent.
  const IssuedTicket& ticket = shares_.issue(share, std::nullopt, std::nullopt);
  const access::ShareId id = access::share_id_of(ticket.secret);
  swarm::DownloadOrder order{
      .share = access::ShareReference::from(
          {.owner = device_.peer_id(), .secret = ticket.secret.clone(), .addresses = {address}}),
      .keep = swarm::Keep::kNothing,
      .patience = std::chrono::seconds(30)};
  swarm::Download check(services(), std::move(order));
  const auto outcome = co_await check.run();
  shares_.withdraw(id);
  if (!outcome) co_return std::unexpected(outcome.error());
  co_return Result<>{};
}

void Node::set_limits(swarm::NodeLimits limits) {
  limits_ = limits;
  gate_.set_limits(limits_);
  budget_.set_limits(limits_, clock_->steady());
}

swarm::SwarmServices Node::services() {
  return {.network = network_,
          .local = &local_,
          .threads = &threads_,
          .offload = &offload_,
          .clock = clock_,
          .meetings = &meetings_,
          .budget = &budget_,
          .onward = &onward_,
          .layers = layers_ ? &*layers_ : nullptr,
          .on_lie = on_lie_};
}

io::Awaitable<void> Node::stop() {
  for (auto& listener : listeners_) {
    listener->close();
    listener->on_refused(nullptr);
  }
  tasks_.cancel();
  co_await tasks_.join();
  co_await threads_.stop();
  offload_.join();
}

}  // namespace covey::daemon
