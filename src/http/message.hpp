#pragma once
// HTTP as the code of servers sees it: requests, answers, and the ways to answer one. What stands between
// routes and the HTTP library, so that neither knows the other. Network thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <asio/ip/address.hpp>

namespace covey::http {

struct Field {
  std::string name, value;
};

struct Request {
  std::string method;         // "GET"
  std::string target;         // "/api/v1/shares/ab12/tickets?x=y", as it came
  std::vector<Field> fields;  // as they came, in their order
  std::string body;
  asio::ip::address client;  // unspecified on a Unix socket

  /// The first of that name, in whatever case; empty if there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const;
  /// What a field must not be given twice for; nothing when it is.
  [[nodiscard]] std::optional<std::string_view> only_field(std::string_view name) const;
  /// Of the target and the fields.
  [[nodiscard]] std::size_t head_bytes() const;
};

struct Response {
  int status = 200;
  std::string body;  // what HEAD and 304 are told the length of, and not sent
  std::string content_type = "application/json";
  std::string cache_control = "no-store";
  std::vector<Field> fields;  // further ones
};

/// The beginning of a response that is sent in parts, with all of its header fields but those of its length.
struct ResponseHead {
  int status = 200;
  std::vector<Field> fields;
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
  using WhenWritten = std::function<void()>;
  virtual ~Exchange() = default;
  /// Calls `when_written` when the answer has gone to the system, or could not.
  virtual void respond(Response response, WhenWritten when_written) = 0;
  virtual std::unique_ptr<ResponseStream> respond_in_parts(ResponseHead head) = 0;
  /// The parts that follow have `length` bytes in all; fewer tell the client that the rest is missing.
  virtual std::unique_ptr<ResponseStream> respond_sized(ResponseHead head, std::uint64_t length) = 0;
};

/// The head of lines of JSON that come as things happen.
[[nodiscard]] ResponseHead event_stream_head();

}  // namespace covey::http
