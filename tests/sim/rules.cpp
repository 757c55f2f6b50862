#include "sim/rules.hpp"

#include <fmt/format.h>

namespace covey::sim {
namespace {

/// What was decided on one thread is known on the other a moment later.
constexpr Seconds kMoment{0.02};
constexpr std::size_t kMostAskers = 2;
constexpr std::size_t kMostBroken = 5;

}  // namespace

void Rules::broken(const std::string& what) {
  if (broken_.size() < kMostBroken)
    broken_.push_back(fmt::format("at {:.3f} s: {}", timeline_->elapsed(), what));
}

void Rules::began(Peer peer) {
  Book& book = books_[peer];
  ++book.runs;
  book.asked.clear();
  book.arrived = book.stored;
  book.lied.clear();
  book.blocked.clear();
}

void Rules::handed_out(Peer peer, std::uint32_t lane, Peer source, std::uint32_t piece) {
  Book& book = books_[peer];
  auto& askers = book.asked[piece];
  if (book.arrived.contains(piece)) broken(fmt::format("{} asks for piece {} which it has", peer, piece));
  for (const auto& [other, from] : askers) {
    if (from == source) broken(fmt::format("{} asks {} twice for piece {}", peer, source, piece));
  }
  askers[lane] = source;
  if (askers.size() > kMostAskers) {
    broken(fmt::format("{} asks {} sources at a time for piece {}", peer, askers.size(), piece));
  }
}

void Rules::given_back(Peer peer, std::uint32_t lane) {
  for (auto& [piece, askers] : books_[peer].asked) askers.erase(lane);
}

void Rules::arrived(Peer peer, std::uint32_t piece) {
  Book& book = books_[peer];
  if (!book.stored.contains(piece))
    broken(fmt::format("{} counts piece {} which it has not stored", peer, piece));
  book.arrived.insert(piece);
  book.asked.erase(piece);
}

void Rules::requested(Peer peer, std::uint32_t lane, Peer source) {
  Book& book = books_[peer];
  book.waste.lanes.emplace(book.runs, lane);
  const auto blocked = book.blocked.find(source);
  if (blocked != book.blocked.end() && timeline_->now() > blocked->second + Timeline::steady(kMoment))
    broken(fmt::format("{} still asks {} after its lie", peer, source));
}

void Rules::dialled(Peer peer, Peer source) {
  if (books_[peer].blocked.contains(source)) broken(fmt::format("{} dials {} after its lie", peer, source));
}

void Rules::stored(Peer peer, std::uint32_t piece, std::uint64_t value) {
  Book& book = books_[peer];
  if (value != content_->truth(piece)) broken(fmt::format("{} stores a wrong piece {}", peer, piece));
  book.stored.insert(piece);
}

void Rules::served(Peer peer, bool held, std::uint32_t piece, std::uint64_t value) {
  if (!held || value != content_->truth(piece)) {
    broken(fmt::format("{} serves piece {} which it has not verified", peer, piece));
  }
}

void Rules::lied(Peer peer, Peer source) {
  books_[peer].lied.emplace(source, timeline_->now());
  books_[peer].waste.liars.insert(source);
}

void Rules::blocked(Peer peer, Peer source, bool for_a_lie) {
  Book& book = books_[peer];
  if (for_a_lie && !book.lied.contains(source))
    broken(fmt::format("{} blames {}, which did not lie", peer, source));
  book.blocked.emplace(source, timeline_->now());
}

void Rules::wasted(Peer peer, std::uint64_t again, std::uint64_t wrong) {
  books_[peer].waste.again += again;
  books_[peer].waste.wrong += wrong;
}

void Rules::completed(Peer peer) {
  const Book& book = books_[peer];
  if (book.stored.size() != content_->total()) broken(fmt::format("{} is complete without all pieces", peer));
  for (const auto& [liar, at] : book.lied) {
    if (!book.blocked.contains(liar)) broken(fmt::format("{} never named the liar {}", peer, liar));
  }
}

}  // namespace covey::sim
