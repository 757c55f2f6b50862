#include "cli/limit_commands.hpp"

#include "api/json.hpp"
#include "cli/transfer_settings.hpp"

namespace covey::cli {
namespace {

Result<> change(std::optional<std::uint64_t>& rate, const std::string& typed) {
  if (typed.empty()) return {};
  TRY(rate, rate_from(typed));
  return {};
}

/// Whether anything was typed.
Result<bool> apply(const LimitOptions& options, api::LimitSettings& settings) {
  TRY_VOID(change(settings.down, options.down));
  TRY_VOID(change(settings.up, options.up));
  TRY_VOID(change(settings.per_peer_down, options.per_peer_down));
  TRY_VOID(change(settings.per_peer_up, options.per_peer_up));
  if (options.slots) settings.upload_slots = *options.slots;
  if (options.active) settings.active_downloads = *options.active;
  if (options.no_schedule) settings.schedule.clear();
  if (!options.between.empty()) settings.schedule = options.between;
  return !options.down.empty() || !options.up.empty() || !options.per_peer_down.empty() ||
         !options.per_peer_up.empty() || options.slots || options.active || options.no_schedule ||
         !options.between.empty();
}

void show(const api::LimitsView& view, Session& session) {
  const auto& settings = view.settings;
  session.print("down       " + rate_words(settings.down));
  session.print("up         " + rate_words(settings.up));
  session.print(fmt::format("per peer   down {}, up {}", rate_words(settings.per_peer_down),
                            rate_words(settings.per_peer_up)));
  session.print(fmt::format("uploads    to {} peers at a time", settings.upload_slots));
  session.print(fmt::format("downloads  {} at a time", settings.active_downloads));
  for (const std::string& line : settings.schedule) session.print("schedule   " + printable(line));
  session.print(fmt::format("now        down {}, up {}{}", rate_words(view.down_now), rate_words(view.up_now),
                            view.scheduled_now ? ", by the schedule" : ""));
}

}  // namespace

ExitCode limits(const LimitOptions& options, Session& session) {
  api::Client daemon = session.daemon();
  auto view = daemon.limits();
  if (!view) return session.fail(view.error());
  const auto changes = apply(options, view->settings);
  if (!changes) return session.fail(changes.error());
  if (*changes) view = daemon.set_limits(view->settings);
  if (!view) return session.fail(view.error());
  if (session.is_json()) {
    session.print(api::to_json(*view));
  } else {
    show(*view, session);
  }
  return ExitCode::kDone;
}

}  // namespace covey::cli
