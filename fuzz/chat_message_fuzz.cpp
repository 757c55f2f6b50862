// Messages of a chat: whatever is read is within its limits, is text, and has one form.

#include "access/address_list.hpp"
#include "access/clean_text.hpp"
#include "access/ticket.hpp"
#include "chat/message_letter.hpp"
#include "fuzz/promise.hpp"
#include "identity/device_key.hpp"
#include "identity/peer_name.hpp"

namespace covey::fuzz {
namespace {

struct Sender {
  crypto::SeededRandom random{7};
  identity::PeerId id = identity::DeviceKey::ephemeral(random).peer_id();
  std::string ticket = access::Ticket{
      .owner = id,
      .secret = access::TicketSecret::generate(random),
      .addresses = {}}.to_text();
};

void check_read(const Sender& sender, ByteView body) {
  const auto message = chat::read_message(body, sender.id);
  if (!message) return;
  require(chat::check_text(message->text).has_value(), "what is read could have been sent");
  require(message->text.find('\r') == std::string::npos && message->text.find('\0') == std::string::npos,
          "a text has no control characters");
  require(!message->text.empty() || message->attachment, "there is something in a message");
  require(message->name.empty() || identity::PeerName::parse(message->name), "a name is one");
  require(message->addresses.size() <= access::kMaxListedAddresses, "addresses have their limit");
  if (message->attachment) {
    require(!message->attachment->title.empty() && message->attachment->title.size() <= chat::kMaxTitleBytes,
            "a title has its limit");
    require(access::Ticket::parse(message->attachment->ticket)->owner == sender.id,
            "an attachment is the sender's");
  }
  require(chat::read_message(chat::encode(*message), sender.id) == message, "a message survives its bytes");
}

/// The input as what a sender chooses to write.
void check_honest(const Sender& sender, ByteView input) {
  Choices choices(input);
  chat::Message message{
      .number = choices.below(1 << 20), .text = {}, .attachment = {}, .addresses = {}, .name = {}};
  const Byte with = choices.byte();
  if (with >= 128) message.name = "otter";
  if (with % 2 == 1) {
    message.attachment = chat::Attachment{
        .ticket = sender.ticket, .kind = chat::AttachmentKind::kFile, .title = "t", .bytes = 1, .files = 1};
    message.attachment->title = std::string(as_text(choices.bytes(choices.byte())));
    if (message.attachment->title.empty() || !access::is_clean_text(as_bytes(message.attachment->title)))
      message.attachment->title = "t";
  }
  message.text = std::string(as_text(choices.rest()));
  if (!chat::check_text(message.text) || (message.text.empty() && !message.attachment)) return;
  require(chat::read_message(chat::encode(message), sender.id) == message, "a message survives its bytes");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const covey::fuzz::Sender kSender;
  covey::fuzz::check_read(kSender, {data, size});
  covey::fuzz::check_honest(kSender, {data, size});
  return 0;
}
