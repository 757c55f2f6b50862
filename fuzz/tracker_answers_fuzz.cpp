// What a tracker answers: read within limits, and nothing believed that no signature proves.

#include "discovery/tracker_answers.hpp"

#include "fuzz/promise.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey;  // NOLINT(google-build-using-namespace)
  constexpr WallTime kNow{std::chrono::hours{24 * 365 * 56}};
  const crypto::PublicKey network{};
  const std::string_view text = as_text(ByteView(data, size));
  (void)discovery::read_challenge(text);
  (void)discovery::read_login(text);
  (void)discovery::read_lease(text);
  (void)discovery::read_error(text, 500);
  fuzz::require(!discovery::read_peer(text, network, kNow), "no peer is believed without its membership");
  fuzz::require(!discovery::read_share(text, network, kNow), "no share is believed without its owner's word");
  if (const auto own = discovery::read_own_membership(text, network, kNow))
    fuzz::require(!own->membership, "no membership is believed without its network's word");
  if (const auto page = discovery::read_shares(text, network, kNow))
    fuzz::require(page->shares.empty(), "forged shares are left out");
  if (const auto peers = discovery::read_peers(text)) {
    fuzz::require(peers->peers.size() <= discovery::kMaxPageEntries, "a page keeps its limit");
    for (const auto& peer : peers->peers)
      fuzz::require(peer.addresses.size() <= discovery::kMaxAddressesOfPeer, "a peer has a few addresses");
  }
  if (const auto message = discovery::read_message(text))
    fuzz::require(message->body.size() <= discovery::kMaxMessageBytes, "a message keeps its limit");
  return 0;
}
