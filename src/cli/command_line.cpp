#include "cli/command_line.hpp"

#include <algorithm>
#include <ostream>

#include <CLI/CLI.hpp>

#include "base/quantity.hpp"
#include "cli/daemon_command.hpp"
#include "cli/definitions.hpp"
#include "cli/doctor.hpp"
#include "cli/identity_commands.hpp"
#include "cli/manual.hpp"
#include "cli/receive_command.hpp"
#include "cli/send_command.hpp"
#include "cli/share_commands.hpp"
#include "cli/transfer_commands.hpp"

namespace covey::cli {
namespace {

const CLI::Validator& duration() {
  static const CLI::Validator kDuration(
      [](std::string& text) {
        const auto parsed = parse_duration(text);
        return parsed ? std::string{} : parsed.error().context;
      },
      "");
  return kDuration;
}

void add_download_options(CLI::App* command, DownloadOptions& options) {
  command
      ->add_option("TICKET", options.ticket,
                   "The ticket: covey:… as the sender's side printed it, or - to read it from standard input")
      ->required();
  command
      ->add_option("-o,--output", options.directory, "Put it into this folder; without it, the current one")
      ->type_name("DIR");
  command
      ->add_option("--select", options.select,
                   "Only what matches, inside a shared folder, for example 'photos/*.jpg'; may be repeated")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  auto* overwrite = command->add_flag("--overwrite", options.overwrite,
                                      "Replace what stands in the way under the same name");
  command
      ->add_flag("--rename", options.rename, "Keep what stands in the way and take another name: 'name (2)'")
      ->excludes(overwrite);
}

}  // namespace

CommandLine::CommandLine(Session& session)
    : session_(session),
      app_(std::make_unique<CLI::App>(
          "Covey hands files from peer to peer, encrypted and verified; the owner stays in control.",
          "covey")) {
  app_->require_subcommand(0, 1);
  app_->footer(
      "Examples:\n"
      "  covey send holiday-photos            on one machine: prints a ticket\n"
      "  covey receive covey:…                on the other: fetches what the ticket names\n"
      "  covey COMMAND --help                 all options of a command\n\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused or expired, 4 not found or unreachable,\n"
      "5 content did not verify, 130 interrupted.");
  add_global_options();
  add_transfer_commands();
  add_share_commands();
  add_watch_commands();
  add_identity_commands();
  add_shell_commands();
}

CommandLine::~CommandLine() = default;

void CommandLine::add_global_options() {
  GlobalOptions& options = session_.options();
  app_->add_flag_callback(
      "--json", [&options] { options.form = OutputForm::kJson; },
      "Results and events as JSON, one object a line");
  auto* quiet = app_->add_flag("-q,--quiet", options.quiet, "Only results and errors");
  app_->add_flag("-v,--verbose", options.verbose, "Tell more; twice, everything")->excludes(quiet);
  app_->add_option("--home", options.home,
                   "Where this peer keeps its identity and state; else COVEY_HOME, else ~/.local/share/covey")
      ->type_name("DIR");
  app_->add_flag("--no-color", options.no_colour, "No colours, as with NO_COLOR in the environment");
  app_->set_version_flag("--version", "covey " COVEY_VERSION, "Print the version");
}

CLI::App* CommandLine::command(const std::string& name, const std::string& description,
                               std::function<ExitCode()> action, Needs needs) {
  CLI::App* added = app_->add_subcommand(name, description);
  added->fallthrough();  // global options are understood after the command, too
  added->callback([this, needs, action = std::move(action)] {
    chosen_ = action;
    needs_ = needs;
  });
  return added;
}

void CommandLine::add_transfer_commands() {
  auto sending = std::make_shared<SendOptions>();
  auto* send_command = command("send", "Serve files or a folder to whoever has the ticket that this prints",
                               [this, sending] { return send(*sending, session_); });
  send_command->add_option("PATH", sending->paths, "Files and folders; several become one folder")
      ->required();
  send_command->add_option("--title", sending->title, "What receivers see as the name; else the file's own")
      ->type_name("TEXT");
  send_command
      ->add_option("--listen", sending->listen,
                   "Where to listen, for example 192.0.2.7:7440 or [::]:0; may be repeated; else everywhere")
      ->type_name("ADDR")
      ->allow_extra_args(false);
  send_command->add_flag("--once", sending->once, "End when one receiver has verified everything");
  send_command->add_flag("--verify", sending->verify,
                         "First fetch it back over the real transport and check it");
  send_command->add_option("--expires", sending->expires, "How long the ticket holds, for example 1d")
      ->check(duration())
      ->type_name("DURATION");
  send_command->add_option("--uses", sending->uses, "How many receivers the ticket lets in")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  send_command->add_flag("--qr", sending->qr, "Show the ticket as a QR code, too");

  auto receiving = std::make_shared<ReceiveOptions>();
  auto* receive_command = command("receive", "Fetch what a ticket names; run it again to resume",
                                  [this, receiving] { return receive(*receiving, session_); });
  add_download_options(receive_command, receiving->download);
  receive_command
      ->add_option("--wait", receiving->wait, "How long to look for the sender, for example 30s; else 2m")
      ->check(duration())
      ->type_name("DURATION");
}

void CommandLine::add_share_commands() {
  auto sharing = std::make_shared<ShareOptions>();
  auto* share_command =
      command("share", "Publish files or folders through the daemon; covey ticket gives a link",
              [this, sharing] { return share(*sharing, session_); });
  share_command->add_option("PATH", sharing->paths, "Files and folders, each a share of its own")->required();
  share_command->add_option("--title", sharing->title, "What receivers see as the name; else the file's own")
      ->type_name("TEXT");
  share_command->add_option("--expires", sharing->expires, "When the share ends by itself, for example 7d")
      ->check(duration())
      ->type_name("DURATION");
  share_command->add_flag("--verify", sharing->verify,
                          "Fetch it back over the real transport and check it before it is ready");

  command("shares", "List what is shared", [this] { return shares(session_); });

  auto ended = std::make_shared<std::string>();
  command("unshare", "End a share; its files stay where they are",
          [this, ended] { return unshare(*ended, session_); })
      ->add_option("SHARE", *ended, "Its id, the beginning of it, or its title")
      ->required();

  auto asked = std::make_shared<TicketOptions>();
  auto* ticket_command = command("ticket", "Make a link that lets its holder fetch a share",
                                 [this, asked] { return ticket(*asked, session_); });
  ticket_command->add_option("SHARE", asked->share, "The share's id, the beginning of it, or its title")
      ->required();
  ticket_command->add_option("--expires", asked->expires, "How long the ticket holds, for example 7d")
      ->check(duration())
      ->type_name("DURATION");
  ticket_command->add_option("--uses", asked->uses, "How many receivers the ticket lets in")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  ticket_command->add_flag("--qr", asked->qr, "Show it as a QR code, too");
}

void CommandLine::add_watch_commands() {
  auto fetched = std::make_shared<GetOptions>();
  auto* get_command = command("get", "Fetch what a ticket names through the daemon, which goes on by itself",
                              [this, fetched] { return get(*fetched, session_); });
  add_download_options(get_command, fetched->download);
  get_command->add_flag("-d,--detach", fetched->detach,
                        "Print the transfer's id and leave the rest to the daemon");

  auto listed = std::make_shared<TransfersOptions>();
  auto* transfers_command = command("transfers", "List downloads and uploads, or watch them",
                                    [this, listed] { return transfers(*listed, session_); });
  transfers_command->add_option("ID", listed->id, "Only this transfer");
  transfers_command->add_flag("-w,--watch", listed->watch, "Live, until it is over or Ctrl-C");

  const auto add_change = [this](const char* name, const char* description,
                                 std::function<ExitCode(const std::string&)> action) {
    auto id = std::make_shared<std::string>();
    auto* added = command(name, description, [id, action = std::move(action)] { return action(*id); });
    added->add_option("ID", *id, "The transfer, as covey transfers lists it")->required();
    return added;
  };
  add_change("pause", "Halt a transfer; what has arrived is kept",
             [this](const std::string& id) { return pause(id, session_); });
  add_change("resume", "Go on with a paused or failed transfer",
             [this](const std::string& id) { return resume(id, session_); });
  auto deletes = std::make_shared<bool>(false);
  add_change("cancel", "End a transfer for good", [this, deletes](const std::string& id) {
    return cancel(id, *deletes ? api::PartialFiles::kDelete : api::PartialFiles::kKeep, session_);
  })->add_flag("--delete", *deletes, "Delete what has arrived of it so far");

  auto serving = std::make_shared<DaemonOptions>();
  auto* daemon_command = command("daemon", "Run the peer that share, get and the other commands talk to",
                                 [this, serving] { return daemon(*serving, session_); });
  daemon_command
      ->add_option("--listen", serving->listen, "Where other peers reach it; may be repeated; else [::]:7440")
      ->type_name("ADDR")
      ->allow_extra_args(false);
  daemon_command
      ->add_option(
          "--passphrase-file", serving->passphrase_file,
          "The identity's passphrase is this file's first line; else COVEY_PASSPHRASE, else it is asked for")
      ->type_name("FILE");
  daemon_command->add_flag("--stop", serving->stop, "Ask the running daemon to end in order");

  command("status", "What the daemon does at this moment", [this] { return status(session_); });
}

void CommandLine::add_identity_commands() {
  auto made = std::make_shared<InitOptions>();
  auto* init_command =
      command("init", "Make this peer's identity; the daemon needs one, send and receive do not",
              [this, made] { return init(*made, session_); });
  auto* from_file =
      init_command
          ->add_option("--passphrase-file", made->passphrase_file,
                       "Protect the identity with the passphrase on this file's first line; also "
                       "taken from COVEY_PASSPHRASE")
          ->type_name("FILE");
  init_command->add_flag("--passphrase", made->ask_passphrase, "Ask for a passphrase to protect the identity")
      ->excludes(from_file);

  auto shown = std::make_shared<IdOptions>();
  auto* id_command =
      command("id", "This peer's id and its safety words", [this, shown] { return id(*shown, session_); });
  id_command->add_flag("--qr", shown->qr, "Show the id as a QR code, too");

  command(
      "doctor", "Check this set-up and say how to mend what is wrong", [this] { return doctor(session_); },
      Needs::kHome);
}

void CommandLine::add_shell_commands() {
  auto shell = std::make_shared<std::string>();
  command(
      "completions", "Print completions for a shell, to be loaded by it",
      [this, shell] {
        session_.console().out << completions(*app_, *shell) << std::flush;
        return ExitCode::kDone;
      },
      Needs::kNothing)
      ->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command(
      "man", "Print the manual page, for man -l",
      [this] {
        session_.console().out << manual_page(*app_, COVEY_VERSION) << std::flush;
        return ExitCode::kDone;
      },
      Needs::kNothing);
}

int CommandLine::help_columns() const {
  constexpr int kNarrowest = 60;
  constexpr int kWidest = 100;
  return std::clamp(session_.console().columns(), kNarrowest, kWidest);
}

std::string CommandLine::unknown_command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> known;
  for (const CLI::App* command : commands_of(*app_)) known.push_back(command->get_name());
  const auto word = std::find_if(arguments.begin(), arguments.end(),
                                 [](const std::string& argument) { return !argument.starts_with('-'); });
  if (word == arguments.end() || !app_->get_subcommands().empty()) return {};
  const std::string nearest = nearest_word(*word, known);
  return fmt::format("there is no command '{}'{}", *word,
                     nearest.empty() ? std::string{} : "; did you mean " + nearest + "?");
}

