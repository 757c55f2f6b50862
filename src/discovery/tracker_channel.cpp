#include "discovery/tracker_channel.hpp"

#include <mutex>

#include <curl/curl.h>
#include <sodium.h>

namespace covey::discovery {
namespace {

/// A page of fifty listings of 64 KiB, as base64 in JSON, and some room.
constexpr std::size_t kMaxAnswerBytes = std::size_t{8} << 20;
constexpr std::size_t kMaxLineBytes = 128U << 10;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, FreeList>;

CURL* new_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CURL* handle = curl_easy_init();
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

/// libcurl's form of a pinned key: standard base64, with padding.
std::string pin_text(const identity::CertificatePin& pin) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string out(sodium_base64_encoded_len(identity::CertificatePin::kSize, kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), pin.view().data(), pin.view().size(), kVariant);
  out.pop_back();
  return "sha256//" + out;
}

std::unexpected<Error> fail_transfer(CURLcode code, const std::string& tracker) {
  switch (code) {
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_PEER_FAILED_VERIFICATION:
      return fail(ErrorCode::kVerificationFailed,
                  "what answers at {} is not the tracker of this network; ask for a fresh network link",
                  tracker);
    case CURLE_OPERATION_TIMEDOUT:
      return fail(ErrorCode::kTimedOut, "the tracker {} does not answer", tracker);
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
      return fail(ErrorCode::kUnreachable, "the tracker {} cannot be reached", tracker);
    default:
      return fail(ErrorCode::kUnreachable, "the tracker {} cannot be asked: {}", tracker,
                  curl_easy_strerror(code));
  }
}

/// Everything but how the answer is taken. The headers, and the request, live until it is over.
Headers prepare(CURL* handle, const std::string& tracker, const TrackerRequest& request,
                const ChannelDeadlines& deadlines) {
  const std::string url = fmt::format("https://{}/api/v1{}", tracker, request.path);
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_3));
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_PROXY, "");  // whatever the environment says
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(deadlines.connect.count()));
  Headers headers(curl_slist_append(nullptr, "Expect:"));  // no waiting for a "100 Continue"
  if (!request.token.empty())
    curl_slist_append(headers.get(), fmt::format("Authorization: Bearer {}", request.token).c_str());
  if (!request.body.empty()) {
    curl_slist_append(headers.get(), "Content-Type: application/json");
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method);
  return headers;
}

}  // namespace

/// One request's answer as it arrives.
class TrackerChannel::Transfer {
 public:
  using OnLine = std::function<bool(std::string_view)>;

  Transfer(CURL* handle, const std::atomic<bool>& stopped, const OnLine* on_line,
           std::chrono::seconds patience)
      : handle_(handle), stopped_(&stopped), on_line_(on_line), patience_(patience) {}

  static std::size_t on_data(const char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->take({data, size * count}) ? size * count : 0;
  }
  static int on_progress(void* self, curl_off_t /*down*/, curl_off_t /*downloaded*/, curl_off_t /*up*/,
                         curl_off_t /*uploaded*/) {
    auto* const transfer = static_cast<Transfer*>(self);
    if (transfer->on_line_ != nullptr &&
        std::chrono::steady_clock::now() - transfer->heard_ > transfer->patience_)
      transfer->silent = true;
    return transfer->silent || *transfer->stopped_ ? 1 : 0;
  }
  /// For the next try, after its options are set.
  void begin() {
    body.clear();
    heard_ = std::chrono::steady_clock::now();
    curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Transfer::on_data);
    curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle_, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle_, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    curl_easy_setopt(handle_, CURLOPT_XFERINFODATA, this);
    // libcurl's own limit is for the whole answer, and a stream has no end.
    if (on_line_ == nullptr) curl_easy_setopt(handle_, CURLOPT_TIMEOUT, static_cast<long>(patience_.count()));
  }

  std::string body;
  bool too_long = false;
  bool enough = false;
  bool silent = false;

 private:
  bool take(std::string_view piece) {
    heard_ = std::chrono::steady_clock::now();
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    const bool lines = on_line_ != nullptr && status == 200;
    too_long = body.size() + piece.size() > (lines ? 2 * kMaxLineBytes : kMaxAnswerBytes);
    if (too_long) return false;
    body.append(piece);
    if (lines) take_lines();
    too_long = too_long || (lines && body.size() > kMaxLineBytes);
    return !too_long && !enough;
  }
  void take_lines() {
    std::size_t begin = 0;
    for (std::size_t end = 0; !enough && (end = body.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      const std::string_view line = std::string_view(body).substr(begin, end - begin);
      enough = !line.empty() && !(*on_line_)(line);
    }
    body.erase(0, begin);
  }

  CURL* handle_;
  const std::atomic<bool>* stopped_;
  const OnLine* on_line_;
  std::chrono::seconds patience_;  // with the answer, or with a silence of the stream
  std::chrono::steady_clock::time_point heard_ = std::chrono::steady_clock::now();
};

