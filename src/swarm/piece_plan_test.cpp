#include "swarm/piece_plan.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace covey::swarm {
namespace {

using content::FileIndex;
using content::PieceIndex;
using content::PieceRef;

constexpr std::uint64_t kPiece = content::kMinPieceSize;

content::Manifest manifest_of(const std::vector<std::uint64_t>& sizes) {
  std::vector<content::ManifestEntry> entries;
  entries.push_back({.path = *content::RelativePath::parse("empty folder"),
                     .kind = content::EntryKind::kDirectory,
                     .id = {}});
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto id = sizes[i] == 0 ? content::hash_whole({}) : content::hash_whole(as_bytes("some content"));
    entries.push_back(
        {.path = *content::RelativePath::parse(fmt::format("file {:05}", i)), .size = sizes[i], .id = id});
  }
  return *content::Manifest::build(std::move(entries));
}

Layer some_layer(const content::PieceGeometry& geometry) {
  return std::make_shared<const content::PieceLayer>(
      *content::PieceLayer::computed(geometry, std::vector<content::ChainingValue>(geometry.piece_count())));
}

/// "1:0-3 2:0-0": file, first piece, last piece.
std::string text_of(const std::optional<Batch>& batch) {
  if (!batch) return "nothing";
  std::string out;
  for (const auto& range : batch->ranges) {
    out += fmt::format("{}{}:{}-{}", out.empty() ? "" : " ", range.file.value(), range.first.value(),
                       range.first.value() + range.count - 1);
  }
  return out;
}

constexpr SourceId kSeed{0};  // holds everything

/// A plan over files of these sizes; file i of the sizes has index i + 1, after an empty folder. Its order is
/// that of the manifest unless a test wants another.
struct Plan {
  explicit Plan(const std::vector<std::uint64_t>& sizes, const std::vector<PieceRef>& held = {},
                const std::vector<std::string>& select = {}, PieceOrder order = PieceOrder::kSequential,
                std::uint64_t seed = 1)
      : manifest(manifest_of(sizes)), wanted(*content::Selection::matching(manifest, select)) {
    const content::PieceNumbers numbers(manifest);
    content::PieceSet there(numbers.total());
    for (const auto& piece : held) there.insert(numbers.number(piece));
    plan.emplace(manifest, wanted, there, order, seed);
    plan->add_source(kSeed, Holds::kEverything);
  }
  void arrive(std::uint32_t lane, std::uint32_t file, std::uint32_t piece) {
    elsewhere = plan->arrived(LaneId(lane), number(file, piece), now);
  }
  [[nodiscard]] std::uint32_t number(std::uint32_t file, std::uint32_t piece) const {
    return plan->numbers().number({.file = FileIndex(file), .piece = PieceIndex(piece)});
  }
  std::optional<Batch> next(std::uint32_t lane, std::uint64_t bytes, SourceId source = kSeed,
                            double rate = 0) {
    return plan->next({.lane = LaneId(lane), .source = source, .bytes = bytes, .rate = rate}, now);
  }
  void set_layer(std::uint32_t file) {
    plan->set_layer(FileIndex(file), some_layer(manifest.geometry(FileIndex(file))));
  }
  void add_partial(std::uint32_t source, std::vector<std::uint32_t> pieces) {
    plan->add_source(SourceId(source), Holds::kSome);
    plan->add_holdings(SourceId(source), pieces);
  }

  content::Manifest manifest;
  content::Selection wanted;
  std::optional<PiecePlan> plan;
  SteadyTime now{};
  std::vector<PiecePlan::Elsewhere> elsewhere;
};

PieceRef ref(std::uint32_t file, std::uint32_t piece) {
  return {.file = FileIndex(file), .piece = PieceIndex(piece)};
}

TEST(PiecePlan, hands_out_pieces_in_the_order_of_the_manifest) {
  Plan p({3 * kPiece, 10, 2 * kPiece});
  EXPECT_EQ(p.plan->free_bytes(), 5 * kPiece + 10);
  EXPECT_EQ(text_of(p.next(1, 2 * kPiece)), "1:0-1");
  EXPECT_EQ(text_of(p.next(1, 2 * kPiece)), "1:2-2 2:0-0 3:0-0");
  EXPECT_EQ(p.plan->free_bytes(), kPiece);
  EXPECT_EQ(text_of(p.next(1, 2 * kPiece)), "3:1-1");
  EXPECT_EQ(text_of(p.next(1, 2 * kPiece)), "nothing");
  EXPECT_EQ(p.plan->free_bytes(), 0U);
}

