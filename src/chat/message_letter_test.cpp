#include "chat/message_letter.hpp"

#include <gtest/gtest.h>

#include "access/address_list.hpp"
#include "access/ticket.hpp"
#include "base/cursor.hpp"
#include "base/record_time.hpp"
#include "identity/device_key.hpp"

namespace covey::chat {
namespace {

struct Desk {
  crypto::SeededRandom random{7};
  identity::DeviceKey alice = identity::DeviceKey::ephemeral(random);
  identity::DeviceKey bob = identity::DeviceKey::ephemeral(random);

  [[nodiscard]] std::string ticket_of(const identity::DeviceKey& owner) {
    return access::Ticket{.owner = owner.peer_id(),
                          .secret = access::TicketSecret::generate(random),
                          .addresses = {*access::Endpoint::parse("192.0.2.7:7440")}}
        .to_text();
  }
  [[nodiscard]] Message full() {
    return {.number = 1'795'000'000'000,
            .text = "hello\n\tthere, \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xe2\x80\xae",
            .attachment = Attachment{.ticket = ticket_of(alice),
                                     .kind = AttachmentKind::kFolder,
                                     .title = "Holiday",
                                     .bytes = 123,
                                     .files = 4},
            .addresses = {*access::Endpoint::parse("[2001:db8::1]:7440")},
            .name = "otter"};
  }
  [[nodiscard]] Result<Message> read(ByteView body) const { return read_message(body, alice.peer_id()); }
};

TEST(Message, comes_back_as_it_was) {
  Desk desk;
  const Message full = desk.full();
  EXPECT_EQ(*desk.read(encode(full)), full);
  const Message plain{.number = 1, .text = "x", .attachment = {}, .addresses = {}};
  EXPECT_EQ(*desk.read(encode(plain)), plain);
}

TEST(Message, has_the_bytes_of_the_spec) {
  const Message plain{.number = 0x0102, .text = "hi", .attachment = {}, .addresses = {}};
  EXPECT_EQ(encode(plain), (Bytes{1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 2, 'h', 'i', 0, 0}));
}

TEST(Message, of_the_greatest_size_fits_into_a_letter) {
  Desk desk;
  Message message = desk.full();
  message.text = std::string(kMaxTextBytes, 'x');
  message.attachment->title = std::string(kMaxTitleBytes, 't');
  message.addresses.assign(access::kMaxListedAddresses, message.addresses.front());
  const Bytes body = encode(message);
  EXPECT_LT(body.size(), 32'000U);
  EXPECT_TRUE(desk.read(body));
}

/// A body put together by hand.
struct Parts {
  Byte version = 1;
  std::uint64_t number = 1;
  std::string text = "hi";
  Byte attached = 0;
  Bytes attachment;
  Byte addresses = 0;
  std::string name;  // with its length

  [[nodiscard]] Bytes body() const {
    return ByteWriter()
        .number(version)
        .number(number)
        .sized16(as_bytes(text))
        .number(attached)
        .raw(attachment)
        .number(addresses)
        .raw(as_bytes(name))
        .take();
  }
};

Bytes attachment(Byte kind, const std::string& title, const std::string& ticket) {
  return ByteWriter()
      .number(kind)
      .number(std::uint64_t{5})
      .number(std::uint64_t{1})
      .sized16(as_bytes(title))
      .sized16(as_bytes(ticket))
      .take();
}

TEST(Message, that_breaks_a_rule_is_refused_by_the_rule) {
  Desk desk;
  const std::string ticket = desk.ticket_of(desk.alice);
  std::string spaced = ticket;
  spaced.insert(20, " ");
  const auto with = [&](Byte kind, const std::string& title, const std::string& of) {
    return Parts{.attached = 1, .attachment = attachment(kind, title, of)}.body();
  };
  struct Vector {
    const char* what;
    Bytes body;
    ErrorCode code;
  };
  const std::vector<Vector> vectors{
      {"newer version", Parts{.version = 2}.body(), ErrorCode::kUnsupported},
      {"version 0", Parts{.version = 0}.body(), ErrorCode::kUnsupported},
      {"beyond the year 9999", Parts{.number = kMaxUnixMs + 1}.body(), ErrorCode::kMalformed},
      {"too long a text", Parts{.text = std::string(kMaxTextBytes + 1, 'x')}.body(),
       ErrorCode::kLimitExceeded},
      {"a NUL", Parts{.text = std::string("a\0b", 3)}.body(), ErrorCode::kMalformed},
      {"a carriage return", Parts{.text = "a\r\nb"}.body(), ErrorCode::kMalformed},
      {"an escape", Parts{.text = "\x1b[2J"}.body(), ErrorCode::kMalformed},
      {"a C1 control", Parts{.text = "\xc2\x9b"}.body(), ErrorCode::kMalformed},
      {"no UTF-8", Parts{.text = "\xff"}.body(), ErrorCode::kMalformed},
      {"an overlong form", Parts{.text = "\xc0\x8a"}.body(), ErrorCode::kMalformed},
      {"a surrogate", Parts{.text = "\xed\xa0\x80"}.body(), ErrorCode::kMalformed},
      {"half a character", Parts{.text = "a\xc3"}.body(), ErrorCode::kMalformed},
      {"nothing in it", Parts{.text = ""}.body(), ErrorCode::kMalformed},
      {"two attachments", Parts{.attached = 2}.body(), ErrorCode::kMalformed},
      {"an attachment that is not there", Parts{.attached = 1}.body(), ErrorCode::kMalformed},
      {"an unknown kind", with(2, "t", ticket), ErrorCode::kMalformed},
      {"no title", with(0, "", ticket), ErrorCode::kMalformed},
      {"a title of two lines", with(0, "a\nb", ticket), ErrorCode::kMalformed},
      {"too long a title", with(0, std::string(256, 't'), ticket), ErrorCode::kLimitExceeded},
      {"no ticket", with(0, "t", ""), ErrorCode::kMalformed},
      {"another's ticket", with(0, "t", desk.ticket_of(desk.bob)), ErrorCode::kMalformed},
      {"a ticket in another form", with(0, "t", spaced), ErrorCode::kMalformed},
      {"too long a ticket", with(0, "t", std::string(513, 'a')), ErrorCode::kLimitExceeded},
      {"addresses that are not there", Parts{.addresses = 1}.body(), ErrorCode::kMalformed},
      {"a name of no length", Parts{.name = std::string(1, '\0')}.body(), ErrorCode::kMalformed},
      {"a name that is cut short", Parts{.name = "\5otte"}.body(), ErrorCode::kMalformed},
      {"a name that is too short", Parts{.name = "\2ot"}.body(), ErrorCode::kMalformed},
      {"a name that is too long", Parts{.name = "\x21" + std::string(33, 'o')}.body(), ErrorCode::kMalformed},
      {"a name with a mark", Parts{.name = "\6~otter"}.body(), ErrorCode::kMalformed},
      {"bytes after a name", Parts{.name = "\5otter!"}.body(), ErrorCode::kMalformed},
      {"too many addresses", Parts{.addresses = 9}.body(), ErrorCode::kLimitExceeded},
  };
  for (const Vector& vector : vectors) {
    const auto read = desk.read(vector.body);
    ASSERT_FALSE(read) << vector.what;
    EXPECT_EQ(read.error().code, vector.code) << vector.what;
  }
  EXPECT_TRUE(desk.read(with(0, "t", ticket)));
}

TEST(Message, has_the_length_that_it_says) {
  Desk desk;
  Bytes body = encode(desk.full());
  const std::size_t without_name = body.size() - 1 - desk.full().name.size();
  for (std::size_t length = 0; length < body.size(); ++length)
    EXPECT_EQ(desk.read(ByteView(body).first(length)).has_value(), length == without_name) << length;
  body.push_back(0);
  EXPECT_EQ(desk.read(body).error().code, ErrorCode::kMalformed);
}

TEST(MessageNumber, grows_with_the_clock_and_without_it) {
  EXPECT_EQ(next_number(0, from_unix_ms(1000)), 1000U);
  EXPECT_EQ(next_number(1000, from_unix_ms(1000)), 1001U);
  EXPECT_EQ(next_number(5000, from_unix_ms(1000)), 5001U);  // the clock was set back
}

TEST(MessageText, may_be_of_any_script_with_lines_and_tabs) {
  EXPECT_TRUE(check_text("two\nlines\tand \xf0\x9f\x90\xa6 \xe2\x80\xab"));
  EXPECT_EQ(check_text("\x07").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(check_text(std::string(kMaxTextBytes + 1, 'x')).error().code, ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace covey::chat
