#pragma once
// Clean text: UTF-8 as in RFC 3629 without control characters (U+0000-001F, U+007F-009F): what people are
// shown of what peers wrote. Pure; any thread.

#include "base/bytes.hpp"

namespace covey::access {

[[nodiscard]] bool is_clean_text(ByteView text);

}  // namespace covey::access