TEST(PiecePlan, does_not_begin_a_file_while_the_one_before_has_pieces_left) {
  Plan p({10 * kPiece, 10 * kPiece});
  EXPECT_EQ(text_of(p.next(1, 2 * kPiece + kPiece / 2)), "1:0-2");
  EXPECT_EQ(text_of(p.next(1, kPiece + 1)), "1:3-4");
}

TEST(PiecePlan, gives_at_least_one_piece_and_about_what_was_asked) {
  Plan p({4 * kPiece});
  const auto least = p.next(1, 1);
  ASSERT_TRUE(least);
  EXPECT_EQ(text_of(least), "1:0-0");
  EXPECT_EQ(least->bytes, kPiece);
  const auto rest = p.next(1, 100 * kPiece);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->bytes, 3 * kPiece);
}

TEST(PiecePlan, counts_the_short_last_piece_as_it_is) {
  Plan p({kPiece + 7});
  const auto all = p.next(1, 10 * kPiece);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->bytes, kPiece + 7);
}

TEST(PiecePlan, bounds_the_ranges_of_a_batch) {
  Plan p(std::vector<std::uint64_t>(3000, 5));
  std::size_t files = 0;
  while (const auto batch = p.next(1, 1U << 30)) {
    EXPECT_LE(batch->ranges.size(), 1024U);
    files += batch->ranges.size();
  }
  EXPECT_EQ(files, 3000U);
}

TEST(PiecePlan, never_asks_for_empty_or_unwanted_files_or_what_is_there) {
  Plan p({0, kPiece, kPiece, 4 * kPiece}, {ref(4, 1), ref(4, 2)}, {"file 0000[023]"});
  EXPECT_EQ(text_of(p.next(1, 100 * kPiece)), "3:0-0 4:0-0 4:3-3");
  EXPECT_EQ(text_of(p.next(1, 1)), "nothing");
}

TEST(PiecePlan, with_everything_there_it_has_nothing_to_do) {
  Plan p({0, kPiece}, {ref(2, 0)});
  EXPECT_EQ(p.plan->free_bytes(), 0U);
  EXPECT_EQ(text_of(p.next(1, 1)), "nothing");
}

TEST(PiecePlan, asks_for_a_layer_once_and_others_take_other_files_meanwhile) {
  Plan p({4 * kPiece, 4 * kPiece, 9});
  const auto first = p.next(1, kPiece);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->layers_wanted, std::vector{FileIndex(1)});
  const auto same_lane = p.next(1, kPiece);
  ASSERT_TRUE(same_lane);
  EXPECT_EQ(text_of(same_lane), "1:1-1");
  EXPECT_TRUE(same_lane->layers_wanted.empty());

  const auto other = p.next(2, kPiece);
  ASSERT_TRUE(other);
  EXPECT_EQ(text_of(other), "2:0-0");
  EXPECT_EQ(other->layers_wanted, std::vector{FileIndex(2)});
  EXPECT_EQ(text_of(p.next(3, kPiece)), "3:0-0") << "both large files are blocked for a third lane";
  EXPECT_EQ(text_of(p.next(3, kPiece)), "nothing");

  p.set_layer(1);
  const auto unblocked = p.next(3, kPiece);
  ASSERT_TRUE(unblocked);
  EXPECT_EQ(text_of(unblocked), "1:2-2");
  EXPECT_TRUE(unblocked->layers_wanted.empty());
  EXPECT_TRUE(unblocked->layers.contains(FileIndex(1))) << "the layer comes with its pieces";
}

TEST(PiecePlan, wants_no_layer_for_a_file_of_one_piece) {
  Plan p({kPiece});
  const auto batch = p.next(1, kPiece);
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->layers_wanted.empty());
  EXPECT_TRUE(batch->layers.empty());
}

