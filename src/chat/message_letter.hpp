#pragma once
// The body of a letter of the kind "chat", between its form on the wire and ours. What is read has the limits
// of the spec and is its sender's word. Pure; any thread. Spec: docs/spec/chat.md, "Message".

#include "chat/message.hpp"
#include "identity/peer_id.hpp"

namespace covey::chat {

/// Of a message within its limits.
[[nodiscard]] Bytes encode(const Message& message);

/// What `sender` wrote. kMalformed; kLimitExceeded above a limit; kUnsupported for a newer version.
Result<Message> read_message(ByteView body, const identity::PeerId& sender);

}  // namespace covey::chat
