#include "cli/people_text.hpp"

#include <fmt/ranges.h>

#include "cli/progress_bar.hpp"
#include "cli/time_words.hpp"

namespace covey::cli {

std::string who_of(const std::string& name, const std::string& peer_id) {
  return name.empty() ? short_peer(peer_id) : name;
}

std::string joined_words(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::string standing_words(const api::PersonView& person, WallTime now) {
  if (person.blocked) {
    std::string out = "blocked";
    if (person.blocked_by_itself) out += " by itself";
    if (person.blocked_until) out += ", ends " + moment_words(*person.blocked_until, now);
    return person.block_reason.empty() ? out : out + ": " + person.block_reason;
  }
  if (person.trusted) return "trusted";
  if (!person.trusted_shares.empty()) return "trusted for " + counted(person.trusted_shares.size(), "share");
  return {};
}

std::string standing_name(const api::PersonView& person) {
  if (person.blocked) return "blocked";
  if (person.trusted) return "trusted";
  return person.trusted_shares.empty() ? "" : "trusted_for_shares";
}

}  // namespace covey::cli
