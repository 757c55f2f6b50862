#include "cli/settings.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace covey::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SettingsFile : public ::testing::Test {
 protected:
  SettingsFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "covey-settings-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~SettingsFile() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view text) { std::ofstream(file()) << text; }
  Result<Settings> load() {
    Environment environment;
    environment.get = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
    return Settings::load(file(), environment);
  }
  std::string complaint() {
    const auto loaded = load();
    if (loaded) return "no complaint";
    EXPECT_EQ(loaded.error().code, ErrorCode::kInvalidArgument);
    return loaded.error().context;
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "config.toml"; }

  std::filesystem::path folder_;
  std::map<std::string, std::string> variables_;
};

TEST_F(SettingsFile, a_flag_comes_before_the_environment_before_the_file_before_the_default) {
  EXPECT_EQ(load().value().seconds("send.expires", "").value(), std::nullopt);
  write("[send]\nexpires = \"2h\"\n");
  EXPECT_EQ(load().value().seconds("send.expires", "").value(), 7200U);
  variables_["COVEY_SEND_EXPIRES"] = "3h";
  EXPECT_EQ(load().value().seconds("send.expires", "").value(), 10800U);
  EXPECT_EQ(load().value().seconds("send.expires", "1d").value(), 86400U);
}

TEST_F(SettingsFile, reads_every_kind_of_value) {
  write(
      "[daemon]\nlisten = [\"[::]:1\", \"0.0.0.0:2\"]\n[send]\nuses = 3\n[receive]\ndirectory = \"/d\"\n"
      "[output]\ncolor = false\n");
  const Settings settings = load().value();
  EXPECT_THAT(settings.texts("daemon.listen", {}), ElementsAre("[::]:1", "0.0.0.0:2"));
  EXPECT_EQ(settings.count("send.uses", {}).value(), 3U);
  EXPECT_EQ(settings.text("receive.directory", ""), "/d");
  EXPECT_FALSE(settings.is_on("output.color", true));
}

TEST_F(SettingsFile, takes_lists_from_the_environment_by_comma_or_space) {
  variables_["COVEY_DAEMON_LISTEN"] = "[::]:1, 0.0.0.0:2";
  EXPECT_THAT(load().value().texts("daemon.listen", {}), ElementsAre("[::]:1", "0.0.0.0:2"));
}

TEST_F(SettingsFile, names_the_line_of_a_key_that_does_not_exist_and_those_that_do) {
  write("# mine\n[send]\nexpire = \"1d\"\n");
  EXPECT_THAT(complaint(), HasSubstr("config.toml, line 3"));
  EXPECT_THAT(complaint(), HasSubstr("'send.expire'"));
  EXPECT_THAT(complaint(), HasSubstr("send.expires"));
  write("colour = true\n");
  EXPECT_THAT(complaint(), HasSubstr("line 1: there is no setting 'colour'"));
}

TEST_F(SettingsFile, names_the_line_of_a_value_of_the_wrong_kind) {
  write("[send]\n\nexpires = 7\n");
  EXPECT_THAT(complaint(),
              HasSubstr("line 3: send.expires must be a duration in quotes, for example expires = "));
  write("[send]\nexpires = \"soon\"\n");
  EXPECT_THAT(complaint(), HasSubstr("line 2: 'soon' is no amount"));
  write("[send]\nuses = 0\n");
  EXPECT_THAT(complaint(), HasSubstr("line 2"));
}

TEST_F(SettingsFile, names_the_line_of_text_that_is_no_toml) {
  write("[send]\nexpires = = 3\n");
  EXPECT_THAT(complaint(), HasSubstr("config.toml, line 2"));
}

TEST_F(SettingsFile, names_the_variable_that_makes_no_sense) {
  variables_["COVEY_SEND_USES"] = "many";
  EXPECT_THAT(complaint(), HasSubstr("COVEY_SEND_USES: 'many'"));
}

TEST_F(SettingsFile, writes_a_template_that_changes_nothing_and_holds_every_setting) {
  ASSERT_TRUE(write_settings_template(file()));
  EXPECT_TRUE(load());
  const std::string text = settings_template();
  for (const Setting& setting : all_settings()) EXPECT_THAT(text, HasSubstr(environment_name(setting.name)));
  struct stat found {};
  ASSERT_EQ(::stat(file().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(SettingsFile, accepts_every_example_of_the_template) {
  std::string text = settings_template();
  for (std::size_t at = 0; (at = text.find("\n# ", at)) != std::string::npos;) {
    // The explaining lines end in a sentence or a variable's name; the settings have " = ".
    const std::string line = text.substr(at + 3, text.find('\n', at + 1) - at - 3);
    if (line.find(" = ") != std::string::npos) text.erase(at + 1, 2);
    ++at;
  }
  write(text);
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().context;
  EXPECT_EQ(loaded->count("ticket.uses", {}).value(), 5U);
}

TEST_F(SettingsFile, leaves_a_file_that_exists_alone) {
  write("[send]\nuses = 3\n");
  ASSERT_TRUE(write_settings_template(file()));
  EXPECT_EQ(load().value().count("send.uses", {}).value(), 3U);
}

}  // namespace
}  // namespace covey::cli
