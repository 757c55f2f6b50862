#pragma once
// IncomingRequests: what others have asked this peer, as the owner, and what came of it. Decides which
// requests are taken at all: one of a peer for a share at a time, not too many, and after a denial not before
// a pause that grows. Pure: time from outside, changes handed back to be made durable. One thread. Spec:
// docs/spec/consent.md, "Requests".

#include <map>

#include "requests/request_letters.hpp"

namespace covey::requests {

class IncomingRequests {
 public:
  static constexpr std::size_t kMaxWaiting = 1000;
  static constexpr std::size_t kMaxWaitingOfPeer = 20;
  static constexpr std::size_t kMaxKept = 5000;  // with those that are over

  /// One of an earlier run.
  void restore(Request request);

  enum class Verdict : std::uint8_t {
    kNew,      // waits for the owner's word from now on
    kChanged,  // takes the place of this peer's earlier request for this share
    kKnown,    // came before
    kTooSoon,  // after a denial: `ask_again_at` says when
    kTooMany,
    kOver,  // has expired already
  };
  struct Arrival {
    Verdict verdict;
    const Request* request = nullptr;   // with kNew, kChanged, kKnown, kTooSoon
    std::optional<RequestId> replaced;  // with kChanged: which is no more
  };
  Arrival arrive(const AccessRequest& asked, const identity::PeerId& by, WallTime now);

  /// kNotFound unless it waits.
  Result<const Request*> approve(const RequestId& id, WallTime now);
  Result<const Request*> deny(const RequestId& id, std::string reason, WallTime now);
  /// Only its asker can. Nothing when it did not wait.
  const Request* withdraw(const RequestId& id, const identity::PeerId& by, WallTime now);
  /// Those of a peer that wait are over: it is blocked. What has changed.
  std::vector<const Request*> drop(const identity::PeerId& by, WallTime now);
  /// Those of a share that is no more.
  std::vector<const Request*> drop(const access::ShareId& share, WallTime now);
  /// What waited for too long.
  std::vector<const Request*> expire(WallTime now);

  [[nodiscard]] const Request* find(const RequestId& id) const;
  /// By an unambiguous beginning of its text form. kNotFound, kInvalidArgument.
  Result<const Request*> find(std::string_view words) const;
  /// Waiting ones first, then the newest.
  [[nodiscard]] std::vector<const Request*> all() const;
  /// Those beyond kMaxKept that are over; they may be forgotten.
  std::vector<RequestId> surplus();

 private:
  Request* waiting_of(const identity::PeerId& by, const access::ShareId& share);
  [[nodiscard]] unsigned denials(const identity::PeerId& by, const access::ShareId& share) const;
  [[nodiscard]] const Request* last_denial(const identity::PeerId& by, const access::ShareId& share) const;
  Result<Request*> waiting(const RequestId& id);
  template <typename IsMeant>
  std::vector<const Request*> end_if(IsMeant is_meant, RequestState state, WallTime now);

  std::map<RequestId, Request> requests_;
};

}  // namespace covey::requests
