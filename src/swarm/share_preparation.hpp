#pragma once
// prepare_share: from paths on this machine to a share that can be served.
//
// Scans, hashes what the cache does not know on all threads of the pool, and builds the manifest. Nothing is
// copied. On the network thread, all blocking work offloaded.

#include <atomic>
#include <filesystem>
#include <memory>
#include <vector>

#include "content/layer_cache.hpp"
#include "io/offload.hpp"
#include "swarm/served_share.hpp"

namespace covey::swarm {

struct SharePlan {
  std::vector<std::filesystem::path> paths;  // absolute; one, or several that become one folder
  std::string title;                         // empty: the name of the path
};

/// Written while hashing, read by whoever shows it.
struct SharePreparation {
  std::atomic<std::uint64_t> bytes_total{0};
  std::atomic<std::uint64_t> bytes_hashed{0};
  std::atomic<std::uint64_t> files{0};
  std::atomic<bool> stop{false};
};

struct PreparedShare {
  std::shared_ptr<ServedShare> share;
  std::vector<std::string> notices;  // what was left out and why
};

/// The name of a share of this path; `title` may be empty. kInvalidArgument for one that cannot travel.
Result<std::string> share_name(const std::filesystem::path& path, const std::string& title);

/// `cache` may be null; it is used by one preparation at a time. All references outlive the wait. Errors:
/// kNotFound, kPermissionDenied, kInvalidArgument (names that cannot travel), kSourceChanged, kIo,
/// kCancelled.
io::Awaitable<Result<PreparedShare>> prepare_share(SharePlan plan, const Clock& clock,
                                                   content::LayerCache* cache, io::Offload& offload,
                                                   SharePreparation& progress);

}  // namespace covey::swarm
