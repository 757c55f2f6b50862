#include "tracker/answers.hpp"

#include "base/log.hpp"

namespace covey::tracker {
namespace {

constexpr int kRetryWhenBusy = 2;

http::Field retry_after(std::int64_t seconds) {
  return {"Retry-After", std::to_string(seconds)};
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kMalformed:
    case ErrorCode::kUnsupported:
      return 400;
    case ErrorCode::kRefused:
    case ErrorCode::kMustAsk:
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kVerificationFailed:
    case ErrorCode::kPeerMisbehaved:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kAlreadyExists:
      return 409;
    case ErrorCode::kExpired:
      return 410;
    case ErrorCode::kLimitExceeded:
      return 429;
    case ErrorCode::kCancelled:
    case ErrorCode::kUnreachable:
    case ErrorCode::kConnectionLost:
    case ErrorCode::kTimedOut:
      return 503;
    case ErrorCode::kSourceChanged:
    case ErrorCode::kDiskFull:
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kInternal:
      break;
  }
  return 500;
}

}  // namespace

http::Response json_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

http::Response error_response(int status, const Error& error) {
  http::Response response = json_response(status, to_json(error));
  if (status == 429 || status == 503) response.fields = {retry_after(kRetryWhenBusy)};
  return response;
}

http::Response error_response(const Error& error) {
  const int status = status_of(error.code);
  if (status < 500) return error_response(status, error);
  log::error("a request failed: {}", to_string(error));
  return error_response(status, {error.code, "the tracker cannot answer at this moment; try again later"});
}

http::Response too_fast(std::chrono::seconds wait) {
  http::Response response = error_response(
      429, {ErrorCode::kLimitExceeded, fmt::format("too many requests; try again in {} s", wait.count())});
  response.fields = {retry_after(wait.count())};
  return response;
}

}  // namespace covey::tracker
