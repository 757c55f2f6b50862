#pragma once
// StoredMessage: a message of a conversation as this peer keeps it, and what a conversation is in short.
// Plain values; any thread.

#include "chat/message.hpp"
#include "mail/letter.hpp"

namespace covey::daemon {

enum class MessageState : std::uint8_t { kWaiting, kInMailbox, kDelivered, kFailed };
enum class MessageWay : std::uint8_t { kIn, kOut };

struct StoredMessage {
  mail::LetterId id;  // of the letter that carries it
  identity::PeerId peer;
  MessageWay way = MessageWay::kIn;
  std::uint64_t number = 0;
  WallTime at;  // written, as far as its writer's clock can be believed
  std::string text;
  std::optional<chat::Attachment> attachment;
  std::string share;  // id of what is attached: of ours, or as the ticket names another's
  MessageState state = MessageState::kDelivered;
  std::string problem;  // where it failed
  bool unread = false;
};

struct StoredChat {
  identity::PeerId peer;
  std::uint64_t unread = 0;
  std::uint64_t last_number = 0;  // of ours; 0: nothing was written from here
  std::optional<StoredMessage> last;
};

struct StoredPage {
  std::vector<StoredMessage> messages;  // newest first
  bool more = false;
};

/// How many messages are kept; the oldest go.
struct ChatRoom {
  std::size_t of_chat = 10'000;
  std::size_t of_all = 50'000;  // the longest conversation gives way
};

}  // namespace covey::daemon
