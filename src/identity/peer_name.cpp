#include "identity/peer_name.hpp"

namespace covey::identity {
namespace {

constexpr std::size_t kMinCharacters = 3;
constexpr std::size_t kMaxCharacters = 32;
constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789._-";

}  // namespace

Result<PeerName> PeerName::parse(std::string_view text) {
  if (text.size() < kMinCharacters || text.size() > kMaxCharacters) {
    return fail(ErrorCode::kInvalidArgument, "a name has {} to {} characters, this has {}", kMinCharacters,
                kMaxCharacters, text.size());
  }
  if (text.find_first_not_of(kAllowed) != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument,
                "a name is made of the letters a to z in lower case, digits, '.', '_' and '-'");
  }
  return PeerName(text);
}

}  // namespace covey::identity
