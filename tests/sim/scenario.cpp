#include "sim/scenario.hpp"

#include <fmt/format.h>

#include <random>

namespace covey::sim {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool chance(double probability) { return between(0, 1) < probability; }
  double between(double low, double high) {
    return low + (high - low) * std::generate_canonical<double, 32>(random_);
  }
  /// Small and large ones alike.
  double spread(double low, double high) { return low * std::pow(high / low, between(0, 1)); }

 private:
  std::mt19937_64 random_;
};

std::vector<std::uint64_t> draw_files(Draw& draw) {
  const auto pieces = static_cast<std::uint64_t>(draw.spread(20, 120));
  std::vector<std::uint64_t> out;
  std::uint64_t left = pieces * content::kMinPieceSize - draw.below(content::kMinPieceSize);
  const std::uint64_t kind = draw.below(3);
  while (left > 0 && out.size() < 60) {
    std::uint64_t size = left;
    if (kind == 1) size = content::kMinPieceSize * (1 + draw.below(12)) - draw.below(1000);
    if (kind == 2) size = 1 + draw.below(content::kMinPieceSize * (draw.chance(0.2) ? 8 : 1));
    out.push_back(std::min(size, left));
    left -= out.back();
  }
  return out;
}

void draw_absences(Draw& draw, Member& member, double until) {
  double at = draw.between(0, until);
  while (at < until) {
    const double back = std::min(at + draw.spread(0.5, 60), until);
    member.absences.push_back({.from = Seconds(at), .until = Seconds(back), .silent = draw.chance(0.5)});
    at = back + draw.spread(1, 60);
  }
}

Conduct draw_conduct(Draw& draw) {
  return static_cast<Conduct>(1 + draw.below(6));
}

Member draw_member(Draw& draw, Role role, double fast) {
  Member out;
  out.role = role;
  if (role == Role::kBad) out.conduct = draw_conduct(draw);
  out.partial =
      role == Role::kDownloader || ((role == Role::kSeed || role == Role::kBad) && draw.chance(0.5));
  if (out.conduct == Conduct::kClaims) out.partial = true;
  out.up = draw.spread(fast / 8, fast);
  out.down = draw.spread(fast / 2, fast * 4);
  out.latency = draw.spread(0.0005, 0.15);
  out.joins = Seconds(role == Role::kOwner || draw.chance(0.5) ? 0 : draw.between(0, 20));
  if (role == Role::kBad && draw.chance(0.3)) out.bogus = static_cast<unsigned>(draw.spread(4, 300));
  out.region = static_cast<unsigned>(draw.below(2));
  return out;
}

}  // namespace

Scenario Scenario::drawn(std::uint64_t seed) {
  Draw draw(seed * 2 + 1);
  Scenario out;
  out.seed = seed;
  out.files = draw_files(draw);
  const double fast = draw.spread(0.5e6, 40e6);
  const double troubled = draw.chance(0.5) ? draw.spread(5, 120) : 0;
  out.quiet = Seconds(troubled);
  out.members.push_back(draw_member(draw, Role::kOwner, fast));
  const auto downloaders = 1 + draw.below(draw.chance(0.2) ? 8 : 4);
  const auto seeds = draw.below(3);
  const auto bad = draw.chance(0.4) ? 0 : 1 + draw.below(draw.chance(0.2) ? 8 : 3);
  for (std::uint64_t i = 0; i < downloaders; ++i)
    out.members.push_back(draw_member(draw, Role::kDownloader, fast));
  for (std::uint64_t i = 0; i < seeds; ++i) out.members.push_back(draw_member(draw, Role::kSeed, fast));
  for (std::uint64_t i = 0; i < bad; ++i) out.members.push_back(draw_member(draw, Role::kBad, fast));
  if (troubled > 0) {
    for (Member& member : out.members) {
      if (draw.chance(0.4)) draw_absences(draw, member, troubled);
    }
    for (double at = 0; draw.chance(0.5);) {
      at = draw.between(at, troubled);
      const double until = std::min(at + draw.spread(1, 120), troubled);
      out.partitions.push_back({.from = Seconds(at), .until = Seconds(until)});
      at = until;
    }
    if (draw.chance(0.4)) out.resets_per_minute = draw.spread(0.5, 12);
  }
  out.tracker = draw.chance(0.4);
  if (out.tracker && draw.chance(0.2)) out.bogus_at_tracker = static_cast<unsigned>(draw.spread(4, 400));
  return out;
}

std::string Scenario::to_text() const {
  static constexpr std::array kRoles = {"owner", "seed", "downloader", "bad"};
  static constexpr std::array kConducts = {
      "honest", "wrong bytes", "some wrong bytes", "wrong layer", "unasked", "stalls", "claims"};
  std::string out = fmt::format(
      "seed {}: {} files, {:.0f} s of trouble, {} partitions, {:.1f} resets a minute, "
      "tracker {}, bogus {}\n",
      seed, files.size(), quiet.count(), partitions.size(), resets_per_minute, tracker, bogus_at_tracker);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Member& m = members[i];
    out += fmt::format("  {} {} {}{} up {:.0f} down {:.0f} latency {:.3f} joins {:.1f} bogus {} away {}\n", i,
                       kRoles.at(static_cast<std::size_t>(m.role)),
                       kConducts.at(static_cast<std::size_t>(m.conduct)), m.partial ? " (partial)" : "", m.up,
                       m.down, m.latency, m.joins.count(), m.bogus, m.absences.size());
  }
  return out;
}

namespace {

content::Manifest manifest_of(const std::vector<std::uint64_t>& sizes) {
  std::vector<content::ManifestEntry> entries;
  const auto id = content::hash_whole(as_bytes("simulated"));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    entries.push_back(
        {.path = *content::RelativePath::parse(fmt::format("{:05}", i)), .size = sizes[i], .id = id});
  }
  return *content::Manifest::build(std::move(entries));
}

}  // namespace

Content::Content(const Scenario& scenario) : manifest(manifest_of(scenario.files)), numbers(manifest) {
  for (std::uint32_t i = 0; i < manifest.entry_count(); ++i) {
    const auto geometry = manifest.geometry(content::FileIndex(i));
    for (std::uint32_t piece = 0; piece < numbers.count(content::FileIndex(i)); ++piece) {
      lengths.push_back(geometry.length(content::PieceIndex(piece)));
      bytes += lengths.back();
    }
    layers.push_back(geometry.one_piece()
                         ? nullptr
                         : std::make_shared<const content::PieceLayer>(*content::PieceLayer::computed(
                               geometry, std::vector<content::ChainingValue>(geometry.piece_count()))));
  }
}

}  // namespace covey::sim
