// Client's part about conversations.

#include "api/client.hpp"
#include "api/client_connection.hpp"
#include "base/encoding.hpp"

namespace covey::api {
namespace {

std::string chat_path(std::string_view peer, std::string_view rest) {
  return fmt::format("/chats/{}{}", percent_encoded(peer), rest);
}

}  // namespace

Result<std::vector<ChatView>> Client::chats() {
  return view_in<std::vector<ChatView>>(connection_->call("GET", "/chats"));
}

Result<ChatPageView> Client::messages(std::string_view peer, std::string_view before, std::uint64_t limit) {
  std::string path = chat_path(peer, fmt::format("/messages?limit={}", limit));
  if (!before.empty()) path += "&before=" + percent_encoded(before);
  return view_in<ChatPageView>(connection_->call("GET", path));
}

Result<ChatMessageView> Client::send_message(std::string_view peer, const ChatMessageRequest& request) {
  return view_in<ChatMessageView>(connection_->call("POST", chat_path(peer, "/messages"), to_json(request)));
}

Result<ChatMessageView> Client::retry_message(std::string_view peer, std::string_view message) {
  const std::string path = chat_path(peer, fmt::format("/messages/{}/retry", percent_encoded(message)));
  return view_in<ChatMessageView>(connection_->call("POST", path, ""));
}

Result<> Client::read_chat(std::string_view peer, const std::string& up_to) {
  return done(connection_->call("POST", chat_path(peer, "/read"), to_json(ChatReadRequest{up_to})));
}

Result<> Client::forget_chat(std::string_view peer) {
  return done(connection_->call("DELETE", chat_path(peer, "")));
}

}  // namespace covey::api
