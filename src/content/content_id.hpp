#pragma once
// ContentId: the name of some bytes, which is their plain BLAKE3 hash; `b3sum FILE` prints it.
//
// How content is cut into pieces or transferred never changes it. Values; any thread.
// Spec: docs/spec/content.md, "Content id".

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace covey::content {

using ContentId = FixedBytes<struct ContentIdTag, 32>;

/// 64 lower-case hexadecimal digits, as b3sum prints them.
std::string to_text(const ContentId& id);
/// kMalformed unless it is exactly 64 hexadecimal digits.
Result<ContentId> parse_content_id(std::string_view text);

}  // namespace covey::content
