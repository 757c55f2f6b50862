#pragma once
// UploadedFiles: files that a browser brings to this peer, to be shared from there: HOME/uploads/ID/files/….
//
// Names come from outside and are refused like any hostile ones; a file's parts come in order. What is not
// shared is deleted when the daemon starts again; what is, when its share ends. On the network thread, the
// disk by the pool.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "api/home_views.hpp"
#include "content/path_rules.hpp"
#include "crypto/random.hpp"
#include "io/offload.hpp"

namespace covey::daemon {

inline constexpr std::size_t kMaxUploads = 16;
inline constexpr std::size_t kMaxUploadedFiles = 10'000;

class UploadedFiles {
 public:
  UploadedFiles(std::filesystem::path folder, io::Offload& offload, crypto::Random& random)
      : folder_(std::move(folder)), offload_(&offload), random_(&random) {}

  /// Deletes what no share refers to.
  io::Awaitable<void> clean(std::vector<std::string> shared_paths);

  /// kMalformed and others for hostile names, kLimitExceeded, kDiskFull where there is no room.
  io::Awaitable<Result<api::UploadView>> begin(api::UploadRequest request);
  /// kAlreadyExists where the part is not the next one, or another one is being written.
  io::Awaitable<Result<api::UploadView>> take(std::string id, api::UploadPart part);
  struct Whole {
    std::string path;
    std::string title;
  };
  /// What is to be shared, once it is all there. kInvalidArgument where something is missing.
  io::Awaitable<Result<Whole>> finish(std::string id);
  /// It is shared, and from now on goes with its share; or it could not be.
  void hand_over(const std::string& id) { uploads_.erase(id); }
  void take_back(const std::string& id);
  io::Awaitable<Result<>> drop(std::string id);
  /// The share of this path has ended.
  io::Awaitable<void> share_ended(std::string path);

 private:
  struct File {
    content::RelativePath path;
    std::uint64_t bytes = 0;
    std::uint64_t received = 0;
  };
  struct Upload {
    std::string title;
    std::vector<File> files;
    bool busy = false;    // a part is being written
    bool shared = false;  // or about to be: nothing more comes
  };
  Result<Upload*> find(const std::string& id);
  static api::UploadView view(const std::string& id, const Upload& upload);
  [[nodiscard]] std::filesystem::path files_of(const std::string& id) const { return folder_ / id / "files"; }
  io::Awaitable<void> remove_folder(std::string id);

  std::filesystem::path folder_;
  io::Offload* offload_;
  crypto::Random* random_;
  std::map<std::string, Upload> uploads_;
};

}  // namespace covey::daemon
