#include "cli/doctor.hpp"

#include <algorithm>

#include "cli/identity_commands.hpp"
#include "cli/json_text.hpp"
#include "cli/progress_bar.hpp"

namespace covey::cli {
namespace {

constexpr std::string_view kUsualAddress = "[::]:7440";

std::string_view name_of(Health health) {
  switch (health) {
    case Health::kGood:
      return "good";
    case Health::kDoubtful:
      return "doubtful";
    case Health::kBroken:
      return "broken";
  }
  return "";
}

Finding check_settings(Session& session) {
  if (const auto read = session.read_settings(); !read) {
    return {Health::kBroken, read.error().context, "mend it, or take the line out"};
  }
  return {Health::kGood, "settings " + printable(session.settings_file().string()), {}};
}

/// A daemon that runs holds its own port, so the two belong together.
std::vector<Finding> check_daemon(Session& session) {
  const auto status = session.daemon().status();
  if (status) {
    std::string what = "the daemon runs and listens on";
    for (const std::string& address : status->listening) what += " " + address;
    return {{Health::kGood, what, {}}};
  }
  std::vector<Finding> out;
  if (status.error().code == ErrorCode::kUnreachable) {
    out.push_back({Health::kDoubtful, "no daemon is running",
                   "start it with: covey daemon (send and receive work without)"});
  } else {
    out.push_back(
        {Health::kBroken, status.error().context, "end the daemon and start it again: covey daemon"});
  }
  auto addresses = session.settings().texts("daemon.listen", {});
  if (addresses.empty()) addresses.emplace_back(kUsualAddress);
  for (const std::string& address : addresses) out.push_back(check_port_free(address));
  return out;
}

}  // namespace

std::string finding_line(const Finding& finding, Style style) {
  const bool unicode = style.glyphs == Glyphs::kUnicode;
  std::string sign;
  switch (finding.health) {
    case Health::kGood:
      sign = inked(unicode ? "✓" : "ok", Ink::kGreen, style);
      break;
    case Health::kDoubtful:
      sign = inked("!", Ink::kYellow, style);
      break;
    case Health::kBroken:
      sign = inked(unicode ? "✗" : "x", Ink::kRed, style);
      break;
  }
  std::string out = sign + " " + printable(finding.what, style.glyphs);
  if (!finding.mend.empty()) out += "\n    " + printable(finding.mend, style.glyphs);
  return out;
}

ExitCode doctor(Session& session) {
  std::vector<Finding> findings{check_home(session.home()), check_settings(session), check_identity(session)};
  for (Finding& finding : check_daemon(session)) findings.push_back(std::move(finding));
  findings.push_back(check_addresses());
  findings.push_back(check_clock(SystemClock().wall()));
  findings.push_back(check_disk_space(session.home()));
  findings.push_back(check_safe_files(session.home()));
  findings.push_back(check_open_files());
  findings.push_back(check_processor());

  const Style style = session.console().out_style();
  for (const Finding& finding : findings) {
    session.print(session.is_json() ? json_object({{"health", std::string(name_of(finding.health))},
                                                   {"what", finding.what},
                                                   {"mend", finding.mend}})
                                    : finding_line(finding, style));
  }
  const auto broken = std::count_if(findings.begin(), findings.end(),
                                    [](const Finding& finding) { return finding.health == Health::kBroken; });
  if (broken == 0) {
    session.say("nothing is broken");
    return ExitCode::kDone;
  }
  session.say(counted(static_cast<std::uint64_t>(broken), "thing") + " to mend, marked above");
  return ExitCode::kFailed;
}

}  // namespace covey::cli
