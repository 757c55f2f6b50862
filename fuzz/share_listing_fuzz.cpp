// Share listings: whatever the owner signed is within its limits, or refused.

#include "access/share_listing.hpp"

#include "base/cursor.hpp"
#include "fuzz/plain_text.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

constexpr WallTime kNow{std::chrono::hours{24 * 365 * 56}};

struct Parties {
  crypto::SeededRandom random{7};
  crypto::PublicKey network = crypto::SigningKey::generate(random).public_key();
  identity::DeviceKey owner = identity::DeviceKey::ephemeral(random);
};

void check_words(const std::vector<std::string>& words, std::size_t most, std::size_t bytes) {
  require(words.size() <= most, "a listing keeps its limit of words");
  for (const std::string& word : words) {
    const auto text = code_points(word);
    require(text && !text->empty() && word.size() <= bytes, "a word is UTF-8 within its limit");
    require(std::none_of(text->begin(), text->end(), is_control), "a word holds no control characters");
  }
}

/// The input as what stands between the network's key and the description of an honest share.
void check_signed(const Parties& by, ByteView input) {
  const access::ShareDescription share{.share_id = access::ShareId::from(Bytes(16, 1)),
                                       .owner = by.owner.peer_id(),
                                       .title = "t",
                                       .file_count = 1,
                                       .created_at = kNow,
                                       .expires_at = std::nullopt};
  const auto description = access::sign(share, by.owner);
  ByteWriter payload;
  payload.number(Byte{1}).raw(by.network.view()).raw(input).sized16(description.payload);
  access::SignedShareListing listing{.payload = payload.raw(description.signature.view()).take(),
                                     .signature = {}};
  listing.signature = by.owner.sign(crypto::kShareListingLabel, listing.payload);
  const auto read = access::verify(listing, by.network, kNow);
  if (!read) return;
  check_words(read->listing.tags, access::kMaxTags, access::kMaxTagBytes);
  check_words(read->listing.names, access::kMaxListedNames, access::kMaxListedNameBytes);
  const auto again = access::sign(read->listing, by.owner);
  require(again && again->payload == listing.payload, "a listing is the only one for what it says");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey;  // NOLINT(google-build-using-namespace)
  static const fuzz::Parties by;
  const ByteView input(data, size);
  fuzz::require(!access::verify({.payload = to_bytes(input), .signature = {}}, by.network, fuzz::kNow),
                "nothing unsigned is believed");
  fuzz::check_signed(by, input);
  return 0;
}
