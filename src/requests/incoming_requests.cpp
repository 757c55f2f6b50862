#include "requests/incoming_requests.hpp"

#include <algorithm>

namespace covey::requests {
namespace {

using namespace std::chrono_literals;

/// After the first denial of a share, the second, and any further one.
constexpr std::chrono::minutes kPauses[] = {10min, 60min, 24 * 60min};

std::unexpected<Error> not_waiting(const RequestId& id) {
  return fail(ErrorCode::kNotFound, "no request {} waits for an answer; 'covey requests' lists those that do",
              to_text(id).substr(0, 10));
}

}  // namespace

void IncomingRequests::keep(Request request) {
  const RequestId id = request.id;
  requests_.insert_or_assign(id, std::move(request));
}

const Request* IncomingRequests::waiting_of(const identity::PeerId& by, const access::ShareId& share) const {
  for (const auto& [id, request] : requests_) {
    if (request.state == RequestState::kWaiting && request.peer == by && request.share == share)
      return &request;
  }
  return nullptr;
}

unsigned IncomingRequests::denials(const identity::PeerId& by, const access::ShareId& share) const {
  return static_cast<unsigned>(std::count_if(requests_.begin(), requests_.end(), [&](const auto& entry) {
    const Request& request = entry.second;
    return request.state == RequestState::kDenied && request.peer == by && request.share == share;
  }));
}

const Request* IncomingRequests::last_denial(const identity::PeerId& by, const access::ShareId& share) const {
  const Request* last = nullptr;
  for (const auto& [id, request] : requests_) {
    if (request.state != RequestState::kDenied || request.peer != by || request.share != share) continue;
    if (last == nullptr || last->answered_at < request.answered_at) last = &request;
  }
  return last;
}

IncomingRequests::Arrival IncomingRequests::arrive(const AccessRequest& asked, const identity::PeerId& by,
                                                   WallTime now) const {
  if (const auto known = requests_.find(asked.id); known != requests_.end()) {
    // An id is its asker's; somebody else's copy says nothing.
    if (known->second.peer != by)
      return {.verdict = Verdict::kTooMany, .request = std::nullopt, .replaced = {}};
    return {.verdict = Verdict::kKnown, .request = known->second, .replaced = {}};
  }
  if (asked.expires_at <= now) return {.verdict = Verdict::kOver, .request = std::nullopt, .replaced = {}};
  const Request* const denied = last_denial(by, asked.share);
  if (denied != nullptr && denied->ask_again_at && now < *denied->ask_again_at)
    return {.verdict = Verdict::kTooSoon, .request = *denied, .replaced = {}};
  Arrival out{.verdict = Verdict::kNew, .request = std::nullopt, .replaced = {}};
  if (const Request* const earlier = waiting_of(by, asked.share)) {
    out.verdict = Verdict::kChanged;
    out.replaced = earlier->id;
  }
  std::size_t waiting = 0;
  std::size_t of_peer = 0;
  for (const auto& [id, request] : requests_) {
    if (request.state != RequestState::kWaiting || id == out.replaced) continue;
    ++waiting;
    if (request.peer == by) ++of_peer;
  }
  if (waiting >= kMaxWaiting || of_peer >= kMaxWaitingOfPeer)
    return {.verdict = Verdict::kTooMany, .request = std::nullopt, .replaced = {}};
  out.request = Request{.id = asked.id,
                        .share = asked.share,
                        .peer = by,
                        .reason = asked.reason,
                        .select = asked.select,
                        .made_at = now,
                        .expires_at = std::min<WallTime>(asked.expires_at, now + kLongestWait),
                        .state = RequestState::kWaiting,
                        .answered_at = std::nullopt,
                        .answer = {},
                        .ask_again_at = std::nullopt};
  return out;
}

Result<Request> IncomingRequests::waiting(const RequestId& id) const {
  const auto found = requests_.find(id);
  if (found == requests_.end() || found->second.state != RequestState::kWaiting) return not_waiting(id);
  return found->second;
}

Result<Request> IncomingRequests::approve(const RequestId& id, WallTime now) const {
  TRY(Request request, waiting(id));
  request.state = RequestState::kApproved;
  request.answered_at = now;
  return request;
}

Result<Request> IncomingRequests::deny(const RequestId& id, std::string reason, WallTime now) const {
  TRY(Request request, waiting(id));
  const std::size_t before = denials(request.peer, request.share);
  request.state = RequestState::kDenied;
  request.answered_at = now;
  request.answer = std::move(reason);
  request.ask_again_at = now + kPauses[std::min(before, std::size(kPauses) - 1)];
  return request;
}

std::optional<Request> IncomingRequests::withdraw(const RequestId& id, const identity::PeerId& by,
                                                  WallTime now) const {
  auto request = waiting(id);
  if (!request || request->peer != by) return std::nullopt;
  request->state = RequestState::kWithdrawn;
  request->answered_at = now;
  return *std::move(request);
}

template <typename IsMeant>
std::vector<Request> IncomingRequests::end_if(IsMeant is_meant, RequestState state, WallTime now) const {
  std::vector<Request> out;
  for (const auto& [id, request] : requests_) {
    if (request.state != RequestState::kWaiting || !is_meant(request)) continue;
    Request& ended = out.emplace_back(request);
    ended.state = state;
    ended.answered_at = now;
  }
  return out;
}

std::vector<Request> IncomingRequests::drop(const identity::PeerId& by, WallTime now) const {
  return end_if([&](const Request& request) { return request.peer == by; }, RequestState::kDenied, now);
}

std::vector<Request> IncomingRequests::drop(const access::ShareId& share, WallTime now) const {
  return end_if([&](const Request& request) { return request.share == share; }, RequestState::kExpired, now);
}

std::vector<Request> IncomingRequests::expire(WallTime now) const {
  return end_if([&](const Request& request) { return request.expires_at <= now; }, RequestState::kExpired,
                now);
}

std::optional<Request> IncomingRequests::find(const RequestId& id) const {
  const auto found = requests_.find(id);
  return found == requests_.end() ? std::nullopt : std::optional(found->second);
}

Result<Request> IncomingRequests::find(std::string_view words) const {
  const Request* found = nullptr;
  for (const auto& [id, request] : requests_) {
    if (words.empty() || !to_text(id).starts_with(words)) continue;
    if (found != nullptr)
      return fail(ErrorCode::kInvalidArgument, "'{}' fits more than one request; write more of its id",
                  words);
    found = &request;
  }
  if (found == nullptr)
    return fail(ErrorCode::kNotFound, "there is no request '{}'; 'covey requests' lists them", words);
  return *found;
}

std::vector<Request> IncomingRequests::all() const {
  std::vector<Request> out;
  for (const auto& [id, request] : requests_) out.push_back(request);
  std::sort(out.begin(), out.end(), [](const Request& a, const Request& b) {
    const bool a_waits = a.state == RequestState::kWaiting;
    const bool b_waits = b.state == RequestState::kWaiting;
    return a_waits != b_waits ? a_waits : a.made_at > b.made_at;
  });
  return out;
}

std::vector<RequestId> IncomingRequests::surplus() const {
  std::vector<RequestId> out;
  if (requests_.size() <= kMaxKept) return out;
  auto oldest_last = all();
  while (oldest_last.size() > kMaxKept && oldest_last.back().state != RequestState::kWaiting) {
    out.push_back(oldest_last.back().id);
    oldest_last.pop_back();
  }
  return out;
}

}  // namespace covey::requests
