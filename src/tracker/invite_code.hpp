#pragma once
// Invite codes: 80 random bits as 16 base32 characters in groups of four. The database holds their hashes
// only. Pure; any thread.

#include <string>
#include <string_view>

#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace covey::tracker {

/// "abcd-efgh-ijkl-mnop"
[[nodiscard]] std::string make_invite_code(crypto::Random& random);
/// Of the code as people type it: either case, dashes and blanks anywhere. Text that is no code has a hash as
/// well, which no code has.
[[nodiscard]] crypto::Hash hash_of_invite(std::string_view code);

}  // namespace covey::tracker
