// The command line of covey-tracker: what it takes, what admin prints, and the exit codes.

#include "tracker/command_line.hpp"

#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "crypto/random.hpp"
#include "registry/name_rules.hpp"
#include "tracker/test_folder.hpp"

namespace covey::tracker {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

struct CommandLineTest : ::testing::Test {
  struct Outcome {
    ExitCode code;
    std::string out;
    std::string err;
  };
  Outcome run(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    CommandLine line(out, err, [this](std::string_view name) -> std::optional<std::string> {
      const auto found = environment.find(std::string(name));
      return found == environment.end() ? std::nullopt : std::optional(found->second);
    });
    const ExitCode code = line.run(arguments);
    return {code, out.str(), err.str()};
  }
  std::unique_ptr<registry::Store> make_database() {
    environment["COVEY_TRACKER_DB"] = "sqlite:" + (folder.path() / "t.db").string();
    source = std::move(registry::open_store_source(environment["COVEY_TRACKER_DB"]).value());
    auto store = std::move(source->open().value());
    EXPECT_TRUE(store->bind_network(crypto::SigningKey::generate(random).public_key()));
    return store;
  }
  void add_member(registry::Store& store, const std::string& text, registry::MemberState state) {
    const auto name = identity::PeerName::parse(text).value();
    const auto key = identity::DeviceKey::ephemeral(random);
    const auto claim = identity::sign(identity::NameClaim{.network = crypto::PublicKey(),
                                                          .peer = key.peer_id(),
                                                          .name = name,
                                                          .claimed_at = SystemClock().wall()},
                                      key);
    const auto added = store.add_member(registry::NewMember{.claim = claim.payload,
                                                            .claim_signature = claim.signature,
                                                            .peer = key.peer_id(),
                                                            .name = name,
                                                            .lookalike = registry::lookalike_of(name),
                                                            .state = state,
                                                            .invite = std::nullopt},
                                        SystemClock().wall());
    ASSERT_TRUE(added) << to_string(added.error());
  }

  TestFolder folder;
  crypto::SystemRandom random;
  std::map<std::string, std::string> environment{{"HOME", folder.path().string()}};
  std::unique_ptr<registry::StoreSource> source;
};

TEST_F(CommandLineTest, wrong_usage_is_2_and_says_what_is_wrong) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--nonsense"},
                                                    {"serve"},
                                                    {"admin"},
                                                    {"admin", "ban"},
                                                    {"--listen", "example.org:1", "--db", "x"},
                                                    {"--registration", "maybe"},
                                                    {"--peer-rate", "5"},
                                                    {"--peer-rate", "0:1"},
                                                    {"--certificate", "x"},
                                                    {"admin", "invite", "--expires", "soon"},
                                                    {"admin", "members", "--waiting", "--banned"}}) {
    const auto outcome = run(arguments);
    EXPECT_NE(outcome.code, ExitCode::kDone) << arguments[0];
    EXPECT_THAT(outcome.err, StartsWith("covey-tracker: ")) << arguments[0];
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_EQ(run({"--nonsense"}).code, ExitCode::kUsage);
}

TEST_F(CommandLineTest, help_and_version_are_results) {
  EXPECT_EQ(run({"--version"}).code, ExitCode::kDone);
  EXPECT_THAT(run({"--version"}).out, StartsWith("covey-tracker "));
  EXPECT_THAT(run({"--help"}).out, HasSubstr("--registration"));
  EXPECT_THAT(run({"admin", "--help"}).out, HasSubstr("revoke-invite"));
}

TEST_F(CommandLineTest, admin_makes_no_database_by_mistake) {
  const auto outcome = run({"admin", "members", "--db", "sqlite:" + (folder.path() / "typo.db").string()});
  EXPECT_EQ(outcome.code, ExitCode::kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("start covey-tracker first"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "typo.db"));
}

TEST_F(CommandLineTest, admin_shows_and_sets_the_registration) {
  const auto store = make_database();
  EXPECT_EQ(run({"admin", "registration", "approval"}).out, "approval\n");
  EXPECT_EQ(run({"admin", "registration"}).out, "approval\n");
  EXPECT_EQ(Json::parse(run({"admin", "--json", "registration"}).out)["registration"], "approval");
  EXPECT_EQ(Json::parse(run({"admin", "registration", "--json"}).out)["registration"], "approval");
  EXPECT_EQ(store->registration().value(), registry::Registration::kApproval);
}

TEST_F(CommandLineTest, invites_show_their_code_once) {
  const auto store = make_database();
  const std::string code =
      run({"admin", "invite", "--uses", "3", "--expires", "7d", "--note", "friends"}).out;
  EXPECT_EQ(code.size(), 20U) << code;
  const std::string listed = run({"admin", "invites"}).out;
  EXPECT_THAT(listed, HasSubstr("3 left"));
  EXPECT_THAT(listed, HasSubstr("friends"));
  EXPECT_THAT(listed, Not(HasSubstr(code.substr(0, 19))));
  const Json json = Json::parse(run({"admin", "invites", "--json"}).out);
  EXPECT_EQ(json["uses_left"], 3);
  EXPECT_EQ(run({"admin", "revoke-invite", code.substr(0, 19)}).code, ExitCode::kDone);
  EXPECT_EQ(run({"admin", "invites"}).out, "");
  const auto again = run({"admin", "revoke-invite", code.substr(0, 19)});
  EXPECT_EQ(again.code, ExitCode::kFailed);
  EXPECT_THAT(again.err, HasSubstr("no such invite"));
  ASSERT_EQ(run({"admin", "invite"}).code, ExitCode::kDone);
  const std::string id = Json::parse(run({"admin", "invites", "--json"}).out)["id"];
  EXPECT_EQ(run({"admin", "revoke-invite", id}).code, ExitCode::kDone);
}

TEST_F(CommandLineTest, members_are_approved_banned_and_removed) {
  const auto store = make_database();
  add_member(*store, "mira", registry::MemberState::kActive);
  add_member(*store, "nora", registry::MemberState::kWaiting);
  EXPECT_THAT(run({"admin", "members"}).out, HasSubstr("mira\tactive\t"));
  EXPECT_EQ(Json::parse(run({"admin", "members", "--waiting", "--json"}).out)["name"], "nora");
  EXPECT_EQ(run({"admin", "approve", "nora"}).out, "approved nora\n");
  EXPECT_EQ(run({"admin", "members", "--waiting"}).out, "");
  EXPECT_EQ(run({"admin", "ban", "mira"}).code, ExitCode::kDone);
  EXPECT_THAT(run({"admin", "members", "--banned"}).out, StartsWith("mira\tbanned\t"));
  EXPECT_THAT(run({"admin", "approve", "mira"}).err, HasSubstr("is banned, not waiting"));
  EXPECT_EQ(run({"admin", "unban", "mira"}).code, ExitCode::kDone);
  EXPECT_EQ(Json::parse(run({"admin", "remove", "mira", "--json"}).out)["removed"], "mira");
  const auto gone = run({"admin", "ban", "mira"});
  EXPECT_EQ(gone.code, ExitCode::kFailed);
  EXPECT_THAT(gone.err, HasSubstr("there is no member 'mira'"));
  EXPECT_EQ(run({"admin", "ban", "' OR 1=1"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace covey::tracker
