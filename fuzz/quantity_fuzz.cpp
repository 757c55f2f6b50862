// Sizes and durations as people write them: within their bounds, exact for whole numbers, readable back.

#include "base/quantity.hpp"

#include <cmath>

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

constexpr std::uint64_t kMostBytes = 9'000'000'000'000'000'000;
constexpr std::uint64_t kExactInDouble = 1ULL << 53;
constexpr std::uint64_t kTwoTebibytes = 2ULL << 40;

void check_text(std::string_view text) {
  const auto bytes = parse_bytes(text);
  if (bytes) require(*bytes <= kMostBytes, "a size lies within its bound");
  require(bytes == parse_bytes(upper_case(text)) || !bytes, "a size may be written in either case");
  const auto duration = parse_duration(text);
  if (duration) {
    require(duration->count() >= 1 && duration->count() <= 10LL * 366 * 86400,
            "a duration lies between a second and ten years");
    require(!human_duration(*duration).empty(), "a duration can be shown");
  }
  if (!bytes) require(bytes.error().code == ErrorCode::kInvalidArgument, "a bad size is the user's mistake");
}

void check_number(std::uint64_t number) {
  if (number < kExactInDouble) {
    require(parse_bytes(std::to_string(number)) == number, "a whole number of bytes is read exactly");
    const auto seconds = parse_duration(std::to_string(number) + "s");
    if (seconds) require(static_cast<std::uint64_t>(seconds->count()) == number, "seconds are read exactly");
  }
  std::string shown = human_bytes(number);
  require(shown.size() >= 3 && shown.size() <= 9, "a size is shown in a few characters");
  require(!human_rate(static_cast<double>(number)).empty(), "a rate can be shown");
  if (number > kTwoTebibytes) return;
  std::erase(shown, ' ');
  const auto back = parse_bytes(shown);
  require(back && std::abs(static_cast<double>(*back) - static_cast<double>(number)) <=
                      0.01 * static_cast<double>(number),
          "a size that was shown reads as nearly the same size");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const covey::ByteView input(data, size);
  covey::fuzz::check_text(covey::as_text(input));
  covey::fuzz::check_number(covey::fuzz::Choices(input).number());
  return 0;
}
