#include "cli/managing_commands.hpp"

#include <algorithm>
#include <istream>
#include <ostream>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/daemon_watch.hpp"
#include "cli/progress_bar.hpp"
#include "cli/receive_command.hpp"

namespace covey::cli {
namespace {

using api::TransferState;
using api::TransferView;

Error no_such_transfer(const std::string& id) {
  return {ErrorCode::kNotFound, fmt::format("there is no transfer '{}'; covey transfers lists them", id)};
}

/// The downloads that are meant; of `all`, those that `fits`.
Result<std::vector<std::string>> ids_of(const ChosenTransfers& chosen,
                                        const std::function<bool(const TransferView&)>& fits,
                                        Session& session) {
  if (!chosen.all) {
    if (!chosen.ids.empty()) return chosen.ids;
    return covey::fail(
        ErrorCode::kInvalidArgument,
        "which transfers? Name their ids as covey transfers lists them, or say --all. See --help");
  }
  TRY(const auto views, session.daemon().transfers());
  std::vector<std::string> ids;
  // The oldest first, as they were asked for.
  for (auto view = views.rbegin(); view != views.rend(); ++view) {
    if (view->direction == api::Direction::kDownload && fits(*view)) ids.push_back(view->id);
  }
  return ids;
}

/// Changes each through the daemon and shows it as it is then.
ExitCode change_each(const Result<std::vector<std::string>>& ids, std::string_view done, Session& session,
                     const std::function<Result<TransferView>(api::Client&, const std::string&)>& change) {
  if (!ids) return session.fail(ids.error());
  if (ids->empty()) session.say("there is nothing to do");
  api::Client daemon = session.daemon();
  ExitCode code = ExitCode::kDone;
  for (const std::string& id : *ids) {
    const auto view = change(daemon, id);
    if (!view) {
      const ExitCode failed = session.fail(view.error());
      if (code == ExitCode::kDone) code = failed;
      continue;
    }
    if (session.is_json()) session.print(api::to_json(*view));
    session.say(fmt::format("{} {}: {}", done, view->id, plain_line(*view, session.console().glyphs)));
  }
  return code;
}

bool can_pause(const TransferView& view) {
  return !is_over(view.state) && view.state != TransferState::kPaused && view.state != TransferState::kMoving;
}

bool can_resume(const TransferView& view) {
  return view.state == TransferState::kPaused || view.state == TransferState::kFailed;
}

/// What is to become of `bytes` that have arrived; the end of the input means the careful answer.
api::PartialFiles ask_about(std::uint64_t bytes, Session& session) {
  Console& console = session.console();
  while (true) {
    console.err << "Keep the " << human_bytes(bytes)
                << " that have arrived, so that 'covey get' can go on from there? [K]eep or [d]elete: "
                << std::flush;
    std::string answer;
    if (!std::getline(console.in, answer)) return api::PartialFiles::kKeep;
    if (answer.empty() || answer.front() == 'k' || answer.front() == 'K') return api::PartialFiles::kKeep;
    if (answer.front() == 'd' || answer.front() == 'D') return api::PartialFiles::kDelete;
  }
}

Result<std::uint64_t> bytes_arrived(const std::vector<std::string>& ids, Session& session) {
  TRY(const auto views, session.daemon().transfers());
  std::uint64_t bytes = 0;
  for (const TransferView& view : views) {
    const bool meant = std::find(ids.begin(), ids.end(), view.id) != ids.end();
    if (meant && !is_over(view.state)) bytes += view.bytes_done;
  }
  return bytes;
}

Result<TransferView> one_of(const std::string& id, Session& session) {
  TRY(const auto views, session.daemon().transfers());
  const auto found =
      std::find_if(views.begin(), views.end(), [&](const auto& view) { return view.id == id; });
  if (found == views.end()) return std::unexpected(no_such_transfer(id));
  return *found;
}

/// Follows a check or a move until the transfer is in another state; the daemon goes on if interrupted.
Result<TransferView> follow(const Result<TransferView>& begun, Session& session) {
  if (!begun) return std::unexpected(begun.error());
  return watch_while(*begun, session);
}

ExitCode interrupted(const Error& error, const std::string& id, Session& session) {
  if (error.code != ErrorCode::kCancelled) return session.fail(error);
  session.say(fmt::format("{}: covey transfers {} --watch", error.context, id));
  return ExitCode::kInterrupted;
}

}  // namespace

ExitCode pause(const ChosenTransfers& chosen, Session& session) {
  return change_each(ids_of(chosen, can_pause, session), "paused", session,
                     [](api::Client& daemon, const std::string& id) { return daemon.pause(id); });
}

ExitCode resume(const ChosenTransfers& chosen, Session& session) {
  return change_each(ids_of(chosen, can_resume, session), "resumed", session,
                     [](api::Client& daemon, const std::string& id) { return daemon.resume(id); });
}

ExitCode cancel(const ChosenTransfers& chosen, std::optional<api::PartialFiles> partial, Session& session) {
  const auto ids = ids_of(
      chosen, [](const TransferView& view) { return !is_over(view.state); }, session);
  if (!ids) return session.fail(ids.error());
  const Console& console = session.console();
  if (!partial && console.in_is_terminal && console.err_is_terminal && !session.is_json()) {
    const auto bytes = bytes_arrived(*ids, session);
    if (!bytes) return session.fail(bytes.error());
    if (*bytes > 0) partial = ask_about(*bytes, session);
  }
  const auto files = partial.value_or(api::PartialFiles::kKeep);
  return change_each(ids, "cancelled", session,
                     [&](api::Client& daemon, const std::string& id) { return daemon.cancel(id, files); });
}

ExitCode remove(const RemoveOptions& options, Session& session) {
  ChosenTransfers chosen = options.chosen;
  chosen.all = chosen.all || options.over;
  const auto ids = ids_of(
      chosen, [&](const TransferView& view) { return !options.over || is_over(view.state); }, session);
  if (!ids) return session.fail(ids.error());
  if (ids->empty()) session.say("there is nothing to do");
  const auto files = options.with_files     ? api::RemovedFiles::kAll
                     : options.with_partial ? api::RemovedFiles::kPartial
                                            : api::RemovedFiles::kNone;
  api::Client daemon = session.daemon();
  ExitCode code = ExitCode::kDone;
  for (const std::string& id : *ids) {
    const auto removed = daemon.remove(id, files);
    if (!removed) {
      const ExitCode failed = session.fail(removed.error());
      if (code == ExitCode::kDone) code = failed;
      continue;
    }
    session.say(fmt::format("removed {} from the list", id));
  }
  return code;
}

ExitCode set(const SetOptions& options, Session& session) {
  const auto before = one_of(options.id, session);
  if (!before) return session.fail(before.error());
  api::TransferSettings settings = before->settings;
  if (const auto applied = apply(options.settings, settings); !applied) return session.fail(applied.error());
  Result<TransferView> after = *before;
  if (settings != before->settings) after = session.daemon().set(options.id, settings);
  if (!after) return session.fail(after.error());
  if (session.is_json()) session.print(api::to_json(*after));
  const std::string words = settings_words(after->settings);
  session.say(
      fmt::format("{}: {}", after->id, words.empty() ? "normal priority, no limits of its own" : words));
  return ExitCode::kDone;
}

ExitCode verify(const std::string& id, Session& session) {
  const auto done = follow(session.daemon().verify(id), session);
  if (!done) return interrupted(done.error(), id, session);
  if (session.is_json()) session.print(api::to_json(*done));
  if (!done->check) {
    session.say("the check was stopped");
    return ExitCode::kInterrupted;
  }
  for (const std::string& path : done->check->changed) session.say("changed: " + path);
  const auto& check = *done->check;
  if (check.changed_total > check.changed.size())
    session.say(fmt::format("and {} more", check.changed_total - check.changed.size()));
  if (check.changed_total == 0) {
    session.say(check.advice);
    return ExitCode::kDone;
  }
  return session.fail({ErrorCode::kVerificationFailed, check.advice});
}

ExitCode move(const std::string& id, const std::string& directory, Session& session) {
  const auto absolute = absolute_path(directory);
  if (!absolute) return session.fail(absolute.error());
  const auto done = follow(session.daemon().move(id, *absolute), session);
  if (!done) return interrupted(done.error(), id, session);
  if (session.is_json()) session.print(api::to_json(*done));
  if (done->error) return session.fail(*done->error);
  session.say(fmt::format("moved {} to {}", id, *absolute));
  if (!done->destination.empty()) print_destination(*done, session);
  return ExitCode::kDone;
}

}  // namespace covey::cli
