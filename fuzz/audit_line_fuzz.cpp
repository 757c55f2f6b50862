// Lines of the audit log and the file that says where it ends: what is accepted is one line of JSON, the only
// one for what it says, and whatever a peer chose for a text stays inside it.
//
// The input is read as a line, as a log's end, and as choices for an event.

#include <nlohmann/json.hpp>

#include "audit/audit_line.hpp"
#include "audit/log_end.hpp"
#include "fuzz/plain_text.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using audit::AuditEvent;
using audit::AuditLine;

void check_form(std::string_view line) {
  require(line.size() <= audit::kMaxLineBytes, "a line keeps its limit");
  require(line.find('\n') == line.size() - 1, "a line breaks at its end alone");
  const auto characters = code_points(line.substr(0, line.size() - 1));
  require(characters.has_value(), "a line is UTF-8");
  for (const char32_t c : *characters) {
    require(!is_control(c) && !is_deceiving(c), "a line shows all there is in it");
  }
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  require(json.is_object(), "a line is a JSON object");
  for (const auto& member : json) require(!member.is_structured(), "a line is flat");
}

void check_line(std::string_view text) {
  const auto line = audit::parse_line(text);
  if (!line) {
    const ErrorCode code = line.error().code;
    require(
        code == ErrorCode::kMalformed || code == ErrorCode::kUnsupported || code == ErrorCode::kLimitExceeded,
        "a line fails in one of the ways that are told");
    return;
  }
  require(audit::to_line(*line) == text, "a line is the only one for what it says");
  check_form(text);
}

void check_end(std::string_view text) {
  const auto end = audit::parse_log_end(text);
  if (!end) return;
  require(audit::to_text(*end) == text, "a log's end is the only one for what it says");
  check_form(text);
}

std::string text_from(Choices& choices) {
  return std::string(as_text(choices.bytes(choices.below(400))));
}

void check_event(Choices choices) {
  AuditEvent event;
  event.at = from_unix_ms(static_cast<std::int64_t>(choices.number()));
  event.action = static_cast<audit::AuditAction>(choices.below(30));
  event.outcome = static_cast<audit::Outcome>(choices.below(3));
  event.code = static_cast<audit::ReasonCode>(choices.below(24));
  event.right = static_cast<audit::Right>(choices.below(8));
  if (choices.byte() % 2 == 0) event.peer = identity::PeerId(choices.fixed<crypto::PublicKey>());
  event.bytes = choices.number();
  event.address = text_from(choices);
  event.share = text_from(choices);
  event.subject = text_from(choices);
  event.note = text_from(choices);
  const std::string text = audit::to_line({choices.number(), choices.fixed<audit::ChainHash>(), event});
  check_form(text);
  const auto back = audit::parse_line(text);
  require(back.has_value(), "what was written can be read");
  require(std::get<AuditEvent>(back->what) == audit::cleaned(event), "an event survives its line");
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const covey::ByteView input(data, size);
  covey::fuzz::check_line(covey::as_text(input));
  covey::fuzz::check_end(covey::as_text(input));
  covey::fuzz::check_event(covey::fuzz::Choices(input));
  return 0;
}
