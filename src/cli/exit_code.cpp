#include "cli/exit_code.hpp"

namespace covey::cli {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return ExitCode::kUsage;
    case ErrorCode::kRefused:
    case ErrorCode::kMustAsk:
    case ErrorCode::kExpired:
      return ExitCode::kRefused;
    case ErrorCode::kNotFound:
    case ErrorCode::kUnreachable:
    case ErrorCode::kTimedOut:
      return ExitCode::kNotFound;
    case ErrorCode::kVerificationFailed:
    case ErrorCode::kSourceChanged:
      return ExitCode::kNotVerified;
    case ErrorCode::kCancelled:
      return ExitCode::kInterrupted;
    case ErrorCode::kMalformed:
    case ErrorCode::kPeerMisbehaved:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kDiskFull:
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kUnsupported:
    case ErrorCode::kLimitExceeded:
    case ErrorCode::kConnectionLost:
    case ErrorCode::kInternal:
      return ExitCode::kFailed;
  }
  return ExitCode::kFailed;
}

}  // namespace covey::cli
