#include "api/media_type.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.hpp"
#include "base/result.hpp"

namespace covey::api {
namespace {

// No text and no SVG: a browser may find a page in them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 30> kTypes{{
    {"3gp", "video/3gpp"},      {"aac", "audio/aac"},   {"avi", "video/x-msvideo"},
    {"avif", "image/avif"},     {"bmp", "image/bmp"},   {"flac", "audio/flac"},
    {"gif", "image/gif"},       {"heic", "image/heic"}, {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},      {"m2ts", "video/mp2t"}, {"m4a", "audio/mp4"},
    {"m4b", "audio/mp4"},       {"m4v", "video/mp4"},   {"mkv", "video/x-matroska"},
    {"mov", "video/quicktime"}, {"mp3", "audio/mpeg"},  {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},     {"mpg", "video/mpeg"},  {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},       {"ogv", "video/ogg"},   {"opus", "audio/ogg"},
    {"png", "image/png"},       {"ts", "video/mp2t"},   {"wav", "audio/wav"},
    {"webm", "video/webm"},     {"webp", "image/webp"}, {"wmv", "video/x-ms-wmv"},
}};

}  // namespace

std::string_view media_type_of(std::string_view name) {
  const auto dot = name.rfind('.');
  std::string ending(dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1));
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& type) { return type.first == ending; });
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

bool is_playable(std::string_view media_type) {
  return media_type.starts_with("audio/") || media_type.starts_with("video/");
}

std::string content_disposition(std::string_view name) {
  const std::string_view type = media_type_of(name);
  const bool shown = is_playable(type) || type.starts_with("image/");
  return fmt::format("{}; filename*=UTF-8''{}", shown ? "inline" : "attachment", percent_encoded(name));
}

}  // namespace covey::api
