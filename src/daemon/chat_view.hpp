#pragma once
// How messages look to people, and what their ids are in words. Pure; any thread.

#include "api/views.hpp"
#include "daemon/stored_message.hpp"

namespace covey::daemon {

[[nodiscard]] api::ChatMessageView chat_message_view(const StoredMessage& message);

/// kNotFound for what is no message's id.
Result<mail::LetterId> message_id(std::string_view words);

}  // namespace covey::daemon
