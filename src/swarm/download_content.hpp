#pragma once
// DownloadContent: what a download knows of its content and where it keeps it: the owner's description, the
// manifest, the part folder, the result.
//
// The owner's words become a job once, whoever of the sources brings them first. On the network thread,
// blocking work on the pool.

#include <filesystem>
#include <memory>
#include <optional>

#include "access/share_description.hpp"
#include "content/layer_folder.hpp"
#include "io/offload.hpp"
#include "swarm/download_job.hpp"

namespace covey::swarm {

/// What becomes of the pieces once they have verified.
enum class Keep : std::uint8_t { kFiles, kNothing };

/// Where the content goes, and what of it.
struct Destination {
  std::filesystem::path directory;
  std::vector<std::string> select;  // globs
  content::OnTaken on_taken = content::OnTaken::kRefuse;
  Keep keep = Keep::kFiles;
  const content::LayerFolder* layers = nullptr;  // of earlier runs; may be null
};

class DownloadContent {
 public:
  DownloadContent(Destination destination, io::Offload& offload)
      : destination_(std::move(destination)), offload_(&offload) {}

  /// The owner's words, verified. kSourceChanged when they differ from what the owner said before,
  /// kPeerMisbehaved for a name that no file may have.
  Result<> learn(access::ShareDescription said);
  [[nodiscard]] const std::optional<access::ShareDescription>& description() const { return description_; }
  /// The result's name, once it is known.
  [[nodiscard]] const std::optional<content::RelativePath>& name() const { return name_; }
  /// Where the result is or will be; empty until the name is known.
  [[nodiscard]] std::filesystem::path destination() const;

  /// Opens the job where nothing more is needed for it: a file, or a folder whose manifest an earlier run has
  /// stored. Null otherwise. kAlreadyExists, kNotFound (nothing matches the globs), kDiskFull, kIo,
  /// kPermissionDenied.
  io::Awaitable<Result<std::shared_ptr<DownloadJob>>> open();
  /// Opens it with the manifest's verified bytes. Also kMalformed and kLimitExceeded for a bad list of files.
  io::Awaitable<Result<std::shared_ptr<DownloadJob>>> open_with(Bytes manifest);
  /// Null until it is open.
  [[nodiscard]] const std::shared_ptr<DownloadJob>& job() const { return job_; }
  [[nodiscard]] bool is_complete() const { return job_ && job_->pieces->complete(); }

  /// Makes what has come survive a power loss.
  io::Awaitable<Result<>> checkpoint();
  /// Puts the result in place; its path, empty where nothing is kept.
  io::Awaitable<Result<std::filesystem::path>> finish();
  /// Removes what was downloaded so far.
  io::Awaitable<Result<>> discard();
  /// Lets the part folder go.
  void let_go() { job_.reset(); }

  struct Counts {
    content::PartCounts wanted, present, resumed;
  };
  [[nodiscard]] Counts counts() const;

 private:
  io::Awaitable<Result<std::shared_ptr<DownloadJob>>> open_job(
      std::shared_ptr<const content::Manifest> manifest, Bytes manifest_bytes);
  [[nodiscard]] Result<std::shared_ptr<DownloadJob>> make_job(
      const std::shared_ptr<const content::Manifest>& manifest, ByteView manifest_bytes) const;
  void find_layers(DownloadJob& job) const;

  Destination destination_;
  io::Offload* offload_;
  std::optional<access::ShareDescription> description_;
  std::optional<content::RelativePath> name_;
  std::shared_ptr<DownloadJob> job_;
  std::filesystem::path result_;
  Counts last_counts_;  // of a finished download
  bool finishing_ = false;
};

}  // namespace covey::swarm
