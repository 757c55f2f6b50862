#pragma once
// What kind of media a file is, by the end of its name, and how a browser may treat it: content of strangers
// is shown in place only where it cannot be a page or a program. Pure; any thread.

#include <string>
#include <string_view>

namespace covey::api {

/// "video/mp4"; "application/octet-stream" for what is not known or could hold a script.
std::string_view media_type_of(std::string_view name);
/// Whether a player plays it: audio or video.
bool is_playable(std::string_view media_type);
/// The Content-Disposition of a file: inline for audio, video and images, else attachment.
std::string content_disposition(std::string_view name);

}  // namespace covey::api
