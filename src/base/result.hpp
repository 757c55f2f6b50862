#pragma once
// Result<T> and Error: how every fallible function in Covey reports what went wrong.
//
// An Error tells apart whose fault it was (the peer, this machine, the user's input) by its code, and its
// context is a sentence for a person: what happened and what to do next. It never holds a secret. The numbers
// travel in Close and Trouble messages (docs/spec/wire.md), so a code keeps its number for ever; new ones
// come last. Values; any thread.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace covey {

enum class ErrorCode : std::uint8_t {
  kCancelled = 1,       // the user or a shutdown asked to stop
  kInvalidArgument,     // the user's input makes no sense
  kMalformed,           // bytes that are not what their format says
  kNotFound,            // it does not exist, here or at any known peer
  kUnreachable,         // nobody answered
  kTimedOut,            // somebody stopped answering
  kRefused,             // the other side said no
  kExpired,             // a ticket, grant or credential is past its time
  kVerificationFailed,  // content, a signature or an identity is not what was promised
  kPeerMisbehaved,      // the peer broke the protocol
  kSourceChanged,       // a shared file changed, shrank or vanished under its share
  kAlreadyExists,       // something is in the way and was not asked to be replaced
  kPermissionDenied,    // the operating system refused
  kDiskFull,            // no space left
  kIo,                  // any other operating-system failure
  kCorrupt,             // local state does not parse or does not verify
  kUnsupported,         // a version or feature this build does not know
  kLimitExceeded,       // above a named limit
  kConnectionLost,      // the link broke in the middle
  kInternal,            // a bug
  kMustAsk,             // its owner approves each peer: a request comes first
};

/// The stable, lower-case name of a code, as it stands in JSON output and in the audit log.
std::string_view name_of(ErrorCode code);
/// The code of that name, if this build knows it.
std::optional<ErrorCode> error_code_named(std::string_view name);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string context;

  bool operator==(const Error&) const = default;
};

/// "refused: the owner closed this share"
std::string to_string(const Error& error);

template <typename T = void>
using Result = std::expected<T, Error>;

/// An error ready to return from any function with a Result: `return fail(ErrorCode::kIo, "cannot open {}",
/// path);`
template <typename... Args>
[[nodiscard]] std::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> format,
                                          Args&&... args) {
  return std::unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

/// An error from errno, named for what was being done: "cannot create /x/y: Permission denied".
[[nodiscard]] std::unexpected<Error> fail_errno(int errno_value, std::string_view doing);

/// The same error with words before its context, for callers who know more than the callee.
[[nodiscard]] Error in_context(Error error, std::string_view doing);

}  // namespace covey

#define COVEY_CONCAT_INNER(a, b) a##b
#define COVEY_CONCAT(a, b) COVEY_CONCAT_INNER(a, b)

#define COVEY_TRY(declaration, expression, temporary, return_keyword)               \
  auto temporary = (expression);                                                    \
  if (!temporary) return_keyword ::std::unexpected(::std::move(temporary).error()); \
  declaration = ::std::move(*temporary)  // NOLINT(bugprone-macro-parentheses)

#define COVEY_TRY_VOID(expression, temporary, return_keyword) \
  if (auto temporary = (expression); !temporary)              \
  return_keyword ::std::unexpected(::std::move(temporary).error())

/// TRY(auto x, f()); declares x from f()'s value, or returns its error. CO_TRY does so in a coroutine.
#define TRY(declaration, expression) \
  COVEY_TRY(declaration, expression, COVEY_CONCAT(try_, __COUNTER__), return )
#define TRY_VOID(expression) COVEY_TRY_VOID(expression, COVEY_CONCAT(try_, __COUNTER__), return )
#define CO_TRY(declaration, expression) \
  COVEY_TRY(declaration, expression, COVEY_CONCAT(try_, __COUNTER__), co_return )
#define CO_TRY_VOID(expression) COVEY_TRY_VOID(expression, COVEY_CONCAT(try_, __COUNTER__), co_return )
