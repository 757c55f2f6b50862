// The record of a partial download: however it was damaged, it says what its whole entries say and no more,
// and a piece is believed only where the spec lets it be.
//
// The input is read as a record file, and as entries to which the header and the right checks are added.

#include "content/part_record.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>

#include "base/cursor.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using content::PartRecord;
using content::RecordHeader;
using Entry = PartRecord::Entry;
using Kind = PartRecord::EntryKind;

constexpr std::size_t kEntryBytes = 16;
constexpr std::uint64_t kThisBoot = 0x0102030405060708;

class ThisBoot final : public content::DiskCalls {
 public:
  content::BootId boot_id() override { return content::BootId::from(ByteWriter().number(kThisBoot).bytes()); }
};

/// CRC-32C (RFC 3720) bit by bit.
std::uint32_t check_of(ByteView bytes, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  for (const Byte b : bytes) {
    crc ^= b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78U : crc >> 1;
  }
  return ~crc;
}

content::FileDescriptor file_of(ByteView bytes) {
  content::FileDescriptor file(::memfd_create("record", MFD_CLOEXEC));
  require(file && ::fcntl(file.get(), F_SETFL, O_APPEND) == 0, "there is a file to test with");
  const auto written = ::write(file.get(), bytes.data(), bytes.size());
  require(written == static_cast<ssize_t>(bytes.size()), "the file takes the record");
  return file;
}

Bytes content_of(int file) {
  Bytes out(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)));
  require(::pread(file, out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()),
          "the file can be read");
  return out;
}

Bytes header_bytes(const RecordHeader& header) {
  ByteWriter out;
  out.raw(as_bytes("covey part")).number(Byte{1}).number(header.kind).number(header.size);
  out.raw(header.root.view()).raw(header.share_id.view());
  return out.number(check_of(out.bytes(), 0)).take();
}

/// The whole entries at the beginning of what follows the header.
std::vector<Entry> whole_entries(ByteView record) {
  ByteReader header(record.subspan(PartRecord::kHeaderBytes - 4));
  const std::uint32_t seed = *header.number<std::uint32_t>();
  std::vector<Entry> out;
  for (std::size_t at = PartRecord::kHeaderBytes; at + kEntryBytes <= record.size(); at += kEntryBytes) {
    ByteReader in(record.subspan(at, kEntryBytes));
    const std::uint32_t first = *in.number<std::uint32_t>();
    const std::uint32_t file = *in.number<std::uint32_t>();
    const std::uint32_t piece = *in.number<std::uint32_t>();
    if (*in.number<std::uint32_t>() != check_of(record.subspan(at, 12), seed)) break;
    if (first >> 24 < 1 || first >> 24 > 6) break;
    out.push_back({static_cast<Kind>(first >> 24), first & 0xffffff, file, piece});
  }
  return out;
}

std::uint64_t boot_of(const std::vector<Entry>& entries, std::size_t at) {
  for (std::size_t i = at + 1; i-- > 0;) {
    if (entries[i].kind == Kind::kBoot) return entries[i].number();
  }
  return 0;
}

/// Whether an entry of the same boot says that this one's data is durable.
bool is_vouched_for(const std::vector<Entry>& entries, std::size_t at) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].kind == Kind::kSynced && entries[i].number() > at &&
        boot_of(entries, i) == boot_of(entries, at))
      return true;
  }
  return false;
}

