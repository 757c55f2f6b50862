#pragma once
// AdmissionTerms: how long and for how much a peer was let in, and the owner's change of mind. One object for
// all streams of a peer that were let in by the same consent, so that they share its bytes. Ended once, on
// the network thread; asked by link threads before each piece.

#include <atomic>
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace covey::swarm {

class AdmissionTerms {
 public:
  AdmissionTerms() = default;
  /// `over` is what the receiver is told at `until`.
  AdmissionTerms(std::optional<WallTime> until, std::string over, std::optional<std::uint64_t> bytes)
      : until_(until), over_(std::move(over)), limited_(bytes.has_value()), left_(bytes.value_or(0)) {}
  AdmissionTerms(const AdmissionTerms&) = delete;
  AdmissionTerms& operator=(const AdmissionTerms&) = delete;

  /// Nothing more is sent under them, for this reason; the first one counts. Network thread.
  void end(Error why) {
    if (ended_.load(std::memory_order_relaxed)) return;
    why_ = std::move(why);
    ended_.store(true, std::memory_order_release);
  }
  [[nodiscard]] bool ended() const { return ended_.load(std::memory_order_acquire); }

  /// Takes so many bytes of what is allowed. kRefused or kExpired when they are not, with nothing taken. Any
  /// thread.
  Result<> take(std::uint64_t bytes, WallTime now) {
    if (ended()) return std::unexpected(why_);
    if (until_ && now >= *until_) return fail(ErrorCode::kExpired, "{}", over_);
    if (!limited_) return {};
    std::uint64_t left = left_.load(std::memory_order_relaxed);
    do {
      if (left < bytes)
        return fail(ErrorCode::kRefused, "as many bytes were fetched as its owner approved; ask again");
    } while (!left_.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed));
    return {};
  }
  /// Gives back what was taken and not sent. Any thread.
  void give_back(std::uint64_t bytes) {
    if (limited_) left_.fetch_add(bytes, std::memory_order_relaxed);
  }

 private:
  std::optional<WallTime> until_;
  std::string over_;
  bool limited_ = false;
  std::atomic<std::uint64_t> left_{0};
  std::atomic<bool> ended_{false};
  Error why_;  // before `ended_`
};

}  // namespace covey::swarm
