#pragma once
// The handlers of the routes about conversations. Network thread.

#include "api/route_call.hpp"
#include "api/service.hpp"

namespace covey::api {

/// Messages on a page at most, and without a limit in the query.
inline constexpr std::uint64_t kMaxChatPage = 500;
inline constexpr std::uint64_t kChatPage = 50;

Answer get_chats(Service& service, Call call);
Answer delete_chat(Service& service, Call call);
Answer get_messages(Service& service, Call call);
Answer post_message(Service& service, Call call);
Answer post_message_retry(Service& service, Call call);
Answer post_chat_read(Service& service, Call call);

}  // namespace covey::api
