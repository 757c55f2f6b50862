#include "swarm/download_content.hpp"

#include "content/path_rules.hpp"

namespace covey::swarm {

Result<> DownloadContent::learn(access::ShareDescription said) {
  if (description_ && description_->root != said.root) {
    return fail(
        ErrorCode::kSourceChanged,
        "the sender shares other content in its place now; begin anew, with a fresh ticket if it was one");
  }
  auto name = content::RelativePath::parse(said.title);
  if (!name || name->depth() != 1) {
    return fail(ErrorCode::kPeerMisbehaved,
                "the share's name {} cannot be a file name here; ask the sender for another --title",
                content::printable_path(said.title));
  }
  if (!name_) name_ = std::move(*name);
  description_ = std::move(said);
  return {};
}

std::filesystem::path DownloadContent::destination() const {
  if (!result_.empty() || !name_) return result_;
  return destination_.directory / name_->text();
}

io::Awaitable<Result<std::shared_ptr<DownloadJob>>> DownloadContent::open() {
  const content::ContentId root = content::ContentId::from(description_->root.view());
  if (description_->kind == access::ShareKind::kFile) {
    auto manifest = content::Manifest::single_file({.path = *name_,
                                                    .kind = content::EntryKind::kFile,
                                                    .size = description_->content_size,
                                                    .executable = description_->executable,
                                                    .mtime_ns = description_->mtime_ns,
                                                    .id = root});
    if (!manifest) co_return std::unexpected(manifest.error());
    co_return co_await open_job(std::make_shared<const content::Manifest>(std::move(*manifest)), {});
  }
  auto look = [keep = destination_.keep, directory = destination_.directory, name = *name_, root] {
    return keep == Keep::kNothing ? std::nullopt
                                  : content::PartFolder::stored_manifest(directory, name, root);
  };
  auto stored = co_await offload_->run(std::move(look));
  if (!stored) co_return std::shared_ptr<DownloadJob>();
  co_return co_await open_with(std::move(*stored));
}

io::Awaitable<Result<std::shared_ptr<DownloadJob>>> DownloadContent::open_with(Bytes bytes) {
  auto parse = [bytes = std::move(
                    bytes)]() mutable -> Result<std::pair<std::shared_ptr<const content::Manifest>, Bytes>> {
    auto manifest = content::Manifest::parse(bytes);
    if (!manifest) {
      return std::unexpected(
          in_context(std::move(manifest).error(), "the sender's list of files was refused"));
    }
    return std::pair(std::make_shared<const content::Manifest>(std::move(*manifest)), std::move(bytes));
  };
  CO_TRY(auto parsed, co_await offload_->run(std::move(parse)));
  co_return co_await open_job(std::move(parsed.first), std::move(parsed.second));
}

io::Awaitable<Result<std::shared_ptr<DownloadJob>>> DownloadContent::open_job(
    std::shared_ptr<const content::Manifest> manifest, Bytes manifest_bytes) {
  auto make = [this, manifest = std::move(manifest), bytes = std::move(manifest_bytes)] {
    return make_job(manifest, bytes);
  };
  CO_TRY(job_, co_await offload_->run(std::move(make)));
  co_return job_;
}

Result<std::shared_ptr<DownloadJob>> DownloadContent::make_job(
    const std::shared_ptr<const content::Manifest>& manifest, ByteView manifest_bytes) const {
  if (destination_.keep == Keep::kNothing) {
    return std::make_shared<DownloadJob>(manifest, content::Selection::everything(*manifest),
                                         std::make_shared<content::CheckedPieces>(manifest));
  }
  std::error_code ignored;
  const auto destination = destination_.directory / name_->text();
  // With a partial download beside it, the result may be its own, put in place just before the end.
  const bool begun =
      std::filesystem::exists(content::PartFolder::part_path(destination_.directory, *name_), ignored);
  if (destination_.on_taken == content::OnTaken::kRefuse && !begun &&
      std::filesystem::exists(std::filesystem::symlink_status(destination, ignored))) {
    return fail(ErrorCode::kAlreadyExists,
                "{} exists already; use --overwrite to replace it or --rename to keep both",
                destination.string());
  }
  TRY(auto wanted, content::Selection::matching(*manifest, destination_.select));
  content::PartDescription description{.root = content::ContentId::from(description_->root.view()),
                                       .share_id = content::PartShareId::from(description_->share_id.view()),
                                       .what = content::PartFile{}};
  if (description_->kind == access::ShareKind::kFile) {
    description.what = content::PartFile{.size = description_->content_size,
                                         .executable = description_->executable,
                                         .mtime_ns = description_->mtime_ns};
  } else {
    description.what =
        content::PartTree{.manifest = manifest, .manifest_bytes = manifest_bytes, .wanted = wanted};
  }
  TRY(auto part, content::PartFolder::open(destination_.directory, *name_, std::move(description)));
  // After a power loss: what may not have reached the disk is fetched again, a few seconds' worth at most.
  for (const auto& piece : part.unproven()) part.forget(piece);
  auto folder = std::make_shared<content::PartFolder>(std::move(part));
  auto job = std::make_shared<DownloadJob>(manifest, std::move(wanted), folder, folder);
  find_layers(*job);
  if (description_->kind == access::ShareKind::kFile) return job;
  job->manifest_bytes = to_bytes(manifest_bytes);
  TRY(auto layer, content::PieceLayer::of_bytes(manifest_bytes));
  job->manifest_layer = std::make_shared<const content::PieceLayer>(std::move(layer));
  return job;
}

/// Of files that an earlier run has begun: what is there of them can be served before any source answers.
void DownloadContent::find_layers(DownloadJob& job) const {
  if (destination_.layers == nullptr) return;
  const content::PieceNumbers numbers(*job.manifest);
  const content::PieceSet held = job.pieces->held();
  std::optional<content::FileIndex> last;
  for (std::uint32_t piece = 0; piece < held.total(); ++piece) {
    if (!held.has(piece)) continue;
    const content::FileIndex file = numbers.at(piece).file;
    if (last == file || numbers.count(file) == 1) continue;
    last = file;
    auto layer = destination_.layers->find(job.manifest->geometry(file), job.manifest->entry(file).id);
    if (layer) job.layers->add(file, std::make_shared<const content::PieceLayer>(std::move(*layer)));
  }
}

io::Awaitable<Result<>> DownloadContent::checkpoint() {
  if (!job_ || job_->folder == nullptr) co_return Result<>{};
  // The job is let go before the result is told: whoever hears it may open the part folder anew.
  auto sync = [job = job_]() mutable { return std::exchange(job, nullptr)->folder->checkpoint(); };
  co_return co_await offload_->run(std::move(sync));
}

io::Awaitable<Result<std::filesystem::path>> DownloadContent::finish() {
  last_counts_ = counts();
  finishing_ = true;
  if (job_->folder == nullptr) co_return std::filesystem::path();
  auto put_in_place = [job = job_, on_taken = destination_.on_taken]() mutable {
    return std::exchange(job, nullptr)->folder->finish(on_taken);
  };
  CO_TRY(result_, co_await offload_->run(std::move(put_in_place)));
  co_return result_;
}

io::Awaitable<Result<>> DownloadContent::discard() {
  if (!job_ || job_->folder == nullptr) co_return Result<>{};
  auto remove = [job = std::move(job_)]() mutable { return std::exchange(job, nullptr)->folder->discard(); };
  co_return co_await offload_->run(std::move(remove));
}

DownloadContent::Counts DownloadContent::counts() const {
  if (!job_ || finishing_) return last_counts_;
  return {.wanted = job_->pieces->wanted(),
          .present = job_->pieces->present(),
          .resumed = job_->pieces->resumed()};
}

}  // namespace covey::swarm
