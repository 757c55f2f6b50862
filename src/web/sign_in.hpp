#pragma once
// SignIn: the session endpoint: signing in by a link or a password, asking whether one is signed in, signing
// out. Network thread; guessing passwords is slowed down, and checked one at a time.

#include <string>
#include <string_view>

#include "io/offload.hpp"
#include "web/guard.hpp"

namespace covey::web {

/// What whoever has signed in is told besides.
struct Greeting {
  std::string peer_id, version;
  std::uint64_t csp_reports = 0;
};

class SignIn {
 public:
  /// All references outlive it. A cookie for TLS alone is marked so.
  SignIn(Visitors& visitors, const Clock& clock, io::Offload& offload, std::string_view scheme,
         std::string cookie)
      : visitors_(&visitors),
        clock_(&clock),
        offload_(&offload),
        secure_(scheme == "https"),
        cookie_(std::move(cookie)) {}

  /// `verdict` has let the request through to Way::kSession.
  io::Awaitable<http::Response> answer(http::Request request, Verdict verdict, Greeting greeting);

 private:
  io::Awaitable<http::Response> sign_in(http::Request request, Greeting greeting);
  io::Awaitable<Result<std::string>> enter(http::Request request);
  [[nodiscard]] http::Response greet(const std::string& cookie, const Greeting& greeting) const;
  [[nodiscard]] http::Response refuse(int status, const Error& error) const;
  [[nodiscard]] http::Field cookie_field(std::string_view value, std::chrono::seconds life) const;

  Visitors* visitors_;
  const Clock* clock_;
  io::Offload* offload_;
  bool secure_;
  std::string cookie_;  // its name
  SignInPause pause_;
  bool checking_ = false;
};

/// {"error":{…}}, as the API says it.
[[nodiscard]] http::Response error_answer(int status, const Error& error);

}  // namespace covey::web
