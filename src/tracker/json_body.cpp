#include "tracker/json_body.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "crypto/base64.hpp"
#include "tracker/limits.hpp"

namespace covey::tracker {
namespace {

using Json = nlohmann::json;

/// Watches the parser: what it refuses is never built.
class ParseRules {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (!problem_.empty()) return false;
    if (depth > kMaxJsonDepth) return object(fmt::format("JSON nested deeper than {} levels", kMaxJsonDepth));
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys_.back().insert(parsed.get_ref<const std::string&>()).second)
      return object("a JSON object names a field twice");
    return true;
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  bool object(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  std::vector<std::set<std::string>> keys_;
  std::string problem_;
};

std::unexpected<Error> missing(const char* name) {
  return fail(ErrorCode::kMalformed, "'{}' is missing", name);
}
std::unexpected<Error> ill_typed(const char* name, std::string_view wanted) {
  return fail(ErrorCode::kMalformed, "'{}' is not {}", name, wanted);
}

}  // namespace

JsonBody::JsonBody(std::unique_ptr<Json> object) : object_(std::move(object)) {}
JsonBody::JsonBody(JsonBody&&) noexcept = default;
JsonBody& JsonBody::operator=(JsonBody&&) noexcept = default;
JsonBody::~JsonBody() = default;

Result<JsonBody> JsonBody::parse(std::string_view text) {
  if (text.size() > kMaxBodyBytes) return fail(ErrorCode::kMalformed, "{} bytes of JSON", text.size());
  ParseRules rules;
  const auto watch = [&rules](int depth, Json::parse_event_t event, Json& parsed) {
    return rules(depth, event, parsed);
  };
  auto object = std::make_unique<Json>(Json::parse(text, watch, /*allow_exceptions=*/false));
  if (!rules.problem().empty()) return fail(ErrorCode::kMalformed, "{}", rules.problem());
  if (object->is_discarded()) return fail(ErrorCode::kMalformed, "the body is not JSON");
  if (!object->is_object()) return fail(ErrorCode::kMalformed, "the body is not a JSON object");
  return JsonBody(std::move(object));
}

const Json* JsonBody::find(const char* name) const {
  const auto found = object_->find(name);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

Result<std::string> JsonBody::text(const char* name) const {
  TRY(auto found, optional_text(name));
  if (!found) return missing(name);
  return std::move(*found);
}

Result<std::optional<std::string>> JsonBody::optional_text(const char* name) const {
  const Json* const found = find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) return ill_typed(name, "a text");
  return found->get_ref<const std::string&>();
}

Result<std::uint64_t> JsonBody::number(const char* name, std::uint64_t max) const {
  const Json* const found = find(name);
  if (found == nullptr) return missing(name);
  if (!found->is_number_unsigned()) return ill_typed(name, "a whole number from 0");
  const auto value = found->get<std::uint64_t>();
  if (value > max) return fail(ErrorCode::kMalformed, "'{}' is above {}", name, max);
  return value;
}

Result<Bytes> JsonBody::bytes(const char* name, std::size_t limit) const {
  const Json* const found = find(name);
  if (found == nullptr) return missing(name);
  if (!found->is_string()) return ill_typed(name, "a text");
  auto decoded = crypto::from_base64url(found->get_ref<const std::string&>());
  if (!decoded) return ill_typed(name, "base64url without padding");
  if (decoded->size() > limit)
    return fail(ErrorCode::kMalformed, "'{}' has {} bytes, at most {} are taken", name, decoded->size(),
                limit);
  return decoded;
}

Result<std::optional<std::vector<std::string>>> JsonBody::optional_texts(const char* name,
                                                                         std::size_t limit) const {
  const Json* const found = find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_array()) return ill_typed(name, "an array");
  if (found->size() > limit)
    return fail(ErrorCode::kMalformed, "'{}' has more than {} elements", name, limit);
  std::vector<std::string> out;
  out.reserve(found->size());
  for (const Json& element : *found) {
    if (!element.is_string()) return ill_typed(name, "an array of texts");
    out.push_back(element.get_ref<const std::string&>());
  }
  return out;
}

Result<std::vector<std::uint64_t>> JsonBody::numbers(const char* name, std::size_t limit) const {
  const Json* const found = find(name);
  if (found == nullptr) return missing(name);
  if (!found->is_array()) return ill_typed(name, "an array");
  if (found->size() > limit)
    return fail(ErrorCode::kMalformed, "'{}' has more than {} elements", name, limit);
  std::vector<std::uint64_t> out;
  out.reserve(found->size());
  for (const Json& element : *found) {
    if (!element.is_number_unsigned()) return ill_typed(name, "an array of whole numbers");
    out.push_back(element.get<std::uint64_t>());
  }
  return out;
}

}  // namespace covey::tracker
