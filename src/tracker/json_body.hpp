#pragma once
// JsonBody: the JSON object of a request, read field by field. Reading is bounded and strict: kMalformed
// names what is missing, ill-typed or too long; nesting, duplicate keys and numbers that no u64 holds are
// refused; unknown fields are passed over. Pure; any thread. Spec: docs/spec/api-tracker.yaml.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace covey::tracker {

inline constexpr int kMaxJsonDepth = 8;

class JsonBody {
 public:
  /// `text` is no longer than a request's body may be.
  static Result<JsonBody> parse(std::string_view text);

  JsonBody(JsonBody&& other) noexcept;
  JsonBody& operator=(JsonBody&& other) noexcept;
  JsonBody(const JsonBody&) = delete;
  JsonBody& operator=(const JsonBody&) = delete;
  ~JsonBody();

  [[nodiscard]] Result<std::string> text(const char* name) const;
  /// Nothing when it is absent or null.
  [[nodiscard]] Result<std::optional<std::string>> optional_text(const char* name) const;
  [[nodiscard]] Result<std::uint64_t> number(const char* name, std::uint64_t max) const;
  /// Written in base64url; at most `limit` bytes.
  [[nodiscard]] Result<Bytes> bytes(const char* name, std::size_t limit) const;
  template <typename Fixed>
  [[nodiscard]] Result<Fixed> fixed(const char* name) const {
    TRY(const Bytes found, bytes(name, Fixed::kSize));
    if (found.size() != Fixed::kSize)
      return fail(ErrorCode::kMalformed, "'{}' has {} bytes, not {}", name, found.size(), Fixed::kSize);
    return Fixed::from(found);
  }
  /// At most `limit` of them; nothing when it is absent or null.
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> optional_texts(const char* name,
                                                                               std::size_t limit) const;
  [[nodiscard]] Result<std::vector<std::uint64_t>> numbers(const char* name, std::size_t limit) const;

 private:
  explicit JsonBody(std::unique_ptr<nlohmann::json> object);
  [[nodiscard]] const nlohmann::json* find(const char* name) const;

  std::unique_ptr<nlohmann::json> object_;
};

}  // namespace covey::tracker
