#pragma once
// How conversations and messages look: rows of tables, and messages in full. Everything that peers chose is
// made harmless here, line by line, so that no text can turn around what stands beside it. Pure; any thread.

#include <string>

#include "api/views.hpp"
#include "base/clock.hpp"
#include "cli/table.hpp"

namespace covey::cli {

/// Columns: peer id, name, online or offline or blocked, unread, at (Unix seconds), direction, state, text.
Table chat_table();
void add_row(Table& table, const api::ChatView& chat, WallTime now);

/// Columns: id, at (Unix seconds), direction, state, text, title, bytes, ticket, problem.
Table message_table();
void add_row(Table& table, const api::ChatMessageView& message, WallTime now);

struct MessageSetting {
  std::string who;  // how the other side is called; has not passed printable() yet
  WallTime now;
  int columns = 80;
  Style style;
};
/// Who, when and how it fares; below it the text and what is attached, with how to fetch it.
std::string message_block(const api::ChatMessageView& message, const MessageSetting& setting);

/// How a message of one's own fares: "delivered", "lies in its mailbox".
std::string fate_words(const api::ChatMessageView& message);

}  // namespace covey::cli