ExitCode CommandLine::wrong_usage(std::string what) {
  const auto commands = app_->get_subcommands();
  const std::string where = commands.empty() ? "covey" : "covey " + commands.front()->get_name();
  while (!what.empty() && (what.back() == '.' || what.back() == '\n')) what.pop_back();
  return session_.fail({ErrorCode::kInvalidArgument,
                        fmt::format("{}{} See {} --help", what, what.ends_with('?') ? "" : ".", where)},
                       ExitCode::kUsage);
}

ExitCode CommandLine::parse_and_choose(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
  try {
    app_->parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const auto commands = app_->get_subcommands();
    session_.console().out << (help_text(commands.empty() ? *app_ : *commands.front(), help_columns()))
                           << std::flush;
    return ExitCode::kDone;
  } catch (const CLI::CallForVersion& version) {
    session_.print(version.what());
    return ExitCode::kDone;
  } catch (const CLI::ParseError& error) {
    // Asked for before the mistake, JSON is still how the caller reads errors.
    if (std::find(arguments.begin(), arguments.end(), "--json") != arguments.end()) {
      session_.options().form = OutputForm::kJson;
    }
    const std::string unknown = unknown_command(arguments);
    return wrong_usage(unknown.empty() ? error.what() : unknown);
  }
  if (!chosen_) {
    session_.console().err << help_text(*app_, help_columns()) << std::flush;
    return ExitCode::kUsage;
  }
  return ExitCode::kDone;
}

ExitCode CommandLine::run(const std::vector<std::string>& arguments) {
  if (const ExitCode code = parse_and_choose(arguments); code != ExitCode::kDone || !chosen_) return code;
  if (needs_ != Needs::kNothing) {
    if (const auto found = session_.find_home(); !found) return session_.fail(found.error());
  }
  if (needs_ == Needs::kSettings) {
    if (const auto read = session_.read_settings(); !read) return session_.fail(read.error());
  }
  return chosen_();
}

}  // namespace covey::cli
