#pragma once
// run_request_hook(): the user's own command, when somebody has asked for a share: a notification, say. What
// others have written reaches it in environment variables only, never as a part of the command. Does not wait
// for it. Any thread.

#include "api/views.hpp"

namespace covey::daemon {

/// The command runs in /bin/sh with COVEY_REQUEST_ID, COVEY_REQUEST_PEER, COVEY_REQUEST_NAME,
/// COVEY_REQUEST_TITLE, COVEY_REQUEST_BYTES, COVEY_REQUEST_FILES and COVEY_REQUEST_REASON set.
void run_request_hook(const std::string& command, const api::RequestView& request);

}  // namespace covey::daemon