TEST(PiecePlan, gives_back_exactly_what_is_missing) {
  Plan p({6 * kPiece});
  ASSERT_EQ(text_of(p.next(1, 5 * kPiece)), "1:0-4");
  p.set_layer(1);
  p.arrive(1, 1, 0);
  p.arrive(1, 1, 2);
  p.plan->give_back(LaneId(1));
  EXPECT_EQ(p.plan->free_bytes(), 4 * kPiece);
  EXPECT_EQ(text_of(p.next(2, 100 * kPiece)), "1:1-1 1:3-5");
}

TEST(PiecePlan, what_was_given_back_is_wanted_first) {
  Plan p(std::vector<std::uint64_t>(6, kPiece));
  ASSERT_EQ(text_of(p.next(1, 2 * kPiece)), "1:0-0 2:0-0");
  ASSERT_EQ(text_of(p.next(2, kPiece)), "3:0-0");
  p.plan->give_back(LaneId(1));
  EXPECT_EQ(text_of(p.next(2, 3 * kPiece)), "1:0-0 2:0-0 4:0-0");
}

TEST(PiecePlan, a_layer_that_never_came_is_asked_for_again) {
  Plan p({4 * kPiece});
  ASSERT_EQ(text_of(p.next(1, kPiece)), "1:0-0");
  ASSERT_EQ(text_of(p.next(2, kPiece)), "nothing");
  p.plan->give_back(LaneId(1));
  const auto again = p.next(2, kPiece);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->layers_wanted, std::vector{FileIndex(1)});
}

TEST(PiecePlan, giving_back_twice_or_for_a_stranger_changes_nothing) {
  Plan p({2 * kPiece});
  ASSERT_TRUE(p.next(1, kPiece));
  p.plan->give_back(LaneId(9));
  EXPECT_EQ(p.plan->free_bytes(), kPiece);
  p.plan->give_back(LaneId(1));
  p.plan->give_back(LaneId(1));
  EXPECT_EQ(p.plan->free_bytes(), 2 * kPiece);
}

TEST(PiecePlan, in_order_from_a_random_place_every_piece_comes_once) {
  std::set<std::string> beginnings;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Plan p(std::vector<std::uint64_t>(64, kPiece), {}, {}, PieceOrder::kRarestFirst, seed);
    beginnings.insert(text_of(p.next(1, kPiece)));
    std::uint64_t bytes = kPiece;
    while (const auto batch = p.next(1, 5 * kPiece)) bytes += batch->bytes;
    EXPECT_EQ(bytes, 64 * kPiece);
  }
  EXPECT_GT(beginnings.size(), 10U) << "two downloaders would ask for the same";
}

TEST(PiecePlan, prefers_the_rarest_piece) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Plan p(std::vector<std::uint64_t>(8, kPiece), {}, {}, PieceOrder::kRarestFirst, seed);
    p.add_partial(1, {0, 1, 2, 3, 4, 6, 7});
    p.add_partial(2, {0, 1, 2, 4, 7});
    EXPECT_EQ(p.plan->rarest(), 1U);
    EXPECT_EQ(text_of(p.next(1, 1)), "6:0-0") << "seed " << seed;
    const std::string then = text_of(p.next(1, 1));
    EXPECT_TRUE(then == "4:0-0" || then == "7:0-0") << then << ", seed " << seed;
  }
}

TEST(PiecePlan, asks_a_source_only_for_what_it_holds) {
  Plan p(std::vector<std::uint64_t>(6, kPiece), {}, {}, PieceOrder::kRarestFirst);
  p.add_partial(1, {2, 4});
  EXPECT_TRUE(p.plan->is_useful(SourceId(1)));
  std::string both = text_of(p.next(7, 100 * kPiece, SourceId(1)));
  EXPECT_TRUE(both == "3:0-0 5:0-0" || both == "5:0-0 3:0-0") << both;
  EXPECT_EQ(text_of(p.next(7, 1, SourceId(1))), "nothing");
  const std::vector<std::uint32_t> more{5, 99, 5};
  p.plan->add_holdings(SourceId(1), more);
  EXPECT_EQ(p.plan->holdings(SourceId(1)), 3U);
  EXPECT_EQ(text_of(p.next(7, 1, SourceId(1))), "6:0-0");
}

