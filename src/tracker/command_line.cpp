#include "tracker/command_line.hpp"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "base/quantity.hpp"
#include "base/version.hpp"

namespace covey::tracker {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kOwnDatabase = "tracker.db";

const CLI::Validator& duration() {
  static const CLI::Validator kDuration(
      [](std::string& text) {
        const auto parsed = parse_duration(text);
        return parsed ? std::string{} : parsed.error().context;
      },
      "");
  return kDuration;
}

/// "20:200": so many a second, after a burst of so many.
std::optional<Rate> parse_rate(const std::string& text) {
  Rate rate{};
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto read = [](std::string_view digits, double& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value > 0 && value <= 1e9;
  };
  const std::string_view view(text);
  if (!read(view.substr(0, colon), rate.per_second) || !read(view.substr(colon + 1), rate.burst))
    return std::nullopt;
  return rate;
}

void add_rate(CLI::App& app, const std::string& name, Rate& rate, const std::string& description) {
  app.add_option_function<std::string>(
         name,
         [&rate, name](const std::string& text) {
           const auto parsed = parse_rate(text);
           if (!parsed) throw CLI::ValidationError(name, "wants RATE:BURST, for example 50:200");
           rate = *parsed;
         },
         fmt::format("{}; else {}:{}", description, rate.per_second, rate.burst))
      ->type_name("RATE:BURST")
      ->group("Limits");
}

}  // namespace

CommandLine::CommandLine(std::ostream& out, std::ostream& err, identity::EnvironmentLookup environment)
    : out_(out),
      err_(err),
      environment_(std::move(environment)),
      app_(std::make_unique<CLI::App>(
          "The rendezvous server of a Covey network. Prints the network's link when it serves.",
          "covey-tracker")) {
  app_->require_subcommand(0, 1);
  app_->set_version_flag("--version", fmt::format("covey-tracker {}", kVersion), "Print the version");
  app_->add_option("--home", home_,
                   "Where its keys are kept; else COVEY_TRACKER_HOME, else ~/.local/share/covey-tracker")
      ->type_name("DIR");
  app_->add_option("--db", options_.database,
                   "sqlite:PATH or postgresql://…; else COVEY_TRACKER_DB, which is the place for a URL with "
                   "a password; "
                   "else a file in its home")
      ->type_name("URL");
  app_->footer("Exit codes: 0 done, 1 failed, 2 wrong usage.");
  add_serving_options();
  add_limit_options();
  add_admin_commands();
}

CommandLine::~CommandLine() = default;

void CommandLine::add_serving_options() {
  app_->add_option("--listen", options_.listen,
                   fmt::format("Where to listen; may be repeated; else {}", kDefaultListen))
      ->type_name("ADDR:PORT")
      ->allow_extra_args(false);
  app_->add_option(
          "--address", options_.addresses,
          "Where peers reach it, for the link; may be repeated, four at most; else this machine's addresses")
      ->type_name("HOST:PORT")
      ->allow_extra_args(false);
  app_->add_option("--registration", registration_,
                   "Who may become a member: open, invite or approval; else as it was")
      ->check(CLI::IsMember({"open", "invite", "approval"}))
      ->type_name("HOW");
  auto* chain = app_->add_option("--certificate", certificate_,
                                 "A certificate chain in PEM; else one signed by itself, which the link pins")
                    ->type_name("FILE");
  auto* key = app_->add_option("--certificate-key", certificate_key_, "The certificate's key in PEM")
                  ->type_name("FILE");
  chain->needs(key);
  key->needs(chain);
  app_->add_flag_callback(
      "--public-metrics", [this] { options_.metrics_for = MetricsFor::kEverybody; },
      "Show /metrics to everybody, not only to this machine");
}

void CommandLine::add_limit_options() {
  Limits& limits = options_.limits;
  app_->add_option("--max-connections", limits.connections,
                   fmt::format("In all; else {}", limits.connections))
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->type_name("N")
      ->group("Limits");
  app_->add_option("--max-connections-of-address", limits.connections_of_one_address,
                   fmt::format("Of one address; else {}", limits.connections_of_one_address))
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->type_name("N")
      ->group("Limits");
  add_rate(*app_, "--peer-rate", limits.requests_of_one_peer, "Requests a second of one peer");
  add_rate(*app_, "--address-rate", limits.requests_of_one_address, "Requests a second of one address");
  add_rate(*app_, "--login-rate", limits.logins_of_one_address, "Logins a second of one address");
  add_rate(*app_, "--handshake-rate", limits.handshakes_of_one_address,
           "TLS handshakes a second of one address");
}

CLI::App* CommandLine::admin_command(CLI::App& admin, const std::string& name, const std::string& description,
                                     Action action) {
  CLI::App* const added = admin.add_subcommand(name, description);
  added->fallthrough();
  added->callback([this, action = std::move(action)] { action_ = action; });
  return added;
}

