#pragma once
// Network: hosts with a speed up and a speed down, and connections between them that keep the order of what
// they carry. A connection can be cut, fall silent, or cross a partition and be held up until it heals. What
// a host sends is asked of it one message at a time, each connection in its turn, as sockets do. One thread.

#include <deque>
#include <memory>
#include <optional>
#include <random>

#include "sim/scenario.hpp"

namespace covey::sim {

/// What a serving peer says.
struct Answer {
  enum class Kind : std::uint8_t { kOpened, kRefused, kManifest, kLayer, kPiece, kHave, kProviders };
  /// A peer's word that it serves, and when it said so.
  struct Provider {
    Peer peer = 0;
    SteadyTime issued_at;
  };
  Kind kind = Kind::kPiece;
  std::uint32_t number = 0;  // of the piece, or the file of a layer
  std::uint64_t value = 0;   // of the piece; 0 for a wrong layer
  bool partial = false;
  std::vector<std::uint32_t> pieces;
  std::vector<Provider> providers;
  std::uint64_t bytes = 100;
};

/// What a fetching peer says.
struct Question {
  enum class Kind : std::uint8_t { kOpen, kManifest, kFetch, kCancel, kIntroduce, kFinished };
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t file = 0;
    bool layer = false;
  };
  Kind kind = Kind::kOpen;
  std::vector<Range> ranges;
  Answer::Provider provider;
};

class Connection;

/// Whoever fetches over a connection.
class Asker {
 public:
  virtual ~Asker() = default;
  virtual void on_connected(Connection* connection) = 0;  // null: nobody answers
  virtual void on_answer(Answer answer) = 0;
  virtual void on_cut() = 0;
};

/// Whoever serves at a host.
class Answerer {
 public:
  virtual ~Answerer() = default;
  virtual void on_accepted(Connection& connection) = 0;
  virtual void on_question(Connection& connection, Question question) = 0;
  virtual std::optional<Answer> next_answer(Connection& connection) = 0;
  virtual void on_closed(Connection& connection) = 0;
};

class Connection {
 public:
  [[nodiscard]] Peer client() const { return client_; }
  [[nodiscard]] Peer server() const { return server_; }
  [[nodiscard]] bool is_open() const { return open_; }

 private:
  friend class Network;
  Peer client_ = 0;
  Peer server_ = 0;
  Asker* asker_ = nullptr;
  Answerer* answerer_ = nullptr;
  bool open_ = true;
  bool lost_ = false;    // the server is gone without a word
  bool queued_ = false;  // waits for its turn at the server's uplink
  bool full_ = false;    // no more is sent until something has arrived
  std::uint64_t in_flight_ = 0;
};

class Network {
 public:
  Network(Timeline& timeline, const Scenario& scenario, std::uint64_t seed);

  void serve(Peer at, Answerer* answerer) { hosts_.at(at).answerer = answerer; }
  /// Dials; the asker hears of it.
  void connect(Peer from, Peer to, Asker& asker);
  void ask(Connection& connection, Question question);
  /// There is something to send.
  void ready(Connection& connection);
  /// Both sides hear of it, the one that closes at once.
  void close(Connection& connection);
  /// A host goes, with all its connections: the others hear of it at once, or by their own patience.
  void take_away(Peer host, bool silent);
  void bring_back(Peer host) { hosts_.at(host).online = true; }
  [[nodiscard]] bool is_online(Peer host) const { return host < hosts_.size() && hosts_[host].online; }
  [[nodiscard]] bool are_separated(Peer a, Peer b) const;

 private:
  struct Host {
    const Member* member = nullptr;
    Answerer* answerer = nullptr;
    bool online = false;
    bool sending = false;
    SteadyTime receiving_until{};
    std::deque<Connection*> turns;
  };
  [[nodiscard]] Seconds latency(Peer a, Peer b) const;
  [[nodiscard]] std::optional<SteadyTime> heals_at(Peer a, Peer b) const;
  [[nodiscard]] std::uint64_t room(const Connection& connection) const;
  void send_next(Peer from);
  void send(Connection& connection, Answer answer);
  void arrive(Connection& connection, Answer answer);
  void deliver(Connection& connection, Question question);
  void accept(Connection& connection);
  void plan_reset(Connection& connection);
  void cut_partitioned(const Partition& partition);
  void tell_cut(Connection& connection, Seconds after);

  Timeline* timeline_;
  const Scenario* scenario_;
  std::mt19937_64 random_;
  std::vector<Host> hosts_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace covey::sim
