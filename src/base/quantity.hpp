#pragma once
// Amounts as people read and write them: "1.5 GiB", "12.3 MB/s", "7d". Pure; any thread.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace covey {

/// 1536 → "1.5 KiB"; three significant digits at most.
std::string human_bytes(std::uint64_t bytes);
/// 412300000 → "412 MB/s": decimal, as link speeds are given.
std::string human_rate(double bytes_per_second);
/// 3725 s → "1h 02m"; 75 s → "1m 15s"; 8 s → "8s".
std::string human_duration(std::chrono::seconds duration);

/// "30s", "15m", "24h", "7d", "2w". kInvalidArgument with an example otherwise, or above ten years.
Result<std::chrono::seconds> parse_duration(std::string_view text);
/// "500K", "2M", "1.5G", "64KiB": K, M, G, T are decimal, KiB … TiB binary. kInvalidArgument otherwise.
Result<std::uint64_t> parse_bytes(std::string_view text);
/// The shortest text that parse_bytes takes for the same: 2000000 → "2M", 65536 → "64KiB", 1234 → "1234".
std::string exact_bytes(std::uint64_t bytes);

}  // namespace covey
