#pragma once
// The version of this build.

#include <string_view>

namespace covey {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace covey
