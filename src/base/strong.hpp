#pragma once
// Strong<Tag>: an unsigned number that means one thing (a piece index, a file index), so two of them cannot
// be swapped by mistake. Explicit to make, `.value()` to leave. Values; any thread.

#include <compare>
#include <cstdint>
#include <functional>

namespace covey {

template <typename Tag, typename Rep = std::uint64_t>
class Strong {
 public:
  constexpr Strong() = default;
  constexpr explicit Strong(Rep value) : value_(value) {}

  [[nodiscard]] constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const Strong&) const = default;

  constexpr Strong& operator++() {
    ++value_;
    return *this;
  }
  /// The value n steps further.
  [[nodiscard]] constexpr Strong plus(Rep n) const { return Strong(value_ + n); }

 private:
  Rep value_ = 0;
};

}  // namespace covey

template <typename Tag, typename Rep>
struct std::hash<covey::Strong<Tag, Rep>> {
  std::size_t operator()(const covey::Strong<Tag, Rep>& s) const noexcept {
    return std::hash<Rep>{}(s.value());
  }
};
