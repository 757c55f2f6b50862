#pragma once
// UnixSocket: the path at which a daemon is reached on its own machine, held by one process at a time.
//
// Two guards: a lock file beside the socket (PATH.lock), held as long as the object lives, which the kernel
// lets go when the process dies; and the socket's mode 0600. The only file of the module that speaks to the
// operating system. One thread.

#include <filesystem>

#include "base/result.hpp"

namespace covey::api {

class UnixSocket {
 public:
  /// Takes the path and binds a socket to it, not listening yet. A socket that a dead daemon left is
  /// replaced. kAlreadyExists if a daemon lives there or something else stands in the way; kInvalidArgument
  /// if the path is longer than the system's limit of 107 bytes.
  static Result<UnixSocket> bind(const std::filesystem::path& path);

  UnixSocket(UnixSocket&& other) noexcept;
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;
  UnixSocket& operator=(UnixSocket&&) = delete;
  /// Removes the socket from the folder and gives the path free. The lock file stays: removing it would let
  /// two processes lock two files of one name.
  ~UnixSocket();

  /// Hands the bound descriptor over; the path stays held. Once.
  [[nodiscard]] int release_descriptor();

 private:
  UnixSocket(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_ = -1;
  int descriptor_ = -1;
};

/// Whether the process at the other end of a connected Unix socket runs as this user or as root.
bool peer_is_same_user(int descriptor);

}  // namespace covey::api
