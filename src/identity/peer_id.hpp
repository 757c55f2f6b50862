#pragma once
// PeerId: how a peer is known: the version byte 1 and its Ed25519 public key.
//
// As text: 53 base32 characters and 3 check characters in eight groups of seven. The check notices every one
// or two wrong characters, every two that were swapped, and every run of three; of anything else it misses
// one in 32768. Value; any thread. Spec: docs/spec/handshake.md, "Keys and text forms".

#include <array>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/sign.hpp"

namespace covey::identity {

class PeerId {
 public:
  static constexpr Byte kVersion = 1;
  static constexpr std::size_t kBytes = 1 + crypto::PublicKey::kSize;

  /// The zero key: nobody's.
  constexpr PeerId() = default;
  explicit PeerId(const crypto::PublicKey& key) : key_(key) {}

  /// The version byte and a key that can verify something: kUnsupported for a newer version, else kMalformed.
  static Result<PeerId> from_bytes(ByteView bytes);
  /// Takes either case, and dashes and blanks anywhere. kInvalidArgument says what looks mistyped,
  /// kUnsupported that a newer version made it.
  static Result<PeerId> parse(std::string_view text);

  [[nodiscard]] const crypto::PublicKey& public_key() const { return key_; }
  [[nodiscard]] std::array<Byte, kBytes> bytes() const;
  /// "ahlvvga-…-…": 63 characters with the dashes.
  [[nodiscard]] std::string to_text() const;
  /// The first group: enough to tell peers apart in a list, not to trust one.
  [[nodiscard]] std::string short_text() const;

  auto operator<=>(const PeerId&) const = default;

 private:
  crypto::PublicKey key_;
};

}  // namespace covey::identity

template <>
struct std::hash<covey::identity::PeerId> {
  std::size_t operator()(const covey::identity::PeerId& id) const noexcept {
    return std::hash<covey::crypto::PublicKey>{}(id.public_key());
  }
};
