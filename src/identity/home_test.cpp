#include "identity/home.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace covey::identity {
namespace {

namespace fs = std::filesystem;

constexpr crypto::PasswordCost kQuickCost{crypto::kMinPasswordMemory, 1};

EnvironmentLookup variables(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(HomeFolder, comes_from_the_first_variable_that_says_it) {
  EXPECT_EQ(*home_folder(variables({{"COVEY_HOME", "/c"}, {"XDG_DATA_HOME", "/x"}, {"HOME", "/h"}})), "/c");
  EXPECT_EQ(*home_folder(variables({{"XDG_DATA_HOME", "/x"}, {"HOME", "/h"}})), "/x/covey");
  EXPECT_EQ(*home_folder(variables({{"HOME", "/h"}})), "/h/.local/share/covey");
  EXPECT_EQ(*home_folder(variables({{"COVEY_HOME", ""}, {"XDG_DATA_HOME", "x"}, {"HOME", "/h"}})),
            "/h/.local/share/covey");
  EXPECT_NE(home_folder(variables({})).error().context.find("COVEY_HOME"), std::string::npos);
}

class HomeTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "covey-home-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] Home home() const { return Home(root_ / "data" / "covey"); }
  [[nodiscard]] static mode_t mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
  }

  fs::path root_;
  crypto::SystemRandom random_;
};

TEST_F(HomeTest, opens_the_identity_it_made) {
  const auto made = home().init(random_);
  ASSERT_TRUE(made) << made.error().context;
  EXPECT_EQ(home().identity()->peer, *made);
  EXPECT_EQ(home().open()->peer_id(), *made);
}

TEST_F(HomeTest, keeps_everything_to_its_user) {
  const mode_t before = ::umask(0);
  ASSERT_TRUE(home().init(random_));
  ::umask(before);
  EXPECT_EQ(mode_of(home().folder()), 0700U);
  for (const auto& file : fs::directory_iterator(home().folder())) EXPECT_EQ(mode_of(file), 0600U) << file;
}

TEST_F(HomeTest, asks_for_the_passphrase_where_one_was_set) {
  const auto passphrase = crypto::SecretBytes::copy_of(as_bytes("correct horse"));
  const auto made = home().init(random_, passphrase.clone(), kQuickCost);
  ASSERT_TRUE(made);
  EXPECT_FALSE(fs::exists(home().vault_key_file()));
  EXPECT_TRUE(home().identity()->passphrase);
  EXPECT_EQ(home().open(passphrase.clone())->peer_id(), *made);
  EXPECT_EQ(home().open().error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(home().open(crypto::SecretBytes::copy_of(as_bytes("wrong"))).error().code,
            ErrorCode::kVerificationFailed);
}

TEST_F(HomeTest, never_replaces_an_identity) {
  const auto made = home().init(random_);
  EXPECT_EQ(home().init(random_).error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(home().open()->peer_id(), *made);
}

TEST_F(HomeTest, says_how_to_make_an_identity_where_there_is_none) {
  EXPECT_EQ(home().open().error().code, ErrorCode::kNotFound);
  EXPECT_NE(home().open().error().context.find("covey init"), std::string::npos);
  EXPECT_FALSE(fs::exists(home().folder()));
}

TEST_F(HomeTest, says_which_key_is_missing) {
  ASSERT_TRUE(home().init(random_));
  fs::remove(home().vault_key_file());
  EXPECT_EQ(home().open().error().code, ErrorCode::kCorrupt);
  EXPECT_NE(home().open().error().context.find("vault.key"), std::string::npos);
}

TEST_F(HomeTest, begins_afresh_after_an_init_that_crashed_between_its_two_files) {
  ASSERT_TRUE(home().init(random_));
  fs::remove(home().identity_file());
  const auto made = home().init(random_);
  ASSERT_TRUE(made) << made.error().context;
  EXPECT_EQ(home().open()->peer_id(), *made);
}

TEST_F(HomeTest, refuses_keys_that_others_may_read_and_says_how_to_mend_it) {
  ASSERT_TRUE(home().init(random_));
  for (const fs::path& file : {home().identity_file(), home().vault_key_file()}) {
    fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
    const auto opened = home().open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kPermissionDenied);
    EXPECT_NE(opened.error().context.find(fmt::format("chmod 600 '{}'", file.string())), std::string::npos);
    fs::permissions(file, fs::perms::group_read, fs::perm_options::remove);
  }
  EXPECT_TRUE(home().open());
}

TEST_F(HomeTest, refuses_a_folder_that_others_may_write_into) {
  ASSERT_TRUE(home().init(random_));
  fs::permissions(home().folder(), fs::perms::others_write, fs::perm_options::add);
  for (const auto& error : {home().open().error(), home().lock().error(), home().init(random_).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kPermissionDenied);
    EXPECT_NE(error.context.find("chmod 700"), std::string::npos);
  }
}

TEST_F(HomeTest, refuses_a_home_of_another_user) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  ASSERT_TRUE(home().init(random_));
  ASSERT_EQ(::chown(home().folder().c_str(), 12345, 12345), 0);
  const auto opened = home().open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kPermissionDenied);
  EXPECT_NE(opened.error().context.find("another user"), std::string::npos);
}