void TrackerChannel::FreeHandle::operator()(void* handle) const {
  curl_easy_cleanup(handle);
}

TrackerChannel::TrackerChannel(identity::NetworkLink link, ChannelDeadlines deadlines)
    : link_(std::move(link)), deadlines_(deadlines), handle_(new_handle()) {}

TrackerChannel::~TrackerChannel() = default;

Result<TrackerAnswer> TrackerChannel::ask(const TrackerRequest& request) {
  Transfer transfer(handle_.get(), stopped_, nullptr, deadlines_.answer);
  return perform(request, transfer);
}

Result<TrackerAnswer> TrackerChannel::stream(const TrackerRequest& request,
                                             const std::function<bool(std::string_view)>& on_line) {
  Transfer transfer(handle_.get(), stopped_, &on_line, deadlines_.silence);
  TRY(auto answer, perform(request, transfer));
  if (answer.status == 200 && !transfer.enough)
    return fail(ErrorCode::kConnectionLost, "the tracker ended the stream of messages");
  return answer;
}

Result<TrackerAnswer> TrackerChannel::perform(const TrackerRequest& request, Transfer& transfer) {
  Error last{ErrorCode::kUnreachable, "the network has no tracker"};
  for (std::size_t i = 0; i < link_.trackers.size(); ++i) {
    if (stopped_) return fail(ErrorCode::kCancelled, "stopped");
    const std::size_t number = (first_ + i) % link_.trackers.size();
    auto answer = try_one(link_.trackers[number], request, transfer);
    if (answer) first_ = number;
    if (answer || answer.error().code == ErrorCode::kPeerMisbehaved) return answer;
    last = std::move(answer).error();
  }
  return std::unexpected(std::move(last));
}

Result<TrackerAnswer> TrackerChannel::try_one(const std::string& tracker, const TrackerRequest& request,
                                              Transfer& transfer) {
  CURL* const handle = handle_.get();
  curl_easy_reset(handle);
  const Headers headers = prepare(handle, tracker, request, deadlines_);
  if (link_.pin) {
    curl_easy_setopt(handle, CURLOPT_PINNEDPUBLICKEY, pin_text(*link_.pin).c_str());
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);  // the pin says more than any authority
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  transfer.begin();
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK && !transfer.enough) {
    if (stopped_) return fail(ErrorCode::kCancelled, "stopped");
    if (transfer.too_long)
      return fail(ErrorCode::kPeerMisbehaved, "the tracker {} sends more than any answer has", tracker);
    return fail_transfer(transfer.silent ? CURLE_OPERATION_TIMEDOUT : code, tracker);
  }
  TrackerAnswer answer{.status = 0, .body = std::move(transfer.body), .retry_after = std::nullopt};
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_off_t wait = 0;
  if (curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
    answer.retry_after = std::chrono::seconds(wait);
  return answer;
}

}  // namespace covey::discovery
