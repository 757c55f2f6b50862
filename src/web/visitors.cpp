#include "web/visitors.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "crypto/base64.hpp"

namespace covey::web {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMaxAgentBytes = 200;
constexpr std::chrono::hours kTouchEvery{1};

std::string new_secret(crypto::Random& random) {
  return crypto::to_base64url(random.secret(kSecretBytes).view());
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxKeyNameBytes &&
         std::ranges::all_of(name, [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

void Visitors::restore(Session session, WallTime now) {
  if (session.expires_at() <= now) return keep_.session(session.id, std::nullopt);
  sessions_.insert_or_assign(session.id, std::move(session));
}

std::string Visitors::make_once(WallTime now) {
  std::erase_if(once_, [&](const auto& known) { return known.second <= now; });
  if (once_.size() >= kMaxOnceTokens) {
    once_.erase(std::ranges::min_element(once_, {}, [](const auto& known) { return known.second; }));
  }
  std::string token = new_secret(*random_);
  once_.emplace(crypto::labelled_blake3(crypto::kUiOnceLabel, as_bytes(token)), now + kOnceLife);
  return token;
}

Result<std::string> Visitors::enter_once(std::string_view token, WallTime now, std::string agent) {
  const auto found = once_.find(crypto::labelled_blake3(crypto::kUiOnceLabel, as_bytes(token)));
  if (found == once_.end()) {
    return fail(ErrorCode::kRefused,
                "this link has been used, or was never given out; covey ui makes a new one");
  }
  const WallTime until = found->second;
  once_.erase(found);
  if (until <= now) return fail(ErrorCode::kExpired, "this link is too old; covey ui makes a new one");
  return enter(now, std::move(agent));
}

std::string Visitors::enter(WallTime now, std::string agent) {
  for (const Session& known : std::vector(sessions(WallTime::min()))) {
    if (known.expires_at() <= now) end(known.id);
  }
  if (sessions_.size() >= kMaxSessions) drop_oldest_session();
  std::string cookie = new_secret(*random_);
  agent.resize(std::min(agent.size(), kMaxAgentBytes));
  const Session session{.id = crypto::labelled_blake3(crypto::kUiSessionLabel, as_bytes(cookie)),
                        .created_at = now,
                        .used_at = now,
                        .agent = std::move(agent)};
  sessions_.emplace(session.id, session);
  keep_.session(session.id, session);
  return cookie;
}

const Session* Visitors::session(std::string_view cookie, WallTime now) const {
  const auto found = sessions_.find(crypto::labelled_blake3(crypto::kUiSessionLabel, as_bytes(cookie)));
  return found != sessions_.end() && found->second.expires_at() > now ? &found->second : nullptr;
}

void Visitors::touch(const crypto::Hash& session, WallTime now) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end() || now - found->second.used_at < kTouchEvery) return;
  found->second.used_at = now;
  keep_.session(session, found->second);
}

void Visitors::end(const crypto::Hash& session) {
  if (sessions_.erase(crypto::Hash(session)) > 0) keep_.session(session, std::nullopt);
}

std::size_t Visitors::end_all() {
  const std::size_t count = sessions_.size();
  while (!sessions_.empty()) end(crypto::Hash(sessions_.begin()->first));
  once_.clear();
  return count;
}

std::vector<Session> Visitors::sessions(WallTime now) const {
  std::vector<Session> out;
  for (const auto& [id, session] : sessions_) {
    if (session.expires_at() > now) out.push_back(session);
  }
  std::ranges::sort(out, std::ranges::greater(), &Session::used_at);
  return out;
}

void Visitors::drop_oldest_session() {
  const auto oldest =
      std::ranges::min_element(sessions_, {}, [](const auto& known) { return known.second.used_at; });
  if (oldest != sessions_.end()) end(crypto::Hash(oldest->first));
}

Result<Visitors::NewKey> Visitors::add_key(std::string name, KeyKind kind, WallTime now) {
  if (!is_name(name)) {
    return fail(ErrorCode::kInvalidArgument, "a key's name has 1 to {} letters, digits and signs, no blanks",
                kMaxKeyNameBytes);
  }
  if (std::ranges::any_of(keys_, [&](const auto& known) { return known.second.name == name; }))
    return fail(ErrorCode::kAlreadyExists, "there is a key called '{}' already; remove it first", name);
  if (keys_.size() >= kMaxApiKeys)
    return fail(ErrorCode::kLimitExceeded, "there are {} keys; remove one first", kMaxApiKeys);
  NewKey out;
  out.text = std::string(kApiKeyPrefix) + new_secret(*random_);
  out.key = {.id = to_hex(random_->secret(4).view()),
             .name = std::move(name),
             .kind = kind,
             .hash = crypto::labelled_blake3(crypto::kApiKeyLabel, as_bytes(out.text)),
             .created_at = now};
  keys_.emplace(out.key.hash, out.key);
  keep_.key(out.key.id, out.key);
  return out;
}

Result<ApiKey> Visitors::remove_key(std::string_view words) {
  const auto found = std::ranges::find_if(
      keys_, [&](const auto& known) { return known.second.name == words || known.second.id == words; });
  if (found == keys_.end())
    return fail(ErrorCode::kNotFound, "there is no key '{}'; covey keys list shows them", words);
  ApiKey removed = found->second;
  keys_.erase(found);
  keep_.key(removed.id, std::nullopt);
  return removed;
}

std::vector<ApiKey> Visitors::keys() const {
  std::vector<ApiKey> out;
  for (const auto& [hash, key] : keys_) out.push_back(key);
  std::ranges::sort(out, {}, &ApiKey::created_at);
  return out;
}

const ApiKey* Visitors::key(std::string_view text) const {
  const auto found = keys_.find(crypto::labelled_blake3(crypto::kApiKeyLabel, as_bytes(text)));
  return found == keys_.end() ? nullptr : &found->second;
}

void Visitors::set_password(std::optional<PasswordRecord> password) {
  password_ = std::move(password);
  keep_.password(password_);
}

std::string csrf_token(std::string_view cookie) {
  return crypto::to_base64url(crypto::labelled_blake3(crypto::kUiCsrfLabel, as_bytes(cookie)).view());
}

}  // namespace covey::web
