#include "api/unix_socket.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace covey::api {
namespace {

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.size() >= sizeof(address.sun_path)) {
    return fail(ErrorCode::kInvalidArgument,
                "the socket path {} is longer than {} bytes: choose a shorter COVEY_HOME", text,
                sizeof(address.sun_path) - 1);
  }
  std::memcpy(static_cast<char*>(address.sun_path), text.c_str(), text.size() + 1);
  return address;
}

std::unexpected<Error> already_running(const std::filesystem::path& path) {
  return fail(ErrorCode::kAlreadyExists,
              "a daemon is running already at {}: the commands use that one; stop it first to start another",
              path.string());
}

Result<int> take_lock(const std::filesystem::path& path) {
  const std::string lock = path.string() + ".lock";
  const int descriptor = ::open(lock.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, kPrivate);
  if (descriptor < 0) return fail_errno(errno, fmt::format("cannot open {}", lock));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  const int problem = errno;
  ::close(descriptor);
  if (problem == EWOULDBLOCK) return already_running(path);
  return fail_errno(problem, fmt::format("cannot lock {}", lock));
}

/// Whether somebody accepts connections there, with or without our lock.
bool is_answered(const sockaddr_un& address) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return false;
  const int code = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  // EAGAIN: its queue of waiting connections is full, so it is alive.
  const bool answered = code == 0 || errno == EAGAIN;
  ::close(descriptor);
  return answered;
}

Result<> remove_stale(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno(errno, fmt::format("cannot look at {}", path.string()));
  }
  if (!S_ISSOCK(status.st_mode)) {
    return fail(ErrorCode::kAlreadyExists, "{} is not a socket: move it away", path.string());
  }
  if (is_answered(address)) return already_running(path);
  if (::unlink(path.c_str()) != 0) {
    return fail_errno(errno, fmt::format("cannot replace the stale socket {}", path.string()));
  }
  return {};
}

}  // namespace

Result<UnixSocket> UnixSocket::bind(const std::filesystem::path& path) {
  TRY(const sockaddr_un address, address_of(path));
  TRY(const int lock, take_lock(path));
  UnixSocket socket(path, lock);
  if (Result<> removed = remove_stale(path, address); !removed) {
    socket.path_.clear();  // what stands there is not ours to remove
    return std::unexpected(std::move(removed).error());
  }
  socket.descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // The mode is set before listening starts, so nobody can connect while it is still the umask's.
  if (socket.descriptor_ < 0 ||
      ::bind(socket.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::chmod(path.c_str(), kPrivate) != 0) {
    return fail_errno(errno, fmt::format("cannot make the socket {}", path.string()));
  }
  return socket;
}

UnixSocket::UnixSocket(UnixSocket&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      lock_(std::exchange(other.lock_, -1)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

UnixSocket::~UnixSocket() {
  if (lock_ < 0) return;
  if (!path_.empty()) ::unlink(path_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
  ::close(lock_);
}

int UnixSocket::release_descriptor() {
  return std::exchange(descriptor_, -1);
}

bool peer_is_same_user(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace covey::api
