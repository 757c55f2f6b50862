#include "cli/ui_commands.hpp"

#include <array>
#include <ostream>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "api/home_json.hpp"
#include "cli/json_text.hpp"
#include "cli/passphrase.hpp"
#include "cli/table.hpp"
#include "cli/terminal_text.hpp"
#include "cli/time_words.hpp"
#include "identity/private_files.hpp"

namespace covey::cli {
namespace {

bool has_display(const Session& session) {
  return session.environment().get("DISPLAY") || session.environment().get("WAYLAND_DISPLAY");
}

/// The link stands in a private file: in an argument every user of the machine could read it.
Result<std::string> page_leading_to(const std::string& url, const Session& session) {
  const auto file = session.home() / "ui-open.html";
  const std::string page = fmt::format(
      "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">"
      "<meta http-equiv=\"refresh\" content=\"0;url={}\"><title>Covey</title>\n",
      url);
  TRY_VOID(identity::write_private_file(file, as_bytes(page), identity::Existing::kReplace));
  return "file://" + file.string();
}

/// Whether a browser was asked for; it is not waited for.
bool open_in_browser(const std::string& address) {
  std::string program = "xdg-open";
  std::string argument = address;
  std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0;
}

ExitCode list_sessions(Session& session) {
  const auto sessions = session.daemon().ui_sessions();
  if (!sessions) return session.fail(sessions.error());
  if (session.is_json()) {
    session.print(api::to_json(*sessions));
    return ExitCode::kDone;
  }
  const WallTime now = SystemClock().wall();
  Table table(
      {{"ID"}, {"SINCE"}, {"USED"}, {"UNTIL"}, {"BROWSER", Column::Align::kLeft, Column::Room::kFlexible}});
  for (const auto& view : *sessions) {
    table.add({cell(view.id), moment_cell(view.created_at, now), moment_cell(view.used_at, now),
               moment_cell(view.expires_at, now), cell(printable(view.agent))});
  }
  session.console().out << drawn(table, session.console()) << std::flush;
  return ExitCode::kDone;
}

ExitCode sign_out(Session& session) {
  const auto ended = session.daemon().end_ui_sessions();
  if (!ended) return session.fail(ended.error());
  if (session.is_json()) session.print(api::ended_to_json(*ended));
  session.say(*ended == 0 ? "no browser was signed in" : fmt::format("signed out: {}", *ended));
  return ExitCode::kDone;
}

ExitCode set_password(Session& session) {
  const auto password = ask_passphrase(session, Times::kTwice);
  if (!password) return session.fail(password.error());
  const auto set = session.daemon().set_ui_password(std::string(as_text(password->view())));
  if (!set) return session.fail(set.error());
  session.say("the password is set, and every browser signed out");
  return ExitCode::kDone;
}

ExitCode remove_password(Session& session) {
  const auto removed = session.daemon().set_ui_password("");
  if (!removed) return session.fail(removed.error());
  session.say("there is no password any more; covey ui opens the way");
  return ExitCode::kDone;
}

std::string_view words_of(api::KeyKind kind) {
  return kind == api::KeyKind::kFull ? "full" : "read-only";
}

ExitCode add_key(const KeyOptions& options, Session& session) {
  const auto kind = options.read_only ? api::KeyKind::kReadOnly : api::KeyKind::kFull;
  const auto made = session.daemon().add_api_key({.name = options.name, .kind = kind});
  if (!made) return session.fail(made.error());
  session.say("this key is shown once; programs send it as  Authorization: Bearer KEY");
  session.print(session.is_json() ? api::to_json(*made) : made->key.value_or(""));
  return ExitCode::kDone;
}

ExitCode list_keys(Session& session) {
  const auto keys = session.daemon().api_keys();
  if (!keys) return session.fail(keys.error());
  const WallTime now = SystemClock().wall();
  Table table({{"ID"}, {"NAME"}, {"KIND"}, {"MADE"}});
  for (const auto& view : *keys) {
    if (session.is_json()) session.print(api::to_json(view));
    table.add({cell(view.id), cell(printable(view.name)), cell(std::string(words_of(view.kind))),
               moment_cell(view.created_at, now)});
  }
  if (!session.is_json()) session.console().out << drawn(table, session.console()) << std::flush;
  return ExitCode::kDone;
}

}  // namespace

ExitCode ui(const UiOptions& options, Session& session) {
  if (options.sessions) return list_sessions(session);
  if (options.sign_out) return sign_out(session);
  if (options.set_password) return set_password(session);
  if (options.remove_password) return remove_password(session);
  const auto link = session.daemon().ui_link();
  if (!link) return session.fail(link.error());
  session.print(session.is_json() ? api::to_json(*link) : link->url);
  if (link->fingerprint)
    session.say("the browser will ask about the certificate; its SHA-256 fingerprint is " +
                *link->fingerprint);
  session.say("the link holds once, for five minutes");
  if (options.no_open || session.is_json() || !session.console().out_is_terminal || !has_display(session))
    return ExitCode::kDone;
  const auto page = page_leading_to(link->url, session);
  if (!page || !open_in_browser(*page)) session.say("no browser could be opened; open the link yourself");
  return ExitCode::kDone;
}

ExitCode keys(const KeyOptions& options, Session& session) {
  const bool listing = options.action.empty() || options.action == "list";
  if (listing) return list_keys(session);
  if (options.name.empty())
    return session.fail(
        {ErrorCode::kInvalidArgument, fmt::format("covey keys {} needs the key's name", options.action)});
  if (options.action == "add") return add_key(options, session);
  const auto removed = session.daemon().remove_api_key(options.name);
  if (!removed) return session.fail(removed.error());
  session.say(fmt::format("the key {} opens nothing any more", printable(options.name)));
  return ExitCode::kDone;
}

}  // namespace covey::cli
