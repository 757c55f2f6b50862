#pragma once
// Message: what one peer says to another, as it travels in a letter of the kind "chat". The text is UTF-8 of
// any script and direction, without control characters but for line breaks and tabs; whoever shows it keeps
// its direction from what stands around it. Plain values; any thread. Spec: docs/spec/chat.md.

#include <optional>
#include <string>
#include <vector>

#include "access/endpoint.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace covey::chat {

inline constexpr const char* kMessageLetter = "chat";

inline constexpr std::size_t kMaxTextBytes = std::size_t{16} << 10;
inline constexpr std::size_t kMaxTitleBytes = 255;
inline constexpr std::size_t kMaxTicketBytes = 512;

enum class AttachmentKind : std::uint8_t { kFile, kFolder };

/// A share of the sender's that the receiver may fetch. What is said of it is shown before it is fetched;
/// what counts is what the owner's signed description says then.
struct Attachment {
  std::string ticket;  // lets in the receiver alone
  AttachmentKind kind = AttachmentKind::kFile;
  std::string title;  // clean text
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;

  bool operator==(const Attachment&) const = default;
};

struct Message {
  /// Milliseconds since the Unix epoch when it was written, and more than in any message before it.
  std::uint64_t number = 0;
  std::string text;  // may be empty where something is attached
  std::optional<Attachment> attachment;
  std::vector<access::Endpoint> addresses;  // where the sender can be written to
  std::string name;  // as the sender calls itself where no network of both does; empty: it says none

  bool operator==(const Message&) const = default;
};

/// Of the message after `last`, written now. Goes on from the clock, so that it also grows when the one who
/// writes has forgotten the conversation.
[[nodiscard]] std::uint64_t next_number(std::uint64_t last, WallTime now);

/// kInvalidArgument, kLimitExceeded: what cannot be sent, in words for who wrote it.
Result<> check_text(std::string_view text);

}  // namespace covey::chat
