#pragma once
// Makes libsodium ready. Everything in this module that needs it calls this first, so nobody else has to; it
// is idempotent and may be called from any thread.

namespace covey::crypto {

/// Ends the program when the system offers no source of randomness: nothing could be safe after that.
void ensure_ready();

}  // namespace covey::crypto
