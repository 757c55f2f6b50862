#include "daemon/request_hook.hpp"

#include <array>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.hpp"

namespace covey::daemon {
namespace {

// The shell ends at once and leaves the command to run by itself, so nobody has to wait for it.
constexpr const char* kInBackground = "eval \"$COVEY_REQUEST_HOOK\" >/dev/null 2>&1 </dev/null &";

/// What is in the environment of this process, but for what only this process is to know.
std::vector<std::string> environment_of(const std::string& command, const api::RequestView& request) {
  std::vector<std::string> out;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (!text.starts_with("COVEY_PASSPHRASE") && !text.starts_with("COVEY_REQUEST_")) out.emplace_back(text);
  }
  out.push_back("COVEY_REQUEST_HOOK=" + command);
  out.push_back("COVEY_REQUEST_ID=" + request.id);
  out.push_back("COVEY_REQUEST_PEER=" + request.peer_id);
  out.push_back("COVEY_REQUEST_NAME=" + request.peer_name);
  out.push_back("COVEY_REQUEST_TITLE=" + request.title);
  out.push_back(fmt::format("COVEY_REQUEST_BYTES={}", request.bytes));
  out.push_back(fmt::format("COVEY_REQUEST_FILES={}", request.files));
  out.push_back("COVEY_REQUEST_REASON=" + request.reason);
  return out;
}

}  // namespace

void run_request_hook(const std::string& command, const api::RequestView& request) {
  auto environment = environment_of(command, request);
  std::vector<char*> variables;
  for (std::string& variable : environment) variables.push_back(variable.data());
  variables.push_back(nullptr);
  std::string shell = "sh";
  std::string option = "-c";
  std::string script = kInBackground;
  const std::array<char*, 4> arguments{shell.data(), option.data(), script.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments.data(), variables.data());
  if (error != 0)
    return log::warn("daemon.on_request cannot be run: {}", to_string(fail_errno(error, "/bin/sh").error()));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
}

}  // namespace covey::daemon
