#pragma once
// For this module's tests only: a log in a folder of its own, with a clock, keys and a disk that can fail.

#include <gtest/gtest.h>

#include <fstream>

#include "audit/audit_log.hpp"
#include "audit/audit_reader.hpp"
#include "audit/audit_verify.hpp"
#include "content/test_disk.hpp"
#include "content/test_folder.hpp"

namespace covey::audit {

inline identity::DeviceKey test_key(std::uint64_t seed) {
  crypto::SeededRandom random(seed);
  return identity::DeviceKey::ephemeral(random);
}

/// An event that no other number has.
inline AuditEvent numbered_event(std::uint64_t number) {
  AuditEvent event;
  event.at = from_unix_ms(1'790'000'000'000 + static_cast<std::int64_t>(number));
  event.action = AuditAction::kServed;
  event.outcome = Outcome::kAllowed;
  event.share = "share";
  event.right = Right::kTicket;
  event.bytes = number;
  return event;
}

inline std::string text_of(const std::filesystem::path& path) {
  return std::string(as_text(content::read_file(path)));
}

inline void put_text(const std::filesystem::path& path, std::string_view text) {
  content::write_file(path, as_bytes(text));
}

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

struct TestLog {
  TestLog() {
    std::filesystem::create_directory(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  }

  content::TestFolder home;
  std::filesystem::path folder = home / "audit";
  identity::DeviceKey key = test_key(1);
  ManualClock clock;
  crypto::SeededRandom random{7};
  content::TestDisk disk;
  AuditLogSettings settings;

  [[nodiscard]] Result<AuditLog> open() {
    return AuditLog::open(folder, {key, clock, random, disk}, settings);
  }
  [[nodiscard]] std::filesystem::path file(std::uint64_t number) const {
    return folder / log_file_name(number);
  }
  [[nodiscard]] VerifyReport verify(const VerifySettings& with = {}) const {
    const auto report = verify_log(folder, key.peer_id(), with);
    EXPECT_TRUE(report) << report.error().context;
    return report ? *report : VerifyReport{};
  }
  /// What is wrong, or nothing.
  [[nodiscard]] std::string complaint(const VerifySettings& with = {}) const {
    const auto broken = verify(with).broken;
    return broken ? fmt::format("{}:{}: {}", broken->file, broken->line, broken->what) : std::string();
  }
  /// The numbers of numbered events, oldest first.
  [[nodiscard]] std::vector<std::uint64_t> numbers() const {
    AuditFilter filter;
    filter.action = AuditAction::kServed;
    std::vector<std::uint64_t> out;
    const auto take = [&out](const AuditEntry& entry, std::string_view) -> Result<VisitNext> {
      out.push_back(entry.event.bytes);
      return VisitNext::kGoOn;
    };
    EXPECT_TRUE(visit_events(folder, filter, ReadOrder::kOldestFirst, std::nullopt, take));
    return out;
  }
  /// Appends events `from` to `to` - 1, in batches.
  void append(AuditLog& log, std::uint64_t from, std::uint64_t to, std::uint64_t batch = 4) {
    for (std::uint64_t at = from; at < to; at += batch) {
      std::vector<AuditEvent> events;
      for (std::uint64_t i = at; i < std::min(at + batch, to); ++i) events.push_back(numbered_event(i));
      const auto appended = log.append(events);
      ASSERT_TRUE(appended) << appended.error().context;
    }
  }
};

}  // namespace covey::audit
