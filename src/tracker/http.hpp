#pragma once
// HTTP as the tracker's own code sees it: requests, answers, and the two ways to answer one. It stands
// between the routes and the HTTP library, so that neither knows the other. Network thread.

#include <functional>
#include <memory>
#include <string>

#include <asio/ip/address.hpp>

namespace covey::tracker {

struct Request {
  std::string method;         // "GET"
  std::string target;         // "/api/v1/shares?q=x", as it came
  std::string authorization;  // the field's value; empty if there was none
  std::string content_type;   // likewise
  std::string body;
  std::size_t head_bytes = 0;
  asio::ip::address client;
};

struct Response {
  int status = 200;
  std::string body;  // JSON, or empty with 204
  std::string content_type = "application/json";
  std::string allow;            // with 405: the methods that the path has
  int retry_after_seconds = 0;  // with 429 and 503
};

/// A response that is sent in parts as they come.
class ResponseStream {
 public:
  enum class Outcome { kWritten, kFailed };
  virtual ~ResponseStream() = default;
  /// Calls `done` once, perhaps before it returns. An empty part sends the header alone.
  virtual void write(std::string part, std::function<void(Outcome)> done) = 0;
  /// Ends the response and the connection.
  virtual void finish() = 0;
};

/// One request that waits for its answer: either of the two, once.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual void respond(Response response) = 0;
  virtual std::unique_ptr<ResponseStream> respond_in_parts(std::string content_type) = 0;
};

}  // namespace covey::tracker
