#include "mail/letter_budget.hpp"

#include <algorithm>
#include <utility>

namespace covey::mail {
namespace {

constexpr std::chrono::duration<double> kMinute = std::chrono::minutes(1);
constexpr std::chrono::duration<double> kDay = std::chrono::hours(24);

}  // namespace

LetterBudget::LetterBudget(LetterRates rates) : rates_(rates) {}

void LetterBudget::Bucket::refill(double most, std::chrono::duration<double> period, SteadyTime now) {
  const std::chrono::duration<double> passed = now - at;
  left = std::min(most, left + most * (passed / period));
  at = now;
}

void LetterBudget::refill(Writer& writer, SteadyTime now) const {
  writer.minute.refill(rates_.a_minute, kMinute, now);
  writer.day.refill(rates_.a_day, kDay, now);
}

/// Whose buckets are full again is as good as unknown.
void LetterBudget::forget_the_quiet(SteadyTime now) {
  for (auto& [id, writer] : writers_) refill(writer, now);
  std::erase_if(writers_, [&](const auto& entry) {
    return entry.second.minute.left >= rates_.a_minute && entry.second.day.left >= rates_.a_day;
  });
}

bool LetterBudget::spend(const identity::PeerId& writer, SteadyTime now) {
  if (!std::exchange(begun_, true)) all_ = {.left = static_cast<double>(rates_.a_day_of_all), .at = now};
  all_.refill(rates_.a_day_of_all, kDay, now);
  if (!writers_.contains(writer) && writers_.size() >= rates_.writers) {
    forget_the_quiet(now);
    if (writers_.size() >= rates_.writers) return false;
  }
  const auto [place, is_new] = writers_.try_emplace(writer);
  Writer& of = place->second;
  if (is_new) {
    of.minute = {.left = static_cast<double>(rates_.a_minute), .at = now};
    of.day = {.left = static_cast<double>(rates_.a_day), .at = now};
  }
  refill(of, now);
  if (of.minute.left < 1 || of.day.left < 1 || all_.left < 1) return false;
  --of.minute.left;
  --of.day.left;
  --all_.left;
  return true;
}

}  // namespace covey::mail
