#include "api/event_queue.hpp"

#include "api/json.hpp"

namespace covey::api {
namespace {

/// What an event tells about; that something is gone replaces its last change.
std::string key_of(const Event& event) {
  if (event.transfer) return "transfer " + event.transfer->id;
  if (event.removed_transfer) return "transfer " + *event.removed_transfer;
  if (event.limits) return "limits";
  if (event.share) return "share " + event.share->id;
  if (event.network) return "network " + event.network->network;
  if (event.left_network) return "network " + *event.left_network;
  if (event.alert) return fmt::format("alert {}", event.alert->id);
  if (event.request) return "request " + event.request->id;
  if (event.grant) return "grant " + event.grant->id;
  if (event.person) return "person " + event.person->peer_id;
  if (event.chat_message) return "message " + event.chat_message->peer_id + " " + event.chat_message->id;
  if (event.chat) return "chat " + event.chat->peer_id;
  if (event.removed_chat) return "chat " + *event.removed_chat;
  return "share " + event.removed_share.value_or("");
}

}  // namespace

Result<> EventQueue::push(const Event& event) {
  std::string key = key_of(event);
  std::string text = to_json(event) + '\n';
  const auto found = by_key_.find(key);
  const std::size_t replaced = found == by_key_.end() ? 0 : found->second->text.size();
  if (waiting_bytes_ - replaced + text.size() > limit_bytes_) {
    return fail(
        ErrorCode::kLimitExceeded,
        "the reader of the event stream was too slow, more than {} bytes waited for it: connect again",
        limit_bytes_);
  }
  waiting_bytes_ += text.size();
  waiting_bytes_ -= replaced;
  if (found != by_key_.end()) {
    found->second->text = std::move(text);
  } else {
    waiting_.push_back({key, std::move(text)});
    by_key_.emplace(std::move(key), std::prev(waiting_.end()));
  }
  return {};
}

std::string EventQueue::take(std::size_t about_bytes) {
  std::string lines;
  while (!waiting_.empty() && (lines.empty() || lines.size() + waiting_.front().text.size() <= about_bytes)) {
    lines += waiting_.front().text;
    by_key_.erase(waiting_.front().key);
    waiting_.pop_front();
  }
  waiting_bytes_ -= lines.size();
  return lines;
}

}  // namespace covey::api
