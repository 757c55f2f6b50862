#pragma once
// How the field lists of json_form.hpp become JSON and come back: a Writer and a Reader that walk them.
//
// Writing is total; reading is bounded (kMaxJsonBytes, kMaxJsonDepth) and names the first bad field. Included
// by the json.cpp files only. Pure; any thread.

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "api/chat_form.hpp"
#include "api/consent_form.hpp"
#include "api/json.hpp"
#include "api/json_form.hpp"

namespace covey::api::json_form {

using Json = nlohmann::ordered_json;

template <typename E>
std::string_view name_in_table(E value) {
  return Names<E>::kAll.at(static_cast<std::size_t>(value));
}

template <typename E>
Result<E> value_named(std::string_view name) {
  const auto& all = Names<E>::kAll;
  const auto* const found = std::find(all.begin(), all.end(), name);
  if (found != all.end()) return static_cast<E>(found - all.begin());
  return fail(ErrorCode::kInvalidArgument, "'{}' is none of {}", name, fmt::join(all, ", "));
}

// ---- writing

template <typename T>
Json written(const T& value);

struct Writer {
  Json object = Json::object();

  template <typename T>
  void operator()(const char* name, const T& value) {
    object[name] = written(value);
  }
  template <typename T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value) object[name] = written(*value);
  }
  template <typename T>
  void defaulted(const char* name, const T& value) {
    (*this)(name, value);
  }
};

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

template <typename T>
Json written(const T& value) {
  if constexpr (std::is_same_v<T, double>) {
    return std::isfinite(value) ? value : 0.0;
  } else if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
    return value;
  } else if constexpr (kIsNamed<T>) {
    return name_in_table(value);
  } else if constexpr (std::is_same_v<T, Error>) {
    return {{"code", covey::name_of(value.code)}, {"message", value.context}};
  } else if constexpr (IsVector<T>::value) {
    Json array = Json::array();
    for (const auto& element : value) array.push_back(written(element));
    return array;
  } else {
    Writer writer;
    // The field lists take a mutable value because the reader does; the writer only reads.
    fields(writer, const_cast<T&>(value));
    return std::move(writer.object);
  }
}

template <typename T>
std::string line(const T& value) {
  return written(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// ---- reading

template <typename T>
bool read(const Json& json, T& value);

struct Reader {
  const Json& object;
  std::string problem;  // of the first bad field

  template <typename T>
  void operator()(const char* name, T& value) {
    const auto found = object.find(name);
    if (found == object.end()) return note(fmt::format("'{}' is missing", name));
    take(name, *found, value);
  }
  template <typename T>
  void operator()(const char* name, std::optional<T>& value) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return;
    take(name, *found, value.emplace());
  }
  template <typename T>
  void defaulted(const char* name, T& value) {
    if (const auto found = object.find(name); found != object.end()) take(name, *found, value);
  }

 private:
  template <typename T>
  void take(const char* name, const Json& json, T& value) {
    if constexpr (requires { fields(*this, value); }) {
      if (!json.is_object()) return note(fmt::format("'{}' is not an object", name));
      Reader inner{json, {}};
      fields(inner, value);
      if (!inner.problem.empty()) note(fmt::format("in '{}': {}", name, inner.problem));
    } else if (!read(json, value)) {
      note(fmt::format("'{}' has a wrong type or value", name));
    }
  }
  void note(std::string found) {
    if (problem.empty()) problem = std::move(found);
  }
};

inline bool read_error(const Json& json, Error& error) {
  if (!json.is_object()) return false;
  const auto code = json.find("code");
  const auto message = json.find("message");
  if (code == json.end() || message == json.end() || !code->is_string() || !message->is_string())
    return false;
  // An error code of a newer daemon that this program does not know is an internal one; its message tells.
  error = {error_code_named(code->get_ref<const std::string&>()).value_or(ErrorCode::kInternal),
           message->get<std::string>()};
  return true;
}

template <typename T>
bool read(const Json& json, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (!json.is_string()) return false;
    value = json.get<std::string>();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) return false;
    value = json.get<bool>();
  } else if constexpr (std::is_same_v<T, double>) {
    if (!json.is_number()) return false;
    value = json.get<double>();
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    if (!json.is_number_unsigned()) return false;
    value = json.get<std::uint64_t>();
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<std::uint64_t>() > kMax))
      return false;
    value = json.get<std::int64_t>();
  } else if constexpr (kIsNamed<T>) {
    if (!json.is_string()) return false;
    const auto& all = Names<T>::kAll;
    const auto* const found = std::find(all.begin(), all.end(), json.get_ref<const std::string&>());
    if (found == all.end()) return false;
    value = static_cast<T>(found - all.begin());
  } else if constexpr (std::is_same_v<T, Error>) {
    return read_error(json, value);
  } else if constexpr (IsVector<T>::value) {
    if (!json.is_array()) return false;
    for (const Json& element : json) {
      if (!read(element, value.emplace_back())) return false;
    }
  } else {
    if (!json.is_object()) return false;
    Reader reader{json, {}};
    fields(reader, value);
    return reader.problem.empty();
  }
  return true;
}

/// Refuses what is nested too deeply while parsing, before it takes memory.
inline Result<Json> parse(std::string_view text) {
  if (text.size() > kMaxJsonBytes) {
    return fail(ErrorCode::kMalformed, "{} bytes of JSON, at most {} are read", text.size(), kMaxJsonBytes);
  }
  bool too_deep = false;
  const auto within_depth = [&](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
    too_deep = too_deep || depth > kMaxJsonDepth;
    return !too_deep;
  };
  Json json = Json::parse(text, within_depth, /*allow_exceptions=*/false);
  if (too_deep) return fail(ErrorCode::kMalformed, "JSON nested deeper than {} levels", kMaxJsonDepth);
  if (json.is_discarded()) return fail(ErrorCode::kMalformed, "this is not JSON");
  if (!json.is_object()) return fail(ErrorCode::kMalformed, "this is not a JSON object");
  return json;
}

template <typename T>
Result<T> parsed(std::string_view text) {
  TRY(const Json json, parse(text));
  T value;
  Reader reader{json, {}};
  fields(reader, value);
  if (!reader.problem.empty()) return fail(ErrorCode::kMalformed, "{}", reader.problem);
  return value;
}

}  // namespace covey::api::json_form

namespace covey::api {

/// For types whose fields are all there is to check. Each is instantiated beside its to_json(); those that
/// need more are specialised there.
template <typename T>
Result<T> from_json(std::string_view text) {
  return json_form::parsed<T>(text);
}

}  // namespace covey::api
