#include "sim/network.hpp"

namespace covey::sim {
namespace {

/// How long a peer waits for a connection to come about, and for any sign of life on one.
constexpr Seconds kDialPatience{10};
constexpr Seconds kSilencePatience{60};
/// Of sockets and routers, for one connection.
constexpr std::uint64_t kBuffers = 512U << 10;

}  // namespace

Network::Network(Timeline& timeline, const Scenario& scenario, std::uint64_t seed)
    : timeline_(&timeline), scenario_(&scenario), random_(seed), hosts_(scenario.members.size()) {
  for (std::size_t i = 0; i < hosts_.size(); ++i) hosts_[i].member = &scenario.members[i];
  for (const Partition& partition : scenario.partitions) {
    if (partition.until - partition.from <= kSilencePatience) continue;
    timeline.at(Timeline::from_begin(partition.from + kSilencePatience),
                [this, &partition] { cut_partitioned(partition); });
  }
}

Seconds Network::latency(Peer a, Peer b) const {
  return Seconds(hosts_[a].member->latency + hosts_[b].member->latency);
}

std::optional<SteadyTime> Network::heals_at(Peer a, Peer b) const {
  if (hosts_[a].member->region == hosts_[b].member->region) return std::nullopt;
  for (const Partition& partition : scenario_->partitions) {
    const SteadyTime until = Timeline::from_begin(partition.until);
    if (Timeline::from_begin(partition.from) <= timeline_->now() && timeline_->now() <= until)
      return until + std::chrono::nanoseconds(1);
  }
  return std::nullopt;
}

bool Network::are_separated(Peer a, Peer b) const {
  return heals_at(a, b).has_value();
}

void Network::connect(Peer from, Peer to, Asker& asker) {
  if (!is_online(to) || hosts_[to].answerer == nullptr || are_separated(from, to)) {
    // A machine that is there refuses at once, an address where nobody is swallows the attempt.
    const bool refuses = random_() % 2 == 0 && (to >= hosts_.size() || !are_separated(from, to));
    timeline_->after(refuses ? Seconds(0.1) : kDialPatience, [&asker] { asker.on_connected(nullptr); });
    return;
  }
  auto& connection = *connections_.emplace_back(std::make_unique<Connection>());
  connection.client_ = from;
  connection.server_ = to;
  connection.asker_ = &asker;
  connection.answerer_ = hosts_[to].answerer;
  // TCP, TLS and the hello: three round trips.
  timeline_->after(6 * latency(from, to), [this, &connection] { accept(connection); });
}

void Network::accept(Connection& connection) {
  if (!connection.open_) return;
  if (connection.lost_ || !is_online(connection.server_)) {
    connection.open_ = false;
    timeline_->after(kDialPatience, [&connection] { connection.asker_->on_connected(nullptr); });
    return;
  }
  plan_reset(connection);
  connection.answerer_->on_accepted(connection);
  connection.asker_->on_connected(&connection);
}

void Network::plan_reset(Connection& connection) {
  if (scenario_->resets_per_minute <= 0) return;
  std::exponential_distribution<double> life(scenario_->resets_per_minute / 60);
  const SteadyTime at = timeline_->now() + Timeline::steady(Seconds(life(random_)));
  if (at > Timeline::from_begin(scenario_->quiet)) return;
  timeline_->at(at, [this, &connection] {
    if (connection.lost_) return;
    tell_cut(connection, Seconds(0));
  });
}

void Network::ask(Connection& connection, Question question) {
  if (!connection.open_ || connection.lost_) return;
  timeline_->after(latency(connection.client_, connection.server_),
                   [this, &connection, question = std::move(question)]() mutable {
                     deliver(connection, std::move(question));
                   });
}

void Network::deliver(Connection& connection, Question question) {
  if (!connection.open_ || connection.lost_) return;
  if (const auto heals = heals_at(connection.client_, connection.server_)) {
    timeline_->at(*heals, [this, &connection, question = std::move(question)]() mutable {
      deliver(connection, std::move(question));
    });
    return;
  }
  connection.answerer_->on_question(connection, std::move(question));
}

void Network::ready(Connection& connection) {
  if (!connection.open_ || connection.lost_ || connection.queued_) return;
  connection.queued_ = true;
  Host& host = hosts_[connection.server_];
  host.turns.push_back(&connection);
  if (!host.sending) send_next(connection.server_);
}

/// What a connection may have on its way: what fits into buffers, and what the path itself holds.
std::uint64_t Network::room(const Connection& connection) const {
  const double rate =
      std::min(hosts_[connection.server_].member->up, hosts_[connection.client_].member->down);
  const Seconds round_trip = 2 * latency(connection.client_, connection.server_);
  return kBuffers + static_cast<std::uint64_t>(rate * round_trip.count());
}

void Network::send_next(Peer from) {
  Host& host = hosts_[from];
  host.sending = false;
  while (!host.turns.empty()) {
    Connection& connection = *host.turns.front();
    host.turns.pop_front();
    connection.queued_ = false;
    if (!connection.open_ || connection.lost_) continue;
    connection.full_ = connection.in_flight_ >= room(connection);
    if (connection.full_) continue;
    auto answer = connection.answerer_->next_answer(connection);
    if (!answer) continue;
    host.sending = true;
    connection.queued_ = true;
    host.turns.push_back(&connection);
    send(connection, std::move(*answer));
    return;
  }
}

void Network::send(Connection& connection, Answer answer) {
  connection.in_flight_ += answer.bytes;
  const Seconds takes(static_cast<double>(answer.bytes) / hosts_[connection.server_].member->up);
  timeline_->after(takes, [this, &connection, answer = std::move(answer)]() mutable {
    Host& to = hosts_[connection.client_];
    const SteadyTime first =
        timeline_->now() + Timeline::steady(latency(connection.client_, connection.server_));
    const Seconds receiving(static_cast<double>(answer.bytes) / to.member->down);
    to.receiving_until = std::max(first, to.receiving_until + Timeline::steady(receiving));
    const Peer sender = connection.server_;
    timeline_->at(to.receiving_until, [this, &connection, answer = std::move(answer)]() mutable {
      arrive(connection, std::move(answer));
    });
    send_next(sender);
  });
}

void Network::arrive(Connection& connection, Answer answer) {
  if (!connection.open_ || connection.lost_) return;
  if (const auto heals = heals_at(connection.client_, connection.server_)) {
    timeline_->at(*heals, [this, &connection, answer = std::move(answer)]() mutable {
      arrive(connection, std::move(answer));
    });
    return;
  }
  connection.in_flight_ -= answer.bytes;
  if (std::exchange(connection.full_, false)) ready(connection);
  connection.asker_->on_answer(std::move(answer));
}

void Network::close(Connection& connection) {
  if (!connection.open_) return;
  connection.open_ = false;
  // What is still on its way from the other side is lost; it hears of the end a little later.
  timeline_->after(latency(connection.client_, connection.server_),
                   [&connection] { connection.answerer_->on_closed(connection); });
}

void Network::tell_cut(Connection& connection, Seconds after) {
  if (!connection.open_ || (connection.lost_ && after == Seconds(0))) return;
  connection.lost_ = true;
  connection.answerer_->on_closed(connection);
  timeline_->after(after, [&connection] {
    if (!std::exchange(connection.open_, false)) return;
    connection.asker_->on_cut();
  });
}

void Network::take_away(Peer host, bool silent) {
  hosts_[host].online = false;
  for (const auto& connection : connections_) {
    if (!connection->open_ || connection->lost_) continue;
    if (connection->server_ == host) tell_cut(*connection, silent ? kSilencePatience : Seconds(0.05));
    if (connection->client_ == host) {
      connection->open_ = false;
      connection->answerer_->on_closed(*connection);
    }
  }
}

void Network::cut_partitioned(const Partition& partition) {
  if (timeline_->now() > Timeline::from_begin(partition.until)) return;
  for (const auto& connection : connections_) {
    const bool across =
        hosts_[connection->client_].member->region != hosts_[connection->server_].member->region;
    if (across && connection->open_ && !connection->lost_) tell_cut(*connection, Seconds(0.001));
  }
}

}  // namespace covey::sim
