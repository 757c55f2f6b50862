#include "requests/outgoing_requests.hpp"

#include <algorithm>

#include "access/clean_text.hpp"

namespace covey::requests {
namespace {

Result<> check_patterns(const std::vector<std::string>& select) {
  if (select.size() > kMaxSelected)
    return fail(ErrorCode::kInvalidArgument, "{} patterns are more than a request holds; {} can be sent",
                select.size(), kMaxSelected);
  for (const std::string& glob : select) {
    if (glob.size() > kMaxSelectedBytes || !access::is_clean_text(as_bytes(glob)))
      return fail(ErrorCode::kInvalidArgument,
                  "a pattern that cannot be sent; at most {} bytes of plain text", kMaxSelectedBytes);
  }
  return {};
}

}  // namespace

void OutgoingRequests::keep(OutgoingRequest request) {
  const RequestId id = request.request.id;
  requests_.insert_or_assign(id, std::move(request));
}

Result<OutgoingRequest> OutgoingRequests::ask(Wish wish, crypto::Random& random, WallTime now) const {
  TRY_VOID(check_reason(wish.reason));
  TRY_VOID(check_patterns(wish.select));
  for (const auto& [id, known] : requests_) {
    const Request& request = known.request;
    if (request.state == RequestState::kWaiting && known.transfer == wish.transfer) return known;
    const bool denied = request.state == RequestState::kDenied && request.share == wish.share &&
                        request.peer == wish.owner && request.ask_again_at && now < *request.ask_again_at;
    if (denied) {
      const auto minutes = std::chrono::ceil<std::chrono::minutes>(*request.ask_again_at - now).count();
      return fail(ErrorCode::kRefused, "its owner has said no; it can be asked again in {} minutes", minutes);
    }
  }
  const auto id = random.fixed<RequestId>();
  return OutgoingRequest{.request = {.id = id,
                                     .share = wish.share,
                                     .peer = wish.owner,
                                     .reason = std::move(wish.reason),
                                     .select = std::move(wish.select),
                                     .made_at = now,
                                     .expires_at = now + kLongestWait,
                                     .state = RequestState::kWaiting,
                                     .answered_at = std::nullopt,
                                     .answer = {},
                                     .ask_again_at = std::nullopt},
                         .transfer = std::move(wish.transfer)};
}

std::optional<OutgoingRequest> OutgoingRequests::answered(const Answer& answer, const identity::PeerId& by,
                                                          WallTime now) const {
  auto out = find(answer.id);
  if (!out) return std::nullopt;
  Request& request = out->request;
  const bool waits = request.state == RequestState::kWaiting;
  const bool late_yes =
      answer.approved && (request.state == RequestState::kDenied || request.state == RequestState::kExpired);
  if (request.peer != by || (!waits && !late_yes)) return std::nullopt;
  request.state = answer.approved ? RequestState::kApproved : RequestState::kDenied;
  request.answered_at = now;
  request.answer = answer.reason;
  request.ask_again_at = answer.approved ? std::nullopt : answer.ask_again_at;
  return out;
}

std::optional<OutgoingRequest> OutgoingRequests::withdraw(const RequestId& id, WallTime now) const {
  auto out = find(id);
  if (!out || out->request.state != RequestState::kWaiting) return std::nullopt;
  out->request.state = RequestState::kWithdrawn;
  out->request.answered_at = now;
  return out;
}

std::vector<OutgoingRequest> OutgoingRequests::expire(WallTime now) const {
  std::vector<OutgoingRequest> out;
  for (const auto& [id, asked] : requests_) {
    if (asked.request.state != RequestState::kWaiting || asked.request.expires_at > now) continue;
    OutgoingRequest& ended = out.emplace_back(asked);
    ended.request.state = RequestState::kExpired;
    ended.request.answered_at = now;
  }
  return out;
}

std::optional<OutgoingRequest> OutgoingRequests::find(const RequestId& id) const {
  const auto found = requests_.find(id);
  return found == requests_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<OutgoingRequest> OutgoingRequests::of_transfer(std::string_view transfer) const {
  const OutgoingRequest* newest = nullptr;
  for (const auto& [id, asked] : requests_) {
    if (asked.transfer == transfer && (newest == nullptr || newest->request.made_at <= asked.request.made_at))
      newest = &asked;
  }
  return newest == nullptr ? std::nullopt : std::optional(*newest);
}

Result<OutgoingRequest> OutgoingRequests::find(std::string_view words) const {
  if (auto of = of_transfer(words)) return *std::move(of);
  const OutgoingRequest* found = nullptr;
  for (const auto& [id, asked] : requests_) {
    if (words.empty() || !to_text(id).starts_with(words)) continue;
    if (found != nullptr)
      return fail(ErrorCode::kInvalidArgument, "'{}' fits more than one request; write more of its id",
                  words);
    found = &asked;
  }
  if (found == nullptr)
    return fail(ErrorCode::kNotFound, "there is no request '{}'; 'covey requests' lists them", words);
  return *found;
}

std::vector<OutgoingRequest> OutgoingRequests::all() const {
  std::vector<OutgoingRequest> out;
  for (const auto& [id, asked] : requests_) out.push_back(asked);
  std::sort(out.begin(), out.end(), [](const OutgoingRequest& a, const OutgoingRequest& b) {
    const bool a_waits = a.request.state == RequestState::kWaiting;
    const bool b_waits = b.request.state == RequestState::kWaiting;
    return a_waits != b_waits ? a_waits : a.request.made_at > b.request.made_at;
  });
  return out;
}

AccessRequest letter_of(const OutgoingRequest& asked, Bytes membership) {
  return {.id = asked.request.id,
          .share = asked.request.share,
          .reason = asked.request.reason,
          .select = asked.request.select,
          .membership = std::move(membership),
          .expires_at = asked.request.expires_at,
          .name = {}};
}

}  // namespace covey::requests
