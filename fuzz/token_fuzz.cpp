// Tokens of a tracker: whatever comes, only what its key signed is taken, and that as it was issued. The
// input is a token as it is, or one that was issued with changes that the input chooses.

#include "crypto/random.hpp"
#include "fuzz/promise.hpp"
#include "tracker/token.hpp"

namespace covey::fuzz {
namespace {

struct Issuer {
  crypto::SeededRandom random{1};
  crypto::PublicKey network = crypto::SigningKey::generate(random).public_key();
  identity::PeerId peer{crypto::SigningKey::generate(random).public_key()};
  WallTime now = from_unix_ms(1'800'000'000'000);
  tracker::TokenKey key = std::move(*tracker::TokenKey::generate(network));
  std::string token = key.issue(peer, now).value();
};

const Issuer& issuer() {
  static const Issuer kIssuer;
  return kIssuer;
}

void check(const std::string& token) {
  const auto claims = issuer().key.check(token, issuer().now);
  // ECDSA allows a second signature (r, -s) over the same bytes; what is signed is then still the same.
  const auto signed_part = [](const std::string& text) { return text.substr(0, text.rfind('.')); };
  if (claims) {
    require(signed_part(token) == signed_part(issuer().token), "only what the key signed is taken");
    require(claims->peer == issuer().peer, "a token is for the peer it was issued to");
  } else {
    require(claims.error().code == ErrorCode::kVerificationFailed,
            "a token that is refused is not this tracker's");
  }
}

void check_changed(Choices choices) {
  std::string token = issuer().token;
  while (!choices.done()) token[choices.below(token.size())] = static_cast<char>(choices.byte());
  check(token);
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const covey::ByteView rest(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    covey::fuzz::check(std::string(covey::as_text(rest)));
  } else {
    covey::fuzz::check_changed(covey::fuzz::Choices(rest));
  }
  return 0;
}
