// Speed of a tracker's database: look-ups, searches, and announces that are durable, at 10,000 and 100,000
// shares.
//
// SQLite lies in the folder for temporary files, on a real disk or its syncs mean nothing; PostgreSQL is the
// server that COVEY_TEST_POSTGRES names and is left out without it. COVEY_BENCH_SHARES adds a size: 1000000.

#include <benchmark/benchmark.h>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <random>

#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include "access/share_listing.hpp"
#include "registry/postgres_session.hpp"
#include "registry/registry.hpp"

namespace covey::registry {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::hours(490'000)};
constexpr std::size_t kMembers = 200;
constexpr std::size_t kVocabulary = 5000;
constexpr std::size_t kWordsOfShare = 8;
constexpr std::size_t kMaxShares = 1U << 24;
constexpr std::size_t kFillGroup = 2000;
/// How many announces wait at once, as from so many peers.
constexpr int kAtOnce = 1024;

enum class Kind { kSqlite, kPostgres };

/// What a bench panics with: nothing it measures may fail.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "registry_bench: {}\n", to_string(result.error()));
    std::exit(1);  // NOLINT(concurrency-mt-unsafe)
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A database with so many shares, made at its first use and shared by the benchmarks of its size.
class Filled {
 public:
  Filled(Kind kind, std::size_t shares) {
    source_ = must(open_store_source(kind == Kind::kSqlite ? sqlite_file() : postgres_database(shares)));
    store_ = must(source_->open());
    must(store_->bind_network(network_.public_key()));
    for (std::size_t i = 0; i < kMembers; ++i) add_member(i);
    for (std::size_t done = 0; done < shares; done += kFillGroup) {
      must(store_->in_transaction([&]() -> Result<> {
        for (std::size_t i = done; i < std::min(done + kFillGroup, shares); ++i) {
          TRY_VOID(store_->announce(next(), kMaxShares));
        }
        return {};
      }));
    }
  }
  Filled(const Filled&) = delete;
  Filled& operator=(const Filled&) = delete;
  ~Filled() {
    store_.reset();
    source_.reset();
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
    if (!database_.empty()) PostgresSession(server_).script("DROP DATABASE " + database_ + " WITH (FORCE)");
  }

  /// Signatures are a constant: the database does not check them, and making them takes longer than keeping
  /// them.
  Announcement next() {
    const identity::PeerId& owner = members_[random_() % kMembers];
    std::string title;
    for (std::size_t i = 0; i < kWordsOfShare; ++i) title += word() + ' ';
    const access::ShareDescription share{
        .share_id = bytes<access::ShareId>(), .owner = owner, .title = title};
    access::ShareListing listing{.network = network_.public_key(), .sequence = ++sequence_};
    if (random_() % 10 == 0) listing.visibility = access::Visibility::kListed;
    ids_.push_back(share.share_id);
    return {.listing = {.listing = listing, .share = share},
            .signed_listing = {.payload = Bytes(500, 7), .signature = {}},
            .audience = {members_[random_() % kMembers]},
            .words = SearchWords::of(title)};
  }
  /// Common words come often, as in a language: the n-th about 1/n as often as the first.
  std::string word() {
    const double uniform = std::uniform_real_distribution<>(0, 1)(random_);
    const auto rank = static_cast<std::size_t>(std::exp(uniform * std::log(double{kVocabulary}))) - 1;
    return fmt::format("{:c}{:c}word{}", 'a' + rank % 26, 'a' + rank / 26 % 26, rank);
  }
  [[nodiscard]] const access::ShareId& some_share() { return ids_[random_() % ids_.size()]; }
  [[nodiscard]] const identity::PeerId& some_member() { return members_[random_() % kMembers]; }
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] StoreSource& source() { return *source_; }

 private:
  std::string sqlite_file() {
    std::string name = (fs::temp_directory_path() / "covey-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::exit(1);  // NOLINT(concurrency-mt-unsafe)
    folder_ = name;
    return (folder_ / "registry.db").string();
  }
  /// A fresh database beside the one that the URL names.
  std::string postgres_database(std::size_t shares) {
    server_ = std::getenv("COVEY_TEST_POSTGRES");  // NOLINT(concurrency-mt-unsafe)
    database_ = fmt::format("covey_bench_{}_{}", ::getpid(), shares);
    PostgresSession(server_).script("CREATE DATABASE " + database_ + " TEMPLATE template0 ENCODING 'UTF8'");
    const std::size_t options = std::min(server_.find('?'), server_.size());
    const std::size_t path = std::min(server_.find('/', server_.find("://") + 3), options);
    return server_.substr(0, path) + "/" + database_ + server_.substr(options);
  }

  template <typename Fixed>
  Fixed bytes() {
    Fixed out;
    for (Byte& b : out.mutable_view()) b = static_cast<Byte>(random_());
    return out;
  }
  void add_member(std::size_t number) {
    const auto name = must(identity::PeerName::parse(fmt::format("member-{}", number)));
    const identity::PeerId peer(bytes<crypto::PublicKey>());
    (void)must(store_->add_member({.claim = Bytes(100, 1),
                                   .claim_signature = {},
                                   .peer = peer,
                                   .name = name,
                                   .lookalike = name.text(),
                                   .state = MemberState::kActive,
                                   .invite = std::nullopt},
                                  kNow));
    must(store_->renew_presence(peer, std::vector<access::Endpoint>(2), kNow + 1h));
    members_.push_back(peer);
  }

  fs::path folder_;
  std::string server_;
  std::string database_;
  std::mt19937 random_{7};
  crypto::SeededRandom keys_{7};
  crypto::SigningKey network_ = crypto::SigningKey::generate(keys_);
  std::unique_ptr<StoreSource> source_;
  std::unique_ptr<Store> store_;
  std::vector<identity::PeerId> members_;
  std::vector<access::ShareId> ids_;
  std::uint64_t sequence_ = 0;
};

Filled& filled(const benchmark::State& state) {
  static std::map<std::pair<std::int64_t, std::int64_t>, std::unique_ptr<Filled>> made;
  auto& place = made[{state.range(0), state.range(1)}];
  if (!place) {
    place =
        std::make_unique<Filled>(static_cast<Kind>(state.range(0)), static_cast<std::size_t>(state.range(1)));
  }
  return *place;
}

void look_up(benchmark::State& state) {
  Filled& database = filled(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        must(database.store().share(database.some_share(), database.some_member(), kNow)));
  }
  state.SetItemsProcessed(state.iterations());
}

void search_for(benchmark::State& state, std::string_view words) {
  Filled& database = filled(state);
  SearchQuery query{.viewer = database.some_member(), .limit = 20};
  for (auto _ : state) {
    query.words = SearchWords::of(words.empty() ? database.word() + ' ' + database.word() : words);
    benchmark::DoNotOptimize(must(database.store().search(query, kNow)));
  }
  state.SetItemsProcessed(state.iterations());
}

void search_two_words(benchmark::State& state) {
  search_for(state, "");
}
void search_common_word(benchmark::State& state) {
  search_for(state, "aaword0");
}
void search_one_letter(benchmark::State& state) {
  search_for(state, "a");
}

void list_newest(benchmark::State& state) {
  Filled& database = filled(state);
  const SearchQuery query{.viewer = database.some_member(), .limit = 20};
  for (auto _ : state) benchmark::DoNotOptimize(must(database.store().search(query, kNow)));
  state.SetItemsProcessed(state.iterations());
}

/// Durable announces through the Registry, of many peers at once.
void announce(benchmark::State& state) {
  Filled& database = filled(state);
  const auto registry = must(Registry::start(database.source(), {}));
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Announcement> announcements;
    for (int i = 0; i < kAtOnce; ++i) announcements.push_back(database.next());
    state.ResumeTiming();
    asio::io_context loop;
    for (const Announcement& each : announcements) {
      auto task = [&]() -> io::Awaitable<void> {
        auto work = [&each](Store& store) { return store.announce(each, kMaxShares); };
        const auto kept = co_await registry->write(each.listing.share.owner, work);
        must(kept);
      };
      asio::co_spawn(loop, std::move(task), asio::detached);
    }
    loop.run();
  }
  state.SetItemsProcessed(state.iterations() * kAtOnce);
}

void sizes(benchmark::internal::Benchmark* bench) {
  std::vector<std::int64_t> shares = {10'000, 100'000};
  if (const char* more = std::getenv("COVEY_BENCH_SHARES")) shares.push_back(std::atoll(more));  // NOLINT
  for (const std::int64_t count : shares) {
    bench->Args({static_cast<std::int64_t>(Kind::kSqlite), count});
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    if (std::getenv("COVEY_TEST_POSTGRES") != nullptr)
      bench->Args({static_cast<std::int64_t>(Kind::kPostgres), count});
  }
  bench->ArgNames({"postgres", "shares"})->UseRealTime();
}

BENCHMARK(look_up)->Apply(sizes);
BENCHMARK(search_two_words)->Apply(sizes);
BENCHMARK(search_common_word)->Apply(sizes);
BENCHMARK(search_one_letter)->Apply(sizes);
BENCHMARK(list_newest)->Apply(sizes);
BENCHMARK(announce)->Apply(sizes)->MinTime(2);

}  // namespace
}  // namespace covey::registry
