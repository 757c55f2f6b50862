#include "content/part_record.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/cursor.hpp"

// record  = header entry*
// header  = "covey part" version(u8 = 1) kind(u8) size(u64) root(32) share_id(16) check(u32)       72 bytes
// entry   = kind(u8) note(u24) file(u32) piece(u32) check(u32)                                     16 bytes
// kind    = 1 boot       file and piece together: the boot id of the machine for what follows
//           2 piece      the piece is written and verified
//           3 hole       the same, of zeros that were not written
//           4 synced     file and piece together: the number of entries whose data is durable, counted from
//           the
//                        first; those of other boots are not meant
//           5 forgotten  takes back what was said before about the piece
//           6 finishing  note: which name of the result; file and piece together: the inode of `data`
// check   = CRC-32C of what stands before it, of an entry begun with the header's check as its seed
// All numbers big-endian.

namespace covey::content {
namespace {

constexpr std::string_view kMagic = "covey part";
constexpr Byte kRecordVersion = 1;
constexpr std::size_t kHeaderBytes = PartRecord::kHeaderBytes;
constexpr std::size_t kEntryBytes = 16;
constexpr std::size_t kReadEntries = 4096;

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}();

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  for (const Byte b : bytes) crc = kCrcTable[(crc ^ b) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

void put32(Byte* out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<Byte>(value >> (24 - 8 * i));
}

std::uint32_t get32(const Byte* in) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = (value << 8) | in[i];
  return value;
}

void encode(const PartRecord::Entry& entry, std::uint32_t seed, Byte* out) {
  put32(out, entry.note & 0xFFFFFF);
  out[0] = static_cast<Byte>(entry.kind);
  put32(out + 4, entry.file);
  put32(out + 8, entry.piece);
  put32(out + 12, crc32c({out, 12}, seed));
}

std::optional<PartRecord::Entry> decode(const Byte* in, std::uint32_t seed) {
  using Kind = PartRecord::EntryKind;
  if (get32(in + 12) != crc32c({in, 12}, seed)) return std::nullopt;
  if (in[0] < static_cast<Byte>(Kind::kBoot) || in[0] > static_cast<Byte>(Kind::kFinishing))
    return std::nullopt;
  return PartRecord::Entry{static_cast<Kind>(in[0]), get32(in) & 0xFFFFFF, get32(in + 4), get32(in + 8)};
}

Bytes encode(const RecordHeader& header) {
  ByteWriter out(kHeaderBytes);
  out.raw(as_bytes(kMagic)).number(kRecordVersion).number(header.kind).number(header.size);
  out.raw(header.root.view()).raw(header.share_id.view());
  return out.number(crc32c(out.bytes(), 0)).take();
}

std::uint32_t seed_of(const RecordHeader& header) {
  return get32(encode(header).data() + kHeaderBytes - 4);
}

/// The bytes from `offset` on, at most as many as fit; -1 on an error.
ssize_t read_some(int file, MutableBytes out, std::uint64_t offset) {
  std::size_t got = 0;
  while (got < out.size()) {
    const ssize_t n = ::pread(file, out.data() + got, out.size() - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(got);
}

Result<std::vector<PartRecord::Entry>> read_entries(int file, std::uint32_t seed) {
  std::vector<PartRecord::Entry> entries;
  Bytes buffer(kReadEntries * kEntryBytes);
  while (true) {
    const ssize_t n = read_some(file, buffer, kHeaderBytes + entries.size() * kEntryBytes);
    if (n < 0) return fail_errno(errno, "cannot read the record of a partial download");
    const std::size_t count = static_cast<std::size_t>(n) / kEntryBytes;
    for (std::size_t i = 0; i < count; ++i) {
      const auto entry = decode(buffer.data() + i * kEntryBytes, seed);
      if (!entry) return entries;
      entries.push_back(*entry);
    }
    if (count < kReadEntries) return entries;
  }
}

}  // namespace

PartRecord::Entry PartRecord::Entry::of_number(EntryKind kind, std::uint64_t number, std::uint32_t note) {
  return {kind, note, static_cast<std::uint32_t>(number >> 32), static_cast<std::uint32_t>(number)};
}

Result<RecordHeader> PartRecord::read_header(int file) {
  std::array<Byte, kHeaderBytes> bytes{};
  const ssize_t n = read_some(file, bytes, 0);
  if (n < 0) return fail_errno(errno, "cannot read the record of a partial download");
  ByteReader in(bytes);
  RecordHeader header;
  TRY(const ByteView magic, in.raw(kMagic.size()));
  TRY(const Byte version, in.number<Byte>());
  TRY(header.kind, in.number<Byte>());
  TRY(header.size, in.number<std::uint64_t>());
  TRY(header.root, in.fixed<ContentId>());
  TRY(header.share_id, in.fixed<PartShareId>());
  TRY(const std::uint32_t check, in.number<std::uint32_t>());
  if (static_cast<std::size_t>(n) != kHeaderBytes || as_text(magic) != kMagic ||
      check != crc32c(ByteView(bytes).first(kHeaderBytes - 4), 0))
    return fail(ErrorCode::kCorrupt, "the record of a partial download is damaged");
  if (version != kRecordVersion)
    return fail(ErrorCode::kUnsupported, "a partial download of version {}; update covey to resume it",
                version);
  return header;
}

Result<PartRecord::Replay> PartRecord::read(int file, DiskCalls& disk) {
  TRY(const auto header, read_header(file));
  TRY(const std::vector<Entry> entries, read_entries(file, seed_of(header)));
  return judge(entries, disk);
}

PartRecord::PartRecord(FileDescriptor file, const RecordHeader& header, DiskCalls& disk)
    : file_(std::move(file)), disk_(&disk), seed_(seed_of(header)) {}

Result<PartRecord> PartRecord::create(FileDescriptor file, const RecordHeader& header, DiskCalls& disk) {
  PartRecord record(std::move(file), header, disk);
  if (disk.append(record.descriptor(), encode(header)) != 0)
    return fail_errno(errno, "cannot write the record of the download");
  TRY_VOID(record.begin_boot());
  if (disk.sync_file(record.descriptor()) != 0)
    return fail_errno(errno, "cannot write the record of the download");
  return record;
}

Result<> PartRecord::begin_boot() {
  const BootId boot = disk_->boot_id();
  const Entry entry{EntryKind::kBoot, 0, get32(boot.data()), get32(boot.data() + 4)};
  return append({&entry, 1});
}

Result<PartRecord> PartRecord::resume(FileDescriptor file, const RecordHeader& header, DiskCalls& disk,
                                      Replay& replay) {
  PartRecord record(std::move(file), header, disk);
  TRY(const std::vector<Entry> entries, read_entries(record.descriptor(), record.seed_));
  record.entry_count_ = entries.size();
  if (disk.resize(record.descriptor(), kHeaderBytes + entries.size() * kEntryBytes) != 0)
    return fail_errno(errno, "cannot mend the record of the download");
  replay = judge(entries, disk);
  TRY_VOID(record.begin_boot());
  return record;
}

Result<> PartRecord::append(std::span<const Entry> entries) {
  const std::uint64_t end = kHeaderBytes + entry_count_ * kEntryBytes;
  if (torn_ && disk_->resize(file_.get(), end) != 0)
    return fail_errno(errno, "cannot mend the record of the download");
  torn_ = false;
  std::array<Byte, kEntryBytes> one{};
  Bytes many;
  MutableBytes bytes = one;
  if (entries.size() != 1) {
    many.resize(entries.size() * kEntryBytes);
    bytes = many;
  }
  for (std::size_t i = 0; i < entries.size(); ++i) encode(entries[i], seed_, bytes.data() + i * kEntryBytes);
  if (disk_->append(file_.get(), bytes) != 0) {
    const int error = errno;
    torn_ = disk_->resize(file_.get(), end) != 0;
    return fail_errno(error, "cannot write the record of the download");
  }
  entry_count_ += entries.size();
  return {};
}

Result<> PartRecord::vouch(std::uint64_t count) {
  const Entry entry = Entry::of_number(EntryKind::kSynced, count);
  return append({&entry, 1});
}

Result<> PartRecord::flush() {
  if (disk_->sync_file(file_.get()) != 0) return fail_errno(errno, "cannot save the record of the download");
  return {};
}

PartRecord::Replay PartRecord::judge(const std::vector<Entry>& entries, DiskCalls& disk) {
  const BootId boot = disk.boot_id();
  const std::uint64_t now = (std::uint64_t{get32(boot.data())} << 32) | get32(boot.data() + 4);
  struct Boot {
    std::uint64_t id;
    std::uint64_t synced = 0;  // up to which entry this boot's own `synced` vouches for what it wrote
  };
  std::vector<Boot> boots;
  const auto boot_index = [&](std::uint64_t id) {
    const auto it = std::find_if(boots.begin(), boots.end(), [id](const Boot& b) { return b.id == id; });
    const auto index = static_cast<std::size_t>(it - boots.begin());
    if (it == boots.end()) boots.push_back({id});
    return index;
  };
  std::vector<std::size_t> boot_of;
  boot_of.reserve(entries.size());
  std::size_t current = boot_index(0);
  for (const Entry& entry : entries) {
    if (entry.kind == EntryKind::kBoot) current = boot_index(entry.number());
    if (entry.kind == EntryKind::kSynced)
      boots[current].synced = std::max(boots[current].synced, entry.number());
    boot_of.push_back(current);
  }

  Replay replay;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (entry.kind == EntryKind::kFinishing) replay.finishing = entry;
    const bool piece = entry.kind == EntryKind::kPiece || entry.kind == EntryKind::kHole;
    if (!piece && entry.kind != EntryKind::kForgotten) continue;
    replay.finishing.reset();
    Claim claim = Claim::kForgotten;
    const bool durable = i < boots[boot_of[i]].synced;
    if (piece) claim = durable || boots[boot_of[i]].id == now ? Claim::kBelieved : Claim::kUnproven;
    if (claim == Claim::kBelieved && !durable) replay.unsynced = true;
    replay.claims.push_back({{FileIndex(entry.file), PieceIndex(entry.piece)}, claim});
  }
  return replay;
}

}  // namespace covey::content
