// A tracker's home keeps its keys over restarts, copies to a replica, and is refused when others can read it.

#include "tracker/tracker_home.hpp"

#include <sys/stat.h>

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tracker/test_folder.hpp"

namespace covey::tracker {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct TrackerHome : ::testing::Test {
  Result<TrackerKeys> open(const fs::path& where, std::optional<CertificateFiles> certificate = {}) {
    return open_tracker_home(where, certificate, random, SystemClock().wall());
  }
  TestFolder temporary;
  fs::path folder = temporary.path() / "home";
  crypto::SystemRandom random;
};

TEST_F(TrackerHome, keeps_its_keys_and_a_copy_has_the_same) {
  const auto first = open(folder);
  ASSERT_TRUE(first) << to_string(first.error());
  ASSERT_TRUE(first->tls.pin);
  fs::copy(folder, temporary.path() / "copy", fs::copy_options::recursive);
  ::chmod((temporary.path() / "copy").c_str(), 0700);
  for (const fs::path& place : {folder, temporary.path() / "copy"}) {
    const auto again = open(place);
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(again->network.public_key(), first->network.public_key());
    EXPECT_EQ(again->tls.pin, first->tls.pin);
    const identity::PeerId peer(first->network.public_key());
    const WallTime now = SystemClock().wall();
    EXPECT_TRUE(again->token.check(first->token.issue(peer, now).value(), now));
    EXPECT_TRUE(again->challenges.check(first->challenges.make(peer, random, now), peer, now));
  }
}

TEST_F(TrackerHome, is_for_its_user_alone) {
  ASSERT_TRUE(open(folder));
  for (const char* file : {"network.key", "token.key", "tls.key", "tls.crt"}) {
    struct stat status {};
    ASSERT_EQ(::stat((folder / file).c_str(), &status), 0) << file;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << file;
  }
  fs::permissions(folder / "network.key", fs::perms::group_read, fs::perm_options::add);
  const auto refused = open(folder);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(refused.error().context, HasSubstr("chmod 600"));
}

TEST_F(TrackerHome, what_is_damaged_is_named_and_not_replaced) {
  ASSERT_TRUE(open(folder));
  fs::resize_file(folder / "network.key", 31);
  const auto refused = open(folder);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(refused.error().context, HasSubstr("network.key"));
  EXPECT_EQ(fs::file_size(folder / "network.key"), 31U);
}

TEST_F(TrackerHome, takes_a_certificate_of_somebody_else) {
  ASSERT_TRUE(open(folder));
  const auto second = temporary.path() / "second";
  const auto own = open(second);
  ASSERT_TRUE(own);
  const auto given = open(second, CertificateFiles{folder / "tls.crt", folder / "tls.key"});
  ASSERT_TRUE(given) << to_string(given.error());
  EXPECT_EQ(given->tls.pin, open(folder)->tls.pin);
  const auto mixed = open(second, CertificateFiles{folder / "tls.crt", second / "tls.key"});
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().context, HasSubstr("another key"));
}

TEST(TrackerHomeFolder, is_found_by_the_environment) {
  const auto folder = [](std::map<std::string, std::string, std::less<>> set) {
    return tracker_home_folder([set](std::string_view name) -> std::optional<std::string> {
      const auto found = set.find(name);
      return found == set.end() ? std::nullopt : std::optional(found->second);
    });
  };
  EXPECT_EQ(folder({{"COVEY_TRACKER_HOME", "/t"}, {"HOME", "/h"}}).value(), "/t");
  EXPECT_EQ(folder({{"XDG_DATA_HOME", "/x"}, {"HOME", "/h"}}).value(), "/x/covey-tracker");
  EXPECT_EQ(folder({{"XDG_DATA_HOME", "x"}, {"HOME", "/h"}}).value(), "/h/.local/share/covey-tracker");
  EXPECT_EQ(folder({{"HOME", ""}}).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace covey::tracker
