// CommandLine's definition of covey chat.

#include <CLI/CLI.hpp>

#include "cli/chat_commands.hpp"
#include "cli/command_line.hpp"

namespace covey::cli {

void CommandLine::add_chat_commands() {
  auto chosen = std::make_shared<ChatOptions>();
  auto* chat_command = command("chat", "List conversations, show one, or write to a peer",
                               [this, chosen] { return chat(*chosen, session_); });
  auto* peer =
      chat_command->add_option("PEER", chosen->peer, "Its name or peer id; without it all conversations");
  auto* message = chat_command->add_option(
      "MESSAGE", chosen->message,
      "What to write; - reads it from standard input. Without it the conversation is shown");
  message->needs(peer);
  auto* attach = chat_command->add_option("--attach", chosen->attach,
                                          "A path, or a share of one's own, that only this peer may fetch");
  attach->needs(peer)->type_name("PATH|SHARE");
  auto* follow =
      chat_command->add_flag("-f,--follow", chosen->follow, "Go on showing messages, until Ctrl-C");
  follow->needs(peer)->excludes(message)->excludes(attach);
  chat_command->add_flag("--wait", chosen->wait, "Wait until the message has been delivered")->needs(peer);
  chat_command->add_option("-n,--lines", chosen->lines, "How many messages to show, 20 if not said")
      ->check(CLI::Range(1, 500))
      ->type_name("N");
  auto* retry =
      chat_command->add_option("--retry", chosen->retry, "Send again a message that was not delivered");
  retry->needs(peer)->excludes(message)->excludes(attach)->excludes(follow)->type_name("ID");
  chat_command->add_flag("--forget", chosen->forget, "Forget the conversation on this side")
      ->needs(peer)
      ->excludes(message)
      ->excludes(attach)
      ->excludes(follow)
      ->excludes(retry);
}

}  // namespace covey::cli
