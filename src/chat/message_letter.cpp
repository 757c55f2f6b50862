#include "chat/message_letter.hpp"

#include <algorithm>

#include "access/address_list.hpp"
#include "access/clean_text.hpp"
#include "access/ticket.hpp"
#include "base/cursor.hpp"
#include "base/record_time.hpp"
#include "identity/peer_name.hpp"

//   message    := version:u8 = 1 number:u64 text_length:u16(0..16384) text
//                 attached:u8(0, 1) attachment{attached} addresses [name_length:u8(3..32) name]
//   attachment := kind:u8(0 file, 1 folder) bytes:u64 files:u64
//                 title_length:u16(1..255) title ticket_length:u16(0..512) ticket
//   addresses as in docs/spec/ticket.md
//
// A message without text has an attachment. The ticket is one of the sender's, in its one text form.

namespace covey::chat {
namespace {

constexpr Byte kVersion = 1;

/// Clean but for line breaks and tabs.
bool is_message_text(std::string_view text) {
  std::string one_line(text);
  std::replace_if(
      one_line.begin(), one_line.end(), [](char sign) { return sign == '\n' || sign == '\t'; }, ' ');
  return access::is_clean_text(as_bytes(one_line));
}

Result<Attachment> read_attachment(ByteReader& reader, const identity::PeerId& sender) {
  Attachment out;
  TRY(const Byte kind, reader.number<Byte>());
  if (kind > static_cast<Byte>(AttachmentKind::kFolder))
    return fail(ErrorCode::kMalformed, "an attachment of a kind that there is not");
  out.kind = static_cast<AttachmentKind>(kind);
  TRY(out.bytes, reader.number<std::uint64_t>());
  TRY(out.files, reader.number<std::uint64_t>());
  TRY(const ByteView title, reader.sized16(kMaxTitleBytes));
  if (title.empty() || !access::is_clean_text(title))
    return fail(ErrorCode::kMalformed, "the title of an attachment is no clean text");
  out.title = as_text(title);
  TRY(const ByteView text, reader.sized16(kMaxTicketBytes));
  const auto ticket = access::Ticket::parse(as_text(text));
  if (!ticket || ticket->owner != sender || ticket->to_text() != as_text(text))
    return fail(ErrorCode::kMalformed, "what comes with an attachment is no ticket of its sender");
  out.ticket = as_text(text);
  return out;
}

}  // namespace

std::uint64_t next_number(std::uint64_t last, WallTime now) {
  return std::max(last + 1, record_time(now));
}

Result<> check_text(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return fail(ErrorCode::kLimitExceeded,
                "the message is {} bytes long; {} can be sent. Write several, or attach it as a file",
                text.size(), kMaxTextBytes);
  }
  if (!is_message_text(text)) {
    return fail(ErrorCode::kInvalidArgument,
                "the message holds control characters or is no UTF-8; write text, or attach it as a file");
  }
  return {};
}

Bytes encode(const Message& message) {
  ByteWriter out(message.text.size() + 64);
  out.number(kVersion).number(message.number).sized16(as_bytes(message.text));
  out.number(static_cast<Byte>(message.attachment ? 1 : 0));
  if (message.attachment) {
    const Attachment& attachment = *message.attachment;
    out.number(static_cast<Byte>(attachment.kind)).number(attachment.bytes).number(attachment.files);
    out.sized16(as_bytes(attachment.title)).sized16(as_bytes(attachment.ticket));
  }
  access::write_addresses(out, message.addresses);
  if (!message.name.empty()) out.number(static_cast<Byte>(message.name.size())).raw(as_bytes(message.name));
  return out.take();
}

Result<Message> read_message(ByteView body, const identity::PeerId& sender) {
  ByteReader reader(body);
  TRY(const Byte version, reader.number<Byte>());
  if (version != kVersion) return fail(ErrorCode::kUnsupported, "a message of version {}", version);
  Message out;
  TRY(out.number, reader.number<std::uint64_t>());
  if (out.number > kMaxUnixMs) return fail(ErrorCode::kMalformed, "a message from beyond the year 9999");
  TRY(const ByteView text, reader.sized16(kMaxTextBytes));
  if (!is_message_text(as_text(text))) return fail(ErrorCode::kMalformed, "a message that is no text");
  out.text = as_text(text);
  TRY(const Byte attached, reader.number<Byte>());
  if (attached > 1 || (attached == 0 && text.empty()))
    return fail(ErrorCode::kMalformed, "a message without anything in it");
  if (attached == 1) {
    TRY(out.attachment, read_attachment(reader, sender));
  }
  TRY(out.addresses, access::read_addresses(reader));
  if (reader.done()) return out;
  TRY(const Byte length, reader.number<Byte>());
  TRY(const ByteView name, reader.raw(length));
  if (!identity::PeerName::parse(as_text(name)))
    return fail(ErrorCode::kMalformed, "a sender's name that is none");
  out.name = as_text(name);
  TRY_VOID(reader.expect_done());
  return out;
}

}  // namespace covey::chat
