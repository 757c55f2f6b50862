#include "web/assets.hpp"

#include <algorithm>

#include "http/target.hpp"

namespace covey::web {
namespace {

constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kNoncePlace = "__CSP_NONCE__";
/// What stands here has a hash of its content in its name.
constexpr std::string_view kHashed = "assets/";

constexpr std::string_view kPageWithoutUi = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Covey</title></head>
<body><h1>Covey</h1>
<p>This program was built without its web UI. To have it, install Node.js 18 or newer with npm, and build again with
<code>cmake --preset release -DCOVEY_WEB_UI=ON</code>. The commands work without it: <code>covey --help</code>.</p>
</body></html>
)html";

http::Response words(int status, std::string text) {
  http::Response out;
  out.status = status;
  out.content_type = "text/plain; charset=utf-8";
  out.body = std::move(text);
  return out;
}

const Asset* find(std::span<const Asset> assets, std::string_view path) {
  const auto found = std::ranges::lower_bound(assets, path, {}, &Asset::path);
  return found != assets.end() && found->path == path ? &*found : nullptr;
}

/// One of a list like `gzip, br;q=0.5`, unless it is said to be worth nothing.
bool accepts_gzip(std::string_view list) {
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), one.size() + 1));
    const auto begin = one.find_first_not_of(' ');
    if (begin == one.npos || !one.substr(begin).starts_with("gzip")) continue;
    const auto weight = one.find("q=");
    return weight == one.npos || one.substr(weight).find_first_of("123456789") != one.npos;
  }
  return false;
}

bool has_etag(std::string_view list, std::string_view etag) {
  return list == "*" || list.find(etag) != list.npos;
}

http::Response index_page(std::span<const Asset> assets, std::string_view nonce) {
  http::Response out;
  out.content_type = "text/html; charset=utf-8";
  const Asset* const index = find(assets, kIndex);
  out.body = index == nullptr ? kPageWithoutUi : index->plain;
  for (auto at = out.body.find(kNoncePlace); at != std::string::npos; at = out.body.find(kNoncePlace, at))
    out.body.replace(at, kNoncePlace.size(), nonce);
  return out;
}

http::Response file(const http::Request& request, const Asset& asset) {
  http::Response out;
  out.content_type = asset.media_type;
  out.cache_control = asset.path.starts_with(kHashed) ? "public, max-age=31536000, immutable" : "no-cache";
  out.fields = {{"ETag", std::string(asset.etag)}};
  const bool zipped = !asset.gzip.empty() && accepts_gzip(request.field("Accept-Encoding"));
  if (!asset.gzip.empty()) out.fields.push_back({"Vary", "Accept-Encoding"});
  if (zipped) out.fields.push_back({"Content-Encoding", "gzip"});
  out.body = zipped ? asset.gzip : asset.plain;
  if (has_etag(request.field("If-None-Match"), asset.etag)) out.status = 304;
  return out;
}

}  // namespace

http::Response answer_asset(const http::Request& request, std::span<const Asset> assets,
                            std::string_view nonce) {
  const auto decoded = http::percent_decoded(http::path_of(request.target));
  if (!decoded || !decoded->starts_with('/') || decoded->find('\0') != std::string::npos)
    return words(400, "this is no path\n");
  const std::string_view path = std::string_view(*decoded).substr(1);
  if (path.empty() || path == kIndex) return index_page(assets, nonce);
  if (const Asset* const asset = find(assets, path)) return file(request, *asset);
  const std::string_view last = path.substr(path.rfind('/') + 1);
  if (last.find('.') == last.npos) return index_page(assets, nonce);
  return words(404, "there is no such file\n");
}

std::vector<http::Field> security_fields(std::string_view nonce) {
  const std::string styles = nonce.empty() ? "" : fmt::format(" 'nonce-{}'", nonce);
  return {
      {"Content-Security-Policy",
       fmt::format("default-src 'none'; script-src 'self'; style-src 'self'{}; img-src 'self' blob: data:; "
                   "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
                   "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
                   "report-uri /api/v1/csp-report",
                   styles)},
      {"Referrer-Policy", "no-referrer"},
      {"X-Frame-Options", "DENY"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy",
       "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), hid=()"}};
}

}  // namespace covey::web
