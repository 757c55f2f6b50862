#include "base/log.hpp"

#include <algorithm>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace covey::log {
namespace {

constexpr std::size_t kMaxFileBytes = 10U << 20;
constexpr std::size_t kKeptFiles = 5;
constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v";

spdlog::level::level_enum level_of(Verbosity verbosity) {
  switch (verbosity) {
    case Verbosity::kQuiet:
      return spdlog::level::err;
    case Verbosity::kNormal:
      return spdlog::level::warn;
    case Verbosity::kVerbose:
      return spdlog::level::info;
    case Verbosity::kTrace:
      return spdlog::level::trace;
  }
  return spdlog::level::warn;
}

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

Result<spdlog::sink_ptr> file_sink(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail_errno(errno, fmt::format("cannot open the log {}", file.string()));
  ::close(descriptor);
  try {
    return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), kMaxFileBytes, kKeptFiles);
  } catch (const spdlog::spdlog_ex& e) {
    return fail(ErrorCode::kIo, "cannot open the log {}: {}", file.string(), e.what());
  }
}

}  // namespace

Result<> set_up(Verbosity verbosity, const std::optional<std::filesystem::path>& file) {
  std::shared_ptr<spdlog::logger> logger;
  if (file) {
    TRY(auto sink, file_sink(*file));
    logger = std::make_shared<spdlog::logger>("covey", std::move(sink));
  } else {
    logger =
        std::make_shared<spdlog::logger>("covey", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  }
  logger->set_pattern(kPattern);
  logger->set_level(level_of(verbosity));
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
  return {};
}

Result<> also_to(const std::filesystem::path& file) {
  TRY(auto sink, file_sink(file));
  const auto now = spdlog::default_logger();
  auto sinks = now->sinks();
  // What stderr does not get is kept from it there, since the logger as a whole now lets more through.
  for (const auto& other : sinks) other->set_level(std::max(other->level(), now->level()));
  sinks.push_back(std::move(sink));
  auto logger = std::make_shared<spdlog::logger>("covey", sinks.begin(), sinks.end());
  logger->set_pattern(kPattern);
  logger->set_level(std::min(now->level(), spdlog::level::info));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  return {};
}

bool is_written(Level level) {
  return spdlog::should_log(level_of(level));
}

void write(Level level, fmt::string_view format, fmt::format_args values) {
  fmt::memory_buffer line;
  fmt::vformat_to(std::back_inserter(line), format, values);
  spdlog::log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace covey::log
