#pragma once
// Whole small files, read at once. Blocking; any thread.

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace covey::content {

/// All of an open regular file of at most `limit` bytes; nothing when it is larger, none or cannot be read.
std::optional<Bytes> read_whole(int file, std::uint64_t limit);

}  // namespace covey::content
