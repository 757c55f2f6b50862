#pragma once
// FakeChat: the part of FakeService about conversations: keeps them in memory and remembers what it was
// asked. Its functions run on the network thread like any Service's.

#include <map>

#include "api/fake_consent.hpp"

namespace covey::api {

class FakeChat : public FakeConsent {
 public:
  std::vector<ChatView> kept_chats;
  std::map<std::string, std::vector<ChatMessageView>> kept_messages;  // by peer, newest first
  std::function<void(const ChatMessageView&)> on_sent;

  [[nodiscard]] std::vector<ChatView> chats() const override { return kept_chats; }
  asio::awaitable<Result<ChatPageView>> messages(std::string peer, std::string before,
                                                 std::uint64_t limit) override {
    if (!kept_messages.contains(peer)) co_return fail(ErrorCode::kNotFound, "nobody knows '{}'", peer);
    ChatPageView page;
    bool is_after = !before.empty();
    for (const auto& message : kept_messages[peer]) {
      const bool skip = is_after;
      is_after = is_after && message.id != before;
      if (skip) continue;
      page.more = page.messages.size() == limit;
      if (page.more) break;
      page.messages.push_back(message);
    }
    co_return page;
  }
  asio::awaitable<Result<ChatMessageView>> send_message(std::string peer,
                                                        ChatMessageRequest request) override {
    asked.push_back("send " + peer + " " + to_json(request));
    if (!kept_messages.contains(peer)) co_return fail(ErrorCode::kNotFound, "nobody knows '{}'", peer);
    ChatMessageView message;
    message.id = fmt::format("m{}", asked.size());
    message.peer_id = peer;
    message.direction = ChatDirection::kOut;
    message.state = ChatState::kWaiting;
    message.text = request.text;
    message.read = true;
    if (request.attach)
      message.attachment = ChatAttachmentView{.title = request.attach->path.value_or("share")};
    kept_messages[peer].insert(kept_messages[peer].begin(), message);
    if (on_sent) on_sent(message);
    co_return message;
  }
  asio::awaitable<Result<ChatMessageView>> retry_message(std::string peer, std::string message) override {
    asked.push_back("retry " + peer + " " + message);
    for (ChatMessageView& kept : kept_messages[peer]) {
      if (kept.id != message) continue;
      kept.state = ChatState::kWaiting;
      co_return kept;
    }
    co_return fail(ErrorCode::kNotFound, "there is no message '{}'", message);
  }
  asio::awaitable<Result<>> read_chat(std::string peer, std::string up_to) override {
    asked.push_back("read " + peer + " " + up_to);
    if (!kept_messages.contains(peer)) co_return fail(ErrorCode::kNotFound, "nobody knows '{}'", peer);
    co_return Result<>();
  }
  asio::awaitable<Result<>> forget_chat(std::string peer) override {
    asked.push_back("forget " + peer);
    if (kept_messages.erase(peer) == 0) co_return fail(ErrorCode::kNotFound, "nobody knows '{}'", peer);
    co_return Result<>();
  }
};

}  // namespace covey::api
