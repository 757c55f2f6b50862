// The parts of store_fixture.hpp.

#include "registry/store_fixture.hpp"

#include <stdexcept>

#include <unistd.h>

#include "registry/postgres_fixture.hpp"

namespace covey::registry {
namespace {

class FreshSqlite final : public FreshDatabase {
 public:
  [[nodiscard]] std::string where() const override { return (folder_.path() / "registry.db").string(); }

 private:
  ScratchFolder folder_;
};

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string pattern = testing::TempDir() + "covey_registry_XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::unique_ptr<FreshDatabase> fresh_database(Backend backend) {
  if (backend == Backend::kPostgres) return fresh_postgres();
  return std::make_unique<FreshSqlite>();
}

Announcement TestNetwork::announcement(const Person& owner, const access::ShareId& id,
                                       const ShareText& text) const {
  const access::ShareDescription share{.share_id = id,
                                       .owner = owner.id(),
                                       .title = text.title,
                                       .root = access::ContentRoot::from(Bytes(32, 9)),
                                       .content_size = 5000,
                                       .total_bytes = 5000,
                                       .file_count = 1,
                                       .created_at = kNow - 1h,
                                       .expires_at = std::nullopt};
  const access::ShareListing listing{.network = key(),
                                     .sequence = text.sequence,
                                     .expires_at = text.expires_at,
                                     .visibility = text.visibility,
                                     .access = access::Access::kAsk,
                                     .tags = {},
                                     .names = {},
                                     .description = access::sign(share, owner.key)};
  return {.listing = {.listing = listing, .share = share},
          .signed_listing = expect_value(access::sign(listing, owner.key)),
          .audience = text.audience,
          .words = SearchWords::of(text.title)};
}

std::string title_of(const ListedShare& share) {
  const ByteView payload = share.signed_listing.payload;
  // The description stands before its signature at the end, its length before it; a test's has no tags and no
  // names.
  constexpr std::size_t kBeforeDescription = 1 + 32 + 8 + 8 + 1 + 1 + 1 + 2 + 2;
  const access::SignedShareDescription description{
      .payload = to_bytes(payload.subspan(kBeforeDescription, payload.size() - kBeforeDescription - 64)),
      .signature = {}};
  return expect_value(access::read_description(description)).title;
}

std::vector<std::string> titles_of(const SearchPage& page) {
  std::vector<std::string> out;
  for (const ListedShare& share : page.shares) out.push_back(title_of(share));
  return out;
}

void StoreTest::SetUp() {
  database = fresh_database(GetParam());
  source = expect_value(open_store_source(database->where()));
  store = open();
}

}  // namespace covey::registry
