#pragma once
// JsonLine: writes one JSON document on one line, by appending; no tree is built, since answers are hot. The
// caller opens and closes what it nests; keys are literals that need no escaping. Single-threaded.

#include <concepts>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace covey::tracker {

class JsonLine {
 public:
  explicit JsonLine(std::size_t reserve = 256) { out_.reserve(reserve); }

  JsonLine& open(char bracket) {  // '{' or '['
    separate();
    out_ += bracket;
    first_ = true;
    return *this;
  }
  JsonLine& close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
  }
  JsonLine& key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    first_ = true;  // its value follows without a comma
    return *this;
  }
  JsonLine& text(std::string_view value);
  JsonLine& number(std::unsigned_integral auto value) {
    separate();
    out_ += std::to_string(value);
    return *this;
  }
  JsonLine& truth(bool value) {
    separate();
    out_ += value ? "true" : "false";
    return *this;
  }
  /// In base64url.
  JsonLine& bytes(ByteView value);
  /// A document that is ready.
  JsonLine& raw(std::string_view document) {
    separate();
    out_ += document;
    return *this;
  }

  std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string out_;
  bool first_ = true;
};

/// {"error":{"code":"not_found","message":"…"}}
std::string to_json(const Error& error);

}  // namespace covey::tracker
