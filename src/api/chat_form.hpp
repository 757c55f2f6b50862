#pragma once
// The JSON names of conversations and their messages; the part of json_form.hpp about them. Included by
// json_visitors.hpp and its test only. Pure; any thread.

#include <string>
#include <vector>

#include "api/json_form.hpp"

namespace covey::api::json_form {

template <>
struct Names<ChatDirection> {
  static constexpr std::array<std::string_view, 2> kAll{"in", "out"};
};
template <>
struct Names<ChatState> {
  static constexpr std::array<std::string_view, 4> kAll{"waiting", "in_mailbox", "delivered", "failed"};
};

template <typename Visitor>
void fields(Visitor& visit, ChatAttachmentView& v) {
  visit("title", v.title);
  visit("kind", v.kind);
  visit("bytes", v.bytes);
  visit("files", v.files);
  visit("ticket", v.ticket);
  visit("share_id", v.share_id);
}

template <typename Visitor>
void fields(Visitor& visit, ChatMessageView& v) {
  visit("id", v.id);
  visit("peer_id", v.peer_id);
  visit("direction", v.direction);
  visit("at", v.at);
  visit("text", v.text);
  visit("state", v.state);
  visit("problem", v.problem);
  visit("attachment", v.attachment);
  visit("read", v.read);
}

template <typename Visitor>
void fields(Visitor& visit, ChatPageView& v) {
  visit("messages", v.messages);
  visit("more", v.more);
}

template <typename Visitor>
void fields(Visitor& visit, ChatView& v) {
  visit("peer_id", v.peer_id);
  visit("peer_name", v.peer_name);
  visit("safety_words", v.safety_words);
  visit("online", v.online);
  visit("blocked", v.blocked);
  visit("unread", v.unread);
  visit("last", v.last);
}

template <typename Visitor>
void fields(Visitor& visit, ChatAttachRequest& v) {
  visit("share", v.share);
  visit("path", v.path);
}

template <typename Visitor>
void fields(Visitor& visit, ChatMessageRequest& v) {
  visit.defaulted("text", v.text);
  visit("attach", v.attach);
}

template <typename Visitor>
void fields(Visitor& visit, ChatReadRequest& v) {
  visit("up_to", v.up_to);
}

struct ChatList {
  std::vector<ChatView> chats;
};
template <typename Visitor>
void fields(Visitor& visit, ChatList& v) {
  visit("chats", v.chats);
}

}  // namespace covey::api::json_form
