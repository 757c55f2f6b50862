// CommandLine's definitions of the commands about consent: requests, grants, rules, people and the audit log.

#include <CLI/CLI.hpp>

#include "cli/audit_commands.hpp"
#include "cli/command_line.hpp"
#include "cli/grant_commands.hpp"
#include "cli/people_commands.hpp"
#include "cli/request_commands.hpp"
#include "cli/shared_options.hpp"

namespace covey::cli {
namespace {

constexpr const char* kRequestHelp = "The request's id as covey requests lists it, or the beginning of it";
constexpr const char* kShareHelp = "The share's id, the beginning of it, or its title";
constexpr const char* kPeerHelp = "Its name or peer id, as covey people lists it";

struct About {
  std::string what;
  std::string reason;
};

}  // namespace

void CommandLine::add_request_commands() {
  auto listed = std::make_shared<RequestsOptions>();
  auto* requests_command = command("requests", "List who asks for what, or answer as they come",
                                   [this, listed] { return requests(*listed, session_); });
  auto* id = requests_command->add_option("ID", listed->id, "Only this one, in full: who asks, and for what");
  auto* all = requests_command->add_flag("--all", listed->all, "Also those that are over");
  requests_command
      ->add_flag("-w,--watch", listed->watch,
                 "Live, until q or Ctrl-C; on a terminal y and n answer the one that is shown")
      ->excludes(id)
      ->excludes(all);

  auto approved = std::make_shared<ApproveOptions>();
  auto* approve_command = command("approve", "Say yes to a peer that asks for a share",
                                  [this, approved] { return approve(*approved, session_); });
  approve_command->add_option("ID", approved->id, kRequestHelp)->required();
  approve_command
      ->add_option("--for", approved->duration, "How long it holds, for example 24h; else until revoked")
      ->check(duration())
      ->type_name("DURATION");
  approve_command->add_option("--bytes", approved->bytes, "How much may be fetched in all, for example 2G")
      ->type_name("SIZE");
  approve_command->add_flag("--always", approved->always,
                            "Approve this peer's later requests for the share without asking");

  auto denied = std::make_shared<About>();
  auto* deny_command = command("deny", "Say no to a peer that asks for a share",
                               [this, denied] { return deny(denied->what, denied->reason, session_); });
  deny_command->add_option("ID", denied->what, kRequestHelp)->required();
  deny_command->add_option("--reason", denied->reason, "What the other side is told")->type_name("TEXT");

  auto withdrawn = std::make_shared<std::string>();
  command("withdraw", "Take back a request of one's own; its download is cancelled",
          [this, withdrawn] { return withdraw(*withdrawn, session_); })
      ->add_option("ID", *withdrawn, kRequestHelp)
      ->required();
}

void CommandLine::add_consent_commands() {
  auto all = std::make_shared<bool>(false);
  command("grants", "List what was approved to whom", [this, all] {
    return grants(*all, session_);
  })->add_flag("--all", *all, "Also what was revoked or is over");

  auto revoked = std::make_shared<std::string>();
  command("revoke", "Take back a grant or a ticket; what was delivered cannot be called back",
          [this, revoked] { return revoke(*revoked, session_); })
      ->add_option("ID", *revoked, "As covey grants or covey tickets lists it, or the beginning of it")
      ->required();

  auto of = std::make_shared<std::string>();
  command("tickets", "List the tickets to a share", [this, of] { return tickets(*of, session_); })
      ->add_option("SHARE", *of, kShareHelp)
      ->required();

  auto ruled = std::make_shared<RulesOptions>();
  auto* rules_command = command("rules", "Show or change who may find a share and fetch it",
                                [this, ruled] { return rules(*ruled, session_); });
  rules_command->add_option("SHARE", ruled->share, kShareHelp)->required();
  rules_command
      ->add_option(
          "--visibility", ruled->visibility,
          "Who can find it: network (all members), listed (those of --to), unlisted (whoever has a ticket)")
      ->check(CLI::IsMember({"network", "listed", "unlisted"}))
      ->type_name("WHO");
  rules_command
      ->add_option(
          "--access", ruled->access,
          "Who may fetch it without a ticket: ask (whom you approve), listed (those of --to), open (who "
          "finds it)")
      ->check(CLI::IsMember({"ask", "listed", "open"}))
      ->type_name("WHO");
  rules_command
      ->add_option("--to", ruled->to, "A further name or peer id that 'listed' means; may be repeated")
      ->type_name("PEER")
      ->allow_extra_args(false);
  rules_command->add_option("--not-to", ruled->not_to, "Somebody whom it means no more; may be repeated")
      ->type_name("PEER")
      ->allow_extra_args(false);
}

void CommandLine::add_people_commands() {
  command("people", "List the peers that this one has met", [this] { return people(session_); });

  auto blocked = std::make_shared<BlockOptions>();
  auto* block_command = command("block", "Let a peer find and fetch nothing, and hear none of its requests",
                                [this, blocked] { return block(*blocked, session_); });
  block_command->add_option("PEER", blocked->peer, kPeerHelp)->required();
  block_command->add_option("--for", blocked->duration, "How long, for example 24h; else until covey unblock")
      ->check(duration())
      ->type_name("DURATION");
  block_command->add_option("--reason", blocked->reason, "A note for yourself")->type_name("TEXT");

  auto unblocked = std::make_shared<std::string>();
  command("unblock", "End a block", [this, unblocked] { return unblock(*unblocked, session_); })
      ->add_option("PEER", *unblocked, kPeerHelp)
      ->required();

  struct Trusting {
    std::string peer;
    std::vector<std::string> shares;
  };
  auto trusted = std::make_shared<Trusting>();
  auto* trust_command = command("trust", "Approve a peer's requests without being asked",
                                [this, trusted] { return trust(trusted->peer, trusted->shares, session_); });
  trust_command->add_option("PEER", trusted->peer, kPeerHelp)->required();
  trust_command->add_option("--share", trusted->shares, "Only for this share; may be repeated; else for all")
      ->type_name("SHARE")
      ->allow_extra_args(false);

  auto untrusted = std::make_shared<std::string>();
  command("untrust", "Be asked about a peer's requests again",
          [this, untrusted] { return untrust(*untrusted, session_); })
      ->add_option("PEER", *untrusted, kPeerHelp)
      ->required();
}

void CommandLine::add_audit_commands() {
  auto audited = std::make_shared<AuditOptions>();
  auto* audit_command = command("audit", "Read, check or export the log of every access and change",
                                [this, audited] { return audit(*audited, session_); });
  audit_command->add_option("ACTION", audited->action, "show (as without it), verify, or export with a FILE")
      ->check(CLI::IsMember({"show", "verify", "export"}));
  audit_command->add_option("FILE", audited->file, "For export: the file to write; it must not exist");
  audit_command
      ->add_option("--since", audited->since,
                   "Not before, for example 24h (so long ago), 2026-11-21 or "
                   "2026-11-21T08:30")
      ->type_name("WHEN");
  audit_command->add_option("--until", audited->until, "Not after; a day is meant to its end")
      ->type_name("WHEN");
  audit_command->add_option("--peer", audited->peer, "Only about this peer, by name or peer id")
      ->type_name("PEER");
  audit_command->add_option("--share", audited->share, "Only about this share, by id or title")
      ->type_name("SHARE");
  audit_command->add_option("--action", audited->only_action, "Only this action, as the table names it")
      ->type_name("WORD");
  audit_command->add_option("--outcome", audited->outcome, "Only allowed, refused or noted")
      ->check(CLI::IsMember({"allowed", "refused", "noted"}))
      ->type_name("WORD");
  audit_command->add_option("--code", audited->code, "Only for this reason, as the table names it")
      ->type_name("WORD");
  audit_command->add_option("-n,--lines", audited->count, "At most so many lines, the newest; else 100")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  audit_command->add_flag("--csv", audited->csv, "Export as CSV instead of one JSON object a line");

  auto undone = std::make_shared<std::optional<std::uint64_t>>();
  command("alerts", "List what this peer noticed and people should look at",
          [this, undone] { return *undone ? undo_alert(**undone, session_) : alerts(session_); })
      ->add_option("--undo", *undone, "Take back what was done by itself because of this alert")
      ->type_name("ID");
}

}  // namespace covey::cli
