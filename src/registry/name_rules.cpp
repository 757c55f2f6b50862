#include "registry/name_rules.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace covey::registry {
namespace {

constexpr std::array<std::string_view, 26> kOffices = {
    "admin",     "administrator", "root",     "covey",      "tracker",  "support", "system",
    "help",      "helpdesk",      "security", "moderator",  "operator", "owner",   "official",
    "network",   "service",       "abuse",    "postmaster", "info",     "staff",   "anyone",
    "everybody", "everyone",      "nobody",   "me",         "anonymous"};

/// Pairs of letters that a narrow font draws as one.
struct Pair {
  std::string_view seen;
  char as;
};
constexpr std::array<Pair, 4> kPairs = {{{"rn", 'm'}, {"vv", 'w'}, {"cl", 'd'}, {"nn", 'm'}}};

constexpr char seen_as(char character) {
  switch (character) {
    case '0':
      return 'o';
    case '1':
    case 'i':
      return 'l';
    case '2':
      return 'z';
    case '3':
      return 'e';
    case '4':
      return 'a';
    case '5':
      return 's';
    case '8':
      return 'b';
    case '6':
    case '9':
    case 'q':
      return 'g';
    default:
      return character;
  }
}

std::string lookalike_of_text(std::string_view text) {
  std::string plain;
  for (const char character : text) {
    if (character != '.' && character != '-' && character != '_') plain += character == '1' ? 'l' : character;
  }
  std::string out;
  for (std::size_t at = 0; at < plain.size();) {
    const auto rest = std::string_view(plain).substr(at);
    const auto pair = std::find_if(kPairs.begin(), kPairs.end(),
                                   [&](const Pair& known) { return rest.starts_with(known.seen); });
    out += pair == kPairs.end() ? seen_as(rest.front()) : pair->as;
    at += pair == kPairs.end() ? 1 : pair->seen.size();
  }
  return out;
}

}  // namespace

std::string lookalike_of(const identity::PeerName& name) {
  std::string out = lookalike_of_text(name.text());
  // Names of dots and dashes alone differ by nothing else.
  return out.empty() ? name.text() : out;
}

bool is_reserved(const identity::PeerName& name) {
  const std::string seen = lookalike_of(name);
  return std::any_of(kOffices.begin(), kOffices.end(),
                     [&](std::string_view office) { return lookalike_of_text(office) == seen; });
}

}  // namespace covey::registry
