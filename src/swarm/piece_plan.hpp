#pragma once
// PiecePlan: which pieces of a download are asked of whom, and when a second one is asked for the same.
//
// While all sources hold everything, pieces go out in the manifest's order from a random place on, so that
// files fill up forwards and two downloaders do not ask for the same; as soon as a source holds only some,
// the rarest first. A lane that ends gives back what it had not delivered. Pieces of a file with several of
// them can be verified only with its piece layer: the first lane that touches the file fetches it, the others
// take other files meanwhile. When nothing is left to hand out, what is expected latest is asked of one more
// source. Pure decisions, all time and chance from outside; on the network thread.

#include <deque>
#include <optional>
#include <random>
#include <unordered_map>

#include "base/clock.hpp"
#include "content/piece_numbers.hpp"
#include "content/selection.hpp"
#include "swarm/batch.hpp"

namespace covey::swarm {

/// Which pieces come first.
enum class PieceOrder : std::uint8_t { kRarestFirst, kSequential };
enum class Holds : std::uint8_t { kEverything, kSome };

/// What a lane asks for when it asks for work.
struct Claim {
  LaneId lane;
  SourceId source;
  std::uint64_t bytes = 0;  // about as much, and at least one piece
  double rate = 0;          // bytes a second that come over it, as far as known
};

class PiecePlan {
 public:
  /// All wanted pieces that are not in `held`. The manifest outlives the plan.
  PiecePlan(const content::Manifest& manifest, const content::Selection& wanted,
            const content::PieceSet& held, PieceOrder order, std::uint64_t seed);

  void set_order(PieceOrder order) { order_ = order; }
  /// These pieces before all others from now on, in their order: somebody waits to read them.
  void prefer(std::uint32_t first, std::uint32_t count);

  void add_source(SourceId source, Holds holds);
  /// What a source says it has got; numbers that do not exist are ignored.
  void add_holdings(SourceId source, std::span<const std::uint32_t> numbers);
  void remove_source(SourceId source);
  /// Pieces that a source holds; all of them for one that holds everything.
  [[nodiscard]] std::uint32_t holdings(SourceId source) const;
  /// Whether a source holds anything that is still missing here.
  [[nodiscard]] bool is_useful(SourceId source) const;
  /// The least number of sources that hold a piece which is still missing.
  [[nodiscard]] std::uint32_t rarest() const;

  /// How many sources hold everything, and beside them each piece; empty where none holds only some.
  [[nodiscard]] std::uint32_t whole_sources() const {
    return static_cast<std::uint32_t>(sources_.size()) - partial_sources_;
  }
  [[nodiscard]] const std::vector<std::uint16_t>& availability() const { return availability_; }

  /// The next pieces for a lane. Nothing when there is none for it now.
  std::optional<Batch> next(const Claim& claim, SteadyTime now);
  /// A lane has fetched and verified a file's layer.
  void set_layer(content::FileIndex file, Layer layer);
  struct Elsewhere {
    LaneId lane;
    std::uint32_t piece = 0;
  };
  /// A lane has delivered a piece, verified and stored. The lanes that need not deliver it any more.
  std::vector<Elsewhere> arrived(LaneId lane, std::uint32_t piece, SteadyTime now);
  /// A lane has ended: what it was asked for and did not deliver is free again; so many bytes.
  std::uint64_t give_back(LaneId lane);

  [[nodiscard]] bool done() const { return missing_.count() == 0; }
  /// Bytes not yet handed out.
  [[nodiscard]] std::uint64_t free_bytes() const { return free_bytes_; }
  [[nodiscard]] const content::PieceNumbers& numbers() const { return numbers_; }

 private:
  struct Source {
    Holds holds = Holds::kSome;
    content::PieceSet held;  // of one that holds some
  };
  struct LayerState {
    Layer layer;                // null until verified
    std::vector<LaneId> asked;  // who fetch it; the others wait for the last of them
    SteadyTime since;
  };
  struct Asked {
    std::uint32_t piece = 0;
    SteadyTime since;
  };
  struct Lane {
    SourceId source;
    double rate = 0;
    std::deque<Asked> asked;  // in the order of asking
    SteadyTime last_word{};   // when a piece came last, or was first asked for again
  };
  struct Run {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };

  [[nodiscard]] std::uint32_t length(std::uint32_t piece) const;
  [[nodiscard]] std::uint64_t word(const Source& source, std::size_t at) const;
  [[nodiscard]] std::optional<std::uint32_t> next_free(const Source& source, std::uint32_t from) const;
  /// Where the pieces begin that may be asked for: at `from`, or beyond files whose layer somebody else
  /// fetches.
  [[nodiscard]] std::optional<std::uint32_t> next_open(const Source& source, LaneId lane, std::uint32_t from,
                                                       SteadyTime now) const;
  [[nodiscard]] bool is_blocked(content::FileIndex file, LaneId lane, SteadyTime now) const;
  /// The sources beside those that hold everything.
  [[nodiscard]] std::uint32_t availability(std::uint32_t piece) const {
    return availability_.empty() ? 0 : availability_[piece];
  }
  std::optional<Run> choose(const Source& source, const Claim& claim, std::uint64_t bytes, SteadyTime now);
  [[nodiscard]] std::optional<Run> choose_in_order(const Source& source, const Claim& claim,
                                                   std::uint32_t from, std::uint64_t bytes,
                                                   SteadyTime now) const;
  std::optional<Run> choose_rarest(const Source& source, const Claim& claim, std::uint64_t bytes,
                                   SteadyTime now);
  [[nodiscard]] double expected_in(const Lane& lane, double ahead, SteadyTime now) const;
  std::optional<std::uint32_t> choose_late(const Source& source, const Claim& claim, SteadyTime now) const;
  void hand_out(Batch& batch, Lane& lane, const Claim& claim, Run run, SteadyTime now);
  void attach_layer(Batch& batch, content::FileIndex file, LaneId lane, SteadyTime now);
  void set_free(std::uint32_t piece);
  void set_taken(std::uint32_t piece);

  const content::Manifest* manifest_;
  content::PieceNumbers numbers_;
  PieceOrder order_;
  std::minstd_rand random_;
  content::PieceSet missing_;
  content::PieceSet free_;  // missing, and asked of nobody
  std::uint64_t free_bytes_ = 0;
  std::uint32_t cursor_ = 0;  // where handing out in order goes on
  Run preferred_;
  std::unordered_map<SourceId, Source> sources_;
  std::uint32_t partial_sources_ = 0;
  std::vector<std::uint16_t> availability_;  // by piece; empty while every source holds everything
  std::unordered_map<LaneId, Lane> lanes_;
  std::unordered_map<std::uint32_t, std::uint8_t> askers_;  // of pieces that were asked for
  std::unordered_map<content::FileIndex, LayerState> layers_;
};

}  // namespace covey::swarm
