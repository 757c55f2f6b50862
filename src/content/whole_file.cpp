#include "content/whole_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace covey::content {

std::optional<Bytes> read_whole(int file, std::uint64_t limit) {
  struct stat status {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::uint64_t>(status.st_size) > limit)
    return std::nullopt;
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t n = ::pread(file, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    at += static_cast<std::size_t>(n);
  }
  return bytes;
}

}  // namespace covey::content
