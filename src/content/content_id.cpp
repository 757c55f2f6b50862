#include "content/content_id.hpp"

#include "base/encoding.hpp"

namespace covey::content {

std::string to_text(const ContentId& id) {
  return to_hex(id.view());
}

Result<ContentId> parse_content_id(std::string_view text) {
  if (text.size() != 2 * ContentId::kSize)
    return fail(ErrorCode::kMalformed, "a content id has 64 hexadecimal digits, as b3sum prints them");
  TRY(const Bytes bytes, from_hex(text));
  return ContentId::from(bytes);
}

}  // namespace covey::content
