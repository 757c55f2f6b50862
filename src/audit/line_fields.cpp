#include "audit/line_fields.hpp"

#include <charconv>

#include "audit/visible_text.hpp"

namespace covey::audit {
namespace {

std::unexpected<Error> no_field(std::string_view key) {
  return fail(ErrorCode::kMalformed, "'{}' is missing, or not as Covey writes it", key);
}

}  // namespace

void FieldWriter::key(std::string_view name) {
  if (!first_) out_ += ',';
  first_ = false;
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

FieldWriter& FieldWriter::number(std::string_view name, std::uint64_t value) {
  key(name);
  out_ += std::to_string(value);
  return *this;
}

FieldWriter& FieldWriter::text(std::string_view name, std::string_view value) {
  key(name);
  out_ += '"';
  append_visible(out_, value, "\"\\");
  out_ += '"';
  return *this;
}

FieldWriter& FieldWriter::word(std::string_view name, std::string_view value) {
  key(name);
  out_ += '"';
  out_ += value;
  out_ += '"';
  return *this;
}

bool FieldReader::skip(std::string_view literal) {
  if (!left_.starts_with(literal)) return false;
  left_.remove_prefix(literal.size());
  return true;
}

bool FieldReader::skip_key(std::string_view name) {
  const std::string_view separator = first_ ? "{\"" : ",\"";
  first_ = false;
  return skip(separator) && skip(name) && skip("\":");
}

Result<std::uint64_t> FieldReader::number(std::string_view key) {
  if (!skip_key(key)) return no_field(key);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(left_.data(), left_.data() + left_.size(), value);
  const auto length = static_cast<std::size_t>(end - left_.data());
  if (error != std::errc{} || (length > 1 && left_.front() == '0')) return no_field(key);
  left_.remove_prefix(length);
  return value;
}

Result<std::string_view> FieldReader::word(std::string_view key) {
  if (!skip_key(key) || !skip("\"")) return no_field(key);
  const std::size_t end = left_.find('"');
  if (end == std::string_view::npos) return no_field(key);
  const std::string_view value = left_.substr(0, end);
  left_.remove_prefix(end + 1);
  return value;
}

Result<std::string> FieldReader::text(std::string_view key) {
  if (!skip_key(key) || !skip("\"")) return no_field(key);
  std::string value;
  while (!skip("\"")) {
    const std::size_t plain = left_.find_first_of("\"\\");
    if (plain == std::string_view::npos) return no_field(key);
    value += left_.substr(0, plain);
    left_.remove_prefix(plain);
    if (!skip("\\")) continue;
    if (skip("u")) {
      const auto code = take_escaped(left_);
      if (!code) return no_field(key);
      append_utf8(value, *code);
    } else if (left_.starts_with('"') || left_.starts_with('\\')) {
      value += left_.front();
      left_.remove_prefix(1);
    } else {
      return no_field(key);
    }
  }
  if (!is_valid_text(value)) return no_field(key);
  return value;
}

Result<> FieldReader::finish() {
  if (skip("}\n") && left_.empty()) return {};
  return fail(ErrorCode::kMalformed, "the line does not end where its fields do");
}

}  // namespace covey::audit
