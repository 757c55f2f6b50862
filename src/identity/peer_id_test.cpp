#include "identity/peer_id.hpp"

#include <set>
#include <unordered_set>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "identity/check_characters.hpp"
#include "identity/device_key.hpp"
#include "identity/safety_words.hpp"

namespace covey::identity {
namespace {

const PeerId kRfcPeer(
    crypto::PublicKey::from(*from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));
constexpr std::string_view kRfcText = "ahlvvga-bqkyqvn-6vjp7nh-slea45a-5yls6pn-kmizfv4-bbu2hxa-5iru2pi";

std::vector<std::size_t> character_positions() {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < kRfcText.size(); ++i) {
    if (kRfcText[i] != '-') out.push_back(i);
  }
  return out;
}

void expect_mistyped(const std::string& text) {
  const auto id = PeerId::parse(text);
  ASSERT_FALSE(id) << text;
  EXPECT_EQ(id.error().code, ErrorCode::kInvalidArgument) << text;
  EXPECT_NE(id.error().context.find("mistyped"), std::string::npos) << text;
}

TEST(PeerId, has_the_text_that_the_specification_shows) {
  EXPECT_EQ(kRfcPeer.to_text(), kRfcText);
  EXPECT_EQ(kRfcPeer.short_text(), "ahlvvga");
}

TEST(PeerId, comes_back_from_its_text_and_its_bytes) {
  crypto::SystemRandom random;
  for (int i = 0; i < 50; ++i) {
    const PeerId id = DeviceKey::ephemeral(random).peer_id();
    EXPECT_EQ(*PeerId::parse(id.to_text()), id);
    EXPECT_EQ(*PeerId::from_bytes(id.bytes()), id);
  }
}

TEST(PeerId, is_read_in_either_case_and_however_it_is_grouped) {
  std::string bare;
  std::string upper;
  for (const char c : kRfcText) {
    if (c != '-') bare.push_back(c);
    upper.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  for (const std::string& text :
       {bare, upper, " " + std::string(kRfcText) + "\n", "--" + bare.substr(0, 9) + " - " + bare.substr(9)}) {
    const auto id = PeerId::parse(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(*id, kRfcPeer);
  }
}

TEST(PeerId, notices_every_single_wrong_character_and_says_in_which_group) {
  for (const std::size_t at : character_positions()) {
    for (const char other : kBase32Alphabet) {
      if (other == kRfcText[at]) continue;
      std::string text(kRfcText);
      text[at] = other;
      expect_mistyped(text);
      EXPECT_NE(PeerId::parse(text).error().context.find(fmt::format("group {} ", at / 8 + 1)),
                std::string::npos)
          << text;
    }
  }
}

TEST(PeerId, notices_any_two_swapped_characters) {
  const auto positions = character_positions();
  for (std::size_t i = 0; i < positions.size(); ++i) {
    for (std::size_t j = i + 1; j < positions.size(); ++j) {
      std::string text(kRfcText);
      std::swap(text[positions[i]], text[positions[j]]);
      if (text != kRfcText) expect_mistyped(text);
    }
  }
}

// The code is linear: two errors go unnoticed where and only where two single errors leave the same
// remainder, so it is enough that all 56 · 31 of these differ.
TEST(PeerId, notices_any_two_wrong_characters) {
  constexpr std::size_t kData = 53;
  const std::vector<std::uint8_t> zeros(kData, 0);
  const CheckCharacters base = check_characters_of(zeros);
  std::set<CheckCharacters> remainders;
  for (std::size_t at = 0; at < kData + 3; ++at) {
    for (std::uint8_t by = 1; by < 32; ++by) {
      CheckCharacters remainder{};
      if (at >= kData) {
        remainder.at(at - kData) = by;
      } else {
        std::vector<std::uint8_t> values = zeros;
        values[at] = by;
        remainder = check_characters_of(values);
        for (std::size_t k = 0; k < 3; ++k)
          remainder.at(k) = static_cast<std::uint8_t>(remainder.at(k) ^ base.at(k));
      }
      EXPECT_NE(remainder, (CheckCharacters{0, 0, 0}));
      remainders.insert(remainder);
    }
  }
  EXPECT_EQ(remainders.size(), (kData + 3) * 31);
}

TEST(PeerId, refuses_what_is_too_short_too_long_or_foreign) {
  const std::string text(kRfcText);
  for (const std::string& wrong :
       {std::string(), text.substr(0, text.size() - 1), text + "a", std::string(1000, 'a'),
        std::string(1000, '-'), "0" + text.substr(1), "\xff" + text.substr(1)}) {
    EXPECT_EQ(PeerId::parse(wrong).error().code, ErrorCode::kInvalidArgument) << wrong;
  }
  EXPECT_NE(PeerId::parse("0" + text.substr(1)).error().context.find("'0'"), std::string::npos);
  EXPECT_NE(PeerId::parse(text.substr(8)).error().context.find("49"), std::string::npos);
}

std::string text_of(ByteView bytes) {
  std::string out = to_base32(bytes);
  std::vector<std::uint8_t> values;
  for (const char c : out) values.push_back(static_cast<std::uint8_t>(base32_value(c)));
  for (const std::uint8_t check : check_characters_of(values)) out.push_back(kBase32Alphabet[check]);
  return out;
}

TEST(PeerId, refuses_other_versions_and_keys_that_are_none) {
  auto bytes = kRfcPeer.bytes();
  EXPECT_EQ(*PeerId::parse(text_of(bytes)), kRfcPeer);
  bytes[0] = 2;
  EXPECT_EQ(PeerId::from_bytes(bytes).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(PeerId::parse(text_of(bytes)).error().code, ErrorCode::kUnsupported);
  bytes[0] = 0;
  EXPECT_EQ(PeerId::from_bytes(bytes).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(PeerId::parse(text_of(bytes)).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(PeerId::from_bytes(PeerId().bytes()).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(PeerId::parse(PeerId().to_text()).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(PeerId::from_bytes({}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(PeerId::from_bytes(ByteView(kRfcPeer.bytes()).first(32)).error().code, ErrorCode::kMalformed);
}

TEST(PeerId, refuses_a_text_whose_unused_bit_is_set) {
  std::string data = to_base32(kRfcPeer.bytes());
  data.back() = kBase32Alphabet[static_cast<std::size_t>(base32_value(data.back())) | 1U];
  std::vector<std::uint8_t> values;
  for (const char c : data) values.push_back(static_cast<std::uint8_t>(base32_value(c)));
  for (const std::uint8_t check : check_characters_of(values)) data.push_back(kBase32Alphabet[check]);
  EXPECT_FALSE(PeerId::parse(data));
}

TEST(PeerId, can_be_kept_in_ordered_and_unordered_sets) {
  const PeerId nobody;
  EXPECT_EQ((std::set<PeerId>{nobody, kRfcPeer, kRfcPeer}.size()), 2U);
  EXPECT_EQ((std::unordered_set<PeerId>{nobody, kRfcPeer, kRfcPeer}.size()), 2U);
}

TEST(SafetyWords, are_those_that_the_specification_shows) {
  EXPECT_EQ(to_text(safety_words_of(kRfcPeer)), "bottle season emerald yearbook ferry propose");
}

TEST(SafetyWords, differ_for_different_peers) {
  crypto::SystemRandom random;
  EXPECT_NE(safety_words_of(DeviceKey::ephemeral(random).peer_id()),
            safety_words_of(DeviceKey::ephemeral(random).peer_id()));
}

TEST(SafetyWords, come_from_a_list_in_which_no_word_is_taken_for_another) {
  const auto list = safety_word_list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_GE(list[i].size(), 3U) << list[i];
    EXPECT_LE(list[i].size(), 8U) << list[i];
    EXPECT_EQ(list[i].find_first_not_of("abcdefghijklmnopqrstuvwxyz"), std::string_view::npos) << list[i];
    if (i == 0) continue;
    EXPECT_LT(list[i - 1], list[i]);
    // Sorted, so a word that another begins with would stand right before one of those.
    EXPECT_FALSE(list[i].starts_with(list[i - 1])) << list[i];
  }
}

TEST(SafetyWords, sound_apart_by_more_than_one_letter) {
  const auto one_letter_apart = [](std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > 1) return false;
    std::size_t same = 0;
    while (same < a.size() && a[same] == b[same]) ++same;
    const std::size_t skip = a.size() == b.size() ? 1 : 0;
    return a.substr(std::min(same + skip, a.size())) == b.substr(same + 1);
  };
  const auto list = safety_word_list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = i + 1; j < list.size(); ++j) {
      EXPECT_FALSE(one_letter_apart(list[i], list[j])) << list[i] << ' ' << list[j];
    }
  }
}

}  // namespace
}  // namespace covey::identity
