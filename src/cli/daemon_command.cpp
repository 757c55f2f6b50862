#include "cli/daemon_command.hpp"

#include "api/json.hpp"
#include "cli/identity_commands.hpp"
#include "cli/interruption.hpp"
#include "cli/progress_writer.hpp"

namespace covey::cli {
namespace {

class DaemonReport final : public api::DaemonObserver {
 public:
  DaemonReport(ProgressWriter& writer, bool json) : writer_(writer), json_(json) {}

  void on_ready(const api::StatusView& status) override {
    if (json_) writer_.print(event_line("ready", api::to_json(status)));
    for (const std::string& address : status.listening) writer_.say("listening on " + printable(address));
    writer_.say("ready; the other commands now reach it, and Ctrl-C ends it");
  }

 private:
  ProgressWriter& writer_;
  bool json_;
};

}  // namespace

ExitCode daemon(const DaemonOptions& options, Session& session) {
  if (options.stop) {
    if (const auto stopped = session.daemon().stop(); !stopped) return session.fail(stopped.error());
    session.say("the daemon ends");
    return ExitCode::kDone;
  }
  std::error_code error;
  if (std::filesystem::is_directory(session.home(), error)) {
    if (const auto written = write_settings_template(session.settings_file()); !written) {
      session.say(written.error().context);  // no reason not to serve
    }
  }
  if (const auto known = make_passphrase_known(options.passphrase_file, session); !known) {
    return session.fail(known.error());
  }
  const api::DaemonRequest request{
      .listen = session.settings().texts("daemon.listen", options.listen),
      .on_request = session.settings().text("daemon.on_request", {}).value_or("")};
  Interruption interruption([&] { session.programs().stop(); });
  ProgressWriter writer(session.console(), session.progress_mode());
  DaemonReport report(writer, session.is_json());
  const auto ended = session.programs().run_daemon(request, report);
  writer.end();
  if (ended || ended.error().code == ErrorCode::kCancelled) return ExitCode::kDone;
  return session.fail(ended.error());
}

}  // namespace covey::cli
