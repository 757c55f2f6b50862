#include "cli/send_command.hpp"

#include <atomic>

#include "api/json.hpp"
#include "base/quantity.hpp"
#include "cli/interruption.hpp"
#include "cli/progress_bar.hpp"
#include "cli/progress_writer.hpp"
#include "cli/ticket_output.hpp"
#include "cli/transfer_settings.hpp"

namespace covey::cli {
namespace {

class SendReport final : public api::SendObserver {
 public:
  SendReport(ProgressWriter& writer, const SendOptions& options, bool json, Style out_style, Style err_style)
      : writer_(writer), options_(options), json_(json), out_style_(out_style), err_style_(err_style) {}

  void on_preparing(const api::ShareView& share) override { writer_.hashing(share); }

  void on_ready(const api::ShareView& share, const api::TicketView& ticket) override {
    writer_.hashed();
    for (const std::string& notice : share.notices) {
      writer_.say("left out: " + printable(notice, err_style_.glyphs));
    }
    if (json_) {
      writer_.print(event_line("ticket", api::to_json(ticket)));
      return;
    }
    writer_.say(
        fmt::format("ready: {}, {}{}", printable(share.title, err_style_.glyphs), human_bytes(share.bytes),
                    share.kind == api::ShareKind::kFolder ? ", " + counted(share.files, "file") : ""));
    writer_.print(ticket.ticket);
    if (options_.qr) writer_.print(ticket_qr(ticket, out_style_));
    writer_.say("on the other machine: " + inked("covey receive " + ticket.ticket, Ink::kBold, err_style_));
    for (const std::string& line : ticket_conditions(ticket)) writer_.say(line);
    writer_.say(options_.once ? "serving until one receiver has everything; Ctrl-C stops"
                              : "serving until Ctrl-C");
  }

  void on_transfer(const api::TransferView& upload) override { writer_.transfer(upload); }

 private:
  ProgressWriter& writer_;
  const SendOptions& options_;
  bool json_;
  Style out_style_;
  Style err_style_;
};

Result<api::SendRequest> request_of(const SendOptions& options, const Session& session) {
  api::SendRequest request;
  for (const std::string& path : options.paths) {
    TRY(auto absolute, absolute_path(path));
    request.paths.push_back(std::move(absolute));
  }
  const Settings& settings = session.settings();
  request.title = options.title;
  request.listen = settings.texts("send.listen", options.listen);
  request.once = options.once;
  request.verify = options.verify;
  TRY(request.expires_in_seconds, settings.seconds("send.expires", options.expires));
  TRY(request.limit_up, optional_rate(options.limit_up));
  TRY(request.uses, settings.count("send.uses", options.uses));
  return request;
}

}  // namespace

ExitCode send(const SendOptions& options, Session& session) {
  const auto request = request_of(options, session);
  if (!request) return session.fail(request.error());

  Interruption interruption([&] { session.programs().stop(); });
  ProgressWriter writer(session.console(), session.progress_mode());
  SendReport report(writer, options, session.is_json(), session.console().out_style(),
                    session.console().err_style());
  const auto served = session.programs().send(*request, report);
  const bool stopped = interruption.happened();
  writer.end(stopped ? ProgressFeed::Bars::kKeep : ProgressFeed::Bars::kRemove);
  if (stopped) {
    session.say("stopped serving; receivers keep what they have and go on when you send again");
    return ExitCode::kInterrupted;
  }
  return served ? ExitCode::kDone : session.fail(served.error());
}

}  // namespace covey::cli
