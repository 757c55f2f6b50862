#include "requests/request_letters.hpp"

#include "access/clean_text.hpp"
#include "base/encoding.hpp"
#include "base/record_time.hpp"
#include "identity/membership.hpp"
#include "identity/peer_name.hpp"
#include "wire/consent.pb.h"

namespace covey::requests {
namespace {

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::kMalformed, "{}", what);
}

template <typename Message>
Result<Message> parsed(ByteView body) {
  Message message;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size())))
    return malformed("a letter that does not parse");
  return message;
}

template <typename Message>
Bytes written(const Message& message) {
  return to_bytes(as_bytes(message.SerializeAsString()));
}

template <typename Fixed>
Result<Fixed> fixed(const std::string& bytes) {
  if (bytes.size() != Fixed::kSize) return malformed("a field of the wrong length");
  return Fixed::from(as_bytes(bytes));
}

std::string text_of(ByteView bytes) {
  return std::string(as_text(bytes));
}

Result<WallTime> time_of(std::uint64_t ms) {
  if (ms > kMaxUnixMs) return malformed("a time beyond the year 9999");
  return from_unix_ms(static_cast<std::int64_t>(ms));
}

Result<std::optional<WallTime>> optional_time_of(std::uint64_t ms) {
  if (ms == 0) return std::optional<WallTime>();
  TRY(const WallTime time, time_of(ms));
  return std::optional(time);
}

std::uint64_t number_of(const std::optional<WallTime>& time) {
  return time ? record_time(*time) : 0;
}

Result<std::string> words(const std::string& text, std::size_t limit) {
  if (text.size() > limit)
    return fail(ErrorCode::kLimitExceeded, "words of {} bytes in a letter", text.size());
  if (!access::is_clean_text(as_bytes(text))) return malformed("words that are no clean text");
  return text;
}

}  // namespace

std::string to_text(const RequestId& id) {
  return to_base32(id.view());
}

Result<> check_reason(std::string_view reason) {
  if (reason.size() > kMaxReasonBytes)
    return fail(ErrorCode::kInvalidArgument, "the reason is {} bytes long; {} can be sent", reason.size(),
                kMaxReasonBytes);
  if (!access::is_clean_text(as_bytes(reason)))
    return fail(ErrorCode::kInvalidArgument,
                "the reason holds control characters; write it in one line of text");
  return {};
}

Bytes encode(const AccessRequest& request) {
  wire::AccessRequest out;
  out.set_request_id(text_of(request.id.view()));
  out.set_share_id(text_of(request.share.view()));
  out.set_reason(request.reason);
  for (const std::string& glob : request.select) out.add_select(glob);
  out.set_membership(text_of(request.membership));
  out.set_expires_at(record_time(request.expires_at));
  out.set_name(request.name);
  return written(out);
}

Result<AccessRequest> read_request(ByteView body) {
  TRY(const auto message, parsed<wire::AccessRequest>(body));
  AccessRequest out;
  TRY(out.id, fixed<RequestId>(message.request_id()));
  TRY(out.share, fixed<access::ShareId>(message.share_id()));
  TRY(out.reason, words(message.reason(), kMaxReasonBytes));
  if (static_cast<std::size_t>(message.select_size()) > kMaxSelected)
    return fail(ErrorCode::kLimitExceeded, "{} patterns in a request", message.select_size());
  for (const std::string& glob : message.select()) {
    TRY(auto pattern, words(glob, kMaxSelectedBytes));
    out.select.push_back(std::move(pattern));
  }
  if (message.membership().size() > identity::kMaxMembershipBytes)
    return fail(ErrorCode::kLimitExceeded, "a membership of {} bytes", message.membership().size());
  out.membership = to_bytes(as_bytes(message.membership()));
  TRY(out.expires_at, time_of(message.expires_at()));
  out.name = message.name();
  if (!out.name.empty() && !identity::PeerName::parse(out.name)) return malformed("a name that is none");
  return out;
}

Bytes encode(const Answer& answer) {
  wire::RequestAnswer out;
  out.set_request_id(text_of(answer.id.view()));
  out.set_approved(answer.approved);
  out.set_reason(answer.reason);
  out.set_until(number_of(answer.until));
  out.set_byte_limit(answer.byte_limit.value_or(0));
  out.set_ask_again_at(number_of(answer.ask_again_at));
  if (answer.grant) {
    out.set_grant(text_of(answer.grant->payload));
    out.set_grant_signature(text_of(answer.grant->signature.view()));
  }
  return written(out);
}

Result<Answer> read_answer(ByteView body) {
  TRY(const auto message, parsed<wire::RequestAnswer>(body));
  Answer out;
  TRY(out.id, fixed<RequestId>(message.request_id()));
  out.approved = message.approved();
  TRY(out.reason, words(message.reason(), kMaxReasonBytes));
  TRY(out.until, optional_time_of(message.until()));
  if (message.byte_limit() != 0) out.byte_limit = message.byte_limit();
  TRY(out.ask_again_at, optional_time_of(message.ask_again_at()));
  if (message.grant().empty()) return out;
  if (!out.approved || message.grant().size() > access::kMaxGrantBytes)
    return malformed("a grant that cannot be one");
  TRY(const auto signature, fixed<crypto::Signature>(message.grant_signature()));
  out.grant = {.payload = to_bytes(as_bytes(message.grant())), .signature = signature};
  return out;
}

Bytes encode_withdrawn(const RequestId& id) {
  wire::RequestWithdrawn out;
  out.set_request_id(text_of(id.view()));
  return written(out);
}

Result<RequestId> read_withdrawn(ByteView body) {
  TRY(const auto message, parsed<wire::RequestWithdrawn>(body));
  return fixed<RequestId>(message.request_id());
}

Bytes encode(const Revoked& revoked) {
  wire::RevocationsLetter out;
  out.set_share_id(text_of(revoked.share.view()));
  out.set_list(text_of(revoked.list.payload));
  out.set_signature(text_of(revoked.list.signature.view()));
  return written(out);
}

Result<Revoked> read_revoked(ByteView body) {
  TRY(const auto message, parsed<wire::RevocationsLetter>(body));
  Revoked out;
  TRY(out.share, fixed<access::ShareId>(message.share_id()));
  if (message.list().size() > access::kMaxRevocationListBytes)
    return fail(ErrorCode::kLimitExceeded, "a list of revocations of {} bytes", message.list().size());
  out.list.payload = to_bytes(as_bytes(message.list()));
  TRY(out.list.signature, fixed<crypto::Signature>(message.signature()));
  return out;
}

}  // namespace covey::requests
