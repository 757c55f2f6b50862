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
    if (status.ui) writer_.say("web UI at " + printable(*status.ui) + "; covey ui opens the way in");
    writer_.say("ready; the other commands now reach it, and Ctrl-C ends it");
  }

 private:
  ProgressWriter& writer_;
  bool json_;
};

/// COVEY_UI is short for COVEY_UI_ADDRESS; "off" serves none.
Result<api::UiRequest> ui_request(const DaemonOptions& options, const Session& session) {
  const Settings& settings = session.settings();
  const auto brief = session.environment().get("COVEY_UI");
  api::UiRequest out;
  out.address =
      settings.text("ui.address", options.ui.empty() ? brief.value_or("") : options.ui).value_or("");
  out.served = !options.no_ui && out.address != "off";
  out.names = settings.texts("ui.names", options.ui_names);
  out.tls = options.ui_tls || settings.is_on("ui.tls", false);
  out.certificate = settings.text("ui.certificate", options.ui_certificate).value_or("");
  out.key = settings.text("ui.key", options.ui_key).value_or("");
  for (std::string* file : {&out.certificate, &out.key}) {
    if (file->empty()) continue;
    TRY(*file, absolute_path(*file));
  }
  if (out.certificate.empty() != out.key.empty())
    return fail(ErrorCode::kInvalidArgument, "a certificate for the web UI goes with its key; give both");
  return out;
}

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
  const auto web_ui = ui_request(options, session);
  if (!web_ui) return session.fail(web_ui.error());
  const api::DaemonRequest request{
      .listen = session.settings().texts("daemon.listen", options.listen),
      .on_request = session.settings().text("daemon.on_request", {}).value_or(""),
      .ui = *web_ui};
  Interruption interruption([&] { session.programs().stop(); });
  ProgressWriter writer(session.console(), session.progress_mode());
  DaemonReport report(writer, session.is_json());
  const auto ended = session.programs().run_daemon(request, report);
  writer.end();
  if (ended || ended.error().code == ErrorCode::kCancelled) return ExitCode::kDone;
  return session.fail(ended.error());
}

}  // namespace covey::cli
