#include "web/sign_in.hpp"

#include <nlohmann/json.hpp>

#include "base/log.hpp"

namespace covey::web {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxSignInBytes = 4096;

struct Credentials {
  std::string once, password;
};

Result<Credentials> credentials_in(const http::Request& request) {
  const std::string_view type = request.field("Content-Type");
  if (type.substr(0, type.find(';')) != "application/json")
    return fail(ErrorCode::kMalformed, "the body must be sent with Content-Type: application/json");
  if (request.body.size() > kMaxSignInBytes) return fail(ErrorCode::kMalformed, "this body is too long");
  const Json json = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return fail(ErrorCode::kMalformed, "this is not a JSON object");
  Credentials out;
  for (auto [name, place] : {std::pair("once", &out.once), std::pair("password", &out.password)}) {
    const auto found = json.find(name);
    if (found != json.end() && found->is_string()) *place = found->get<std::string>();
  }
  if (out.once.empty() == out.password.empty())
    return fail(ErrorCode::kMalformed, "either 'once' or 'password' is needed");
  return out;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return 400;
    case ErrorCode::kExpired:
      return 410;
    case ErrorCode::kLimitExceeded:
      return 429;
    case ErrorCode::kRefused:
      return 401;
    default:
      return 500;
  }
}

Json error_json(const Error& error) {
  return {{"error", {{"code", covey::name_of(error.code)}, {"message", error.context}}}};
}

http::Response json_answer(int status, const Json& json) {
  http::Response out;
  out.status = status;
  out.body = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return out;
}

}  // namespace

http::Response error_answer(int status, const Error& error) {
  return json_answer(status, error_json(error));
}

io::Awaitable<http::Response> SignIn::answer(http::Request request, Verdict verdict, Greeting greeting) {
  if (request.method == "POST") co_return co_await sign_in(std::move(request), std::move(greeting));
  const Session* const session = visitors_->session(verdict.cookie, clock_->wall());
  if (request.method == "DELETE") {
    if (session != nullptr) visitors_->end(crypto::Hash(session->id));
    http::Response out;
    out.status = 204;
    out.fields.push_back(cookie_field("", std::chrono::seconds(0)));
    co_return out;
  }
  if (request.method != "GET") {
    http::Response out = error_answer(405, {ErrorCode::kUnsupported, "a session takes GET, POST and DELETE"});
    out.fields.push_back({"Allow", "GET, POST, DELETE"});
    co_return out;
  }
  if (session == nullptr)
    co_return refuse(401, {ErrorCode::kPermissionDenied, "sign in first: covey ui opens the way"});
  co_return greet(verdict.cookie, greeting);
}

io::Awaitable<http::Response> SignIn::sign_in(http::Request request, Greeting greeting) {
  const auto client = request.client;
  const auto cookie = co_await enter(std::move(request));
  if (!cookie) {
    if (cookie.error().code == ErrorCode::kRefused)
      log::warn("web UI: a sign-in from {} was refused: {}", client.to_string(), cookie.error().context);
    http::Response refusal = refuse(status_of(cookie.error().code), cookie.error());
    const auto left = pause_.left(clock_->steady());
    if (left.count() > 0) refusal.fields.push_back({"Retry-After", std::to_string(left.count())});
    co_return refusal;
  }
  http::Response out = greet(*cookie, greeting);
  out.fields.push_back(cookie_field(*cookie, kSessionLife));
  co_return out;
}

io::Awaitable<Result<std::string>> SignIn::enter(http::Request request) {
  CO_TRY(const auto shown, credentials_in(request));
  std::string agent(request.field("User-Agent"));
  if (!shown.once.empty()) co_return visitors_->enter_once(shown.once, clock_->wall(), std::move(agent));
  if (!visitors_->password())
    co_return fail(ErrorCode::kRefused, "no password is set; covey ui opens the way");
  const auto left = pause_.left(clock_->steady());
  if (left.count() > 0 || checking_) {
    co_return fail(ErrorCode::kLimitExceeded, "too many attempts; wait {} s, or take covey ui",
                   std::max<std::int64_t>(left.count(), 1));
  }
  checking_ = true;  // each takes a quarter of a gigabyte
  auto password =
      std::make_shared<crypto::SecretBytes>(crypto::SecretBytes::copy_of(as_bytes(shown.password)));
  auto work = [record = *visitors_->password(), password] { return check_password(record, *password); };
  const auto checked = co_await offload_->run(std::move(work));
  checking_ = false;
  if (!checked) {
    if (checked.error().code == ErrorCode::kRefused) pause_.failed(clock_->steady());
    co_return std::unexpected(checked.error());
  }
  pause_.passed();
  co_return visitors_->enter(clock_->wall(), std::move(agent));
}

http::Response SignIn::greet(const std::string& cookie, const Greeting& greeting) const {
  const Session* const session = visitors_->session(cookie, clock_->wall());
  return json_answer(200, {{"csrf_token", csrf_token(cookie)},
                           {"peer_id", greeting.peer_id},
                           {"version", greeting.version},
                           {"expires_at", session == nullptr ? 0 : to_unix_ms(session->expires_at())},
                           {"csp_reports", greeting.csp_reports}});
}

http::Response SignIn::refuse(int status, const Error& error) const {
  Json json = error_json(error);
  json["password"] = visitors_->password().has_value();  // whether to ask for one
  return json_answer(status, json);
}

http::Field SignIn::cookie_field(std::string_view value, std::chrono::seconds life) const {
  return {"Set-Cookie", fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", cookie_, value,
                                    life.count(), secure_ ? "; Secure" : "")};
}

}  // namespace covey::web
