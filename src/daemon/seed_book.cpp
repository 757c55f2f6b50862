#include "daemon/seed_book.hpp"

#include "base/log.hpp"
#include "daemon/seed_entry.hpp"

namespace covey::daemon {
namespace {

using namespace std::chrono_literals;

/// What a download has just told of this peer holds for so long.
constexpr auto kFirstVisitAfter = 25min;

std::unexpected<Error> lost() {
  return fail(ErrorCode::kCorrupt, "what it was served on by is not stored any more");
}

/// The list of files of a share, from what is stored or, of a single file, from the owner's word.
Result<std::shared_ptr<const content::Manifest>> manifest_of(const access::ShareDescription& said,
                                                             ByteView stored) {
  const auto root = content::ContentId::from(said.root.view());
  if (said.kind == access::ShareKind::kFolder) {
    TRY(auto manifest, content::Manifest::parse(stored));
    if (manifest.id() != root) return fail(ErrorCode::kCorrupt, "the stored list of files is another");
    return std::make_shared<const content::Manifest>(std::move(manifest));
  }
  TRY(auto name, content::RelativePath::parse(said.title));
  TRY(auto manifest, content::Manifest::single_file({.path = std::move(name),
                                                     .kind = content::EntryKind::kFile,
                                                     .size = said.content_size,
                                                     .executable = said.executable,
                                                     .mtime_ns = said.mtime_ns,
                                                     .id = root}));
  return std::make_shared<const content::Manifest>(std::move(manifest));
}

/// What of it others can verify.
content::PieceSet provable(const content::Manifest& manifest, const content::Selection& wanted,
                           const content::LayerFolder& layers) {
  const content::PieceNumbers numbers(manifest);
  content::PieceSet out(numbers.total());
  for (std::uint32_t i = 0; i < manifest.entry_count(); ++i) {
    const content::FileIndex file(i);
    if (!manifest.is_file(file) || !wanted.contains(file)) continue;
    if (!manifest.geometry(file).one_piece() && !layers.may_hold(manifest.entry(file).id)) continue;
    for (std::uint32_t piece = 0; piece < numbers.count(file); ++piece)
      out.insert(numbers.first(file) + piece);
  }
  return out;
}

struct Waking {
  access::ShareDescription said;
  swarm::ResultPlace place;  // without a manifest
  std::vector<std::string> select;
  content::LayerFolder layers;
  swarm::ResultFiles::OnChanged on_changed;
};

Result<AwakeShare> awaken(Waking waking, SeedContent stored) {
  TRY(const auto manifest, manifest_of(waking.said, stored.manifest));
  TRY(const auto wanted, content::Selection::matching(*manifest, waking.select));
  if (stored.stamps.size() != manifest->entry_count()) return lost();
  waking.place.manifest = manifest;
  TRY_VOID(swarm::ResultFiles::expect(waking.place, wanted, stored.stamps));
  AwakeShare out{.served = std::make_shared<swarm::ServedShare>(),
                 .held = provable(*manifest, wanted, waking.layers)};
  out.served->name = waking.said.title;
  out.served->single_file = waking.place.single_file;
  out.served->manifest = manifest;
  if (!waking.place.single_file) {
    TRY(auto layer, content::PieceLayer::of_bytes(stored.manifest));
    out.served->manifest_layer = std::make_shared<const content::PieceLayer>(std::move(layer));
    out.served->manifest_bytes = std::move(stored.manifest);
  }
  out.served->origin =
      std::make_unique<swarm::ResultFiles>(std::move(waking.place), std::move(stored.stamps),
                                           std::move(waking.layers), std::move(waking.on_changed));
  return out;
}

}  // namespace

SeedBook::SeedBook(Node& node, NetworkBook& networks, StoreThread& store, content::LayerCache* cache)
    : node_(&node),
      networks_(&networks),
      store_(&store),
      cache_(cache),
      changed_(node.services().network),
      tasks_(node.services().network) {
  node_->onward().on_wake([this](const access::ShareId& share) { wake(share); });
  node_->onward().on_revoked([this](const access::ShareId& share, const access::SignedRevocationList& list) {
    for (const auto& [id, seed] : seeds_) {
      if (seed->order.share == share) tasks_.spawn(keep_revocations(seed, list));
    }
  });
  tasks_.spawn(tend());
}

SeedBook::~SeedBook() = default;

SeedBook::Found SeedBook::find(const std::string& id) const {
  const auto found = seeds_.find(id);
  return found == seeds_.end() ? nullptr : found->second;
}

void SeedBook::tell(const Seed& seed) {
  if (on_change_) on_change_(seed.order.id);
}

swarm::ResultPlace SeedBook::place_of(const Seed& seed,
                                      std::shared_ptr<const content::Manifest> manifest) const {
  return {.path = seed.order.path,
          .manifest = std::move(manifest),
          .single_file = seed.said.kind == access::ShareKind::kFile};
}

void SeedBook::place(Found seed) {
  Seed& placed = *seed;
  seeds_.insert_or_assign(placed.order.id, std::move(seed));
  serve(placed);
  changed_.open_all();
}

void SeedBook::serve(Seed& seed) {
  if (!seed.may_serve() || !seed.kept) return;
  RestingShare share{.said = seed.said,
                     .description = seed.word.description,
                     .ticket = seed.order.ticket,
                     .network = seed.word.network,
                     .limit_up = seed.order.limit_up,
                     .revocations = seed.word.revocations};
  node_->onward().rest(std::move(share));
}

io::Awaitable<void> SeedBook::add(SeedOrder order, swarm::Delivered delivered) {
  auto seed = std::make_shared<Seed>(Seed{.order = std::move(order), .word = {}, .said = delivered.said});
  seed->word.description = delivered.description;
  seed->word.revocations = node_->onward().revocations(seed->order.share);
  seed->next_visit = node_->clock().steady() + kFirstVisitAfter;
  if (seed->order.ticket.empty()) {
    const auto network = networks_->check_member(delivered.membership, node_->device().peer_id());
    if (!network) co_return;
    seed->word.network = *network;
  }
  auto look = [this, place = place_of(*seed, delivered.manifest), wanted = delivered.wanted,
               folder = delivered.said.kind == access::ShareKind::kFolder]() -> Result<SeedContent> {
    SeedContent out;
    TRY(out.stamps, swarm::ResultFiles::stamps_of(place, wanted, cache_));
    if (folder) out.manifest = place.manifest->encode();
    return out;
  };
  auto content = co_await node_->offload().run(std::move(look));
  Result<> kept = content ? Result<>{} : std::unexpected(content.error());
  if (kept && content->manifest.size() > kMaxSeedManifestBytes) co_return;
  if (kept) {
    auto keep = [id = seed->order.id, word = seed->word, stored = std::move(*content)](DaemonStore& store) {
      return store.save_seed(id, word, stored);
    };
    kept = co_await store_->run(std::move(keep));
  }
  if (!kept) {
    log::warn("a download is not served on: {}", to_string(kept.error()));
    seed->kept = false;
    seed->ended = kept.error().context;
  }
  if (!seed->may_serve()) co_await node_->onward().end(seed->order.share);
  place(std::move(seed));
}

io::Awaitable<Result<>> SeedBook::restore(std::vector<SeedOrder> orders) {
  auto read = [](DaemonStore& store) { return store.seeds(); };
  CO_TRY(auto words, co_await store_->run(read));
  std::vector<Found> found;
  for (SeedOrder& order : orders) {
    const auto word = words.find(order.id);
    if (word == words.end()) continue;
    auto said = access::read_description(word->second.description);
    if (!said || !said->serve_until) continue;
    auto seed = std::make_shared<Seed>(
        Seed{.order = std::move(order), .word = std::move(word->second), .said = std::move(*said)});
    seed->next_visit = node_->clock().steady();
    found.push_back(std::move(seed));
  }
  // Results that are gone are not announced; what lies in them is looked at when somebody asks for it.
  std::vector<std::filesystem::path> paths;
  for (const Found& seed : found) paths.push_back(seed->order.path);
  auto look = [paths = std::move(paths)] {
    std::vector<bool> out;
    std::error_code error;
    for (const auto& path : paths)
      out.push_back(std::filesystem::exists(std::filesystem::symlink_status(path, error)));
    return out;
  };
  const auto there = co_await node_->offload().run(std::move(look));
  for (std::size_t i = 0; i < found.size(); ++i) {
    Seed& seed = *found[i];
    if (!there[i] && !seed.order.moving)
      seed.ended = seed.order.path.string() + " is no longer where it was downloaded to";
    seed.suspended = seed.order.moving || seed.order.doubted;
    place(found[i]);
    if (!seed.ended.empty()) {
      tell(seed);
    } else if (seed.order.doubted && !seed.order.moving) {
      tasks_.spawn(look_again(found[i]));
    }
  }
  co_return Result<>{};
}

void SeedBook::set(const std::string& id, bool on, swarm::Rate limit_up) {
  const Found seed = find(id);
  if (!seed) return;
  const bool was_on = std::exchange(seed->order.on, on);
  seed->order.limit_up = limit_up;
  if (was_on && !on) tasks_.spawn(node_->onward().end(seed->order.share));
  if (!was_on && on) seed->next_visit = node_->clock().steady();
  serve(*seed);
  node_->onward().set_limit(seed->order.share, limit_up);
  changed_.open_all();
}

io::Awaitable<void> SeedBook::suspend(std::string id) {
  const Found seed = find(id);
  if (!seed) co_return;
  seed->suspended = true;
  co_await node_->onward().end(seed->order.share);
}

io::Awaitable<void> SeedBook::resettle(std::string id, std::filesystem::path path, Because because) {
  const Found seed = find(id);
  if (!seed) co_return;
  seed->order.path = std::move(path);
  Result<> kept;
  if (seed->kept && because != Because::kNothingWasDone) kept = co_await keep_stamps(seed, because);
  seed->suspended = false;
  if (because == Because::kVerified && kept && seed->kept) seed->ended.clear();
  if (!kept) seed->ended = kept.error().context;
  serve(*seed);
  tell(*seed);
}

/// Its files are where they are now, and what they are now.
io::Awaitable<Result<>> SeedBook::keep_stamps(Found seed, Because because) {
  auto read = [id = seed->order.id](DaemonStore& store) { return store.seed_content(id); };
  CO_TRY(auto stored, co_await store_->run(std::move(read)));
  if (!stored) co_return lost();
  // Only what was read again is vouched for: a copy may be that of a file which somebody had changed.
  auto look = [said = seed->said, place = place_of(*seed, nullptr), select = seed->order.select,
               cache = because == Because::kVerified ? cache_ : nullptr,
               content = std::move(*stored)]() mutable -> Result<SeedContent> {
    TRY(place.manifest, manifest_of(said, content.manifest));
    TRY(const auto wanted, content::Selection::matching(*place.manifest, select));
    TRY(content.stamps, swarm::ResultFiles::stamps_of(place, wanted, cache));
    return std::move(content);
  };
  CO_TRY(auto content, co_await node_->offload().run(std::move(look)));
  auto keep = [id = seed->order.id, word = seed->word, content = std::move(content)](DaemonStore& store) {
    return store.save_seed(id, word, content);
  };
  co_return co_await store_->run(std::move(keep));
}

io::Awaitable<void> SeedBook::withdraw(Found seed, std::string reason) {
  if (!seed->ended.empty()) co_return;
  seed->ended = std::move(reason);
  co_await node_->onward().end(seed->order.share);
  tell(*seed);
}

io::Awaitable<void> SeedBook::end(std::string id, std::string reason) {
  if (const Found seed = find(id)) co_await withdraw(seed, std::move(reason));
}

io::Awaitable<void> SeedBook::end_for_good(Found seed, std::string reason) {
  seed->kept = false;
  co_await withdraw(seed, std::move(reason));
  auto remove = [id = seed->order.id](DaemonStore& store) { return store.remove_seed(id); };
  const auto removed = co_await store_->run(std::move(remove));
  if (!removed) log::warn("cannot forget what was served on: {}", to_string(removed.error()));
}

io::Awaitable<void> SeedBook::forget(std::string id) {
  const Found seed = find(id);
  if (!seed) co_return;
  seed->kept = false;
  seeds_.erase(id);
  co_await node_->onward().end(seed->order.share);
  // Another download may have brought the same share.
  for (const auto& [other, kept] : seeds_) {
    if (kept->order.share == seed->order.share) serve(*kept);
  }
}

std::optional<api::SeedView> SeedBook::view(const std::string& id) const {
  const Found seed = find(id);
  if (!seed) return std::nullopt;
  api::SeedView out{.state = api::SeedState::kServing, .until = std::nullopt, .reason = seed->ended};
  if (!seed->ended.empty()) {
    out.state = api::SeedState::kEnded;
    return out;
  }
  out.until = to_unix_ms(*seed->said.serve_until);
  if (!seed->order.on) {
    out.state = api::SeedState::kOff;
  } else if (seed->suspended) {
    out.state = api::SeedState::kWaiting;
    out.reason = "its files are being checked or moved";
  } else if (node_->clock().wall() >= *seed->said.serve_until) {
    out.state = api::SeedState::kWaiting;
    out.reason = "its owner's permission has run out; it goes on when the owner can be reached again";
  }
  return out;
}

void SeedBook::wake(const access::ShareId& share) {
  for (const auto& [id, seed] : seeds_) {
    if (seed->order.share != share || !seed->may_serve() || !seed->kept) continue;
    tasks_.spawn(load(seed));
    return;
  }
  tasks_.spawn(node_->onward().end(share));
}

io::Awaitable<void> SeedBook::load(Found seed) {
  auto awake = co_await awakened(*seed);
  if (awake && seed->may_serve() && seeds_.contains(seed->order.id)) {
    node_->onward().woken(seed->order.share, std::move(*awake));
    co_return;
  }
  const bool of_the_files =
      !awake && (awake.error().code == ErrorCode::kSourceChanged ||
                 awake.error().code == ErrorCode::kCorrupt || awake.error().code == ErrorCode::kMalformed);
  if (of_the_files) {
    co_await withdraw(seed, awake.error().context);
    co_return;
  }
  if (!awake) log::warn("cannot serve a download on: {}", to_string(awake.error()));
  co_await node_->onward().end(seed->order.share);
}

/// Its files may be what they were again: somebody has put back what was away.
io::Awaitable<void> SeedBook::look_again(Found seed) {
  const auto awake = co_await awakened(*seed);
  seed->suspended = false;
  if (!awake) seed->ended = awake.error().context;
  serve(*seed);
  tell(*seed);
}

io::Awaitable<Result<AwakeShare>> SeedBook::awakened(const Seed& seed) {
  const auto* const layers = node_->services().layers;
  if (layers == nullptr) co_return lost();
  auto read = [id = seed.order.id](DaemonStore& store) { return store.seed_content(id); };
  CO_TRY(auto stored, co_await store_->run(std::move(read)));
  if (!stored) co_return lost();
  auto changed = [network = node_->services().network, alive = std::weak_ptr(alive_),
                  id = seed.order.id](const Error& error) {
    asio::post(network, [alive, id, reason = error.context] {
      const auto book = alive.lock();
      if (book) (*book)->tasks_.spawn((*book)->end(id, reason));
    });
  };
  Waking waking{.said = seed.said,
                .place = place_of(seed, nullptr),
                .select = seed.order.select,
                .layers = *layers,
                .on_changed = std::move(changed)};
  auto work = [waking = std::move(waking), content = std::move(*stored)]() mutable {
    return awaken(std::move(waking), std::move(content));
  };
  co_return co_await node_->offload().run(std::move(work));
}

io::Awaitable<void> SeedBook::stop() {
  stopping_ = true;
  node_->onward().on_wake(nullptr);
  node_->onward().on_revoked(nullptr);
  if (visiting_) visiting_->stop();
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace covey::daemon