void check_claims(const std::vector<Entry>& entries, const PartRecord::Replay& replay) {
  std::size_t next = 0;
  bool unsynced = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Kind kind = entries[i].kind;
    if (kind != Kind::kPiece && kind != Kind::kHole && kind != Kind::kForgotten) continue;
    require(next < replay.claims.size(), "every entry of a piece is a claim");
    const auto& claim = replay.claims[next++];
    require(claim.piece.file.value() == entries[i].file && claim.piece.piece.value() == entries[i].piece,
            "a claim is about its entry's piece");
    const bool vouched = is_vouched_for(entries, i);
    const bool believed = vouched || boot_of(entries, i) == kThisBoot;
    const auto expected = kind == Kind::kForgotten ? PartRecord::Claim::kForgotten
                          : believed               ? PartRecord::Claim::kBelieved
                                                   : PartRecord::Claim::kUnproven;
    require(claim.claim == expected, "a piece is believed where it is vouched for, or of this boot");
    unsynced = unsynced || (expected == PartRecord::Claim::kBelieved && !vouched);
  }
  require(next == replay.claims.size(), "every claim has its entry");
  require(replay.unsynced == unsynced, "what is believed without being vouched for is told");
}

bool equal(const PartRecord::Replay& a, const PartRecord::Replay& b) {
  return std::equal(a.claims.begin(), a.claims.end(), b.claims.begin(), b.claims.end(),
                    [](const auto& x, const auto& y) { return x.piece == y.piece && x.claim == y.claim; }) &&
         a.unsynced == b.unsynced && a.finishing.has_value() == b.finishing.has_value();
}

PartRecord::Replay resume(ByteView bytes, const RecordHeader& header, Bytes& after) {
  ThisBoot disk;
  PartRecord::Replay replay;
  const auto record = PartRecord::resume(file_of(bytes), header, disk, replay);
  require(record.has_value(), "a record with a good header can be resumed");
  after = content_of(record->descriptor());
  require(after.size() == PartRecord::kHeaderBytes + record->entry_count() * kEntryBytes,
          "a record is its header and its entries");
  return replay;
}

void check_record(ByteView bytes, const RecordHeader& header) {
  const std::vector<Entry> entries = whole_entries(bytes);
  Bytes mended;
  const auto replay = resume(bytes, header, mended);
  check_claims(entries, replay);
  const std::size_t kept = PartRecord::kHeaderBytes + entries.size() * kEntryBytes;
  require(mended.size() == kept + kEntryBytes, "the tail is cut off and a boot entry added");
  require(same(ByteView(mended).first(kept), bytes.first(kept)), "whole entries stay as they are");
  Bytes again;
  require(equal(resume(mended, header, again), replay), "a mended record says the same");
}

void check_file(ByteView bytes) {
  const content::FileDescriptor file = file_of(bytes);
  const auto header = PartRecord::read_header(file.get());
  if (!header) {
    const ErrorCode code = header.error().code;
    require(code == ErrorCode::kCorrupt || code == ErrorCode::kUnsupported,
            "a header fails in one of the ways that are told");
    return;
  }
  require(same(header_bytes(*header), bytes.first(PartRecord::kHeaderBytes)), "a header is the only one");
  check_record(bytes, *header);
}

/// Twelve bytes an entry; the kind and the numbers that refer to other entries kept near what makes sense.
void check_chosen(Choices choices) {
  RecordHeader header;
  header.kind = choices.byte();
  header.size = choices.number();
  Bytes bytes = header_bytes(header);
  const std::uint32_t seed = check_of(ByteView(bytes).first(PartRecord::kHeaderBytes - 4), 0);
  while (!choices.done()) {
    const Byte kind = choices.byte();
    ByteWriter entry;
    entry.number(std::uint32_t{kind % 8U} << 24);
    if (kind % 8 == static_cast<Byte>(Kind::kBoot)) {
      entry.number(kThisBoot + kind / 64);
    } else {
      entry.number(std::uint32_t{0}).number(std::uint32_t{choices.byte()});
    }
    entry.number(check_of(entry.bytes(), seed));
    bytes.insert(bytes.end(), entry.bytes().begin(), entry.bytes().end());
  }
  check_file(bytes);
  bytes.pop_back();
  check_file(bytes);
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::fuzz::check_file({data, size});
  covey::fuzz::check_chosen(covey::fuzz::Choices({data, std::min<std::size_t>(size, 256)}));
  return 0;
}
