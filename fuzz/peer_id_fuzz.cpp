// Peer ids: one text and one byte form for each, and a check that notices one or two wrong characters.

#include "identity/peer_id.hpp"

#include "base/encoding.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using identity::PeerId;

std::string bare(std::string_view text) {
  std::string out = lower_case(text);
  std::erase_if(out, [](char c) { return base32_value(c) < 0; });
  return out;
}

void check_mistakes(const PeerId& id, Choices& choices) {
  const std::string text = bare(id.to_text());
  std::string mistyped = text;
  const std::size_t first = choices.below(text.size());
  const std::size_t second = choices.below(text.size());
  mistyped[first] = kBase32Alphabet[choices.below(kBase32Alphabet.size())];
  mistyped[second] = kBase32Alphabet[choices.below(kBase32Alphabet.size())];
  if (mistyped != text) require(!PeerId::parse(mistyped), "one or two wrong characters are noticed");
  std::string swapped = text;
  std::swap(swapped[first], swapped[second]);
  if (swapped != text) require(!PeerId::parse(swapped), "two characters that changed places are noticed");
}

void check_text(std::string_view text) {
  const auto id = PeerId::parse(text);
  if (!id) return;
  require(bare(id->to_text()) == bare(text), "a peer id's text is the only one but for case and dashes");
  require(PeerId::parse(id->to_text()) == *id, "a peer id survives its text");
}

void check_bytes(ByteView bytes, Choices choices) {
  const auto id = PeerId::from_bytes(bytes);
  if (!id) return;
  require(same(id->bytes(), bytes), "a peer id's bytes are the only ones");
  require(PeerId::parse(id->to_text()) == *id, "a peer id survives its text");
  require(id->to_text().starts_with(id->short_text()), "the short text begins the text");
  check_mistakes(*id, choices);
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey;  // NOLINT(google-build-using-namespace)
  const ByteView input(data, size);
  fuzz::check_text(as_text(input));
  fuzz::Choices choices(input);
  const ByteView bytes = choices.bytes(identity::PeerId::kBytes);
  fuzz::check_bytes(bytes, choices);
  return 0;
}
