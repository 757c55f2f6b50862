#include "audit/chain_check.hpp"

namespace covey::audit {

void ChainCheck::begin_file(std::uint64_t number) {
  file_ = number;
  at_beginning_ = true;
}

Result<> ChainCheck::take(const RawLine& raw) {
  if (raw.form == RawLine::Form::kTooLong) {
    return fail(ErrorCode::kCorrupt, "this line has more than {} bytes; Covey wrote none like that",
                kMaxLineBytes);
  }
  if (raw.form == RawLine::Form::kTorn) return fail(ErrorCode::kCorrupt, "the file ends in mid-line");
  const auto line = parse_line(raw.text);
  if (!line && line.error().code == ErrorCode::kUnsupported) return std::unexpected(line.error());
  if (!line) return fail(ErrorCode::kCorrupt, "Covey did not write this line: {}", line.error().context);
  const bool beginning = std::holds_alternative<FileBeginning>(line->what);
  if (at_beginning_ && !beginning) {
    return fail(ErrorCode::kCorrupt, "the file does not begin with its first line; lines were taken out");
  }
  if (!at_beginning_ && beginning) {
    return fail(ErrorCode::kCorrupt, "the first line of a file stands in the middle of one");
  }
  TRY_VOID(check_place(*line));
  TRY_VOID(std::visit([&](const auto& what) { return take(*line, what); }, line->what));
  at_beginning_ = false;
  seq_ = line->seq;
  chain_ = chain_hash(raw.text);
  if (totals_.lines == 0) totals_.first_seq = seq_;
  ++totals_.lines;
  totals_.bytes += raw.text.size();
  return {};
}

Result<> ChainCheck::check_place(const AuditLine& line) const {
  if (seq_ == 0) return {};  // the first line that is seen at all
  const std::uint64_t expected = seq_ + 1;
  if (line.seq > expected) {
    return fail(ErrorCode::kCorrupt, "lines are missing before this one: number {} should come, this is {}",
                expected, line.seq);
  }
  if (line.seq < expected) {
    return fail(ErrorCode::kCorrupt,
                "number {} should come, this is {}: lines were moved, repeated or put in", expected,
                line.seq);
  }
  if (line.previous != chain_) {
    return fail(ErrorCode::kCorrupt,
                "this line does not continue the one before it: one of the two was changed or exchanged");
  }
  return {};
}

Result<> ChainCheck::take(const AuditLine& line, const FileBeginning& beginning) {
  if (beginning.file != file_) {
    return fail(ErrorCode::kCorrupt, "this is the beginning of {}, under another name",
                log_file_name(beginning.file));
  }
  if (log_ && *log_ != beginning.log) return fail(ErrorCode::kCorrupt, "this file belongs to another log");
  if (file_ == 1 && (line.seq != 1 || !line.previous.is_zero())) {
    return fail(ErrorCode::kCorrupt, "the first file does not begin with line number 1");
  }
  log_ = beginning.log;
  return {};
}

Result<> ChainCheck::take(const AuditLine& line, const SignedHead& head) {
  if (head.signer != signer_) {
    return fail(ErrorCode::kCorrupt, "the signature is by {}, not by {}", head.signer.to_text(),
                signer_.to_text());
  }
  if (!is_signed(head, *log_, line.seq, line.previous)) {
    return fail(ErrorCode::kCorrupt,
                "the signature does not hold: it, or what it was made for, was replaced");
  }
  signed_seq_ = line.seq;
  signed_at_ = head.at;
  events_since_head_ = 0;
  ++totals_.heads;
  return {};
}

Result<> ChainCheck::take(const AuditLine&, const AuditEvent& event) {
  if (events_since_head_ == kEventsPerHead) {
    return fail(ErrorCode::kCorrupt, "after {} events a signature has to come", kEventsPerHead);
  }
  ++events_since_head_;
  ++totals_.events;
  if (event.action == AuditAction::kLogDamaged) ++totals_.damage_events;
  return {};
}

}  // namespace covey::audit
