#pragma once
// What Covey needs of the machine it runs on, each asked of the machine itself. Blocking; any thread.

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace covey::cli {

enum class Health : std::uint8_t { kGood, kDoubtful, kBroken };

struct Finding {
  Health health = Health::kGood;
  std::string what;
  std::string mend;  // empty when good
};

/// Existence, owner and permissions.
Finding check_home(const std::filesystem::path& home);
/// Room on the file system that holds it, or would.
Finding check_disk_space(const std::filesystem::path& folder);
/// Whether files can be opened beneath a folder only, and renamed without replacing, where `folder` lies.
Finding check_safe_files(const std::filesystem::path& folder);
Finding check_clock(WallTime now);
/// Whether the port of "ADDRESS:PORT" can be listened on.
Finding check_port_free(const std::string& address);
/// Addresses at which others can reach this machine.
Finding check_addresses();
Finding check_open_files();
/// Whether the processor helps with hashing and encryption.
Finding check_processor();

/// The folder, or the nearest one above it that exists.
std::filesystem::path nearest_existing(std::filesystem::path folder);

}  // namespace covey::cli
