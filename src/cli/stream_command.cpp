// covey stream: where a player finds a file of a download.

#include <ostream>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/managing_commands.hpp"
#include "cli/progress_bar.hpp"
#include "cli/terminal_text.hpp"

namespace covey::cli {

ExitCode stream(const std::string& id, const std::string& file, Session& session) {
  const auto view = session.daemon().stream(id, file);
  if (!view) return session.fail(view.error());
  if (session.is_json()) {
    session.print(api::to_json(*view));
    return ExitCode::kDone;
  }
  session.console().out << view->url << '\n' << std::flush;
  session.say(fmt::format("{}, {}: any player on this machine can open it",
                          printable(view->file, session.console().err_style().glyphs),
                          human_bytes(view->bytes)));
  return ExitCode::kDone;
}

}  // namespace covey::cli
