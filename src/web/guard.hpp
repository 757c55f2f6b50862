#pragma once
// The guard of the web UI's address: what a request may do, judged before anybody looks at what it wants.
//
// A page of another site may make a browser send requests here, and a name of its own may lead here (DNS
// rebinding); other programs on the machine can connect. So: a known Host; no Origin but our own; and for the
// API a session's cookie, with its token for whatever changes something, or an API key. Pure: a request in, a
// verdict out. Spec: docs/spec/ui.md.

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "web/visitors.hpp"

namespace covey::web {

inline constexpr std::string_view kCsrfField = "X-Covey-CSRF";
inline constexpr std::string_view kSessionPath = "/api/v1/session";
inline constexpr std::string_view kReportPath = "/api/v1/csp-report";

/// As which the server is known.
struct Place {
  std::string scheme;              // "http" or "https"
  std::vector<std::string> hosts;  // "127.0.0.1:7442", in small letters
  std::string cookie;              // what the session's cookie is called
};

/// Loopback's names and `names`, each with the port; without it too where it is the scheme's own. Browsers
/// send cookies to all ports of a host, so that each peer's has a name of its own.
[[nodiscard]] Place place_of(std::string scheme, std::uint16_t port, const std::vector<std::string>& names,
                             std::string_view peer_id);
[[nodiscard]] std::string cookie_name(std::string_view peer_id);

/// What a request is let through to.
enum class Way : std::uint8_t {
  kPage,     // files of the UI
  kSession,  // signing in and out, and asking whether one is
  kReport,   // a browser's report that a page broke its policy
  kApi,
  kRefused,
};

struct Verdict {
  Way way = Way::kRefused;
  std::string cookie;  // of the session, if it has one
  // Why it is refused.
  int status = 0;
  std::string words;
};

[[nodiscard]] Verdict judge(const http::Request& request, const Place& place, const Visitors& visitors,
                            WallTime now);

/// The value of the cookie of this name; empty when there is none, or more than one.
[[nodiscard]] std::string_view session_cookie(std::string_view field, std::string_view name);

}  // namespace covey::web
