#pragma once
// A conversation as it goes on: on a terminal one types and reads; elsewhere each message that comes is a
// row, with --json an event.

#include <string>

#include "cli/session.hpp"

namespace covey::cli {

struct WatchedChat {
  std::string peer;     // as the user calls it
  std::string peer_id;  // empty while nothing was said
  std::string who;      // for people
};

/// Messages as they come and as they fare, until Ctrl-C.
ExitCode follow_chat(WatchedChat chat, Session& session);
/// Reads and sends until Ctrl-D or Ctrl-C. Needs a terminal.
ExitCode talk(WatchedChat chat, Session& session);
/// Until a message has arrived, or will not.
ExitCode wait_for_delivery(const WatchedChat& chat, const api::ChatMessageView& message, Session& session);

}  // namespace covey::cli
