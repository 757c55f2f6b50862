#include "registry/postgres_session.hpp"

#include <optional>
#include <vector>

#include <poll.h>

#include "base/encoding.hpp"

namespace covey::registry {
namespace {

/// More distinct statements than this are a sign of SQL built from values; the session then forgets them.
constexpr std::size_t kMaxPrepared = 256;

/// Deadlines for the network, where the address says nothing else.
std::string with_deadlines(const std::string& url) {
  std::string out = url;
  for (const std::string_view option :
       {"connect_timeout=10", "tcp_user_timeout=30000", "keepalives_idle=30"}) {
    if (url.find(option.substr(0, option.find('=') + 1)) != std::string::npos) continue;
    out += out.find('?') == std::string::npos ? '?' : '&';
    out += option;
  }
  return out;
}

struct TextForm {
  std::optional<std::string> operator()(std::nullptr_t) const { return std::nullopt; }
  std::optional<std::string> operator()(std::int64_t number) const { return std::to_string(number); }
  std::optional<std::string> operator()(std::uint64_t number) const { return std::to_string(number); }
  std::optional<std::string> operator()(double number) const { return fmt::format("{}", number); }
  std::optional<std::string> operator()(std::string_view text) const { return std::string(text); }
  std::optional<std::string> operator()(ByteView bytes) const { return "\\x" + to_hex(bytes); }
};

}  // namespace

PostgresSession::PostgresSession(const std::string& url) : connection_(with_deadlines(url)) {
  // libpqxx would connect anew by itself, also in the middle of a transaction, and go on as if nothing had
  // happened.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
  script(
      "SET client_encoding = 'UTF8';"
      "SET bytea_output = 'hex';"
      "SET standard_conforming_strings = on;"
      "SET client_min_messages = warning;"
      "SET default_transaction_isolation = 'read committed';"
      "SET statement_timeout = '60s';"
      "SET lock_timeout = '10s';"
      "SET idle_in_transaction_session_timeout = '60s';"
      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
      "'off'");
}

pqxx::result PostgresSession::script(const std::string& sql) {
  pqxx::nontransaction work(connection_);
  return work.exec(sql);
}

pqxx::result PostgresSession::run(std::string_view sql, std::span<const db::Parameter> values) {
  std::vector<std::optional<std::string>> texts;
  for (const db::Parameter& value : values) texts.push_back(std::visit(TextForm{}, value.value()));
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text ? text->c_str() : nullptr);
  const std::string& name = prepared(sql);
  pqxx::nontransaction work(connection_);
  return work.exec_prepared(name, pqxx::prepare::make_dynamic_params(pointers));
}

const std::string& PostgresSession::prepared(std::string_view sql) {
  std::string text(sql);
  if (const auto found = statements_.find(text); found != statements_.end()) return found->second;
  if (statements_.size() >= kMaxPrepared) {
    for (const auto& [old, name] : statements_) connection_.unprepare(name);
    statements_.clear();
  }
  const std::string name = fmt::format("covey_{}", statements_.size());
  connection_.prepare(name, text);
  return statements_.emplace(std::move(text), name).first->second;
}

bool PostgresSession::has_unread_input() const {
  pollfd input{.fd = connection_.sock(), .events = POLLIN, .revents = 0};
  return input.fd < 0 || ::poll(&input, 1, 0) != 0;
}

}  // namespace covey::registry
