// Tickets: read however they were pasted, one canonical text for each, and never a wrong one for a mistyped
// one.

#include "access/ticket.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using access::Ticket;

bool equal(const Ticket& a, const Ticket& b) {
  return a.owner == b.owner && a.secret.equals(b.secret) && a.addresses == b.addresses;
}

void check(const Ticket& ticket) {
  require(ticket.addresses.size() <= access::kMaxTicketAddresses, "a ticket keeps its limit of addresses");
  for (const auto& address : ticket.addresses) {
    require(address.port() != 0 && !address.is_unspecified(), "a ticket's addresses can be dialled");
  }
  const std::string text = ticket.to_text();
  for (const std::string& form : {text, upper_case(text), " " + text + "\r\n",
                                  "covey://" + text.substr(6) + "/", "https://example.org/get#" + text}) {
    const auto back = Ticket::parse(form);
    require(back && equal(*back, ticket), "a ticket survives the forms in which it travels");
    require(back->share_id() == ticket.share_id(), "a ticket's share id depends on its secret alone");
  }
}

void check_mistyped(const std::string& text, Choices choices) {
  std::string mistyped = text;
  const std::size_t at = 6 + choices.below(text.size() - 6);
  mistyped[at] = kBase32Alphabet[choices.below(kBase32Alphabet.size())];
  if (mistyped == text) return;
  const auto wrong = Ticket::parse(mistyped);
  require(!wrong || wrong->to_text() != text, "a mistyped ticket is not read as the right one");
}

/// The input as a ticket's bytes, with the check that belongs to them.
void check_bytes(ByteView bytes) {
  const crypto::Hash hash = crypto::blake3(bytes);
  Bytes whole = to_bytes(bytes);
  whole.insert(whole.end(), hash.view().begin(), hash.view().begin() + 3);
  const std::string text = "covey:" + to_base32(whole);
  const auto ticket = Ticket::parse(text);
  if (!ticket) return;
  require(ticket->to_text() == text, "a ticket's text is the only one");
  check(*ticket);
  check_mistyped(text, Choices(ByteView(hash.view())));
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const covey::ByteView input(data, size);
  if (const auto ticket = covey::access::Ticket::parse(covey::as_text(input))) covey::fuzz::check(*ticket);
  covey::fuzz::check_bytes(input);
  return 0;
}
