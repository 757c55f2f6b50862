#pragma once
// IncomingRequests: what others have asked this peer, as the owner, and what came of it. Decides which
// requests are taken at all: one of a peer for a share at a time, not too many, and after a denial not before
// a pause that grows. Pure: every decision is a request as it would be, which counts from keep() on, that is,
// when it is on the disk. Time from outside; one thread. Spec: docs/spec/consent.md, "Requests".

#include <map>

#include "requests/request_letters.hpp"

namespace covey::requests {

class IncomingRequests {
 public:
  static constexpr std::size_t kMaxWaiting = 1000;
  static constexpr std::size_t kMaxWaitingOfPeer = 20;
  static constexpr std::size_t kMaxKept = 5000;  // with those that are over

  /// It is on the disk in this form.
  void keep(Request request);
  /// It is on the disk no more.
  void forget(const RequestId& id) { requests_.erase(id); }

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
    std::optional<Request> request;     // with kNew, kChanged, kKnown, kTooSoon
    std::optional<RequestId> replaced;  // with kChanged: which is to be no more
  };
  [[nodiscard]] Arrival arrive(const AccessRequest& asked, const identity::PeerId& by, WallTime now) const;

  /// kNotFound unless it waits.
  [[nodiscard]] Result<Request> approve(const RequestId& id, WallTime now) const;
  [[nodiscard]] Result<Request> deny(const RequestId& id, std::string reason, WallTime now) const;
  /// Only its asker can. Nothing when it does not wait.
  [[nodiscard]] std::optional<Request> withdraw(const RequestId& id, const identity::PeerId& by,
                                                WallTime now) const;
  /// Those of a peer that wait are over: it is blocked.
  [[nodiscard]] std::vector<Request> drop(const identity::PeerId& by, WallTime now) const;
  /// Those of a share that is no more.
  [[nodiscard]] std::vector<Request> drop(const access::ShareId& share, WallTime now) const;
  /// What waited for too long.
  [[nodiscard]] std::vector<Request> expire(WallTime now) const;

  [[nodiscard]] std::optional<Request> find(const RequestId& id) const;
  /// By an unambiguous beginning of its text form. kNotFound, kInvalidArgument.
  [[nodiscard]] Result<Request> find(std::string_view words) const;
  /// Waiting ones first, then the newest.
  [[nodiscard]] std::vector<Request> all() const;
  /// Those beyond kMaxKept that are over; they may be forgotten.
  [[nodiscard]] std::vector<RequestId> surplus() const;

 private:
  [[nodiscard]] const Request* waiting_of(const identity::PeerId& by, const access::ShareId& share) const;
  [[nodiscard]] unsigned denials(const identity::PeerId& by, const access::ShareId& share) const;
  [[nodiscard]] const Request* last_denial(const identity::PeerId& by, const access::ShareId& share) const;
  [[nodiscard]] Result<Request> waiting(const RequestId& id) const;
  template <typename IsMeant>
  [[nodiscard]] std::vector<Request> end_if(IsMeant is_meant, RequestState state, WallTime now) const;

  std::map<RequestId, Request> requests_;
};

}  // namespace covey::requests
