#include "base/result.hpp"

#include <cerrno>
#include <system_error>

namespace covey {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kUnreachable:
      return "unreachable";
    case ErrorCode::kTimedOut:
      return "timed_out";
    case ErrorCode::kRefused:
      return "refused";
    case ErrorCode::kExpired:
      return "expired";
    case ErrorCode::kVerificationFailed:
      return "verification_failed";
    case ErrorCode::kPeerMisbehaved:
      return "peer_misbehaved";
    case ErrorCode::kSourceChanged:
      return "source_changed";
    case ErrorCode::kAlreadyExists:
      return "already_exists";
    case ErrorCode::kPermissionDenied:
      return "permission_denied";
    case ErrorCode::kDiskFull:
      return "disk_full";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kLimitExceeded:
      return "limit_exceeded";
    case ErrorCode::kConnectionLost:
      return "connection_lost";
    case ErrorCode::kInternal:
      return "internal";
    case ErrorCode::kMustAsk:
      return "must_ask";
  }
  return "unknown";
}

std::optional<ErrorCode> error_code_named(std::string_view name) {
  for (int value = 1; value <= static_cast<int>(ErrorCode::kMustAsk); ++value) {
    const auto code = static_cast<ErrorCode>(value);
    if (name_of(code) == name) return code;
  }
  return std::nullopt;
}

std::string to_string(const Error& error) {
  return error.context.empty() ? std::string(name_of(error.code))
                               : fmt::format("{}: {}", name_of(error.code), error.context);
}

std::unexpected<Error> fail_errno(int errno_value, std::string_view doing) {
  ErrorCode code = ErrorCode::kIo;
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      code = ErrorCode::kNotFound;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      code = ErrorCode::kPermissionDenied;
      break;
    case EEXIST:
    case ENOTEMPTY:
      code = ErrorCode::kAlreadyExists;
      break;
    case ENOSPC:
    case EDQUOT:
      code = ErrorCode::kDiskFull;
      break;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
      code = ErrorCode::kUnreachable;
      break;
    case ETIMEDOUT:
      code = ErrorCode::kTimedOut;
      break;
    case ECONNRESET:
    case EPIPE:
      code = ErrorCode::kConnectionLost;
      break;
    default:
      break;
  }
  return fail(code, "{}: {}", doing, std::generic_category().message(errno_value));
}

Error in_context(Error error, std::string_view doing) {
  error.context = error.context.empty() ? std::string(doing) : fmt::format("{}: {}", doing, error.context);
  return error;
}

}  // namespace covey
