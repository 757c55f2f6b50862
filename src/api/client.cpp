#include "api/client.hpp"

#include <cerrno>
#include <mutex>
#include <optional>
#include <utility>

#include <curl/curl.h>

#include "api/json.hpp"
#include "base/encoding.hpp"

namespace covey::api {
namespace {

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

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
struct Reader {
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
  return static_cast<Reader*>(reader)->take({data, size * count}) ? size * count : 0;
}

int on_progress(void* reader, curl_off_t /*down*/, curl_off_t /*downloaded*/, curl_off_t /*up*/,
                curl_off_t /*uploaded*/) {
  static_cast<Reader*>(reader)->note_silence();
  return static_cast<Reader*>(reader)->done() ? 1 : 0;
}

}  // namespace

class Client::Connection {
 public:
  Connection(std::filesystem::path socket, ClientOptions options)
      : socket_(std::move(socket)), options_(options), handle_(new_handle()) {}

  /// The answer's body, or the error that it holds.
  Result<std::string> call(const char* method, std::string_view path, std::optional<std::string> json = {}) {
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

  Result<> stream(std::string_view path, const std::function<Watch(const Event&)>& on_event,
                  std::stop_token stop) {
    Reader reader{handle_.get(), on_event, std::move(stop), options_.silence};
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

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_.get(), option, value);
  }

  /// Resets all options; the headers must live until the call is over.
  std::unique_ptr<curl_slist, FreeList> prepare(const char* method, std::string_view path,
                                                const std::optional<std::string>& json) {
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

  [[nodiscard]] long response_status() const {
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  [[nodiscard]] Error transport_error(CURLcode code) const {
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST) return cannot_connect();
    if (code == CURLE_OPERATION_TIMEDOUT) {
      return {ErrorCode::kTimedOut, "the daemon does not answer; look at its log, or restart it"};
    }
    return {ErrorCode::kConnectionLost,
            fmt::format("the connection to the daemon broke: {}; is it still running?",
                        curl_easy_strerror(code))};
  }

  [[nodiscard]] Error cannot_connect() const {
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

  std::filesystem::path socket_;
  ClientOptions options_;
  std::unique_ptr<CURL, FreeHandle> handle_;
};

namespace {

template <typename View>
Result<View> view_in(const Result<std::string>& body) {
  if (!body) return std::unexpected(body.error());
  Result<View> view = from_json<View>(*body);
  if (!view)
    return std::unexpected(in_context(std::move(view).error(), "the daemon's answer does not make sense"));
  return view;
}

Result<> done(const Result<std::string>& body) {
  if (!body) return std::unexpected(body.error());
  return {};
}

std::string share_path(std::string_view share) {
  return "/shares/" + percent_encoded(share);
}
std::string transfer_path(std::string_view transfer, std::string_view action) {
  return fmt::format("/transfers/{}/{}", percent_encoded(transfer), action);
}

}  // namespace

Client::Client(std::filesystem::path socket, ClientOptions options)
    : connection_(std::make_unique<Connection>(std::move(socket), options)) {}
Client::Client(Client&&) noexcept = default;
Client::~Client() = default;

Result<StatusView> Client::status() {
  return view_in<StatusView>(connection_->call("GET", "/status"));
}

Result<std::vector<ShareView>> Client::shares() {
  return view_in<std::vector<ShareView>>(connection_->call("GET", "/shares"));
}

Result<ShareView> Client::share(const ShareRequest& request) {
  return view_in<ShareView>(connection_->call("POST", "/shares", to_json(request)));
}

Result<> Client::unshare(std::string_view share) {
  return done(connection_->call("DELETE", share_path(share)));
}

Result<TicketView> Client::ticket(const TicketRequest& request) {
  return view_in<TicketView>(
      connection_->call("POST", share_path(request.share_id) + "/tickets", to_json(request)));
}

Result<std::vector<TransferView>> Client::transfers() {
  return view_in<std::vector<TransferView>>(connection_->call("GET", "/transfers"));
}

Result<TransferView> Client::download(const DownloadRequest& request) {
  return view_in<TransferView>(connection_->call("POST", "/transfers", to_json(request)));
}

Result<TransferView> Client::pause(std::string_view transfer) {
  return view_in<TransferView>(connection_->call("POST", transfer_path(transfer, "pause"), ""));
}

Result<TransferView> Client::resume(std::string_view transfer) {
  return view_in<TransferView>(connection_->call("POST", transfer_path(transfer, "resume"), ""));
}

Result<TransferView> Client::cancel(std::string_view transfer, PartialFiles partial) {
  return view_in<TransferView>(
      connection_->call("POST", transfer_path(transfer, "cancel"), to_json(partial)));
}

Result<TransferView> Client::set(std::string_view transfer, const TransferSettings& settings) {
  return view_in<TransferView>(
      connection_->call("POST", transfer_path(transfer, "settings"), to_json(settings)));
}

Result<TransferView> Client::verify(std::string_view transfer) {
  return view_in<TransferView>(connection_->call("POST", transfer_path(transfer, "verify"), ""));
}

Result<TransferView> Client::move(std::string_view transfer, const std::string& directory) {
  return view_in<TransferView>(
      connection_->call("POST", transfer_path(transfer, "move"), move_to_json(directory)));
}

Result<StreamView> Client::stream(std::string_view transfer, const std::string& file) {
  return view_in<StreamView>(
      connection_->call("POST", transfer_path(transfer, "stream"), stream_to_json(file)));
}

Result<> Client::remove(std::string_view transfer, RemovedFiles files) {
  const std::string path = fmt::format("/transfers/{}?files={}", percent_encoded(transfer), name_of(files));
  return done(connection_->call("DELETE", path));
}

Result<ExplanationView> Client::explain(std::string_view transfer) {
  return view_in<ExplanationView>(
      connection_->call("GET", fmt::format("/transfers/{}", percent_encoded(transfer))));
}

Result<LimitsView> Client::limits() {
  return view_in<LimitsView>(connection_->call("GET", "/limits"));
}

Result<LimitsView> Client::set_limits(const LimitSettings& settings) {
  return view_in<LimitsView>(connection_->call("POST", "/limits", to_json(settings)));
}

Result<std::vector<NetworkView>> Client::networks() {
  return view_in<std::vector<NetworkView>>(connection_->call("GET", "/networks"));
}

Result<NetworkView> Client::join(const JoinRequest& request) {
  return view_in<NetworkView>(connection_->call("POST", "/networks", to_json(request)));
}

Result<> Client::leave(std::string_view network) {
  return done(connection_->call("DELETE", "/networks/" + percent_encoded(network)));
}

Result<SearchView> Client::search(const SearchRequest& request) {
  const std::string path =
      fmt::format("/search?q={}&owner={}&after={}&limit={}", percent_encoded(request.words),
                  percent_encoded(request.owner), percent_encoded(request.after), request.limit);
  return view_in<SearchView>(connection_->call("GET", path));
}

Result<std::vector<PeerView>> Client::peers() {
  return view_in<std::vector<PeerView>>(connection_->call("GET", "/peers"));
}

Result<std::vector<AlertView>> Client::alerts() {
  return view_in<std::vector<AlertView>>(connection_->call("GET", "/alerts"));
}

Result<> Client::stop() {
  return done(connection_->call("POST", "/stop", ""));
}

Result<> Client::events(const std::function<Watch(const Event&)>& on_event, std::stop_token stop,
                        std::string_view transfer) {
  const std::string path = transfer.empty() ? "/events" : "/events?transfer=" + percent_encoded(transfer);
  return connection_->stream(path, on_event, std::move(stop));
}

}  // namespace covey::api
