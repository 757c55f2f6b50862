#include "cli/machine_checks.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "access/endpoint.hpp"
#include "base/quantity.hpp"
#include "cli/terminal_text.hpp"
#include "content/disk_calls.hpp"

namespace covey::cli {
namespace {

constexpr std::uint64_t kLittleRoom = 1ULL << 30;
constexpr std::uint64_t kNoRoom = 16ULL << 20;
constexpr rlim_t kFewOpenFiles = 1024;
constexpr rlim_t kTooFewOpenFiles = 128;

Finding good(std::string what) {
  return {Health::kGood, std::move(what), {}};
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

/// A folder of our own that goes away with all that the check put into it.
class TrialFolder {
 public:
  explicit TrialFolder(const std::filesystem::path& parent)
      : path_((parent / ".covey-doctor-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  TrialFolder(const TrialFolder&) = delete;
  TrialFolder& operator=(const TrialFolder&) = delete;
  ~TrialFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string address_text(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes =
      address->sa_family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr)
          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
  return ::inet_ntop(address->sa_family, bytes, text, sizeof text) == nullptr ? "" : text;
}

/// Loopback and link-local addresses cannot stand in a ticket.
bool is_reachable(const ifaddrs& interface) {
  if (interface.ifa_addr == nullptr || (interface.ifa_flags & IFF_UP) == 0) return false;
  if ((interface.ifa_flags & IFF_LOOPBACK) != 0) return false;
  if (interface.ifa_addr->sa_family == AF_INET) return true;
  if (interface.ifa_addr->sa_family != AF_INET6) return false;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(interface.ifa_addr);
  return !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
}

}  // namespace

std::filesystem::path nearest_existing(std::filesystem::path folder) {
  std::error_code error;
  while (!std::filesystem::is_directory(folder, error) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

Finding check_home(const std::filesystem::path& home) {
  const std::string name = printable(home.string());
  struct stat found {};
  if (::stat(home.c_str(), &found) != 0) {
    if (errno == ENOENT) {
      return {Health::kDoubtful, "there is no home yet at " + name,
              "covey init makes it; send and receive need none"};
    }
    return {Health::kBroken, fail_errno(errno, "the home " + name).error().context,
            "give this user access to it, or choose another with COVEY_HOME"};
  }
  if (!S_ISDIR(found.st_mode)) {
    return {Health::kBroken, "the home " + name + " is no folder", "choose another with COVEY_HOME"};
  }
  if (found.st_uid != ::geteuid()) {
    return {Health::kBroken, "the home " + name + " belongs to another user",
            fmt::format("chown -R $(id -u) '{}', or choose another with COVEY_HOME", name)};
  }
  if ((found.st_mode & 077U) != 0) {
    return {Health::kBroken, "other users can look into the home " + name,
            fmt::format("chmod 700 '{}'", name)};
  }
  return good("home " + name);
}

Finding check_disk_space(const std::filesystem::path& folder) {
  const auto existing = nearest_existing(folder);
  struct statvfs room {};
  if (::statvfs(existing.c_str(), &room) != 0) {
    return {Health::kDoubtful, fail_errno(errno, "cannot ask for the free space").error().context,
            "look with df"};
  }
  const std::uint64_t bytes = std::uint64_t{room.f_bavail} * room.f_frsize;
  const std::string what = human_bytes(bytes) + " free at " + printable(existing.string());
  if (bytes < kNoRoom) return {Health::kBroken, what, "make room: state cannot be written safely"};
  if (bytes < kLittleRoom) return {Health::kDoubtful, what, "make room before receiving anything large"};
  return good(what);
}

Finding check_safe_files(const std::filesystem::path& folder) {
  const auto existing = nearest_existing(folder);
  const TrialFolder trial(::access(existing.c_str(), W_OK) == 0 ? existing
                                                                : std::filesystem::temp_directory_path());
  if (trial.path().empty()) {
    return {Health::kBroken, "cannot write into " + printable(existing.string()),
            "give this user write access"};
  }
  auto& calls = content::DiskCalls::real();
  const Descriptor root(::open(trial.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Descriptor file(calls.open_beneath(root.get(), "a", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    return {Health::kBroken,
            fail_errno(errno, "opening files beneath a folder only (openat2)").error().context,
            "run Linux 5.6 or newer, and let the sandbox or container allow openat2"};
  }
  if (calls.rename_new(root.get(), "a", root.get(), "b") != 0) {
    return {Health::kBroken, fail_errno(errno, "renaming without replacing (renameat2)").error().context,
            "keep files on ext4, xfs, btrfs or tmpfs, and let the sandbox or container allow renameat2"};
  }
  return good("files are opened and put in place safely (openat2, renameat2)");
}

Finding check_clock(WallTime now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::string what =
      fmt::format("the clock says {:04}-{:02}-{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  // Before this program existed, or far beyond any certificate.
  if (date.year() < std::chrono::year(2025) || date.year() > std::chrono::year(2100)) {
    return {Health::kBroken, what, "set the clock: tickets and certificates would be refused as expired"};
  }
  return good(what);
}

Finding check_port_free(const std::string& address) {
  const auto endpoint = access::Endpoint::parse(address);
  if (!endpoint) return {Health::kBroken, endpoint.error().context, "mend daemon.listen in config.toml"};
  const Descriptor socket(::socket(endpoint->is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) {
    return {Health::kBroken, fail_errno(errno, "cannot make a socket for " + address).error().context,
            "if this machine has no IPv6, listen on 0.0.0.0:7440"};
  }
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  int bound = 0;
  if (endpoint->is_v6()) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(endpoint->port());
    ::inet_pton(AF_INET6, endpoint->ip_text().c_str(), &to.sin6_addr);
    bound = ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(endpoint->port());
    ::inet_pton(AF_INET, endpoint->ip_text().c_str(), &to.sin_addr);
    bound = ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  if (bound != 0) {
    return {Health::kBroken, fail_errno(errno, "cannot listen on " + address).error().context,
            fmt::format("find who holds it with: ss -ltnp 'sport = :{}'; or choose another port with "
                        "daemon.listen in config.toml",
                        endpoint->port())};
  }
  return good("the daemon's address " + address + " is free");
}

Finding check_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) {
    return {Health::kDoubtful, fail_errno(errno, "cannot list network interfaces").error().context,
            "name an address with --listen"};
  }
  std::vector<std::string> found;
  for (const ifaddrs* interface = first; interface != nullptr; interface = interface->ifa_next) {
    if (is_reachable(*interface)) found.push_back(address_text(interface->ifa_addr));
  }
  ::freeifaddrs(first);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (found.empty()) {
    return {Health::kDoubtful, "this machine has only loopback addresses",
            "connect it to a network; until then, only programs on this machine can reach it"};
  }
  std::string what = "reachable at";
  for (const std::string& address : found) what += " " + address;
  return good(what);
}

Finding check_open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::string what = fmt::format("{} open files allowed", limit.rlim_cur);
  if (limit.rlim_cur < kTooFewOpenFiles) return {Health::kBroken, what, "raise it: ulimit -n 4096"};
  if (limit.rlim_cur < kFewOpenFiles)
    return {Health::kDoubtful, what, "raise it for many peers: ulimit -n 4096"};
  return good(what);
}

Finding check_processor() {
#if defined(__x86_64__)
  const bool aes = __builtin_cpu_supports("aes") != 0;
  const std::string_view hashing = __builtin_cpu_supports("avx512f") != 0  ? "AVX-512"
                                   : __builtin_cpu_supports("avx2") != 0   ? "AVX2"
                                   : __builtin_cpu_supports("sse4.1") != 0 ? "SSE4.1"
                                                                           : "SSE2";
  if (!aes || hashing == "SSE2") {
    return {Health::kDoubtful,
            fmt::format("hashing with {}, AES in {}", hashing, aes ? "hardware" : "software"),
            "nothing to mend; transfers are slower on this processor"};
  }
  return good(fmt::format("hashing with {}, AES in hardware", hashing));
#else
  return good(sizeof(void*) == 8 ? "a 64-bit processor" : "a 32-bit processor");
#endif
}

}  // namespace covey::cli
