#pragma once
// PieceNumbers: one number for each piece of a manifest's files, in the manifest's order; and PieceSet, a set
// of them. It is how peers tell one another what they hold, and how a download counts. Folders and empty
// files have no pieces. PieceNumbers never changes once made; a PieceSet belongs to one thread at a time.
// Spec: docs/spec/wire.md, "Have".

#include <cstdint>
#include <span>
#include <vector>

#include "content/manifest.hpp"

namespace covey::content {

class PieceNumbers {
 public:
  explicit PieceNumbers(const Manifest& manifest);

  /// How many pieces there are in all.
  [[nodiscard]] std::uint32_t total() const { return first_.back(); }
  /// The number of a file's first piece, or of what follows where it has none.
  [[nodiscard]] std::uint32_t first(FileIndex file) const { return first_[file.value()]; }
  [[nodiscard]] std::uint32_t count(FileIndex file) const {
    return first_[file.value() + 1] - first_[file.value()];
  }
  /// Whether this is a piece of one of the files at all.
  [[nodiscard]] bool exists(const PieceRef& ref) const {
    return ref.file.value() + 1 < first_.size() && ref.piece.value() < count(ref.file);
  }
  /// Of an existing piece.
  [[nodiscard]] std::uint32_t number(const PieceRef& ref) const {
    return first_[ref.file.value()] + ref.piece.value();
  }
  /// The piece of a number below total().
  [[nodiscard]] PieceRef at(std::uint32_t number) const;

 private:
  std::vector<std::uint32_t> first_;  // one more than there are entries
};

class PieceSet {
 public:
  explicit PieceSet(std::uint32_t total = 0);
  static PieceSet all(std::uint32_t total);

  [[nodiscard]] std::uint32_t total() const { return total_; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] bool is_full() const { return count_ == total_; }
  [[nodiscard]] bool has(std::uint32_t number) const {
    return ((words_[number / kBits] >> (number % kBits)) & 1) != 0;
  }
  /// Whether it was not there before.
  bool insert(std::uint32_t number);
  /// Whether it was there.
  bool erase(std::uint32_t number);

  /// 64 pieces a word, the lowest bit first; bits beyond total() are zero.
  static constexpr std::uint32_t kBits = 64;
  [[nodiscard]] std::span<const std::uint64_t> words() const { return words_; }

 private:
  std::uint32_t total_;
  std::uint32_t count_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace covey::content
