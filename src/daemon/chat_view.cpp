#include "daemon/chat_view.hpp"

#include "base/encoding.hpp"

namespace covey::daemon {

api::ChatMessageView chat_message_view(const StoredMessage& message) {
  api::ChatMessageView view;
  view.id = to_base32(message.id.view());
  view.peer_id = message.peer.to_text();
  view.direction = message.way == MessageWay::kIn ? api::ChatDirection::kIn : api::ChatDirection::kOut;
  view.at = to_unix_ms(message.at);
  view.text = message.text;
  view.state = static_cast<api::ChatState>(message.state);
  view.problem = message.problem;
  view.read = !message.unread;
  if (message.attachment) {
    api::ChatAttachmentView& attached = view.attachment.emplace();
    attached.title = message.attachment->title;
    attached.kind = message.attachment->kind == chat::AttachmentKind::kFile ? api::ShareKind::kFile
                                                                            : api::ShareKind::kFolder;
    attached.bytes = message.attachment->bytes;
    attached.files = message.attachment->files;
    attached.ticket = message.attachment->ticket;
    attached.share_id = message.share;
  }
  return view;
}

Result<mail::LetterId> message_id(std::string_view words) {
  const auto bytes = from_base32(words);
  if (!bytes || bytes->size() != mail::LetterId::kSize)
    return fail(ErrorCode::kNotFound, "there is no message '{}' in this conversation", words);
  return mail::LetterId::from(*bytes);
}

}  // namespace covey::daemon
