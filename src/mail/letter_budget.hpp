#pragma once
// LetterBudget: how many letters each writer may hand in, so that nobody keeps this peer busy or fills its
// disk. Two buckets a writer, one for a burst and one for a day, and one for all writers together; what is
// refused costs nothing of it. Time is passed in. Single-threaded.

#include <map>

#include "base/clock.hpp"
#include "identity/peer_id.hpp"

namespace covey::mail {

struct LetterRates {
  std::uint32_t a_minute = 30;  // of one writer
  std::uint32_t a_day = 500;
  std::uint32_t a_day_of_all = 10'000;
  std::size_t writers = 4096;  // that are remembered; those who come on top of it wait
};

class LetterBudget {
 public:
  explicit LetterBudget(LetterRates rates = {});

  /// Whether one more is taken of this writer now; counts it if so.
  bool spend(const identity::PeerId& writer, SteadyTime now);

 private:
  /// Letters that may still come; begins full.
  struct Bucket {
    double left = 0;
    SteadyTime at{};
    void refill(double most, std::chrono::duration<double> period, SteadyTime now);
  };
  struct Writer {
    Bucket minute, day;
  };
  void refill(Writer& writer, SteadyTime now) const;
  void forget_the_quiet(SteadyTime now);

  LetterRates rates_;
  Bucket all_;
  bool begun_ = false;
  std::map<identity::PeerId, Writer> writers_;
};

}  // namespace covey::mail
