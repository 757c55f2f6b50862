// init, id and doctor on a home of the test's own.

#include <fstream>

#include <gmock/gmock.h>

#include "cli/command_fixture.hpp"
#include "identity/home.hpp"

namespace covey::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class IdentityCommands : public CommandFixture {};

TEST_F(IdentityCommands, init_makes_an_identity_that_id_shows) {
  EXPECT_EQ(covey({"init"}), 0);
  const std::string made = out();
  EXPECT_EQ(std::count(made.begin(), made.end(), '\n'), 2) << "the id and the words";
  EXPECT_TRUE(std::filesystem::exists(home() / "config.toml"));
  EXPECT_EQ(covey({"id"}), 0);
  EXPECT_EQ(out(), made);
  const auto id = identity::PeerId::parse(made.substr(0, made.find('\n')));
  EXPECT_TRUE(id) << made;
  EXPECT_EQ(covey({"id", "--qr"}), 0);
  EXPECT_THAT(out(), HasSubstr("▀"));
  EXPECT_EQ(covey({"id", "--json"}), 0);
  EXPECT_THAT(out(), StartsWith("{\"peer_id\":\"" + id->to_text() + "\",\"safety_words\":\""));
}

TEST_F(IdentityCommands, init_never_replaces_an_identity) {
  EXPECT_EQ(covey({"init"}), 0);
  EXPECT_EQ(covey({"init"}), 1);
  EXPECT_THAT(err(), HasSubstr("covey id"));
}

TEST_F(IdentityCommands, init_makes_the_home_where_there_is_none) {
  std::filesystem::remove(home());
  EXPECT_EQ(covey({"init"}), 0);
  EXPECT_EQ(std::filesystem::status(home()).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(IdentityCommands, init_protects_the_identity_with_the_first_line_of_a_file) {
  std::ofstream(folder_ / "passphrase") << "correct horse\nanother line\n";
  EXPECT_EQ(covey({"init", "--passphrase-file", (folder_ / "passphrase").string()}), 0);
  const identity::Home made(home());
  ASSERT_TRUE(made.identity().value().passphrase);
  EXPECT_TRUE(made.open(crypto::SecretBytes::copy_of(as_bytes("correct horse"))));
  EXPECT_EQ(covey({"doctor"}), 0);
  EXPECT_THAT(out(), HasSubstr("was not opened"));
  variables_["COVEY_PASSPHRASE"] = "wrong";
  EXPECT_EQ(covey({"doctor"}), 1);
  EXPECT_THAT(out(), HasSubstr("set COVEY_PASSPHRASE to the right one"));
  EXPECT_THAT(out(), Not(HasSubstr("wrong\n")));
}

TEST_F(IdentityCommands, init_refuses_a_passphrase_that_it_cannot_ask_for_or_that_is_empty) {
  EXPECT_EQ(covey({"init", "--passphrase"}), 2);
  EXPECT_THAT(err(), HasSubstr("--passphrase-file"));
  std::ofstream(folder_ / "empty") << "\n";
  EXPECT_EQ(covey({"init", "--passphrase-file", (folder_ / "empty").string()}), 2);
  EXPECT_EQ(covey({"init", "--passphrase-file", (folder_ / "nowhere").string()}), 4);
  EXPECT_EQ(covey({"id"}), 4) << "nothing was made";
}

TEST_F(IdentityCommands, daemon_hands_the_passphrase_of_a_file_to_the_peer_in_this_process) {
  std::ofstream(folder_ / "passphrase") << "correct horse\n";
  variables_["COVEY_PASSPHRASE"] = "correct horse";
  EXPECT_EQ(covey({"init"}), 0);
  variables_.erase("COVEY_PASSPHRASE");
  EXPECT_EQ(covey({"daemon"}), 2) << "nobody to ask";
  EXPECT_EQ(covey({"daemon", "--passphrase-file", (folder_ / "passphrase").string()}), 0);
  EXPECT_EQ(variables_["COVEY_PASSPHRASE"], "correct horse");
}

TEST_F(IdentityCommands, doctor_finds_nothing_broken_in_a_fresh_home) {
  EXPECT_EQ(covey({"init"}), 0);
  EXPECT_EQ(covey({"doctor"}), 0) << out();
  EXPECT_THAT(out(), HasSubstr("✓ identity "));
  EXPECT_THAT(out(), HasSubstr("! no daemon is running"));
  EXPECT_THAT(out(), HasSubstr("✓ files are opened and put in place safely"));
  EXPECT_THAT(out(), Not(HasSubstr("✗")));
}

TEST_F(IdentityCommands, doctor_says_how_to_mend_each_thing_that_is_broken) {
  EXPECT_EQ(covey({"init"}), 0);
  std::filesystem::permissions(home(), std::filesystem::perms(0755));
  std::ofstream(home() / "config.toml") << "[send]\nexpiry = \"1d\"\n";
  std::ofstream(home() / "identity") << "garbage";
  EXPECT_EQ(covey({"doctor"}), 1);
  EXPECT_THAT(out(), HasSubstr("chmod 700"));
  EXPECT_THAT(out(), HasSubstr("line 2: there is no setting 'send.expiry'"));
  EXPECT_EQ(covey({"doctor", "--json"}), 1);
  EXPECT_THAT(out(), StartsWith("{\"health\":\"broken\",\"what\":\"other users can look into the home"));
}

TEST_F(IdentityCommands, doctor_leaves_nothing_behind) {
  EXPECT_EQ(covey({"init"}), 0);
  const auto entries = [this] {
    return std::distance(std::filesystem::directory_iterator(home()), std::filesystem::directory_iterator());
  };
  const auto before = entries();
  EXPECT_EQ(covey({"doctor"}) == 130, false);
  EXPECT_EQ(entries(), before);
}

}  // namespace
}  // namespace covey::cli
