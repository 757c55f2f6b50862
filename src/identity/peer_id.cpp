#include "identity/peer_id.hpp"

#include <algorithm>
#include <vector>

#include "base/encoding.hpp"
#include "identity/check_characters.hpp"

namespace covey::identity {
namespace {

constexpr std::size_t kDataCharacters = 53;
constexpr std::size_t kCharacters = kDataCharacters + 3;
constexpr std::size_t kGroup = 7;
constexpr std::size_t kMaxPeerIdInput = 256;
static_assert(kCharacters % kGroup == 0);

bool is_filler(char c) {
  return c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::uint8_t value_of(char c) {
  return static_cast<std::uint8_t>(base32_value(c));
}

/// The characters that count, in lower case; kInvalidArgument for a foreign one or a wrong number of them.
Result<std::string> bare_text(std::string_view text) {
  if (text.size() > kMaxPeerIdInput) {
    return fail(ErrorCode::kInvalidArgument, "this is no peer id: {} characters where {} are expected",
                text.size(), kCharacters);
  }
  std::string out;
  for (const char c : text) {
    if (is_filler(c)) continue;
    const int value = base32_value(c);
    if (value < 0) {
      const bool printable = c > ' ' && c < '\x7f';
      return fail(ErrorCode::kInvalidArgument,
                  "a peer id is made of the letters a to z and the digits 2 to 7; {} was mistyped",
                  printable ? fmt::format("the '{}'", c) : std::string("a character"));
    }
    out.push_back(kBase32Alphabet[static_cast<std::size_t>(value)]);
  }
  if (out.size() != kCharacters) {
    return fail(ErrorCode::kInvalidArgument,
                "a peer id has {} characters in groups of seven, this has {}; copy all of it", kCharacters,
                out.size());
  }
  return out;
}

Result<> check(const std::string& bare) {
  std::vector<std::uint8_t> values(bare.size());
  std::transform(bare.begin(), bare.end(), values.begin(), value_of);
  const auto expected = check_characters_of(std::span(values).first(kDataCharacters));
  if (std::equal(expected.begin(), expected.end(), values.begin() + kDataCharacters)) return {};
  const auto position = likely_mistake(values);
  if (!position) {
    return fail(ErrorCode::kInvalidArgument,
                "this peer id was mistyped in more than one place; compare it with the original");
  }
  const std::size_t group = *position / kGroup;
  return fail(ErrorCode::kInvalidArgument,
              "this peer id was mistyped; compare it with the original, group {} ('{}') first", group + 1,
              bare.substr(group * kGroup, kGroup));
}

}  // namespace

Result<PeerId> PeerId::from_bytes(ByteView bytes) {
  if (!bytes.empty() && bytes[0] > kVersion) {
    return fail(ErrorCode::kUnsupported, "a peer id of version {}, newer than this program", bytes[0]);
  }
  if (bytes.size() != kBytes || bytes[0] != kVersion) return fail(ErrorCode::kMalformed, "not a peer id");
  const auto key = crypto::PublicKey::from(bytes.subspan(1));
  if (!crypto::is_usable(key)) return fail(ErrorCode::kMalformed, "a peer id whose key is no usable key");
  return PeerId(key);
}

Result<PeerId> PeerId::parse(std::string_view text) {
  TRY(const std::string bare, bare_text(text));
  TRY_VOID(check(bare));
  const auto bytes = from_base32(std::string_view(bare).substr(0, kDataCharacters));
  auto id = bytes ? from_bytes(*bytes) : Result<PeerId>(std::unexpected(bytes.error()));
  if (id) return id;
  if (id.error().code == ErrorCode::kUnsupported) {
    return fail(ErrorCode::kUnsupported,
                "this peer id was made by a newer version of Covey; update this one");
  }
  return fail(ErrorCode::kInvalidArgument, "this is no peer id: {}", id.error().context);
}

std::array<Byte, PeerId::kBytes> PeerId::bytes() const {
  std::array<Byte, kBytes> out{kVersion};
  std::copy(key_.array().begin(), key_.array().end(), out.begin() + 1);
  return out;
}

std::string PeerId::to_text() const {
  std::string bare = to_base32(bytes());
  std::vector<std::uint8_t> values(bare.size());
  std::transform(bare.begin(), bare.end(), values.begin(), value_of);
  for (const std::uint8_t check_value : check_characters_of(values)) {
    bare.push_back(kBase32Alphabet[check_value]);
  }
  std::string out;
  for (std::size_t at = 0; at < bare.size(); at += kGroup) {
    if (at > 0) out.push_back('-');
    out.append(bare, at, kGroup);
  }
  return out;
}

std::string PeerId::short_text() const {
  return to_base32(bytes()).substr(0, kGroup);
}

}  // namespace covey::identity
