#include "api/chat_routes.hpp"

#include <utility>

namespace covey::api {

Answer get_chats(Service& service, Call /*call*/) {
  co_return json_response(200, to_json(service.chats()));
}

Answer delete_chat(Service& service, Call call) {
  const Result<> forgotten = co_await service.forget_chat(std::move(call.id));
  if (!forgotten) co_return error_response(forgotten.error());
  co_return json_response(204, "");
}

Answer get_messages(Service& service, Call call) {
  Result<std::string> before = query_value(call.query, "before");
  if (!before) co_return error_response(before.error());
  const Result<std::optional<std::uint64_t>> limit = query_number(call.query, "limit");
  if (!limit) co_return error_response(limit.error());
  const std::uint64_t wanted = limit->value_or(kChatPage);
  if (wanted == 0 || wanted > kMaxChatPage) {
    const Error error{ErrorCode::kInvalidArgument, fmt::format("a page has 1 to {} messages", kMaxChatPage)};
    co_return error_response(error);
  }
  std::string from = std::move(*before);
  const Result<ChatPageView> page = co_await service.messages(std::move(call.id), std::move(from), wanted);
  co_return view_response(200, page);
}

Answer post_message(Service& service, Call call) {
  Result<ChatMessageRequest> request = from_json<ChatMessageRequest>(call.body);
  if (!request) co_return error_response(request.error());
  ChatMessageRequest wanted = std::move(*request);
  const Result<ChatMessageView> message =
      co_await service.send_message(std::move(call.id), std::move(wanted));
  co_return view_response(201, message);
}

Answer post_message_retry(Service& service, Call call) {
  const Result<ChatMessageView> message =
      co_await service.retry_message(std::move(call.id), std::move(call.item));
  co_return view_response(200, message);
}

Answer post_chat_read(Service& service, Call call) {
  Result<ChatReadRequest> request = from_json<ChatReadRequest>(call.body);
  if (!request) co_return error_response(request.error());
  std::string up_to = std::move(request->up_to);
  const Result<> read = co_await service.read_chat(std::move(call.id), std::move(up_to));
  if (!read) co_return error_response(read.error());
  co_return json_response(204, "");
}

}  // namespace covey::api
