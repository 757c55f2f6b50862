#include "crypto/init.hpp"

#include <cstdio>
#include <cstdlib>

#include <sodium.h>

namespace covey::crypto {

void ensure_ready() {
  static const bool ready = [] {
    if (sodium_init() < 0) {
      std::fputs("covey: the system offers no source of secure randomness; cannot go on\n", stderr);
      std::abort();
    }
    return true;
  }();
  static_cast<void>(ready);
}

}  // namespace covey::crypto
