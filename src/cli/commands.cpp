// CommandLine's definitions: each command with its options and their help.

#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/command_line.hpp"
#include "cli/doctor.hpp"
#include "cli/identity_commands.hpp"
#include "cli/manual.hpp"
#include "cli/network_commands.hpp"
#include "cli/receive_command.hpp"
#include "cli/send_command.hpp"
#include "cli/share_commands.hpp"
#include "cli/shared_options.hpp"

namespace covey::cli {

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
  send_command
      ->add_option("--limit-up", sending->limit_up,
                   "At most so many bytes a second to all receivers, for example 5M")
      ->type_name("RATE");
  send_command->add_flag("--qr", sending->qr, "Show the ticket as a QR code, too");

  auto receiving = std::make_shared<ReceiveOptions>();
  auto* receive_command = command("receive", "Fetch what a ticket names; run it again to resume",
                                  [this, receiving] { return receive(*receiving, session_); });
  add_download_options(
      receive_command, receiving->download, "TICKET",
      "The ticket: covey:… as the sender's side printed it, or - to read it from standard input");
  receive_command
      ->add_option("--wait", receiving->wait, "How long to look for the sender, for example 30s; else 2m")
      ->check(duration())
      ->type_name("DURATION");
  receive_command
      ->add_option("--limit-down", receiving->limit_down, "At most so many bytes a second, for example 5M")
      ->type_name("RATE");
  receive_command
      ->add_option("--limit-up", receiving->limit_up,
                   "Likewise, for what other receivers fetch from this one")
      ->type_name("RATE");
  receive_command->add_flag("--serve", receiving->serve,
                            "When everything is there, go on serving other receivers until Ctrl-C");
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
  share_command
      ->add_option(
          "--visibility", sharing->visibility,
          "Who can find it: network (all members), listed (those of --to), unlisted (whoever has a ticket)")
      ->check(CLI::IsMember({"network", "listed", "unlisted"}))
      ->type_name("WHO");
  share_command
      ->add_option("--access", sharing->access,
                   "Who may fetch it without a ticket: ask (nobody unasked), listed (those of --to), open "
                   "(who finds it)")
      ->check(CLI::IsMember({"ask", "listed", "open"}))
      ->type_name("WHO");
  share_command->add_option("--to", sharing->named, "A name or peer id that 'listed' means; may be repeated")
      ->type_name("PEER")
      ->allow_extra_args(false);
  share_command->add_option("--tag", sharing->tags, "A word to find it by; may be repeated")
      ->type_name("WORD")
      ->allow_extra_args(false);
  share_command->add_flag("--reveal-names", sharing->reveal_names,
                          "Let members find it by the file names in it, too");

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

void CommandLine::add_network_commands() {
  auto joining = std::make_shared<JoinOptions>();
  auto* join_command = command("join", "Become a member of a network under a name of one's own",
                               [this, joining] { return join(*joining, session_); });
  join_command
      ->add_option("LINK", joining->link, "The network's link, covey-network:…, as its tracker prints it")
      ->required();
  join_command
      ->add_option("--name", joining->name,
                   "3 to 32 of a-z, 0-9, dot, underscore and dash; else the name of covey init --name")
      ->type_name("NAME");
  join_command
      ->add_option(
          "--invite-file", joining->invite_file,
          "The invite code is this file's first line; else COVEY_INVITE, where the network asks for one")
      ->type_name("FILE");

  command("networks", "List the networks that this peer is in", [this] { return networks(session_); });

  auto left = std::make_shared<std::string>();
  command("leave", "End the membership in a network; tickets go on working",
          [this, left] { return leave(*left, session_); })
      ->add_option("NETWORK", *left, "Its key, the beginning of it, or this peer's name in it")
      ->required();

  auto searched = std::make_shared<SearchOptions>();
  auto* search_command =
      command("search", "Find shares by the words in their titles, tags and revealed file names",
              [this, searched] { return search(*searched, session_); });
  search_command->add_option("WORDS", searched->words,
                             "All must fit, each as the beginning of a word; none: everything");
  search_command->add_option("--owner", searched->owner, "Only this peer's, by name or peer id")
      ->type_name("PEER");
  search_command->add_option("--limit", searched->limit, "At most so many; else 50")
      ->check(CLI::PositiveNumber)
      ->type_name("N");

  command("peers", "List who is online in the networks", [this] { return peers(session_); });
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
  init_command->add_option("--name", made->name, "By which new networks and chats shall know this peer")
      ->type_name("NAME");
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

}  // namespace covey::cli
