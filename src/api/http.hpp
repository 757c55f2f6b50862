#pragma once
// HTTP as the API's own code sees it: requests, answers, and the ways to answer one. What stands between
// the routes and the HTTP library, so that neither knows the other. Network thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace covey::api {

struct HttpRequest {
  std::string method;        // "GET"
  std::string target;        // "/api/v1/shares/ab12/tickets?x=y", as it came
  std::string content_type;  // empty if there was none
  std::string body;
  std::string host, range;  // header fields; empty if there were none
};

struct HttpResponse {
  int status = 200;
  std::string body;   // JSON, or empty with 204
  std::string allow;  // with 405: the methods that the path has
  bool stop_afterwards = false;
};

/// The beginning of a response whose length is known, with all of its header fields but Content-Length.
struct ResponseHead {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;
  std::uint64_t length = 0;
};

/// A response that is sent in parts as they come.
class ResponseStream {
 public:
  enum class Outcome { kWritten, kFailed };
  virtual ~ResponseStream() = default;
  /// Calls `done` once, perhaps before it returns. An empty part sends the header alone.
  virtual void write(std::string part, std::function<void(Outcome)> done) = 0;
  /// Ends the response and the connection.
  virtual void finish(std::string last_part) = 0;
  /// Whether the other side has closed, as far as is known without writing.
  [[nodiscard]] virtual bool is_abandoned() const = 0;
};

/// One request that waits for its answer: one of these, once.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Calls `when_written` when the answer has gone to the system, or could not.
  virtual void respond(HttpResponse response, std::function<void()> when_written) = 0;
  virtual std::unique_ptr<ResponseStream> respond_in_parts(std::string content_type) = 0;
  /// The parts that follow have head.length bytes in all; fewer tell the client that the rest is missing.
  virtual std::unique_ptr<ResponseStream> respond_sized(ResponseHead head) = 0;
};

}  // namespace covey::api
