#include "content/result_place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "content/path_rules.hpp"

namespace covey::content {
namespace {

constexpr std::uint32_t kMaxCandidates = 9999;
constexpr const char* kSource = "data";
constexpr const char* kReplaced = "replaced";

/// The first `limit` bytes, or fewer so that no character is cut.
std::string_view cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

bool exists(int folder, const std::string& name) {
  struct stat status {};
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace

std::string ResultPlace::candidate(std::uint32_t n) const {
  if (n <= 1) return name_;
  const std::string number = fmt::format(" ({})", n);
  std::size_t dot = name_.rfind('.');
  if (dot == std::string::npos || dot == 0 || name_.size() - dot > 16) dot = name_.size();
  const std::string_view extension = std::string_view(name_).substr(dot);
  const std::string_view stem =
      cut(std::string_view(name_).substr(0, dot), kMaxComponentBytes - number.size() - extension.size());
  return fmt::format("{}{}{}", stem, number, extension);
}

bool ResultPlace::stands_at(std::uint32_t n, std::uint64_t inode) const {
  struct stat status {};
  return ::fstatat(folder_, candidate(n).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         status.st_ino == inode;
}

Result<std::filesystem::path> ResultPlace::placed(const std::string& name) {
  if (disk_.sync_folder(folder_) != 0)
    return fail_errno(errno, fmt::format("cannot save the name of {}", (directory_ / name).string()));
  return directory_ / name;
}

Result<std::filesystem::path> ResultPlace::put(OnTaken on_taken,
                                               const std::function<Result<>(std::uint32_t)>& announce) {
  const std::uint32_t last = on_taken == OnTaken::kRename ? kMaxCandidates : 1;
  for (std::uint32_t n = 1; n <= last; ++n) {
    const std::string name = candidate(n);
    const bool taken = exists(folder_, name);
    if (taken && on_taken != OnTaken::kOverwrite) continue;
    TRY_VOID(announce(n));
    if (disk_.rename_new(part_, kSource, folder_, name.c_str()) == 0) return placed(name);
    if (errno != EEXIST && errno != ENOTEMPTY)
      return fail_errno(errno, fmt::format("cannot put {} in place", (directory_ / name).string()));
    if (on_taken != OnTaken::kOverwrite) continue;
    TRY_VOID(overwrite(name));
    return placed(name);
  }
  return fail(ErrorCode::kAlreadyExists,
              "{} already exists; resume with --overwrite to replace it or --rename to keep both",
              (directory_ / name_).string());
}

/// The old one is never gone before the new one is there; where names cannot be swapped it steps aside first.
Result<> ResultPlace::overwrite(const std::string& name) {
  if (disk_.exchange(part_, kSource, folder_, name.c_str()) == 0) return {};
  const auto failed = [&] {
    return fail_errno(errno, fmt::format("cannot replace {}", (directory_ / name).string()));
  };
  if (errno != EINVAL && errno != ENOSYS) return failed();
  if (disk_.rename_new(folder_, name.c_str(), part_, kReplaced) != 0) return failed();
  if (disk_.rename_new(part_, kSource, folder_, name.c_str()) == 0) return {};
  auto error = failed();
  if (disk_.rename_new(part_, kReplaced, folder_, name.c_str()) != 0)
    return fail(ErrorCode::kIo, "{}; the old one is now {} in its part folder", error.error().context,
                kReplaced);
  return error;
}

}  // namespace covey::content
