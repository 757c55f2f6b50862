#include "identity/network_link.hpp"

#include <gmock/gmock.h>

#include "crypto/random.hpp"

namespace covey::identity {
namespace {

NetworkLink example() {
  crypto::SeededRandom random(9);
  return {.network = crypto::SigningKey::generate(random).public_key(),
          .pin = CertificatePin::from(Bytes(32, 7)),
          .trackers = {"tracker.example:7443", "[2001:db8::1]:7443"}};
}

TEST(NetworkLink, is_read_back_as_people_paste_it) {
  const std::string text = example().to_text();
  EXPECT_THAT(text, testing::StartsWith("covey-network:"));
  for (const std::string& form : {text, " " + text + "\n", text.substr(0, 40) + "\n  " + text.substr(40)}) {
    const auto link = NetworkLink::parse(form);
    ASSERT_TRUE(link) << to_string(link.error());
    EXPECT_EQ(*link, example());
  }
  std::string upper = text;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_TRUE(NetworkLink::parse(upper));
}

TEST(NetworkLink, without_a_pin_too) {
  NetworkLink link = example();
  link.pin.reset();
  EXPECT_EQ(*NetworkLink::parse(link.to_text()), link);
}

TEST(NetworkLink, what_was_mistyped_or_cut_short_is_told_from_what_is_none) {
  const std::string text = example().to_text();
  const auto problem = [](std::string_view given) { return NetworkLink::parse(given).error().context; };
  EXPECT_THAT(problem(""), testing::HasSubstr("no network link"));
  EXPECT_THAT(problem("https://tracker.example"), testing::HasSubstr("no network link"));
  EXPECT_THAT(problem("covey:aaaa"), testing::HasSubstr("no network link"));
  for (std::size_t at = std::string_view("covey-network:").size(); at < text.size(); ++at) {
    EXPECT_THAT(problem(text.substr(0, at)), testing::HasSubstr("cut short or mistyped")) << at;
    std::string mistyped = text;
    mistyped[at] = mistyped[at] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(NetworkLink::parse(mistyped)) << at;
  }
}

TEST(NetworkLink, trackers_are_hosts_with_ports) {
  for (const char* good : {"a:1", "127.0.0.1:7443", "[::1]:65535", "tracker.example:443"})
    EXPECT_TRUE(is_tracker_address(good)) << good;
  for (const char* bad :
       {"", "a", "a:", ":1", "a:0", "a:65536", "a b:1", "a/b:1", "[]:1", "[::1:1", "a:1x", "u@h:1"})
    EXPECT_FALSE(is_tracker_address(bad)) << bad;
  for (const auto& trackers :
       std::vector<std::vector<std::string>>{{}, {"bad"}, std::vector<std::string>(5, "a:1")}) {
    NetworkLink link = example();
    link.trackers = trackers;
    EXPECT_FALSE(NetworkLink::parse(link.to_text()));
  }
}

}  // namespace
}  // namespace covey::identity
