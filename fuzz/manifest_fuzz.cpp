// Manifests: one byte sequence for one list, and nothing in it that could not be created safely.
//
// The input is read as a manifest, and as choices for a list to build one from.

#include "content/manifest.hpp"

#include "content/selection.hpp"
#include "crypto/hash.hpp"
#include "fuzz/plain_text.hpp"
#include "fuzz/promise.hpp"

namespace covey::fuzz {
namespace {

using content::EntryKind;
using content::FileIndex;
using content::Manifest;
using content::ManifestEntry;
using content::RelativePath;

void check_entry(const Manifest& manifest, FileIndex index) {
  const auto entry = manifest.entry(index);
  const char* broken = broken_path_rule(entry.path);
  require(broken == nullptr, broken == nullptr ? "" : broken);
  require(manifest.find(entry.path) == index, "an entry is found by its path");
  const std::size_t slash = entry.path.rfind('/');
  require(entry.parent.has_value() == (slash != std::string_view::npos), "what lies deeper has a parent");
  if (entry.parent) {
    require(*entry.parent < index && !manifest.is_file(*entry.parent),
            "a folder stands before what it holds");
    require(manifest.path(*entry.parent) == entry.path.substr(0, slash), "an entry's parent is its folder");
  }
  if (index.value() > 0) {
    const auto before = manifest.path(FileIndex(index.value() - 1));
    require(content::compare_paths(before, entry.path) < 0, "entries increase");
  }
  if (entry.kind == EntryKind::kFile) {
    require(manifest.geometry(index).size() == entry.size, "a file has the geometry of its size");
  }
}

void check(const Manifest& manifest, ByteView bytes) {
  require(same(manifest.encode(), bytes), "a manifest is the only one for its list");
  require(same(manifest.id().view(), crypto::blake3(bytes).view()),
          "a manifest's id is the hash of its bytes");
  std::uint64_t size = 0;
  std::uint32_t files = 0;
  for (std::uint32_t i = 0; i < manifest.entry_count(); ++i) {
    check_entry(manifest, FileIndex(i));
    size += manifest.entry(FileIndex(i)).size;
    files += manifest.is_file(FileIndex(i)) ? 1 : 0;
  }
  require(manifest.total_size() == size && manifest.file_count() == files,
          "the sums of a manifest are right");
  const auto everything = content::Selection::everything(manifest);
  require(everything.total_size() == size && everything.file_count() == files, "everything is everything");
}

constexpr std::array<std::string_view, 8> kNames{"a", "b", "A", "a.b", "CON", "\u00e9", "e\u0301", "z/.."};

std::vector<ManifestEntry> chosen_entries(Choices& choices) {
  std::vector<ManifestEntry> entries;
  while (!choices.done() && entries.size() < 64) {
    std::string path;
    for (std::size_t depth = choices.below(3) + 1; depth > 0; --depth) {
      if (!path.empty()) path.push_back('/');
      path += kNames.at(choices.below(kNames.size()));
    }
    const auto safe = RelativePath::parse(path);
    if (!safe) continue;
    const Byte kind = choices.byte();
    ManifestEntry entry{.path = *safe};
    entry.kind = kind % 2 == 0 ? EntryKind::kDirectory : EntryKind::kFile;
    entry.mtime_ns = static_cast<std::int64_t>(choices.number());
    if (entry.kind == EntryKind::kFile) {
      entry.size = 1 + (choices.number() >> (kind >> 2));
      entry.executable = (kind & 2) != 0;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

void check_built(Choices choices) {
  const auto built = Manifest::build(chosen_entries(choices));
  if (!built) {
    require(built.error().code == ErrorCode::kMalformed || built.error().code == ErrorCode::kLimitExceeded,
            "a list fails in one of the ways that are told");
    return;
  }
  const Bytes bytes = built->encode();
  check(*built, bytes);
  const auto back = Manifest::parse(bytes);
  require(back && back->id() == built->id() && back->encode() == bytes, "what is built can be read");
  for (std::size_t end = 0; end < bytes.size(); ++end) {
    require(!Manifest::parse(ByteView(bytes).first(end)), "a manifest that was cut short is refused");
  }
}

}  // namespace
}  // namespace covey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const covey::ByteView input(data, size);
  const auto manifest = covey::content::Manifest::parse(input);
  if (manifest) covey::fuzz::check(*manifest, input);
  covey::fuzz::check_built(covey::fuzz::Choices(input));
  return 0;
}