TEST(PiecePlan, a_source_that_leaves_makes_its_pieces_rarer) {
  Plan p(std::vector<std::uint64_t>(3, kPiece), {}, {}, PieceOrder::kRarestFirst);
  p.add_partial(1, {0, 1, 2});
  p.add_partial(2, {0, 1, 2});
  EXPECT_EQ(p.plan->rarest(), 3U);
  p.plan->remove_source(SourceId(2));
  EXPECT_EQ(p.plan->rarest(), 2U);
  p.plan->remove_source(SourceId(1));
  EXPECT_EQ(p.plan->rarest(), 1U);
  p.plan->remove_source(kSeed);
  EXPECT_EQ(p.plan->rarest(), 0U);
  EXPECT_FALSE(p.plan->is_useful(kSeed));
}

TEST(PiecePlan, sequential_order_holds_with_partial_sources_too) {
  Plan p(std::vector<std::uint64_t>(6, kPiece));
  p.add_partial(1, {1, 3, 5});
  EXPECT_EQ(text_of(p.next(7, 1, SourceId(1))), "2:0-0");
  EXPECT_EQ(text_of(p.next(1, 2 * kPiece)), "1:0-0 3:0-0");
}

TEST(PiecePlan, what_somebody_waits_to_read_comes_first) {
  Plan p(std::vector<std::uint64_t>(10, kPiece), {}, {}, PieceOrder::kRarestFirst);
  p.plan->prefer(6, 2);
  EXPECT_EQ(text_of(p.next(1, 2 * kPiece)), "7:0-0 8:0-0");
}

TEST(PiecePlan, what_is_expected_late_is_asked_of_one_more_source_and_taken_back_there) {
  Plan p(std::vector<std::uint64_t>(3, kPiece));
  p.add_partial(1, {0, 1, 2});
  p.add_partial(2, {0, 1, 2});
  ASSERT_EQ(text_of(p.next(1, 100 * kPiece, kSeed, 1000.0)), "1:0-0 2:0-0 3:0-0");
  EXPECT_EQ(text_of(p.next(2, kPiece, SourceId(1), 1e6)), "nothing") << "just asked for";
  p.now += std::chrono::seconds(1);
  EXPECT_EQ(text_of(p.next(2, kPiece, SourceId(1), 1e6)), "3:0-0")
      << "the last in the queue is expected last";
  EXPECT_EQ(text_of(p.next(3, kPiece, SourceId(2), 1e6)), "2:0-0") << "nobody is the third to be asked";
  EXPECT_EQ(text_of(p.next(4, kPiece, kSeed, 1e6)), "nothing") << "not of the same source";
  p.arrive(2, 3, 0);
  ASSERT_EQ(p.elsewhere.size(), 1U);
  EXPECT_EQ(p.elsewhere.front().lane, LaneId(1));
  EXPECT_EQ(p.elsewhere.front().piece, 2U);
  p.arrive(1, 3, 0);
  EXPECT_TRUE(p.elsewhere.empty()) << "it came twice after all";
}

TEST(PiecePlan, two_equal_sources_share_the_rest_instead_of_asking_for_all_of_it_twice) {
  Plan p(std::vector<std::uint64_t>(20, kPiece));
  p.add_partial(1, [] {
    std::vector<std::uint32_t> all(20);
    for (std::uint32_t i = 0; i < 20; ++i) all[i] = i;
    return all;
  }());
  const double rate = 10.0 * kPiece;
  ASSERT_TRUE(p.next(1, 100 * kPiece, kSeed, rate));
  p.now += std::chrono::milliseconds(250);
  std::size_t twice = 0;
  while (p.next(2, kPiece, SourceId(1), rate)) ++twice;
  EXPECT_GE(twice, 3U);
  EXPECT_LE(twice, 10U) << "what this one would bring later than the other is left to the other";
}

