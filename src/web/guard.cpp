#include "web/guard.hpp"

#include <algorithm>

#include "crypto/secret.hpp"
#include "http/target.hpp"

namespace covey::web {
namespace {

constexpr std::string_view kApi = "/api/";
constexpr std::string_view kBearer = "Bearer ";
/// What tells of the machine more than what Covey does is not for keys that may only look.
constexpr std::string_view kFoldersPath = "/api/v1/folders";
constexpr std::size_t kMaxSecretText = 128;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Verdict refused(int status, std::string words) {
  Verdict out;
  out.status = status;
  out.words = std::move(words);
  return out;
}

bool is_look(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// What is wrong with where it came from; nothing if that is fine.
std::optional<Verdict> foreign(const http::Request& request, const Place& place, std::string_view host) {
  const auto origin = request.only_field("Origin");
  if (!origin || (!origin->empty() && lower(*origin) != place.scheme + "://" + std::string(host)))
    return refused(403, "another site's page may not use this address");
  const auto site = request.only_field("Sec-Fetch-Site");
  // "none": the user typed it or took a bookmark, which changes nothing.
  const bool own = site && (site->empty() || *site == "same-origin" || (*site == "none" && is_look(request)));
  if (!own) return refused(403, "another site's page may not use this address");
  return std::nullopt;
}

Verdict judge_key(const http::Request& request, std::string_view path, std::string_view field,
                  const Visitors& visitors) {
  const std::string_view text = field.starts_with(kBearer) ? trimmed(field.substr(kBearer.size())) : "";
  const ApiKey* const key = text.empty() || text.size() > kMaxSecretText ? nullptr : visitors.key(text);
  if (key == nullptr) return refused(401, "this key is not known here; covey keys list shows those that are");
  if (key->kind == KeyKind::kReadOnly && (!is_look(request) || path == kFoldersPath))
    return refused(403, "this key may only look");
  if (path == kSessionPath) return refused(403, "a key needs no session");
  Verdict out;
  out.way = Way::kApi;
  return out;
}

Verdict judge_session(const http::Request& request, std::string_view path, const Place& place,
                      const Visitors& visitors, WallTime now) {
  Verdict out;
  const auto field = request.only_field("Cookie");
  const std::string_view cookie = field ? session_cookie(*field, place.cookie) : std::string_view();
  if (!cookie.empty() && visitors.session(cookie, now) != nullptr) out.cookie = cookie;
  if (path == kSessionPath) {
    out.way = Way::kSession;  // also without a session: that is how one comes in
    if (request.method == "POST" || is_look(request)) return out;
  }
  if (out.cookie.empty()) return refused(401, "sign in first: covey ui opens the way");
  if (!is_look(request)) {
    const auto token = request.only_field(kCsrfField);
    if (!token || !crypto::constant_time_equal(as_bytes(*token), as_bytes(csrf_token(out.cookie))))
      return refused(403, fmt::format("{} must be what GET {} says", kCsrfField, kSessionPath));
  }
  if (out.way == Way::kRefused) out.way = Way::kApi;
  return out;
}

}  // namespace

Place place_of(std::string scheme, std::uint16_t port, const std::vector<std::string>& names,
               std::string_view peer_id) {
  Place out{.scheme = std::move(scheme), .hosts = {}, .cookie = cookie_name(peer_id)};
  std::vector<std::string> all{"127.0.0.1", "localhost", "[::1]"};
  all.insert(all.end(), names.begin(), names.end());
  const std::uint16_t usual = out.scheme == "https" ? 443 : 80;
  for (const std::string& name : all) {
    out.hosts.push_back(fmt::format("{}:{}", lower(name), port));
    if (port == usual) out.hosts.push_back(lower(name));
  }
  return out;
}

std::string cookie_name(std::string_view peer_id) {
  return fmt::format("covey_session_{}", peer_id.substr(0, peer_id.find('-')));
}

std::string_view session_cookie(std::string_view field, std::string_view name) {
  std::string_view found;
  while (!field.empty()) {
    const std::string_view pair = trimmed(field.substr(0, field.find(';')));
    field.remove_prefix(
        std::min(field.size(), field.find(';') == field.npos ? field.size() : field.find(';') + 1));
    const auto equals = pair.find('=');
    if (equals == pair.npos || pair.substr(0, equals) != name) continue;
    if (!found.empty()) return {};  // which one is whose cannot be told
    found = pair.substr(equals + 1);
  }
  return found.size() <= kMaxSecretText ? found : std::string_view();
}

Verdict judge(const http::Request& request, const Place& place, const Visitors& visitors, WallTime now) {
  const auto given = request.only_field("Host");
  const std::string host = given ? lower(*given) : std::string();
  if (std::ranges::find(place.hosts, host) == place.hosts.end())
    return refused(403, "this server has another name; [ui] names in config.toml adds one");
  const std::string_view path = http::path_of(request.target);
  if (!path.starts_with('/')) return refused(400, "a request names a path");
  if (!path.starts_with(kApi)) {
    Verdict out;
    out.way = Way::kPage;
    return is_look(request) ? out : refused(405, "GET and HEAD only");
  }
  if (auto verdict = foreign(request, place, host)) return *std::move(verdict);
  const auto authorization = request.only_field("Authorization");
  if (!authorization) return refused(400, "Authorization is given once");
  if (!authorization->empty()) return judge_key(request, path, *authorization, visitors);
  if (path == kReportPath) {
    Verdict out;
    out.way = Way::kReport;
    return request.method == "POST" ? out : refused(405, "POST only");
  }
  return judge_session(request, path, place, visitors, now);
}

}  // namespace covey::web
