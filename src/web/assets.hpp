#pragma once
// The files of the web UI, which cmake/web_ui.cmake builds and puts into the program; and how one is
// answered.
//
// A table is all that can be asked for, so no path leads out of it. Where the program was built without the
// UI the table is empty, and a page says how to build it. Pure; any thread.

#include <span>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace covey::web {

struct Asset {
  std::string_view path;  // "assets/index-4f2a.js"
  std::string_view media_type;
  std::string_view etag;  // with its quotes
  std::string_view plain;
  std::string_view gzip;  // empty where it would not be smaller
};

/// Those of this program, ordered by path.
std::span<const Asset> embedded_assets();

/// To GET or HEAD. Paths without a dot in their last part are places in the UI: its index, into which
/// `nonce` is written.
[[nodiscard]] http::Response answer_asset(const http::Request& request, std::span<const Asset> assets,
                                          std::string_view nonce);

/// What every answer of the web UI's address carries. Without a nonce styles come from files only.
[[nodiscard]] std::vector<http::Field> security_fields(std::string_view nonce);

}  // namespace covey::web
