#pragma once
// covey chat: conversations with other peers: listed, shown, written in.

#include <string>

#include "cli/session.hpp"

namespace covey::cli {

struct ChatOptions {
  std::string peer;     // empty: all conversations are listed
  std::string message;  // "-": from standard input
  std::string attach;   // a path, or a share of one's own
  std::string retry;    // id of a message that was not delivered
  unsigned lines = 20;
  bool follow = false;
  bool wait = false;
  bool forget = false;
};
/// Columns of the list: peer id, name, presence, unread, at (Unix seconds), direction, state, text; of a
/// conversation: id, at, direction, state, text, title, bytes, ticket, problem. What is shown is read.
ExitCode chat(const ChatOptions& options, Session& session);

}  // namespace covey::cli
