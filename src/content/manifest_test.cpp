#include "content/manifest.hpp"

#include <random>

#include "base/cursor.hpp"
#include "base/encoding.hpp"
#include "content/selection.hpp"
#include "content/test_folder.hpp"
#include "content/tree.hpp"

namespace covey::content {
namespace {

ManifestEntry file(std::string_view path, std::uint64_t size = 5, bool executable = false) {
  const ContentId id = size == 0 ? hash_whole({}) : hash_whole(as_bytes(path));
  return {path_of(path), EntryKind::kFile, size, executable, 1'700'000'000'123'456'789, id};
}
ManifestEntry folder(std::string_view path) {
  return {path_of(path), EntryKind::kDirectory, 0, false, -5, {}};
}

Manifest sample() {
  return *Manifest::build({file("docs/a.txt"), folder("docs"), file("docs/sub/b.md", 300'000),
                           folder("docs/sub"), folder("empty"), file("run.sh", 7, true), file("zero", 0)});
}

TEST(Manifest, round_trips_and_is_named_by_its_bytes) {
  const Manifest manifest = sample();
  const Bytes bytes = manifest.encode();
  EXPECT_EQ(manifest.id(), hash_whole(bytes));
  const auto parsed = Manifest::parse(bytes);
  ASSERT_TRUE(parsed) << parsed.error().context;
  EXPECT_EQ(parsed->encode(), bytes);
  EXPECT_EQ(parsed->id(), manifest.id());
  EXPECT_EQ(parsed->entry_count(), 7U);
  EXPECT_EQ(parsed->file_count(), 4U);
  EXPECT_EQ(parsed->total_size(), 300'012U);
  const auto script = parsed->entry(*parsed->find("run.sh"));
  EXPECT_TRUE(script.executable);
  EXPECT_EQ(script.mtime_ns, 1'700'000'000'123'456'789);
  const auto inner = parsed->entry(*parsed->find("docs/sub/b.md"));
  EXPECT_EQ(inner.name, "b.md");
  EXPECT_EQ(parsed->path(*inner.parent), "docs/sub");
  EXPECT_EQ(parsed->entry(*parsed->find("empty")).mtime_ns, -5);
  EXPECT_FALSE(parsed->find("docs/nothing"));
}

TEST(Manifest, bytes_are_those_of_the_specification) {
  const Manifest manifest = *Manifest::build({folder("a"), file("a/b", 0)});
  EXPECT_EQ(to_hex(manifest.encode()),
            "636f766579206d616e6966657374"  // covey manifest
            "01"
            "00000002"
            "0000"
            "0001"
            "61"
            "00"
            "fffffffffffffffb"
            "0001"
            "0002"
            "2f62"
            "01"
            "17979cfe3d85cd15"
            "0000000000000000"
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
}

TEST(Manifest, an_empty_folder_is_content_too) {
  const Manifest manifest = *Manifest::build({});
  EXPECT_EQ(Manifest::parse(manifest.encode())->entry_count(), 0U);
}

TEST(Manifest, refuses_lists_that_could_not_be_written_to_disk) {
  EXPECT_FALSE(Manifest::build({file("a"), file("a")}));
  EXPECT_FALSE(Manifest::build({file("a/b")}));             // its folder is missing
  EXPECT_FALSE(Manifest::build({file("a"), file("a/b")}));  // a file as a folder
  EXPECT_FALSE(Manifest::build({file("Readme"), file("README")}));
  EXPECT_FALSE(Manifest::build({folder("caf\u00E9"), folder("cafe\u0301")}));
  auto lying = file("zero", 0);
  lying.id = hash_whole(as_bytes("something"));
  EXPECT_EQ(Manifest::build({lying}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(Manifest::build({file("huge", kMaxFileSize + 1)}).error().code, ErrorCode::kLimitExceeded);
}

TEST(Manifest, limits_the_pieces_of_all_files_together) {
  std::vector<ManifestEntry> entries;
  for (int i = 0; i < 257; ++i) entries.push_back(file("f" + std::to_string(i), kMaxFileSize));
  EXPECT_EQ(Manifest::build(entries).error().code, ErrorCode::kLimitExceeded);
  entries.pop_back();
  EXPECT_TRUE(Manifest::build(entries));
}

/// A manifest written field by field, so that it can break the rules.
class Forged {
 public:
  explicit Forged(std::uint32_t count) { out_.raw(as_bytes("covey manifest")).number(Byte{1}).number(count); }
  Forged& add(std::uint16_t shared, std::string_view suffix, Byte kind, std::uint64_t size = 3) {
    out_.number(shared).sized16(as_bytes(suffix)).number(kind).number(std::uint64_t{0});
    if (kind != 0) out_.number(size).raw(hash_whole(as_bytes("abc")).view());
    return *this;
  }
  [[nodiscard]] const Bytes& bytes() const { return out_.bytes(); }

 private:
  ByteWriter out_;
};

TEST(ManifestParse, refuses_every_second_spelling) {
  EXPECT_TRUE(Manifest::parse(Forged(2).add(0, "aa", 1).add(1, "b", 1).bytes()));
  EXPECT_FALSE(
      Manifest::parse(Forged(2).add(0, "aa", 1).add(0, "ab", 1).bytes()));  // shares less than it could
  EXPECT_FALSE(
      Manifest::parse(Forged(2).add(0, "aa", 1).add(3, "b", 1).bytes()));          // shares what is not there
  EXPECT_FALSE(Manifest::parse(Forged(2).add(0, "aa", 1).add(2, "", 1).bytes()));  // the same again
  EXPECT_FALSE(Manifest::parse(Forged(2).add(0, "ab", 1).add(1, "a", 1).bytes()));  // out of order
  EXPECT_FALSE(Manifest::parse(Forged(1).add(0, "a", 3).bytes()));                  // unknown kind
  Bytes longer = Forged(1).add(0, "a", 1).bytes();
  longer.push_back(0);
  EXPECT_FALSE(Manifest::parse(longer));
}

TEST(ManifestParse, refuses_hostile_paths_twins_and_strays) {
  for (const std::string hostile : {"../x", "/x", "a\\b", "CON", "a\nb", "\u202Ex"})
    EXPECT_FALSE(Manifest::parse(Forged(1).add(0, hostile, 1).bytes())) << printable_path(hostile);
  EXPECT_FALSE(Manifest::parse(Forged(2).add(0, "A", 1).add(0, "a", 1).bytes()));
  EXPECT_FALSE(Manifest::parse(Forged(1).add(0, "a/b", 1).bytes()));
  EXPECT_FALSE(Manifest::parse(Forged(2).add(0, "a", 1).add(1, "/b", 1).bytes()));
  EXPECT_TRUE(Manifest::parse(Forged(2).add(0, "a", 0).add(1, "/b", 1).bytes()));
}

TEST(ManifestParse, checks_counts_and_versions_before_it_allocates) {
  Bytes bytes = Forged(UINT32_MAX).bytes();
  EXPECT_EQ(Manifest::parse(bytes).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(Manifest::parse(Forged(kMaxManifestEntries).bytes()).error().code, ErrorCode::kMalformed);
  bytes = sample().encode();
  bytes[14] = 2;
  EXPECT_EQ(Manifest::parse(bytes).error().code, ErrorCode::kUnsupported);
}

TEST(ManifestParse, every_cut_and_every_flipped_byte_is_refused_or_another_list) {
  const Bytes good = sample().encode();
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(Manifest::parse(ByteView(good).first(length))) << length;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const Byte flip : {Byte{1}, Byte{0x80}, Byte{0xff}}) {
      Bytes bad = good;
      bad[i] ^= flip;
      const auto parsed = Manifest::parse(bad);
      if (!parsed) continue;
      EXPECT_EQ(parsed->encode(), bad) << i;  // whatever parses has one spelling
    }
  }
}

TEST(Manifest, two_hundred_thousand_files_stay_lean) {
  std::vector<ManifestEntry> entries;
  for (int d = 0; d < 200; ++d) {
    entries.push_back(folder("folder" + std::to_string(d)));
    for (int f = 0; f < 1000; ++f)
      entries.push_back(file("folder" + std::to_string(d) + "/some file name " + std::to_string(f) + ".txt"));
  }
  const Manifest manifest = *Manifest::build(std::move(entries));
  const Bytes bytes = manifest.encode();
  EXPECT_LT(bytes.size(), 16U << 20);
  EXPECT_EQ(Manifest::parse(bytes)->file_count(), 200'000U);
}

bool matches(const char* glob, const char* path) {
  return Glob::parse(glob)->matches(path);
}

TEST(Glob, stars_stay_in_a_component_and_double_stars_do_not) {
  EXPECT_TRUE(matches("*.txt", "a.txt"));
  EXPECT_TRUE(matches("*.txt", "deep/down/a.txt"));
  EXPECT_FALSE(matches("*.txt", "a.txt/b"));
  EXPECT_TRUE(matches("docs/*.md", "docs/a.md"));
  EXPECT_FALSE(matches("docs/*.md", "docs/sub/a.md"));
  EXPECT_TRUE(matches("docs/**", "docs/sub/a.md"));
  EXPECT_TRUE(matches("**/a.md", "a.md"));
  EXPECT_TRUE(matches("**/a.md", "x/y/a.md"));
  EXPECT_FALSE(matches("**/a.md", "x/ya.md"));
  EXPECT_TRUE(matches("a/**/z", "a/z"));
  EXPECT_TRUE(matches("a/**/z", "a/b/c/z"));
  EXPECT_TRUE(matches("/top", "top"));
  EXPECT_FALSE(matches("/top", "x/top"));
  EXPECT_TRUE(matches("docs/", "docs"));
}

TEST(Glob, classes_single_characters_and_escapes) {
  EXPECT_TRUE(matches("[a-c]?.t", "bé.t"));
  EXPECT_FALSE(matches("[a-c].t", "d.t"));
  EXPECT_TRUE(matches("[!a-c].t", "d.t"));
  EXPECT_FALSE(matches("x/[!a]", "x/a"));
  EXPECT_FALSE(matches("x[!a]y/z", "x/y/z"));
  EXPECT_TRUE(matches("[]x]", "]"));
  EXPECT_TRUE(matches("\\*", "*"));
  EXPECT_FALSE(matches("\\*", "a"));
  for (const char* bad : {"", "[a", "a\\"})
    EXPECT_EQ(Glob::parse(bad).error().code, ErrorCode::kInvalidArgument);
}

TEST(Glob, hostile_globs_take_no_time) {
  std::string glob;
  for (int i = 0; i < 60; ++i) glob += "*a";
  EXPECT_FALSE(Glob::parse(glob + "b")->matches(std::string(250, 'a')));
}

TEST(Selection, brings_parents_and_what_a_matching_folder_holds) {
  const Manifest manifest = sample();
  const auto names = [&](std::vector<std::string> globs) {
    const auto selection = *Selection::matching(manifest, globs);
    std::string out;
    for (std::uint32_t i = 0; i < manifest.entry_count(); ++i)
      if (selection.contains(FileIndex(i))) out += std::string(manifest.path(FileIndex(i))) + " ";
    return out;
  };
  EXPECT_EQ(names({"*.md"}), "docs docs/sub docs/sub/b.md ");
  EXPECT_EQ(names({"docs"}), "docs docs/a.txt docs/sub docs/sub/b.md ");
  EXPECT_EQ(names({"run.*", "zero"}), "run.sh zero ");
  EXPECT_EQ(Selection::matching(manifest, {})->file_count(), 4U);
  EXPECT_EQ(Selection::matching(manifest, std::vector<std::string>{"*.md"})->total_size(), 300'000U);
  EXPECT_EQ(Selection::matching(manifest, std::vector<std::string>{"*.iso"}).error().code,
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace covey::content
