#pragma once
// Serving: what a simulated peer answers: the serving side of `swarm/fetch_server.cpp` without bytes, and
// what bad peers do instead. It also keeps whom it met over the share, as `swarm/meeting.hpp` does. One
// thread.

#include <map>
#include <set>

#include "sim/network.hpp"
#include "sim/rules.hpp"

namespace covey::sim {

/// What a peer has stored; it outlives its runs.
struct Storage {
  explicit Storage(std::uint32_t total) : held(total), values(total) {}
  content::PieceSet held;
  std::vector<std::uint64_t> values;
  bool list_of_files = false;
};

/// What all peers of a simulation share.
struct World {
  Timeline* timeline = nullptr;
  Network* network = nullptr;
  const Scenario* scenario = nullptr;
  const Content* content = nullptr;
  Rules* rules = nullptr;
  [[nodiscard]] SteadyTime now() const { return timeline->now(); }
};

class Serving final : public Answerer {
 public:
  Serving(World world, Peer self, const Storage& storage);

  /// From now on pieces may be asked for here: those that are offered.
  void begin() { begun_ = true; }
  void offer(const std::vector<std::uint32_t>& pieces);
  /// It ends, and forgets whom it met.
  void end();
  /// A provider's word: whether it is news.
  bool hear(const Answer::Provider& provider);
  [[nodiscard]] bool offers(std::uint32_t piece) const { return offered_.has(piece); }

  void on_accepted(Connection& connection) override;
  void on_question(Connection& connection, Question question) override;
  std::optional<Answer> next_answer(Connection& connection) override;
  void on_closed(Connection& connection) override { sessions_.erase(&connection); }

 private:
  struct Session {
    bool opened = false;
    bool list_asked = false;
    std::deque<Answer> notes;
    std::deque<Question::Range> queue;
    std::optional<Question::Range> range;  // under way
    std::set<std::uint32_t> taken_back;
    std::vector<std::uint32_t> pieces_to_tell;
    std::vector<Answer::Provider> providers_to_tell;
    bool telling = false;
    unsigned sent = 0;
  };
  void open(Connection& connection, Session& session);
  void take_back(Session& session, const std::vector<Question::Range>& ranges);
  void tell_soon(Connection& connection, Session& session);
  std::optional<Answer> next_of_range(Session& session);
  std::optional<Answer> answer_for(Session& session, std::uint32_t piece);
  [[nodiscard]] bool is(Conduct conduct) const { return member_->conduct == conduct; }

  World world_;
  Peer self_;
  const Member* member_;
  const Storage* storage_;
  content::PieceSet offered_;
  bool begun_ = false;
  std::map<Connection*, Session> sessions_;
  std::map<Peer, SteadyTime> met_;
};

}  // namespace covey::sim