TEST(PiecePlan, a_lane_that_has_fallen_silent_is_helped_however_fast_it_was) {
  Plan p(std::vector<std::uint64_t>(2, kPiece));
  p.add_partial(1, {0, 1});
  ASSERT_EQ(text_of(p.next(1, 100 * kPiece, kSeed, 1e9)), "1:0-0 2:0-0");
  p.arrive(1, 1, 0);
  p.now += std::chrono::milliseconds(300);
  EXPECT_EQ(text_of(p.next(2, kPiece, SourceId(1), 1e7)), "nothing") << "senders with a limit pause";
  p.now += std::chrono::seconds(1);
  EXPECT_EQ(text_of(p.next(2, kPiece, SourceId(1), 1e7)), "2:0-0");
}

TEST(PiecePlan, a_quick_source_is_not_helped) {
  Plan p(std::vector<std::uint64_t>(3, kPiece));
  p.add_partial(1, {0, 1, 2});
  ASSERT_TRUE(p.next(1, 100 * kPiece, kSeed, 1e9));
  p.now += std::chrono::milliseconds(250);
  EXPECT_EQ(text_of(p.next(2, kPiece, SourceId(1), 1e6)), "nothing");
}

/// Lanes that come, claim, deliver some of it in order, and go, against the plain truth of who holds what.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed)
      : random_(seed), plan_(sizes(), {}, {}, PieceOrder::kRarestFirst, seed) {
    for (std::uint32_t i = 0; i < plan_.manifest.entry_count(); ++i)
      total_ += plan_.manifest.entry(FileIndex(i)).size;
  }

  void run() {
    for (int step = 0; step < 20'000 && delivered_ < total_; ++step) {
      const auto lane = static_cast<std::uint32_t>(random_() % 4);
      switch (random_() % 8) {
        case 0:
          end_lane(lane);
          break;
        case 1:
        case 2:
          claim(lane);
          break;
        default:
          deliver(lane);
      }
      ASSERT_EQ(plan_.plan->free_bytes(), total_ - delivered_ - outstanding_);
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_EQ(delivered_, total_) << "some pieces were never handed out";
  }

 private:
  struct Lane {
    std::deque<PieceRef> asked;      // in the order of delivery
    std::set<FileIndex> may_verify;  // layers it has or fetches
    std::set<FileIndex> fetches;     // layers that are still on their way to it
  };

  std::vector<std::uint64_t> sizes() {
    std::vector<std::uint64_t> out(1 + random_() % 12);
    for (auto& size : out) {
      size = random_() % 4 == 0 ? random_() % 3 * 7 : random_() % (6 * kPiece);
    }
    out.push_back(3 * kPiece);
    return out;
  }
  [[nodiscard]] std::uint64_t length(const PieceRef& piece) const {
    return plan_.manifest.geometry(piece.file).length(piece.piece);
  }

  void claim(std::uint32_t id) {
    const auto batch = plan_.next(id, 1 + random_() % (4 * kPiece));
    if (!batch) return;
    Lane& lane = lanes_[id];
    for (const auto& [file, layer] : batch->layers) {
      EXPECT_TRUE(layers_.contains(file)) << "a layer that nobody has fetched";
      lane.may_verify.insert(file);
    }
    for (const FileIndex file : batch->layers_wanted) {
      EXPECT_FALSE(layers_.contains(file)) << "a known layer asked for again";
      for (const auto& [other, state] : lanes_) EXPECT_FALSE(state.fetches.contains(file)) << "asked twice";
      lane.fetches.insert(file);
      lane.may_verify.insert(file);
    }
    std::uint64_t bytes = 0;
    for (const auto& range : batch->ranges) {
      for (std::uint32_t i = 0; i < range.count; ++i) {
        const PieceRef piece{.file = range.file, .piece = range.first.plus(i)};
        EXPECT_TRUE(taken_.insert(piece).second) << "handed out while somebody has it or fetches it";
        EXPECT_TRUE(plan_.manifest.geometry(piece.file).one_piece() || lane.may_verify.contains(piece.file))
            << "a piece for a lane that cannot verify it";
        lane.asked.push_back(piece);
        bytes += length(piece);
      }
    }
    EXPECT_EQ(bytes, batch->bytes);
    outstanding_ += bytes;
  }

  void deliver(std::uint32_t id) {
    Lane& lane = lanes_[id];
    if (lane.asked.empty()) return;
    const PieceRef piece = lane.asked.front();
    lane.asked.pop_front();
    // Layers travel before their pieces.
    if (lane.fetches.erase(piece.file) > 0) {
      layers_.insert(piece.file);
      plan_.set_layer(piece.file.value());
    }
    plan_.arrive(id, piece.file.value(), piece.piece.value());
    outstanding_ -= length(piece);
    delivered_ += length(piece);
  }

  void end_lane(std::uint32_t id) {
    for (const PieceRef& piece : lanes_[id].asked) {
      taken_.erase(piece);
      outstanding_ -= length(piece);
    }
    lanes_.erase(id);
    plan_.plan->give_back(LaneId(id));
  }

  std::mt19937_64 random_;
  Plan plan_;
  std::map<std::uint32_t, Lane> lanes_;
  std::set<PieceRef> taken_;
  std::set<FileIndex> layers_;
  std::uint64_t total_ = 0;
  std::uint64_t outstanding_ = 0;
  std::uint64_t delivered_ = 0;
};

