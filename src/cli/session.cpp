#include "cli/session.hpp"

#include <ostream>

#include "api/json.hpp"
#include "identity/home.hpp"

namespace covey::cli {

Result<> Session::find_home() {
  if (!options_.home.empty()) {
    TRY(const auto absolute, absolute_path(options_.home));
    environment_.set("COVEY_HOME", absolute);
  }
  const auto lookup = [this](std::string_view name) { return environment_.get(std::string(name)); };
  TRY(const auto folder, identity::home_folder(lookup));
  TRY(home_, absolute_path(folder.string()));
  return {};
}

Result<> Session::read_settings() {
  TRY(settings_, Settings::load(settings_file(), environment_));
  if (options_.no_colour || !settings_.is_on("output.color", true)) console_.colour = Colour::kOff;
  return {};
}

api::Client Session::daemon() const {
  return api::Client(home_ / "api.sock");
}

ProgressMode Session::progress_mode() const {
  if (is_json()) return ProgressMode::kJson;
  if (options_.quiet) return ProgressMode::kSilent;
  // The log writes to err as well and would tear the bars apart.
  return console_.err_is_terminal && options_.verbose == 0 ? ProgressMode::kLive : ProgressMode::kPlain;
}

void Session::say(std::string_view line) {
  if (options_.quiet || is_json()) return;
  console_.err << printable(line, console_.glyphs) << std::endl;
}

void Session::print(std::string_view line) {
  console_.out << line << std::endl;
}

ExitCode Session::fail(const Error& error, ExitCode code) {
  const std::string what = error.context.empty() ? std::string(name_of(error.code)) : error.context;
  const std::string name = inked("covey:", Ink::kRed, console_.err_style());
  console_.err << name << ' ' << printable(what, console_.glyphs) << std::endl;
  if (is_json()) print(api::to_json(error));
  return code;
}

Result<std::string> absolute_path(const std::string& path) {
  std::error_code error;
  // Lexically only: what a symbolic link leads to is for whoever opens it.
  auto absolute = std::filesystem::absolute(path, error).lexically_normal();
  if (path.empty() || error) {
    return covey::fail(ErrorCode::kInvalidArgument, "'{}' is no path", printable(path));
  }
  if (!absolute.has_filename() && absolute.has_relative_path()) absolute = absolute.parent_path();
  return absolute.string();
}

}  // namespace covey::cli
