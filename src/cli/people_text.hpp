#pragma once
// How peers are called on a terminal, and in what standing they are. The words have not passed printable()
// yet. Pure; any thread.

#include <string>

#include "api/views.hpp"
#include "base/clock.hpp"

namespace covey::cli {

/// The name, or the first group of the peer id where there is none.
std::string who_of(const std::string& name, const std::string& peer_id);

/// "a b c"
std::string joined_words(const std::vector<std::string>& words);

/// "blocked, ends in 3 h: too many requests"; "trusted", "trusted for 2 shares"; "" for nothing special.
std::string standing_words(const api::PersonView& person, WallTime now);

/// The same in one word each, for scripts: "blocked", "trusted", "trusted_for_shares", "".
std::string standing_name(const api::PersonView& person);

}  // namespace covey::cli
