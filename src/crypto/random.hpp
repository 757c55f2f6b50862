#pragma once
// Random: the only source of randomness, passed in so that tests and simulations can repeat a run.

#include <cstdint>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace covey::crypto {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes out) = 0;

  /// N fresh bytes as their own type.
  template <typename Fixed>
  [[nodiscard]] Fixed fixed() {
    Fixed out;
    fill(out.mutable_view());
    return out;
  }
  [[nodiscard]] SecretBytes secret(std::size_t size);
  [[nodiscard]] std::uint64_t number();
};

/// The operating system's randomness. Any thread.
class SystemRandom final : public Random {
 public:
  void fill(MutableBytes out) override;
};

/// The same bytes for the same seed and calls; for tests and simulations only. One thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : seed_(seed) {}
  void fill(MutableBytes out) override;

 private:
  std::uint64_t seed_;
  std::uint64_t calls_ = 0;
};

}  // namespace covey::crypto
