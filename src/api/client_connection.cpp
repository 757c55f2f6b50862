#include "api/client_connection.hpp"

#include <cerrno>
#include <mutex>
#include <utility>

namespace covey::api {
namespace {

CURL* new_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CURL* handle = curl_easy_init();
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

/// Text that comes in pieces, with a limit.
struct Body {
  std::string text;
  bool too_long = false;

  bool append(std::string_view piece) {
    too_long = too_long || text.size() + piece.size() > kMaxJsonBytes;
    if (!too_long) text.append(piece);
    return !too_long;
  }
};

std::size_t collect(const char* data, std::size_t size, std::size_t count, void* body) {
  return static_cast<Body*>(body)->append({data, size * count}) ? size * count : 0;
}

Error error_in(const std::string& body, long status) {
  if (Result<Error> error = from_json<Error>(body)) return std::move(*error);
  return {ErrorCode::kMalformed,
          fmt::format("the daemon answered with HTTP status {} and no reason", status)};
}

/// The event stream as it arrives: lines, of which an error answer has one, too.
struct AnswerReader {
  CURL* handle;
  const std::function<Watch(const Event&)>& on_event;
  std::stop_token stop;
  std::chrono::seconds silence;
  std::chrono::steady_clock::time_point last_heard = std::chrono::steady_clock::now();
  Body rest{};  // the line that is not complete yet, or the body of an error answer
  bool enough = false;
  std::optional<Error> error{};

  [[nodiscard]] bool done() const { return enough || error || stop.stop_requested(); }

  bool take(std::string_view piece) {
    last_heard = std::chrono::steady_clock::now();
    if (!rest.append(piece)) {
      error = Error{ErrorCode::kMalformed, "the daemon sent a line without an end"};
      return false;
    }
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return true;
    std::size_t begin = 0;
    for (std::size_t end = 0; !done() && (end = rest.text.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      take_line(std::string_view(rest.text).substr(begin, end - begin));
    }
    rest.text.erase(0, begin);
    return !done();
  }

  // libcurl's own limit is for bytes a second, and a heartbeat is less than that.
  void note_silence() {
    if (std::chrono::steady_clock::now() - last_heard <= silence) return;
    error = Error{ErrorCode::kTimedOut, "the daemon does not answer; look at its log, or restart it"};
  }

  void take_line(std::string_view line) {
    if (line.empty()) return;  // a heartbeat
    const Result<Event> event = from_json<Event>(line);
    if (!event) {
      error = event.error();
    } else if (things_told(*event) > 0) {
      enough = on_event(*event) == Watch::kEnough;
    } else if (Result<Error> last_words = from_json<Error>(line)) {
      error = std::move(*last_words);
    }
  }
};

std::size_t on_data(const char* data, std::size_t size, std::size_t count, void* reader) {
  return static_cast<AnswerReader*>(reader)->take({data, size * count}) ? size * count : 0;
}

int on_progress(void* reader, curl_off_t /*down*/, curl_off_t /*downloaded*/, curl_off_t /*up*/,
                curl_off_t /*uploaded*/) {
  static_cast<AnswerReader*>(reader)->note_silence();
  return static_cast<AnswerReader*>(reader)->done() ? 1 : 0;
}

}  // namespace

Client::Connection::Connection(std::filesystem::path socket, ClientOptions options)
    : socket_(std::move(socket)), options_(options), handle_(new_handle()) {}

Result<std::string> Client::Connection::call(const char* method, std::string_view path,
                                             std::optional<std::string> json) {
  Body body;
  const auto headers = prepare(method, path, json);
  set(CURLOPT_WRITEFUNCTION, &collect);
  set(CURLOPT_WRITEDATA, &body);
  set(CURLOPT_TIMEOUT, static_cast<long>(options_.timeout.count()));
  const CURLcode code = curl_easy_perform(handle_.get());
  if (body.too_long) return fail(ErrorCode::kMalformed, "the daemon's answer is too long");
  if (code != CURLE_OK) return std::unexpected(transport_error(code));
  const long status = response_status();
  constexpr long kFirstRefusal = 300;
  if (status >= kFirstRefusal) return std::unexpected(error_in(body.text, status));
  return std::move(body.text);
}

Result<> Client::Connection::stream(std::string_view path, const std::function<Watch(const Event&)>& on_event,
                                    std::stop_token stop) {
  AnswerReader reader{handle_.get(), on_event, std::move(stop), options_.silence};
  const auto headers = prepare("GET", path, {});
  set(CURLOPT_WRITEFUNCTION, &on_data);
  set(CURLOPT_WRITEDATA, &reader);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, &reader);
  const CURLcode code = curl_easy_perform(handle_.get());
  if (reader.error) return std::unexpected(std::move(*reader.error));
  if (reader.done()) return {};
  if (code != CURLE_OK) return std::unexpected(transport_error(code));
  if (const long status = response_status(); status != 200) {
    return std::unexpected(error_in(reader.rest.text, status));
  }
  return fail(ErrorCode::kConnectionLost, "the daemon closed the event stream; it is probably stopping");
}

std::unique_ptr<curl_slist, Client::Connection::FreeList> Client::Connection::prepare(
    const char* method, std::string_view path, const std::optional<std::string>& json) {
  curl_easy_reset(handle_.get());
  const std::string url = fmt::format("http://covey/api/v1{}", path);
  set(CURLOPT_URL, url.c_str());  // copied by libcurl
  set(CURLOPT_UNIX_SOCKET_PATH, socket_.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROXY, "");  // whatever the environment says
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CUSTOMREQUEST, method);
  std::unique_ptr<curl_slist, FreeList> headers;
  if (json) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json->size()));
    set(CURLOPT_COPYPOSTFIELDS, json->data());
    // "Expect:" keeps libcurl from waiting for a "100 Continue".
    headers.reset(curl_slist_append(nullptr, "Content-Type: application/json"));
    curl_slist_append(headers.get(), "Expect:");
  }
  set(CURLOPT_HTTPHEADER, headers.get());
  return headers;
}

long Client::Connection::response_status() const {
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

Error Client::Connection::transport_error(CURLcode code) const {
  if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST) return cannot_connect();
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {ErrorCode::kTimedOut, "the daemon does not answer; look at its log, or restart it"};
  }
  return {
      ErrorCode::kConnectionLost,
      fmt::format("the connection to the daemon broke: {}; is it still running?", curl_easy_strerror(code))};
}

Error Client::Connection::cannot_connect() const {
  long number = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &number);
  if (number == EACCES || number == EPERM) {
    return {
        ErrorCode::kPermissionDenied,
        fmt::format("the daemon's socket {} belongs to another user: run this command as that user, or set "
                    "COVEY_HOME to a folder of your own",
                    socket_.string())};
  }
  return {ErrorCode::kUnreachable, "the daemon is not running: start it with 'covey daemon'"};
}

}  // namespace covey::api
