#include "access/ticket.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "identity/device_key.hpp"

namespace covey::access {
namespace {

static_assert(!std::is_copy_constructible_v<Ticket>);
static_assert(!fmt::is_formattable<TicketSecret>::value);

constexpr std::string_view kMistyped = "cut short or mistyped";
constexpr std::string_view kNoTicket = "no ticket";
constexpr std::string_view kMalformed = "not made as tickets are";

// The public key of RFC 8032's first test, the secret 00 01 … 0f.
const identity::PeerId kOwner(
    crypto::PublicKey::from(*from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));

TicketSecret counting_secret() {
  Bytes bytes(TicketSecret::kSize);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<Byte>(i);
  return TicketSecret::from(bytes);
}

Ticket ticket_with(const std::vector<std::string_view>& addresses) {
  Ticket out{kOwner, counting_secret(), {}};
  for (const auto text : addresses) out.addresses.push_back(*Endpoint::parse(text));
  return out;
}

/// A text that checks, over whatever bytes.
std::string text_of(Bytes bytes) {
  const crypto::Hash hash = crypto::blake3(bytes);
  bytes.insert(bytes.end(), hash.data(), hash.data() + 3);
  return "covey:" + to_base32(bytes);
}

/// The bytes of a good ticket without its check, to be spoilt.
Bytes good_bytes() {
  Bytes bytes = *from_base32(ticket_with({"192.0.2.7:7440"}).to_text().substr(6));
  bytes.resize(bytes.size() - 3);
  return bytes;
}

void expect_refused(std::string_view text, ErrorCode code, std::string_view words) {
  const auto ticket = Ticket::parse(text);
  ASSERT_FALSE(ticket) << text;
  EXPECT_EQ(ticket.error().code, code) << text;
  EXPECT_NE(ticket.error().context.find(words), std::string::npos) << text << ": " << ticket.error().context;
}

void expect_same(const Ticket& expected, std::string_view text) {
  const auto ticket = Ticket::parse(text);
  ASSERT_TRUE(ticket) << text << ": " << ticket.error().context;
  EXPECT_EQ(ticket->owner, expected.owner);
  EXPECT_TRUE(ticket->secret.equals(expected.secret));
  EXPECT_EQ(ticket->addresses, expected.addresses);
}

TEST(Ticket, has_the_text_that_the_specification_shows) {
  EXPECT_EQ(
      ticket_with({"192.0.2.7:7440"}).to_text(),
      "covey:"
      "ahlvvgabqkyqvn6vjp7nhslea45a5yls6pnkmizfv4bbu2hxa5iruaabaibqibiga4eascqlbqgq4dybataaaaqhduidvjt7");
  EXPECT_EQ(to_text(ticket_with({}).share_id()), "64ezayyscutefdde6y4rb5adry");
}

TEST(Ticket, with_one_ipv4_address_fits_into_102_characters) {
  EXPECT_EQ(ticket_with({"192.0.2.7:7440"}).to_text().size(), 102U);
}

TEST(Ticket, comes_back_from_its_text) {
  for (const Ticket& ticket :
       {ticket_with({}), ticket_with({"192.0.2.7:7440"}), ticket_with({"[2001:db8::1]:65535"}),
        ticket_with({"192.0.2.1:1", "[::1]:2", "192.0.2.3:3", "[::1]:4", "192.0.2.5:5", "[::1]:6",
                     "192.0.2.7:7", "[::1]:8"})}) {
    expect_same(ticket, ticket.to_text());
  }
}

TEST(Ticket, leaves_out_what_nobody_could_dial_and_what_is_too_much) {
  const auto text = ticket_with({"0.0.0.0:7440", "[::]:7440", "192.0.2.7:0", "192.0.2.7:7440"}).to_text();
  expect_same(ticket_with({"192.0.2.7:7440"}), text);
  std::vector<std::string_view> nine(9, "192.0.2.7:7440");
  EXPECT_EQ(Ticket::parse(ticket_with(nine).to_text())->addresses.size(), kMaxTicketAddresses);
}

TEST(Ticket, is_read_however_people_paste_it) {
  const Ticket ticket = ticket_with({"192.0.2.7:7440"});
  const std::string text = ticket.to_text();
  const std::string body = text.substr(6);
  std::string upper = text;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  for (const std::string& form :
       {"  \n" + text + "\r\n", upper, text.substr(0, 40) + "\n  " + text.substr(40), "covey:\n" + body,
        "covey://" + body, "covey://" + body + "/", "https://share.example.org/open?x=1#" + text,
        "HTTP://127.0.0.1:7442/#Covey:" + body}) {
    expect_same(ticket, form);
  }
}

TEST(Ticket, refuses_what_is_no_ticket) {
  for (const std::string_view text : {"", " ", "covey", "hello", "magnet:?xt=urn", "https://example.org/",
                                      "https://example.org/covey:aaaa", "#covey:aaaa"}) {
    expect_refused(text, ErrorCode::kInvalidArgument, kNoTicket);
  }
  expect_refused(std::string(100000, 'a'), ErrorCode::kInvalidArgument, kNoTicket);
  expect_refused("covey:" + std::string(5000, 'a'), ErrorCode::kInvalidArgument, kMistyped);
}

TEST(Ticket, notices_being_cut_short_anywhere) {
  const std::string text = ticket_with({"192.0.2.7:7440"}).to_text();
  for (std::size_t size = 6; size < text.size(); ++size) {
    expect_refused(text.substr(0, size), ErrorCode::kInvalidArgument, kMistyped);
  }
  expect_refused(text + "a", ErrorCode::kInvalidArgument, kMistyped);
  expect_refused(text + text, ErrorCode::kInvalidArgument, kMistyped);
}

TEST(Ticket, notices_any_one_mistyped_character) {
  const std::string text = ticket_with({"192.0.2.7:7440"}).to_text();
  for (std::size_t at = 6; at < text.size(); ++at) {
    for (const char other : std::string_view("abcdefghijklmnopqrstuvwxyz2345670189=-_.")) {
      if (other == text[at]) continue;
      std::string wrong = text;
      wrong[at] = other;
      expect_refused(wrong, ErrorCode::kInvalidArgument, kMistyped);
    }
  }
}

TEST(Ticket, tells_a_newer_version_from_a_mistake) {
  Bytes bytes = good_bytes();
  bytes[0] = 2;
  bytes.resize(20);
  expect_refused(text_of(bytes), ErrorCode::kUnsupported, "newer version");
  bytes[0] = 0;
  expect_refused(text_of(bytes), ErrorCode::kInvalidArgument, kMalformed);
}

struct BadTicket {
  const char* label;
  void (*spoil)(Bytes& bytes);
};
// Offsets: 0 version, 1 owner, 33 secret, 49 count, 50 family, 51 address, 55 port.
constexpr BadTicket kBadTickets[] = {
    {"nothing but the version", [](Bytes& b) { b.resize(1); }},
    {"no address count", [](Bytes& b) { b.resize(49); }},
    {"an address cut off", [](Bytes& b) { b.resize(56); }},
    {"fewer addresses than counted", [](Bytes& b) { b[49] = 2; }},
    {"more bytes than counted", [](Bytes& b) { b[49] = 0; }},
    {"nine addresses",
     [](Bytes& b) {
       b[49] = 9;
       for (int i = 0; i < 8; ++i) b.insert(b.end(), b.begin() + 50, b.begin() + 57);
     }},
    {"an unknown address family", [](Bytes& b) { b[50] = 5; }},
    {"port zero", [](Bytes& b) { b[55] = b[56] = 0; }},
    {"every interface as the address", [](Bytes& b) { std::fill_n(b.begin() + 51, 4, Byte{0}); }},
    {"IPv4 written inside IPv6",
     [](Bytes& b) {
       b.resize(50);
       b.push_back(6);
       b.insert(b.end(), 10, 0);
       b.insert(b.end(), {0xff, 0xff, 192, 0, 2, 7, 0x1d, 0x10});
     }},
    {"an owner of small order",
     [](Bytes& b) {
       std::fill_n(b.begin() + 1, 32, Byte{0});
       b[1] = 1;
     }},
    {"an owner that is no point",
     [](Bytes& b) {
       std::fill_n(b.begin() + 1, 32, Byte{0});
       b[1] = 2;
     }},
};

TEST(Ticket, refuses_what_checks_but_breaks_the_grammar) {
  expect_same(ticket_with({"192.0.2.7:7440"}), text_of(good_bytes()));
  for (const BadTicket& bad : kBadTickets) {
    SCOPED_TRACE(bad.label);
    Bytes bytes = good_bytes();
    bad.spoil(bytes);
    expect_refused(text_of(bytes), ErrorCode::kInvalidArgument, kMalformed);
  }
}

TEST(Ticket, errors_never_repeat_the_secret) {
  std::string text = ticket_with({"192.0.2.7:7440"}).to_text();
  text.back() = text.back() == 'a' ? 'b' : 'a';
  EXPECT_EQ(Ticket::parse(text).error().context.find(text.substr(60, 8)), std::string::npos);
}

TEST(TicketSecret, is_made_from_exactly_sixteen_bytes) {
  EXPECT_THROW(static_cast<void>(TicketSecret::from(Bytes(15))), std::invalid_argument);
  crypto::SystemRandom random;
  EXPECT_FALSE(TicketSecret::generate(random).equals(TicketSecret::generate(random)));
}

TEST(ShareId, comes_back_from_its_text_and_tells_nothing_of_the_secret) {
  const ShareId id = share_id_of(counting_secret());
  EXPECT_EQ(*parse_share_id(to_text(id)), id);
  EXPECT_FALSE(std::equal(id.data(), id.data() + ShareId::kSize, counting_secret().view().begin()));
  EXPECT_FALSE(parse_share_id(""));
  EXPECT_FALSE(parse_share_id(to_text(id) + "a"));
  EXPECT_FALSE(parse_share_id(to_text(id).substr(1)));
  EXPECT_FALSE(parse_share_id(std::string(10000, 'a')));
}

TEST(TicketProof, holds_for_one_secret_one_link_and_one_holder) {
  const TicketSecret secret = counting_secret();
  const Bytes exporter(kExporterBytes, 7);
  const Bytes other_exporter(kExporterBytes, 8);
  crypto::SeededRandom random(1);
  const auto holder = identity::DeviceKey::ephemeral(random).peer_id();
  const TicketProof proof = make_proof(secret, exporter, holder);
  EXPECT_TRUE(check_proof(proof, secret, exporter, holder));
  EXPECT_FALSE(check_proof(proof, TicketSecret::generate(random), exporter, holder));
  EXPECT_FALSE(check_proof(proof, secret, other_exporter, holder));
  EXPECT_FALSE(check_proof(proof, secret, exporter, identity::DeviceKey::ephemeral(random).peer_id()));
  for (std::size_t bit = 0; bit < TicketProof::kSize * 8; ++bit) {
    TicketProof changed = proof;
    changed.mutable_view()[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_FALSE(check_proof(changed, secret, exporter, holder));
  }
  EXPECT_THROW(static_cast<void>(make_proof(secret, Bytes(31), holder)), std::invalid_argument);
}

TEST(TicketProof, is_the_one_that_the_specification_shows) {
  EXPECT_EQ(to_hex(make_proof(counting_secret(), Bytes(kExporterBytes, 7), kOwner).view()),
            "4d7760e4805d075772c5dbd134e1de6837ca01402a8b0db342349820675c8b80");
}

}  // namespace
}  // namespace covey::access
