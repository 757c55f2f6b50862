#include "cli/chat_text.hpp"

#include <algorithm>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/people_text.hpp"
#include "cli/progress_bar.hpp"
#include "cli/time_words.hpp"

namespace covey::cli {
namespace {

using api::ChatDirection;
using api::ChatMessageView;
using api::ChatState;
using api::ChatView;

constexpr int kIndent = 2;
constexpr int kNarrowestText = 20;

bool is_own(const ChatMessageView& message) {
  return message.direction == ChatDirection::kOut;
}

std::string presence_of(const ChatView& chat) {
  if (chat.blocked) return "blocked";
  return chat.online ? "online" : "offline";
}

/// The beginning of what was said, in one line.
std::string gist_of(const ChatMessageView& message) {
  std::string text = message.text.substr(0, message.text.find('\n'));
  if (text.empty() && message.attachment) text = message.attachment->title;
  return is_own(message) ? "you: " + text : text;
}

std::string with_blanks(std::string_view line) {
  std::string out;
  for (const char sign : line) {
    if (sign == '\t') {
      out += "    ";
    } else {
      out += sign;
    }
  }
  return out;
}

std::string text_lines(std::string_view text, const MessageSetting& setting) {
  const std::string margin(kIndent, ' ');
  const int columns = std::max(kNarrowestText, setting.columns - kIndent);
  std::string out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto lines = wrapped(printable(with_blanks(text.substr(0, end)), setting.style.glyphs), columns);
    if (lines.empty()) out += '\n';
    for (const std::string& line : lines) out += margin + line + '\n';
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

std::string attachment_lines(const ChatMessageView& message, const MessageSetting& setting) {
  const api::ChatAttachmentView& attached = *message.attachment;
  const bool is_file = attached.kind == api::ShareKind::kFile;
  std::string out = fmt::format("  [{} {}, {}", is_file ? "file" : "folder",
                                printable(attached.title, setting.style.glyphs), human_bytes(attached.bytes));
  if (!is_file) out += ", " + counted(attached.files, "file");
  out += "]\n";
  if (!is_own(message)) out += fmt::format("  covey get {}\n", printable(attached.ticket, Glyphs::kAscii));
  return out;
}

}  // namespace

Table chat_table() {
  using Room = Column::Room;
  return Table({{"WHO"},
                {""},
                {""},
                {"UNREAD", Column::Align::kRight},
                {"LAST"},
                {""},
                {""},
                {"", Column::Align::kLeft, Room::kFlexible}});
}

void add_row(Table& table, const ChatView& chat, WallTime now) {
  std::optional<api::UnixMs> at;
  if (chat.last) at = chat.last->at;
  const bool own = chat.last && is_own(*chat.last);
  table.add(
      {{who_of(chat.peer_name, chat.peer_id), chat.peer_id},
       {"", chat.peer_name},
       {chat.blocked || chat.online ? presence_of(chat) : "", presence_of(chat)},
       {chat.unread > 0 ? std::to_string(chat.unread) : "", std::to_string(chat.unread)},
       moment_cell(at, now),
       {"", chat.last ? std::string(api::name_of(chat.last->direction)) : ""},
       {own ? fate_words(*chat.last) : "", chat.last ? std::string(api::name_of(chat.last->state)) : ""},
       {chat.last ? gist_of(*chat.last) : "", chat.last ? chat.last->text : ""}});
}

Table message_table() {
  using Align = Column::Align;
  return Table({{"ID"},
                {"AT"},
                {""},
                {"STATE"},
                {"TEXT", Align::kLeft, Column::Room::kFlexible},
                {"ATTACHED", Align::kLeft, Column::Room::kFlexible},
                {"SIZE", Align::kRight},
                {""},
                {""}});
}

void add_row(Table& table, const ChatMessageView& message, WallTime now) {
  const auto& attached = message.attachment;
  table.add({cell(message.id),
             moment_cell(message.at, now),
             cell(std::string(api::name_of(message.direction))),
             cell(std::string(api::name_of(message.state))),
             cell(message.text),
             cell(attached ? attached->title : ""),
             {attached ? human_bytes(attached->bytes) : "", attached ? std::to_string(attached->bytes) : ""},
             {"", attached ? attached->ticket : ""},
             cell(message.problem)});
}

std::string fate_words(const ChatMessageView& message) {
  switch (message.state) {
    case ChatState::kWaiting:
      return "waits here";
    case ChatState::kInMailbox:
      return "in its mailbox";
    case ChatState::kDelivered:
      return "delivered";
    case ChatState::kFailed:
      break;
  }
  return "not delivered";
}

std::string message_block(const ChatMessageView& message, const MessageSetting& setting) {
  const bool own = is_own(message);
  const std::string who = own ? "you" : printable(setting.who, setting.style.glyphs);
  std::string about = moment_words(message.at, setting.now);
  if (own) about += ", " + fate_words(message);
  std::string out =
      inked(who, Ink::kBold, setting.style) + "  " + inked(about, Ink::kDim, setting.style) + "\n";
  out += text_lines(message.text, setting);
  if (message.attachment) out += attachment_lines(message, setting);
  if (own && message.state == ChatState::kFailed) {
    out += fmt::format("  {}\n  covey chat PEER --retry {}\n",
                       printable(message.problem, setting.style.glyphs), message.id);
  }
  return out;
}

}  // namespace covey::cli