void CommandLine::add_admin_commands() {
  CLI::App& admin = *app_->add_subcommand("admin", "Look after the members and invites of the network");
  admin.fallthrough();
  admin.require_subcommand(1);
  admin.add_flag("--json", json_, "One JSON object a line");

  auto how = std::make_shared<std::string>();
  admin_command(admin, "registration", "Show or set who may become a member",
                [how](Admin& act) -> Result<std::string> {
                  if (how->empty()) return act.registration();
                  TRY(const auto parsed, parse_registration(*how));
                  return act.set_registration(parsed);
                })
      ->add_option("HOW", *how, "open, invite or approval")
      ->check(CLI::IsMember({"open", "invite", "approval"}));

  auto wanted = std::make_shared<NewInvite>();
  auto life = std::make_shared<std::string>();
  auto* invite = admin_command(admin, "invite", "Make an invite; its code is shown this once",
                               [wanted, life](Admin& act) -> Result<std::string> {
                                 crypto::SystemRandom random;
                                 if (!life->empty()) {
                                   TRY(wanted->life, parse_duration(*life));
                                 }
                                 return act.invite(*wanted, random);
                               });
  invite->add_option("--uses", wanted->uses, "How many peers it lets in; else 1")
      ->check(CLI::Range(std::uint64_t{1}, registry::kMaxInviteUses))
      ->type_name("N");
  invite->add_option("--expires", *life, "How long it holds, for example 7d")
      ->check(duration())
      ->type_name("DURATION");
  invite->add_option("--note", wanted->note, "For whom it is, to recognise it by")->type_name("TEXT");
  admin_command(admin, "invites", "List the invites", [](Admin& act) { return act.invites(); });
  auto code = std::make_shared<std::string>();
  admin_command(admin, "revoke-invite", "End an invite",
                [code](Admin& act) { return act.revoke_invite(*code); })
      ->add_option("CODE", *code, "The code, or the id that invites lists")
      ->required();
  add_member_commands(admin);
}

void CommandLine::add_member_commands(CLI::App& admin) {
  auto waiting = std::make_shared<bool>(false);
  auto banned = std::make_shared<bool>(false);
  auto* members = admin_command(admin, "members", "List the members", [waiting, banned](Admin& act) {
    std::optional<registry::MemberState> state;
    if (*waiting) state = registry::MemberState::kWaiting;
    if (*banned) state = registry::MemberState::kBanned;
    return act.members(state);
  });
  auto* only_waiting = members->add_flag("--waiting", *waiting, "Only those who wait for approval");
  members->add_flag("--banned", *banned, "Only those who are banned")->excludes(only_waiting);

  const auto add = [&](const char* name, const char* description,
                       Result<std::string> (Admin::*method)(const std::string&)) {
    auto member = std::make_shared<std::string>();
    admin_command(admin, name, description, [member, method](Admin& act) { return (act.*method)(*member); })
        ->add_option("NAME", *member, "The member, as members lists it")
        ->required();
  };
  add("approve", "Let in a peer that waits", &Admin::approve);
  add("ban", "Keep a member out, and end its shares", &Admin::ban);
  add("unban", "Let a banned member in again", &Admin::unban);
  add("remove", "Remove a member and free its name", &Admin::remove);
}

Result<> CommandLine::find_places() {
  if (home_.empty()) {
    TRY(options_.home, tracker_home_folder(environment_));
  } else {
    options_.home = home_;
  }
  if (options_.database.empty()) options_.database = environment_("COVEY_TRACKER_DB").value_or("");
  if (options_.database.empty()) {
    options_.database = fmt::format("{}{}", kSqlite, (options_.home / kOwnDatabase).string());
  }
  if (!registration_.empty()) {
    TRY(options_.registration, parse_registration(registration_));
  }
  if (!certificate_.empty()) options_.certificate = CertificateFiles{certificate_, certificate_key_};
  return {};
}

Result<> CommandLine::administer() {
  // A mistyped place must not become a new database.
  if (options_.database.starts_with(kSqlite)) {
    const std::filesystem::path file(options_.database.substr(kSqlite.size()));
    if (!std::filesystem::exists(file)) {
      return fail(ErrorCode::kNotFound,
                  "there is no database {}; start covey-tracker first, or name it with --db", file.string());
    }
  }
  TRY(const auto source, registry::open_store_source(options_.database));
  TRY(const auto store, source->open());
  Admin admin(*store, json_ ? OutputForm::kJson : OutputForm::kText, SystemClock().wall());
  TRY(const auto printed, action_(admin));
  out_ << printed << std::flush;
  return {};
}

Result<> CommandLine::do_chosen() {
  TRY_VOID(find_places());
  return action_ ? administer() : serve_until_signal(options_, out_);
}

ExitCode CommandLine::fail_with(const Error& error) {
  err_ << "covey-tracker: " << error.context << '\n';
  return error.code == ErrorCode::kInvalidArgument ? ExitCode::kUsage : ExitCode::kFailed;
}

ExitCode CommandLine::run(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
  try {
    app_->parse(std::move(reversed));
  } catch (const CLI::Success& asked) {  // help and version
    app_->exit(asked, out_, err_);
    return ExitCode::kDone;
  } catch (const CLI::ParseError& mistake) {
    return fail_with(
        {ErrorCode::kInvalidArgument, fmt::format("{}. See covey-tracker --help", mistake.what())});
  }
  if (const auto result = do_chosen(); !result) return fail_with(result.error());
  return ExitCode::kDone;
}

int run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  if (!log::set_up(log::Verbosity::kVerbose)) return static_cast<int>(ExitCode::kFailed);
  CommandLine command_line(std::cout, std::cerr, [](std::string_view name) -> std::optional<std::string> {
    const char* const value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
  return static_cast<int>(command_line.run({argv + (argc > 0 ? 1 : 0), argv + argc}));
}

}  // namespace covey::tracker
