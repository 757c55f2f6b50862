// Fills a tracker's database with peers that are online and with their shares, as large as a benchmark wants
// it:
//
//   tracker_seed LINK DATABASE SHARES PEERS IDS_FILE
//
// LINK is what the tracker printed; DATABASE what its --db takes. Share ids go to IDS_FILE, one a line. The
// database does not check signatures and a benchmark does not either, so those of the shares are all the
// same.

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

#include "access/share_listing.hpp"
#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "identity/network_link.hpp"
#include "registry/name_rules.hpp"
#include "registry/search_words.hpp"
#include "registry/store.hpp"

namespace covey {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kGroup = 2000;
constexpr std::size_t kSharesOfOwner = 1'000'000;

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class Seed {
 public:
  Seed(const std::string& link, const std::string& database, std::size_t peers)
      : network_(must(identity::NetworkLink::parse(link)).network),
        source_(must(registry::open_store_source(database))),
        store_(must(source_->open())) {
    must(store_->bind_network(network_));
    in_groups(peers, [this](std::size_t number) { return add_peer(number); });
  }

  void add_shares(std::size_t count, std::ofstream& ids) {
    in_groups(count, [&](std::size_t number) { return add_share(number, ids); });
  }

 private:
  template <typename Work>
  void in_groups(std::size_t count, Work work) {
    for (std::size_t done = 0; done < count; done += kGroup) {
      must(store_->in_transaction([&]() -> Result<> {
        for (std::size_t i = done; i < std::min(done + kGroup, count); ++i) TRY_VOID(work(i));
        return {};
      }));
    }
  }

  Result<> add_peer(std::size_t number) {
    // A public key is a point on the curve, which most random bytes are not; the database does not look.
    const identity::PeerId peer(random_.fixed<crypto::PublicKey>());
    TRY(const auto name, identity::PeerName::parse(fmt::format("seed-{}", number)));
    TRY_VOID(store_->add_member({.claim = Bytes(100, 1),
                                 .claim_signature = {},
                                 .peer = peer,
                                 .name = name,
                                 .lookalike = name.text(),
                                 .state = registry::MemberState::kActive,
                                 .invite = std::nullopt},
                                now_));
    TRY(const auto address, access::Endpoint::parse(fmt::format("10.{}.{}.{}:7440", number >> 16,
                                                                (number >> 8) & 255, number & 255)));
    TRY_VOID(store_->renew_presence(peer, std::vector{address}, now_ + 24h));
    peers_.push_back(peer);
    return {};
  }

  Result<> add_share(std::size_t number, std::ofstream& ids) {
    const auto id = random_.fixed<access::ShareId>();
    const access::ShareDescription share{
        .share_id = id,
        .owner = peers_[number % peers_.size()],
        .title = fmt::format("Seed {} word{} word{}", number, random_.number() % 5000, random_.number() % 50),
        .created_at = now_,
        .expires_at = std::nullopt};
    access::ShareListing listing{.network = network_,
                                 .sequence = static_cast<std::uint64_t>(to_unix_ms(now_)) - number,
                                 .expires_at = std::nullopt,
                                 .tags = {},
                                 .names = {},
                                 .description = {}};
    ids << access::to_text(id) << '\n';
    return store_->announce({.listing = {.listing = std::move(listing), .share = share},
                             .signed_listing = {.payload = Bytes(400, 7), .signature = {}},
                             .audience = {},
                             .words = registry::SearchWords::of(share.title)},
                            kSharesOfOwner);
  }

  crypto::SystemRandom random_;
  const WallTime now_ = SystemClock().wall();
  crypto::PublicKey network_;
  std::unique_ptr<registry::StoreSource> source_;
  std::unique_ptr<registry::Store> store_;
  std::vector<identity::PeerId> peers_;
};

}  // namespace
}  // namespace covey

int main(int argc, char** argv) {
  try {
    if (argc != 6) throw std::runtime_error("usage: tracker_seed LINK DATABASE SHARES PEERS IDS_FILE");
    covey::Seed seed(argv[1], argv[2], std::stoul(argv[4]));
    std::ofstream ids(argv[5]);
    seed.add_shares(std::stoul(argv[3]), ids);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tracker_seed: %s\n", error.what());
    return 1;
  }
  return 0;
}
