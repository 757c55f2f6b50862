#pragma once
// For this module's tests only: a fresh database of either kind for each test, and people, shares and
// messages to put into it. Randomness is seeded; time stands still at kNow.

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "access/share_listing.hpp"
#include "registry/name_rules.hpp"
#include "registry/store.hpp"

namespace covey::registry {

using namespace std::chrono_literals;

inline constexpr WallTime kNow{std::chrono::hours(490'000)};

enum class Backend { kSqlite, kPostgres };

inline std::string name_of(Backend backend) {
  return backend == Backend::kSqlite ? "sqlite" : "postgres";
}

/// A folder of one's own that is gone afterwards.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// An empty database, gone with the object.
class FreshDatabase {
 public:
  virtual ~FreshDatabase() = default;
  /// For open_store_source().
  [[nodiscard]] virtual std::string where() const = 0;
};
/// Throws, saying what to do, when there is no server to test with.
std::unique_ptr<FreshDatabase> fresh_database(Backend backend);

/// Fails the test and throws when `result` is an error.
template <typename T>
T expect_value(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <typename T>
ErrorCode error_of(const Result<T>& result) {
  if (result) throw std::runtime_error("it succeeded");
  return result.error().code;
}

/// Everything that one network's tests talk about.
class TestNetwork {
 public:
  explicit TestNetwork(std::uint64_t seed) : random_(seed) {}

  struct Person {
    identity::DeviceKey key;
    identity::PeerName name;
    [[nodiscard]] identity::PeerId id() const { return key.peer_id(); }
  };
  Person person(std::string_view name) {
    return {.key = identity::DeviceKey::ephemeral(random_), .name = *identity::PeerName::parse(name)};
  }
  static NewMember application(const Person& person) {
    return {.claim = to_bytes("claim of " + person.name.text()),
            .claim_signature = crypto::Signature::from(Bytes(64, 3)),
            .peer = person.id(),
            .name = person.name,
            .lookalike = lookalike_of(person.name),
            .state = MemberState::kActive,
            .invite = std::nullopt};
  }
  Person member(Store& store, std::string_view name) {
    Person out = person(name);
    (void)expect_value(store.add_member(application(out), kNow));
    return out;
  }

  struct ShareText {
    std::string title = "Holiday photos";
    access::Visibility visibility = access::Visibility::kNetwork;
    std::uint64_t sequence = 1000;
    std::optional<WallTime> expires_at = std::nullopt;
    std::vector<identity::PeerId> audience = {};
  };
  access::ShareId share_id() { return random_.fixed<access::ShareId>(); }
  [[nodiscard]] Announcement announcement(const Person& owner, const access::ShareId& id,
                                          const ShareText& text) const;

  [[nodiscard]] const crypto::PublicKey& key() const { return network_.public_key(); }
  crypto::SeededRandom& random() { return random_; }

 private:
  crypto::SeededRandom random_;
  crypto::SigningKey network_ = crypto::SigningKey::generate(random_);
};

/// What a listing says its title is.
std::string title_of(const ListedShare& share);
std::vector<std::string> titles_of(const SearchPage& page);

class StoreTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override;
  std::unique_ptr<Store> open() { return expect_value(source->open()); }
  SearchPage search(const identity::PeerId& viewer, std::string_view words, std::size_t limit = 50,
                    const std::string& after = "") {
    return expect_value(store->search({.words = SearchWords::of(words),
                                       .viewer = viewer,
                                       .owner = std::nullopt,
                                       .after = after,
                                       .limit = limit},
                                      kNow));
  }
  void announce(const TestNetwork::Person& owner, const access::ShareId& id,
                const TestNetwork::ShareText& text) {
    expect_value(store->announce(network.announcement(owner, id, text), 1000));
  }

  std::unique_ptr<FreshDatabase> database;
  std::unique_ptr<StoreSource> source;
  std::unique_ptr<Store> store;
  TestNetwork network{7};
};

inline std::string test_name(const testing::TestParamInfo<Backend>& backend) {
  return name_of(backend.param);
}
#define COVEY_ON_EACH_BACKEND(suite) \
  INSTANTIATE_TEST_SUITE_P(each, suite, testing::Values(Backend::kSqlite, Backend::kPostgres), test_name)

}  // namespace covey::registry
