// What the user types: mistakes and their answers, help, the manual and the completions.

#include "cli/command_line.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "cli/command_fixture.hpp"

namespace covey::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class CommandLineUse : public CommandFixture {};

TEST_F(CommandLineUse, answers_mistakes_with_what_is_wrong_and_where_to_look) {
  EXPECT_EQ(covey({"send"}), 2);
  EXPECT_THAT(err(), HasSubstr("covey: PATH is required. See covey send --help"));
  EXPECT_EQ(covey({"sned", "x"}), 2);
  EXPECT_EQ(err(), "covey: there is no command 'sned'; did you mean send? See covey --help\n");
  EXPECT_EQ(covey({"frobnicate"}), 2);
  EXPECT_EQ(err(), "covey: there is no command 'frobnicate'. See covey --help\n");
  EXPECT_EQ(covey({"send", "x", "--expires", "soon"}), 2);
  EXPECT_THAT(err(), HasSubstr("write for example 30s, 15m, 24h, 7d or 2w"));
  EXPECT_EQ(covey({"send", "x", "--uses", "0"}), 2);
  EXPECT_EQ(covey({"receive", "covey:x", "--overwrite", "--rename"}), 2);
  EXPECT_THAT(err(), HasSubstr("--overwrite"));
  EXPECT_EQ(covey({"status", "--frobnicate"}), 2);
  EXPECT_THAT(err(), HasSubstr("--frobnicate"));
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(CommandLineUse, shows_help_on_err_when_nothing_was_asked) {
  EXPECT_EQ(covey({}), 2);
  EXPECT_THAT(err(), HasSubstr("covey receive covey:…"));
}

TEST_F(CommandLineUse, shows_help_on_out_when_asked) {
  EXPECT_EQ(covey({"--help"}), 0);
  for (const auto* name :
       {"init",     "id",      "send",    "receive",  "daemon",    "status", "doctor",  "share",
        "shares",   "unshare", "ticket",  "get",      "transfers", "pause",  "resume",  "cancel",
        "requests", "approve", "deny",    "withdraw", "grants",    "revoke", "tickets", "rules",
        "people",   "block",   "unblock", "trust",    "untrust",   "audit",  "alerts",  "chat"}) {
    EXPECT_THAT(out(), HasSubstr(std::string("\n  ") + name + " "));
  }
  EXPECT_THAT(out(), Not(HasSubstr("reputation"))) << "not offered before it works";
  EXPECT_EQ(covey({"receive", "--help"}), 0);
  EXPECT_THAT(out(), StartsWith("Usage: covey receive [OPTION]... TICKET\n"));
  EXPECT_THAT(out(), HasSubstr("--select GLOB"));
  EXPECT_EQ(covey({"send", "--help"}), 0);
  EXPECT_THAT(out(), HasSubstr("--uses N "));
  EXPECT_THAT(out(), HasSubstr("--expires DURATION "));
}

TEST_F(CommandLineUse, wraps_help_to_the_terminal) {
  for (const auto* command : {"send", "receive", "get", "daemon", "init", "ticket", "requests", "approve",
                              "rules", "block", "audit", "alerts", "chat"}) {
    EXPECT_EQ(covey({command, "--help"}), 0);
    std::istringstream help(out());
    for (std::string line; std::getline(help, line);) EXPECT_LE(display_width(line), 80) << line;
  }
}

TEST_F(CommandLineUse, prints_its_version) {
  EXPECT_EQ(covey({"--version"}), 0);
  EXPECT_THAT(out(), StartsWith("covey 0."));
}

TEST_F(CommandLineUse, gives_errors_as_json_too_when_asked) {
  EXPECT_EQ(covey({"send", "--json"}), 2);
  EXPECT_THAT(out(), StartsWith(R"({"error":{"code":"invalid_argument","message":")"));
  EXPECT_THAT(err(), StartsWith("covey: "));
}

TEST_F(CommandLineUse, understands_global_options_after_the_command) {
  EXPECT_EQ(covey({"daemon", "--home", (folder_ / "other").string(), "-q"}), 0);
  EXPECT_EQ(variables_["COVEY_HOME"], (folder_ / "other").string()) << "where the peer in this process looks";
}

TEST_F(CommandLineUse, refuses_to_start_with_settings_that_make_no_sense) {
  std::ofstream(home() / "config.toml") << "[send]\nexpiry = \"1d\"\n";
  EXPECT_EQ(covey({"send", "x"}), 2);
  EXPECT_THAT(err(), HasSubstr("config.toml, line 2: there is no setting 'send.expiry'"));
  EXPECT_FALSE(programs_.sent);
  EXPECT_EQ(covey({"man"}), 0);
}

TEST_F(CommandLineUse, writes_a_manual_page_of_every_command_and_option) {
  EXPECT_EQ(covey({"man"}), 0);
  EXPECT_THAT(out(), StartsWith(".TH COVEY 1"));
  EXPECT_THAT(out(), HasSubstr(".SS covey receive"));
  EXPECT_THAT(out(), HasSubstr("\\fB\\-o, \\-\\-output\\fR \\fIDIR\\fR"));
}

TEST_F(CommandLineUse, completes_commands_and_options_in_three_shells) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(covey({"completions", shell}), 0);
    EXPECT_THAT(out(), HasSubstr("receive"));
    EXPECT_THAT(out(), HasSubstr("overwrite"));
  }
  EXPECT_EQ(covey({"completions", "csh"}), 2);
}

}  // namespace
}  // namespace covey::cli
