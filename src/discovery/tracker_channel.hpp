#pragma once
// TrackerChannel: HTTPS requests to the trackers of one network.
//
// The connection is kept between requests. When a tracker is away the next one of the link is asked, and the
// one that answered is asked first from then on. Nothing but the pinned key, or a certificate that the
// system's authorities vouch for, is talked to; no proxy and no redirect is followed. Answers are bounded.
// Blocking; one thread at a time, but for stop(). Spec: docs/spec/api-tracker.yaml.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "identity/network_link.hpp"

namespace covey::discovery {

struct ChannelDeadlines {
  std::chrono::seconds connect{10};
  std::chrono::seconds answer{30};
  /// The event stream is lost after this long without even an empty line.
  std::chrono::seconds silence{45};
};

struct TrackerRequest {
  const char* method = "GET";
  std::string path;   // below /api/v1, with its query
  std::string body;   // JSON; empty: none
  std::string token;  // empty: none
};

struct TrackerAnswer {
  long status = 0;
  std::string body;
  std::optional<std::chrono::seconds> retry_after;
};

class TrackerChannel {
 public:
  explicit TrackerChannel(identity::NetworkLink link, ChannelDeadlines deadlines = {});
  TrackerChannel(const TrackerChannel&) = delete;
  TrackerChannel& operator=(const TrackerChannel&) = delete;
  ~TrackerChannel();

  /// Any HTTP answer is a success. kUnreachable when no tracker answers, kVerificationFailed when what
  /// answers is not the network's tracker, kTimedOut, kPeerMisbehaved for an answer above its limit,
  /// kCancelled after stop().
  Result<TrackerAnswer> ask(const TrackerRequest& request);

  /// Calls `on_line` with each line of the body as it comes, until it returns false (success) or the stream
  /// ends (kConnectionLost). An answer that is not 200 comes back as it is.
  Result<TrackerAnswer> stream(const TrackerRequest& request,
                               const std::function<bool(std::string_view)>& on_line);

  /// Ends what runs within a second, and refuses what comes later. Any thread.
  void stop() { stopped_ = true; }

 private:
  class Transfer;
  Result<TrackerAnswer> perform(const TrackerRequest& request, Transfer& transfer);
  Result<TrackerAnswer> try_one(const std::string& tracker, const TrackerRequest& request,
                                Transfer& transfer);

  identity::NetworkLink link_;
  ChannelDeadlines deadlines_;
  std::atomic<bool> stopped_{false};
  std::size_t first_ = 0;  // the tracker that answered last
  struct FreeHandle {
    void operator()(void* handle) const;
  };
  std::unique_ptr<void, FreeHandle> handle_;
};

}  // namespace covey::discovery
