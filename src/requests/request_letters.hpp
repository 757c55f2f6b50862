#pragma once
// The letters in which peers speak of requests, between their form on the wire and ours. What is read has the
// limits of the spec and is believed as far as its letter is: it is its sender's word. Pure; any thread.
// Spec: docs/spec/consent.md, "Requests".

#include "access/grant.hpp"
#include "access/revocation_list.hpp"
#include "requests/request.hpp"

namespace covey::requests {

inline constexpr const char* kRequestLetter = "request";
inline constexpr const char* kWithdrawnLetter = "request.withdrawn";
inline constexpr const char* kAnswerLetter = "request.answer";
inline constexpr const char* kRevocationsLetter = "revocations";

struct AccessRequest {
  RequestId id;
  access::ShareId share;
  std::string reason;
  std::vector<std::string> select;
  Bytes membership;
  WallTime expires_at;
  std::string name;  // the asker's own word, without a membership; empty: it says none

  bool operator==(const AccessRequest&) const = default;
};

struct Answer {
  RequestId id;
  bool approved = false;
  std::string reason;
  std::optional<WallTime> until;
  std::optional<std::uint64_t> byte_limit;
  std::optional<WallTime> ask_again_at;
  std::optional<access::SignedGrant> grant;  // with an approval

  bool operator==(const Answer&) const = default;
};

struct Revoked {
  access::ShareId share;
  access::SignedRevocationList list;

  bool operator==(const Revoked&) const = default;
};

[[nodiscard]] Bytes encode(const AccessRequest& request);
[[nodiscard]] Bytes encode(const Answer& answer);
[[nodiscard]] Bytes encode_withdrawn(const RequestId& id);
[[nodiscard]] Bytes encode(const Revoked& revoked);

// All: kMalformed, or kLimitExceeded above a limit.
Result<AccessRequest> read_request(ByteView body);
Result<Answer> read_answer(ByteView body);
Result<RequestId> read_withdrawn(ByteView body);
Result<Revoked> read_revoked(ByteView body);

/// kInvalidArgument when a person's words cannot be sent: too long, or no clean text.
Result<> check_reason(std::string_view reason);

}  // namespace covey::requests
