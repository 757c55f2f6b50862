#include "tracker/invite_code.hpp"

#include <array>

#include "base/encoding.hpp"

namespace covey::tracker {
namespace {

constexpr std::size_t kInviteBytes = 10;
constexpr std::size_t kGroup = 4;

}  // namespace

std::string make_invite_code(crypto::Random& random) {
  std::array<Byte, kInviteBytes> bytes{};
  random.fill(bytes);
  std::string out;
  for (const char c : to_base32(bytes)) {
    if (out.size() % (kGroup + 1) == kGroup) out += '-';
    out += c;
  }
  return out;
}

crypto::Hash hash_of_invite(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c == '-' || c == ' ' || (c >= '\t' && c <= '\r')) continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return crypto::blake3(as_bytes(plain));
}

}  // namespace covey::tracker
