#pragma once
// Paths and queries of a request's target: percent-decoding, the {id} of a route, and the parameters after
// '?'. Total; pure; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace covey::http {

/// kMalformed for a '%' without two hexadecimal digits after it.
Result<std::string> percent_decoded(std::string_view text);

[[nodiscard]] std::string_view path_of(std::string_view target);
[[nodiscard]] std::string_view query_of(std::string_view target);

/// What stands for the first {…} of a pattern and for the second, still encoded; empty where it has none.
struct Named {
  std::string_view id, item;
};
/// Nothing if the path does not match.
[[nodiscard]] std::optional<Named> match(std::string_view pattern, std::string_view path);

/// The parameter's value, decoded ('+' is a blank); nothing when it is absent. Of several the first.
Result<std::optional<std::string>> parameter(std::string_view query, std::string_view name);
/// A whole number from 1 to max, or `otherwise` when it is absent. kInvalidArgument for another text.
Result<std::size_t> number_parameter(std::string_view query, std::string_view name, std::size_t max,
                                     std::size_t otherwise);

}  // namespace covey::http