TEST_F(HomeTest, refuses_a_file_where_the_folder_should_be) {
  std::ofstream(root_ / "file") << "x";
  EXPECT_EQ(Home(root_ / "file").init(random_).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(HomeTest, follows_no_link_to_its_keys_and_reads_no_endless_file) {
  ASSERT_TRUE(home().init(random_));
  fs::rename(home().identity_file(), root_ / "elsewhere");
  fs::create_symlink(root_ / "elsewhere", home().identity_file());
  EXPECT_FALSE(home().open());
  EXPECT_EQ(home().init(random_).error().code, ErrorCode::kAlreadyExists);
  fs::remove(home().identity_file());
  ASSERT_TRUE(
      write_private_file(home().identity_file(), Bytes(kMaxIdentityFileBytes + 1), Existing::kRefuse));
  EXPECT_EQ(home().open().error().code, ErrorCode::kLimitExceeded);
}

TEST_F(HomeTest, is_used_by_one_process_at_a_time) {
  ASSERT_TRUE(home().init(random_));
  {
    const auto held = home().lock();
    ASSERT_TRUE(held);
    const auto second = home().lock();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kAlreadyExists);
    EXPECT_NE(second.error().context.find(fmt::format("process {}", ::getpid())), std::string::npos);
  }
  EXPECT_TRUE(home().lock());
}

TEST_F(HomeTest, is_free_again_after_a_crash) {
  ASSERT_TRUE(home().init(random_));
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = home().lock();
    ::_exit(held ? 0 : 1);  // without any clean-up
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(home().lock());
}

TEST_F(HomeTest, writes_files_whole_or_not_at_all) {
  const fs::path file = root_ / "settings";
  ASSERT_TRUE(write_private_file(file, as_bytes("one"), Existing::kRefuse));
  EXPECT_EQ(write_private_file(file, as_bytes("two"), Existing::kRefuse).error().code,
            ErrorCode::kAlreadyExists);
  EXPECT_TRUE(read_private_file(file, 100)->equals(as_bytes("one")));
  ASSERT_TRUE(write_private_file(file, as_bytes("two"), Existing::kReplace));
  EXPECT_TRUE(read_private_file(file, 100)->equals(as_bytes("two")));
  EXPECT_FALSE(write_private_file(root_ / "missing" / "file", as_bytes("x"), Existing::kReplace));
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 1);
}

TEST_F(HomeTest, leaves_the_old_file_when_the_disk_refuses_the_new_one) {
  const fs::path file = root_ / "settings";
  ASSERT_TRUE(write_private_file(file, as_bytes("one"), Existing::kReplace));
  const pid_t child = ::fork();
  if (child == 0) {
    // A limit on file sizes makes the write stop half way, as a full disk does.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 10, .rlim_max = 10};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(write_private_file(file, Bytes(1000), Existing::kReplace) ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(read_private_file(file, 100)->equals(as_bytes("one")));
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace covey::identity
