// CommandLine's definitions of the commands about transfers of the daemon.

#include <CLI/CLI.hpp>

#include "cli/command_line.hpp"
#include "cli/daemon_command.hpp"
#include "cli/limit_commands.hpp"
#include "cli/managing_commands.hpp"
#include "cli/shared_options.hpp"
#include "cli/transfer_commands.hpp"

namespace covey::cli {
namespace {

/// ID... and --all.
void add_choice(CLI::App* command, ChosenTransfers& chosen, const char* all) {
  auto* ids = command->add_option("ID", chosen.ids, "The transfers, as covey transfers lists them");
  command->add_flag("--all", chosen.all, all)->excludes(ids);
}

}  // namespace

void CommandLine::add_watch_commands() {
  auto fetched = std::make_shared<GetOptions>();
  auto* get_command =
      command("get", "Fetch a share, by ticket or as a member, through the daemon, which goes on",
              [this, fetched] { return get(*fetched, session_); });
  add_download_options(
      get_command, fetched->download, "TICKET|SHARE",
      "A ticket, or - to read one from standard input; or a share's id or title, as covey search shows it");
  add_setting_options(get_command, fetched->download.settings);
  get_command
      ->add_option("--reason", fetched->reason, "What the owner is told where it has to approve you first")
      ->type_name("TEXT");
  get_command->add_flag("-d,--detach", fetched->detach,
                        "Print the transfer's id and leave the rest to the daemon");

  auto listed = std::make_shared<TransfersOptions>();
  auto* transfers_command = command("transfers", "List downloads and uploads, or watch them",
                                    [this, listed] { return transfers(*listed, session_); });
  transfers_command->add_option("ID", listed->id, "Only this transfer");
  transfers_command->add_flag("-w,--watch", listed->watch, "Live, until it is over or Ctrl-C");

  add_managing_commands();

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
  auto* address =
      daemon_command
          ->add_option("--ui", serving->ui, "Where the web UI is served; else COVEY_UI, else 127.0.0.1:7442")
          ->type_name("ADDR");
  daemon_command->add_flag("--no-ui", serving->no_ui, "Serve no web UI")->excludes(address);
  daemon_command
      ->add_option("--ui-name", serving->ui_names, "A name by which browsers reach it; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  daemon_command->add_flag("--ui-tls", serving->ui_tls, "Serve it by TLS, with a certificate made once");
  auto* certificate =
      daemon_command
          ->add_option("--ui-certificate", serving->ui_certificate, "Serve it by TLS with this one (PEM)")
          ->type_name("FILE");
  auto* key = daemon_command->add_option("--ui-key", serving->ui_key, "The certificate's key (PEM)")
                  ->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  daemon_command->add_flag("--stop", serving->stop, "Ask the running daemon to end in order");

  command("status", "What the daemon does at this moment", [this] { return status(session_); });
}

void CommandLine::add_managing_commands() {
  auto paused = std::make_shared<ChosenTransfers>();
  add_choice(command("pause", "Halt transfers; what has arrived is kept",
                     [this, paused] { return pause(*paused, session_); }),
             *paused, "All downloads that run or wait");
  for (const char* name : {"resume", "retry"}) {
    auto resumed = std::make_shared<ChosenTransfers>();
    add_choice(
        command(name, "Go on with paused and failed transfers, or fetch again what a check found changed",
                [this, resumed] { return resume(*resumed, session_); }),
        *resumed, "All downloads that are paused or failed");
  }
  struct Cancelling {
    ChosenTransfers chosen;
    bool keeps = false;
    bool deletes = false;
  };
  auto cancelled = std::make_shared<Cancelling>();
  auto* cancel_command = command("cancel", "End transfers for good", [this, cancelled] {
    std::optional<api::PartialFiles> partial;
    if (cancelled->keeps) partial = api::PartialFiles::kKeep;
    if (cancelled->deletes) partial = api::PartialFiles::kDelete;
    return cancel(cancelled->chosen, partial, session_);
  });
  add_choice(cancel_command, cancelled->chosen, "All downloads that are not over");
  auto* keeps = cancel_command->add_flag("--keep", cancelled->keeps,
                                         "Keep what has arrived, so that covey get goes on from there; "
                                         "without this and --delete it is asked on a terminal");
  cancel_command->add_flag("--delete", cancelled->deletes, "Delete what has arrived so far")->excludes(keeps);

  auto removed = std::make_shared<RemoveOptions>();
  auto* remove_command = command("remove", "Take downloads off the list; those that run are cancelled first",
                                 [this, removed] { return remove(*removed, session_); });
  add_choice(remove_command, removed->chosen, "All downloads");
  remove_command->add_flag("--over", removed->over, "All that are complete, cancelled or failed");
  remove_command->add_flag("--delete", removed->with_partial,
                           "Delete what has arrived of unfinished ones, too; finished files stay");
  remove_command->add_flag("--delete-files", removed->with_files,
                           "Delete the files of finished ones, too, and what has arrived of others");
  add_settling_commands();
}

void CommandLine::add_settling_commands() {
  auto setting = std::make_shared<SetOptions>();
  auto* set_command = command("set", "Change a download's priority, order of pieces and limits, or show them",
                              [this, setting] { return set(*setting, session_); });
  set_command->add_option("ID", setting->id, "The download, as covey transfers lists it")->required();
  add_setting_options(set_command, setting->settings);
  set_command
      ->add_flag("--rarest-first", setting->settings.rarest_first,
                 "The pieces that the fewest have first, as usual")
      ->excludes("--sequential");

  auto explained = std::make_shared<std::string>();
  command("explain", "Where a transfer's bytes come from, and what holds it up",
          [this, explained] { return explain(*explained, session_); })
      ->add_option("ID", *explained, "The transfer, as covey transfers lists it")
      ->required();

  struct Streaming {
    std::string id;
    std::string file;
  };
  auto streamed = std::make_shared<Streaming>();
  auto* stream_command =
      command("stream", "Print an address at which a player opens a file of a download, also while it runs",
              [this, streamed] { return stream(streamed->id, streamed->file, session_); });
  stream_command->add_option("ID", streamed->id, "The download, as covey transfers lists it")->required();
  stream_command->add_option("FILE", streamed->file,
                             "Its path in the share, or its name; else the only file or the largest of audio "
                             "and video");

  auto checked = std::make_shared<std::string>();
  command("verify", "Read again what is here of a download and check it; what is wrong is fetched again",
          [this, checked] { return verify(*checked, session_); })
      ->add_option("ID", *checked, "The download, as covey transfers lists it")
      ->required();

  struct Moving {
    std::string id;
    std::string directory;
  };
  auto moved = std::make_shared<Moving>();
  auto* move_command = command("move", "Move what is here of a download to another folder",
                               [this, moved] { return move(moved->id, moved->directory, session_); });
  move_command->add_option("ID", moved->id, "The download, as covey transfers lists it")->required();
  move_command->add_option("DIR", moved->directory, "The folder that then holds it")->required();

  auto limited = std::make_shared<LimitOptions>();
  auto* limits_command = command("limits", "Show or change how fast the daemon moves bytes",
                                 [this, limited] { return limits(*limited, session_); });
  limits_command->add_option("--down", limited->down, "Of all transfers; such as 5M, or none")
      ->type_name("RATE");
  limits_command->add_option("--up", limited->up, "Of all transfers; such as 1M, or none")->type_name("RATE");
  limits_command->add_option("--per-peer-down", limited->per_peer_down, "From any one peer")
      ->type_name("RATE");
  limits_command->add_option("--per-peer-up", limited->per_peer_up, "To any one peer")->type_name("RATE");
  limits_command->add_option("--slots", limited->slots, "How many peers are served at a time")
      ->type_name("N");
  limits_command
      ->add_option("--active", limited->active, "How many downloads run at a time; others are queued")
      ->type_name("N");
  auto* between =
      limits_command
          ->add_option("--limit-between", limited->between,
                       "Instead of --down and --up at these times, such as 08:00-18:00=2M, 22:00-06:00=5M/1M "
                       "(down/up) or 12:00-13:00=none; may be repeated, and replaces the schedule")
          ->type_name("SPAN")
          ->allow_extra_args(false);
  limits_command->add_flag("--no-schedule", limited->no_schedule, "Forget the schedule")->excludes(between);
}

}  // namespace covey::cli
