#pragma once
// Visitors: who may use the web UI's address: browsers that were let in (sessions) and programs (API keys);
// and the ways to be let in: a link that holds once, and a password.
//
// Of every secret that is given out only a hash stays. Everything is bounded: of sessions the one unused
// longest goes. Pure but for randomness; keeps nothing by itself: callbacks say what is to be made durable.
// Network thread. Spec: docs/spec/ui.md.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "web/password.hpp"

namespace covey::web {

inline constexpr std::chrono::hours kSessionLife{30 * 24};
inline constexpr std::chrono::minutes kOnceLife{5};
inline constexpr std::size_t kMaxSessions = 32;
inline constexpr std::size_t kMaxOnceTokens = 16;
inline constexpr std::size_t kMaxApiKeys = 64;
inline constexpr std::size_t kMaxKeyNameBytes = 64;
inline constexpr std::string_view kApiKeyPrefix = "covey-key-";

struct Session {
  crypto::Hash id;  // of what the browser's cookie holds
  WallTime created_at;
  WallTime used_at;   // by the hour
  std::string agent;  // as the browser calls itself
  [[nodiscard]] WallTime expires_at() const { return used_at + kSessionLife; }
};

enum class KeyKind : std::uint8_t { kFull, kReadOnly };

struct ApiKey {
  std::string id;
  std::string name;
  KeyKind kind = KeyKind::kReadOnly;
  crypto::Hash hash;
  WallTime created_at;
};

class Visitors {
 public:
  /// What is to be made durable; nothing given means gone.
  struct Keep {
    std::function<void(const crypto::Hash&, const std::optional<Session>&)> session;
    std::function<void(const std::string& id, const std::optional<ApiKey>&)> key;
    std::function<void(const std::optional<PasswordRecord>&)> password;
  };

  /// `random` outlives it.
  Visitors(crypto::Random& random, Keep keep) : random_(&random), keep_(std::move(keep)) {}

  void restore(Session session, WallTime now);
  void restore(ApiKey key) { keys_.emplace(key.hash, std::move(key)); }
  void restore(PasswordRecord password) { password_ = std::move(password); }

  /// A token that lets one browser in, within kOnceLife.
  std::string make_once(WallTime now);
  /// What the browser's cookie is to hold. kExpired, kRefused for an unknown or used one.
  Result<std::string> enter_once(std::string_view token, WallTime now, std::string agent);
  /// For whoever has shown the password.
  std::string enter(WallTime now, std::string agent);

  /// The session of a cookie; null when there is none, or no more.
  [[nodiscard]] const Session* session(std::string_view cookie, WallTime now) const;
  /// The session is in use: it lasts on.
  void touch(const crypto::Hash& session, WallTime now);
  void end(const crypto::Hash& session);
  /// How many there were.
  std::size_t end_all();
  [[nodiscard]] std::vector<Session> sessions(WallTime now) const;

  struct NewKey {
    ApiKey key;
    std::string text;  // shown once
  };
  /// kInvalidArgument, kAlreadyExists for the name; kLimitExceeded.
  Result<NewKey> add_key(std::string name, KeyKind kind, WallTime now);
  /// By name or id. kNotFound.
  Result<ApiKey> remove_key(std::string_view words);
  [[nodiscard]] std::vector<ApiKey> keys() const;
  [[nodiscard]] const ApiKey* key(std::string_view text) const;

  /// Nothing: there is none from now on.
  void set_password(std::optional<PasswordRecord> password);
  [[nodiscard]] const std::optional<PasswordRecord>& password() const { return password_; }

 private:
  void drop_oldest_session();

  crypto::Random* random_;
  Keep keep_;
  std::map<crypto::Hash, Session> sessions_;
  std::map<crypto::Hash, WallTime> once_;  // until when
  std::map<crypto::Hash, ApiKey> keys_;
  std::optional<PasswordRecord> password_;
};

/// What requests that change something must carry beside this cookie.
[[nodiscard]] std::string csrf_token(std::string_view cookie);

}  // namespace covey::web
