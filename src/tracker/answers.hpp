#pragma once
// Answers: results as HTTP. Errors of the request are told to whoever asked; faults of this machine go to the
// log, and the caller hears only that there was one. Pure but for the log; any thread.

#include <chrono>
#include <string>

#include "base/result.hpp"
#include "http/message.hpp"
#include "tracker/json_line.hpp"

namespace covey::tracker {

[[nodiscard]] http::Response json_response(int status, std::string body);
[[nodiscard]] inline http::Response json_response(int status, JsonLine& line) {
  return json_response(status, line.take());
}
[[nodiscard]] inline http::Response no_content() {
  return json_response(204, std::string());
}

[[nodiscard]] http::Response error_response(const Error& error);
[[nodiscard]] http::Response error_response(int status, const Error& error);
/// The 429 that says when to come again.
[[nodiscard]] http::Response too_fast(std::chrono::seconds wait);

}  // namespace covey::tracker

/// ANSWER_TRY(auto x, f()); declares x from f()'s value, or answers the request with its error; in
/// coroutines.
#define ANSWER_TRY(declaration, expression) \
  ANSWER_TRY_NAMED(declaration, expression, COVEY_CONCAT(answer_, __COUNTER__))
#define ANSWER_TRY_NAMED(declaration, expression, temporary)                     \
  auto temporary = (expression);                                                 \
  if (!temporary) co_return ::covey::tracker::error_response(temporary.error()); \
  declaration = ::std::move(*temporary)  // NOLINT(bugprone-macro-parentheses)
#define ANSWER_TRY_VOID(expression) ANSWER_TRY_VOID_NAMED(expression, COVEY_CONCAT(answer_, __COUNTER__))
#define ANSWER_TRY_VOID_NAMED(expression, temporary) \
  if (auto temporary = (expression); !temporary) co_return ::covey::tracker::error_response(temporary.error())
