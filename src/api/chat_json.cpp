// json.hpp's part about conversations.

#include "api/chat_form.hpp"
#include "api/json.hpp"
#include "api/json_visitors.hpp"

namespace covey::api {

using namespace json_form;  // NOLINT(google-build-using-namespace)

std::string_view name_of(ChatDirection direction) {
  return name_in_table(direction);
}
std::string_view name_of(ChatState state) {
  return name_in_table(state);
}

std::string to_json(const ChatMessageView& view) {
  return line(view);
}
std::string to_json(const ChatPageView& view) {
  return line(view);
}
std::string to_json(const ChatView& view) {
  return line(view);
}
std::string to_json(const ChatMessageRequest& request) {
  return line(request);
}
std::string to_json(const ChatReadRequest& request) {
  return line(request);
}
std::string to_json(const std::vector<ChatView>& chats) {
  return line(ChatList{chats});
}

template <>
Result<ChatMessageView> from_json(std::string_view text) {
  return parsed<ChatMessageView>(text);
}
template <>
Result<ChatPageView> from_json(std::string_view text) {
  return parsed<ChatPageView>(text);
}
template <>
Result<ChatView> from_json(std::string_view text) {
  return parsed<ChatView>(text);
}
template <>
Result<ChatMessageRequest> from_json(std::string_view text) {
  return parsed<ChatMessageRequest>(text);
}
template <>
Result<ChatReadRequest> from_json(std::string_view text) {
  return parsed<ChatReadRequest>(text);
}
template <>
Result<std::vector<ChatView>> from_json(std::string_view text) {
  TRY(ChatList list, parsed<ChatList>(text));
  return std::move(list.chats);
}

}  // namespace covey::api
