#pragma once
// OutgoingRequests: what this peer has asked owners for, each for one download that waits for the answer.
// Pure: every decision is a request as it would be, which counts from keep() on, that is, when it is on the
// disk. Time and ids from outside; one thread. Spec: docs/spec/consent.md, "Requests".

#include <map>

#include "crypto/random.hpp"
#include "requests/request_letters.hpp"

namespace covey::requests {

struct OutgoingRequest {
  Request request;
  std::string transfer;  // the download that waits

  bool operator==(const OutgoingRequest&) const = default;
};

class OutgoingRequests {
 public:
  /// It is on the disk in this form.
  void keep(OutgoingRequest request);
  /// Its download is no more.
  void forget(const RequestId& id) { requests_.erase(id); }

  struct Wish {
    access::ShareId share;
    identity::PeerId owner;
    std::string transfer;
    std::string reason;
    std::vector<std::string> select;
  };
  /// kRefused before the owner wants to be asked again; kInvalidArgument for a reason or patterns that
  /// cannot be sent. A request of this download that waits already is given back as it is.
  [[nodiscard]] Result<OutgoingRequest> ask(Wish wish, crypto::Random& random, WallTime now) const;

  /// The owner's word. Nothing unless this very owner was asked and waits to be heard; with an approval, also
  /// what was denied or has expired before is approved now, since the owner may change its mind.
  [[nodiscard]] std::optional<OutgoingRequest> answered(const Answer& answer, const identity::PeerId& by,
                                                        WallTime now) const;
  /// Nothing when it did not wait.
  [[nodiscard]] std::optional<OutgoingRequest> withdraw(const RequestId& id, WallTime now) const;
  [[nodiscard]] std::vector<OutgoingRequest> expire(WallTime now) const;

  [[nodiscard]] std::optional<OutgoingRequest> find(const RequestId& id) const;
  [[nodiscard]] std::optional<OutgoingRequest> of_transfer(std::string_view transfer) const;  // the newest
  /// By an unambiguous beginning of its text form, or its download's id. kNotFound, kInvalidArgument.
  [[nodiscard]] Result<OutgoingRequest> find(std::string_view words) const;
  /// Waiting ones first, then the newest.
  [[nodiscard]] std::vector<OutgoingRequest> all() const;

 private:
  std::map<RequestId, OutgoingRequest> requests_;
};

/// What is sent to the owner.
[[nodiscard]] AccessRequest letter_of(const OutgoingRequest& asked, Bytes membership);

}  // namespace covey::requests
