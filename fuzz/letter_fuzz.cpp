// Letters and receipts: nothing is believed that its sender did not sign, what is accepted is what was
// written, and one changed bit is noticed.

#include "base/cursor.hpp"
#include "mail/letter.hpp"
#include "mail/receipt.hpp"

#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

constexpr WallTime kNow{std::chrono::hours{24 * 365 * 56}};

struct People {
  crypto::SeededRandom random{7};
  identity::DeviceKey alice = identity::DeviceKey::ephemeral(random);
  identity::DeviceKey bob = identity::DeviceKey::ephemeral(random);
};

Bytes sealed_to_bob(People& people, ByteView signed_part) {
  const auto signature = people.alice.sign(crypto::kLetterLabel, signed_part);
  const Bytes plain = ByteWriter().raw(signed_part).raw(signature.view()).take();
  return *crypto::seal_to(people.bob.peer_id().public_key(), crypto::kLetterSealLabel, people.random, plain);
}

void check_read(People& people, ByteView signed_part) {
  const Bytes box = sealed_to_bob(people, signed_part);
  const auto letter = mail::open(box, people.bob, kNow);
  if (!letter) return;
  require(letter->from == people.alice.peer_id() && letter->to == people.bob.peer_id(),
          "a letter is from whom signed it, to whom it was sealed");
  require(mail::is_letter_kind(letter->kind) && letter->body.size() <= mail::kMaxLetterBodyBytes,
          "a letter keeps the limits");
  require(letter->ends_at() > kNow && letter->ends_at() - letter->sent_at <= mail::kMaxLetterLife,
          "a letter that is accepted holds");
  require(letter->sent_at - kNow <= mail::kLetterClockTolerance, "a letter is not from the future");
  const auto again = mail::open(*mail::seal(*letter, people.alice, people.random), people.bob, kNow);
  require(again && *again == *letter, "a letter survives being sealed again");
}

/// The input as what its author chooses, honestly signed and sealed, and then not quite.
void check_honest(People& people, ByteView input) {
  Choices choices(input);
  mail::Letter letter{.id = choices.fixed<mail::LetterId>(),
                      .from = people.alice.peer_id(),
                      .to = people.bob.peer_id(),
                      .sent_at = kNow,
                      .kind = std::string(as_text(choices.bytes(choices.byte() % 40U)))};
  const std::size_t at = choices.below(65536);
  const auto bit = static_cast<Byte>(1U << (choices.byte() % 8));
  letter.body = to_bytes(choices.rest());
  auto box = mail::seal(letter, people.alice, people.random);
  require(box.has_value() == mail::check(letter).has_value(), "what passes the check is sealed");
  if (!box) return;
  const auto read = mail::open(*box, people.bob, kNow);
  require(read && *read == letter, "an honest letter is read back");
  (*box)[at % box->size()] ^= bit;
  require(!mail::open(*box, people.bob, kNow), "one changed bit is noticed");
}

void check_receipt(ByteView input) {
  const auto ids = mail::read_receipt(input);
  if (!ids) return;
  require(!ids->empty() && ids->size() <= mail::kMaxReceiptIds, "a receipt is for 1 to 64 letters");
  require(same(mail::write_receipt(*ids), input), "a receipt has one form");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey;  // NOLINT(google-build-using-namespace)
  static fuzz::People people;
  const ByteView input(data, size);
  fuzz::require(!mail::open(input, people.bob, fuzz::kNow), "nothing unsealed is believed");
  fuzz::check_read(people, input);
  // The same behind honest names.
  ByteWriter named;
  named.number(Byte{1}).raw(Bytes(16, 1)).raw(people.alice.peer_id().bytes());
  named.raw(people.bob.peer_id().bytes()).raw(input);
  fuzz::check_read(people, named.bytes());
  fuzz::check_honest(people, input);
  fuzz::check_receipt(input);
  return 0;
}
