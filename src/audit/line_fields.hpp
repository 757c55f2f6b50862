#pragma once
// FieldWriter and FieldReader: a flat JSON object on one line, its members in a fixed order.
//
// The reader takes the members in the order in which it is asked, and nothing but the form that the writer
// gives, apart from escapes that were not needed: who must rule these out writes what was read again and
// compares. Total; it allocates no more than the line is long. Single-threaded.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "base/result.hpp"

namespace covey::audit {

class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : out_(out) { out_ += '{'; }

  FieldWriter& number(std::string_view key, std::uint64_t value);
  /// Valid UTF-8.
  FieldWriter& text(std::string_view key, std::string_view value);
  /// What needs no escape.
  FieldWriter& word(std::string_view key, std::string_view value);
  /// The end of the object and of the line.
  void finish() { out_ += "}\n"; }

 private:
  void key(std::string_view name);

  std::string& out_;
  bool first_ = true;
};

/// Every function returns kMalformed when something else stands there.
class FieldReader {
 public:
  explicit FieldReader(std::string_view line) : left_(line) {}

  Result<std::uint64_t> number(std::string_view key);
  Result<std::string> text(std::string_view key);
  /// Borrowed from the line.
  Result<std::string_view> word(std::string_view key);
  /// Exactly as many bytes as the type has, in lower-case hexadecimal.
  template <typename Fixed>
  Result<Fixed> hex(std::string_view key) {
    TRY(const std::string_view text, word(key));
    const auto bytes = from_hex(text);
    if (!bytes || bytes->size() != Fixed::kSize) {
      return fail(ErrorCode::kMalformed, "'{}' is not {} bytes in hexadecimal", key, Fixed::kSize);
    }
    return Fixed::from(*bytes);
  }
  Result<> finish();

 private:
  bool skip(std::string_view literal);
  bool skip_key(std::string_view name);

  std::string_view left_;
  bool first_ = true;
};

}  // namespace covey::audit
