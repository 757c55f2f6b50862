#include "cli/receive_command.hpp"

#include <atomic>

#include "api/json.hpp"
#include "cli/interruption.hpp"
#include "cli/progress_writer.hpp"
#include "cli/ticket_output.hpp"
#include "cli/transfer_settings.hpp"

namespace covey::cli {
namespace {

constexpr std::uint64_t kWaitSeconds = 120;

class ReceiveReport final : public api::ReceiveObserver {
 public:
  explicit ReceiveReport(ProgressWriter& writer) : writer_(writer) {}

  void on_transfer(const api::TransferView& download) override {
    if (!download.peers.empty() || download.bytes_total > 0) met_a_peer_ = true;
    if (download.bytes_done > 0) has_bytes_ = true;
    if (download.state == api::TransferState::kComplete) told_complete_ = true;
    writer_.transfer(download);
  }

  [[nodiscard]] bool met_a_peer() const { return met_a_peer_; }
  [[nodiscard]] bool has_bytes() const { return has_bytes_; }
  [[nodiscard]] bool told_complete() const { return told_complete_; }

 private:
  ProgressWriter& writer_;
  std::atomic<bool> met_a_peer_ = false;
  std::atomic<bool> has_bytes_ = false;
  std::atomic<bool> told_complete_ = false;
};

/// "Not found" is for whom nobody answered at all; a peer that stopped answering later is a failure.
ExitCode receive_exit_code(ErrorCode code, bool met_a_peer) {
  const bool lost = code == ErrorCode::kTimedOut || code == ErrorCode::kUnreachable;
  return met_a_peer && lost ? ExitCode::kFailed : exit_code_of(code);
}

}  // namespace

Result<api::DownloadRequest> download_request_of(const DownloadOptions& options, Shares shares,
                                                 Session& session) {
  api::DownloadRequest request;
  const std::string chosen = session.settings().text("receive.directory", options.directory).value_or(".");
  TRY(request.directory, absolute_path(chosen));
  if (shares == Shares::kYes && options.what != "-" && !looks_like_ticket(options.what)) {
    request.share = options.what;
  } else {
    TRY(request.ticket, ticket_from(options.what, session));
  }
  std::error_code error;
  std::filesystem::create_directories(request.directory, error);
  if (error) return fail_errno(error.value(), "cannot make the folder " + printable(request.directory));
  request.select = options.select;
  request.settings.seed = session.settings().is_on("get.seed", true);
  TRY_VOID(apply(options.settings, request.settings));
  if (options.overwrite) request.on_existing = api::OnExisting::kOverwrite;
  if (options.rename) request.on_existing = api::OnExisting::kRename;
  return request;
}

void print_destination(const api::TransferView& transfer, Session& session) {
  if (session.is_json() || session.console().out_is_terminal) return;
  session.print(transfer.destination);
}

ExitCode receive(const ReceiveOptions& options, Session& session) {
  auto download = download_request_of(options.download, Shares::kNo, session);
  if (!download) return session.fail(download.error());
  const auto wait = session.settings().seconds("receive.wait", options.wait);
  if (!wait) return session.fail(wait.error());
  const auto limit_down = optional_rate(options.limit_down);
  if (!limit_down) return session.fail(limit_down.error());
  const auto limit_up = optional_rate(options.limit_up);
  if (!limit_up) return session.fail(limit_up.error());
  const api::ReceiveRequest request{.download = std::move(*download),
                                    .wait_seconds = wait->value_or(kWaitSeconds),
                                    .limit_down = *limit_down,
                                    .limit_up = *limit_up,
                                    .serve = options.serve};

  Interruption interruption([&] { session.programs().stop(); });
  ProgressWriter writer(session.console(), session.progress_mode());
  ReceiveReport report(writer);
  const auto received = session.programs().receive(request, report);
  if (received) {
    if (!report.told_complete()) writer.transfer(*received);
    writer.end();
    print_destination(*received, session);
    return ExitCode::kDone;
  }
  writer.end(ProgressFeed::Bars::kKeep);
  if (interruption.happened() || received.error().code == ErrorCode::kCancelled) {
    session.say("stopped; run the same command again to resume");
    return ExitCode::kInterrupted;
  }
  const ExitCode code =
      session.fail(received.error(), receive_exit_code(received.error().code, report.met_a_peer()));
  if (report.has_bytes()) session.say("what was verified is kept; run the same command again to resume");
  return code;
}

}  // namespace covey::cli
