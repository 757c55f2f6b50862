#pragma once
// Small JSON objects of the command line's own, beside the views that api writes. Pure; any thread.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace covey::cli {

/// {"name":"value",…} on one line, in this order; bytes that are not UTF-8 become U+FFFD.
std::string json_object(const std::vector<std::pair<std::string_view, std::string>>& members);

}  // namespace covey::cli