TEST(PiecePlan, hands_out_every_piece_exactly_once_unless_it_was_given_back) {
  const std::uint64_t base = std::random_device{}();
  for (std::uint64_t seed = base; seed < base + 150; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Simulation(seed).run();
    if (HasFailure()) return;
  }
}

TEST(PiecePlan, asks_a_lane_only_once_for_a_layer_that_several_lanes_fetch) {
  Plan p({8 * kPiece});
  EXPECT_EQ(p.next(1, kPiece)->layers_wanted.size(), 1U);
  p.now += std::chrono::seconds(3);  // it does not come, and another lane fetches it too
  EXPECT_EQ(p.next(2, kPiece)->layers_wanted.size(), 1U);
  EXPECT_TRUE(p.next(1, kPiece)->layers_wanted.empty());
  EXPECT_EQ(text_of(p.next(3, kPiece)), "nothing");
  p.plan->give_back(LaneId(2));
  EXPECT_EQ(text_of(p.next(3, kPiece)), "nothing");
  p.plan->give_back(LaneId(1));
  EXPECT_EQ(p.next(3, kPiece)->layers_wanted.size(), 1U);
}

TEST(PiecePlan, takes_from_a_slow_lane_what_is_furthest_from_coming) {
  Plan p({kPiece, kPiece, kPiece});
  p.add_partial(1, {0, 1, 2});
  ASSERT_EQ(text_of(p.next(1, 3 * kPiece)), "1:0-0 2:0-0 3:0-0");
  p.now += std::chrono::seconds(5);  // nothing has come, so that nothing is known of its speed
  EXPECT_EQ(text_of(p.next(2, 1, SourceId(1), kPiece)), "3:0-0");
}

TEST(PiecePlan, counts_what_a_lane_waits_for_before_it_takes_over_more) {
  Plan p({kPiece, kPiece, kPiece});
  p.add_partial(1, {0, 1, 2});
  ASSERT_EQ(text_of(p.next(1, 3 * kPiece, kSeed, kPiece)), "1:0-0 2:0-0 3:0-0");
  p.now += std::chrono::seconds(1);  // it brings a piece a second: the last is expected in two or three
  const auto fast = 2 * kPiece;
  EXPECT_EQ(text_of(p.next(2, 3 * kPiece, SourceId(1), fast)), "3:0-0");
  EXPECT_EQ(text_of(p.next(2, 3 * kPiece, SourceId(1), fast)), "nothing") << "it would not have it sooner";
}

TEST(PiecePlan, tries_a_source_of_unknown_speed_with_one_late_piece) {
  Plan p({kPiece, kPiece, kPiece});
  p.add_partial(1, {0, 1, 2});
  ASSERT_EQ(text_of(p.next(1, 3 * kPiece)), "1:0-0 2:0-0 3:0-0");
  p.now += std::chrono::seconds(5);
  EXPECT_NE(text_of(p.next(2, 3 * kPiece, SourceId(1))), "nothing");
  EXPECT_EQ(text_of(p.next(2, 3 * kPiece, SourceId(1))), "nothing");
}

}  // namespace
}  // namespace covey::swarm
