// covey rules: who may find a share and fetch it, shown and changed.

#include <algorithm>
#include <ostream>

#include "api/json.hpp"
#include "cli/grant_commands.hpp"
#include "cli/people_text.hpp"
#include "cli/progress_bar.hpp"

namespace covey::cli {
namespace {

using api::PersonView;
using api::ShareView;

/// By its id, an unambiguous beginning of it, or its title, as the daemon takes it.
Result<ShareView> share_called(const std::string& name, const std::vector<ShareView>& shares) {
  std::vector<const ShareView*> fitting;
  for (const ShareView& share : shares) {
    if (share.id == name) return share;
    if (share.id.starts_with(name) || share.title == name) fitting.push_back(&share);
  }
  if (fitting.size() == 1) return *fitting.front();
  if (fitting.empty())
    return covey::fail(ErrorCode::kNotFound, "there is no share '{}'; covey shares lists them",
                       printable(name));
  return covey::fail(ErrorCode::kInvalidArgument, "{} shares are called '{}'; write the id of one of them",
                     fitting.size(), printable(name));
}

/// Takes whoever is meant by a name or a peer id off the list.
Result<> take_off(std::vector<std::string>& named, const std::string& who,
                  const std::vector<PersonView>& people) {
  const auto is_meant = [&](const std::string& peer_id) {
    return peer_id == who || std::any_of(people.begin(), people.end(), [&](const PersonView& person) {
             return person.peer_id == peer_id && person.name == who;
           });
  };
  const auto meant = std::count_if(named.begin(), named.end(), is_meant);
  if (meant == 0)
    return covey::fail(ErrorCode::kNotFound, "'{}' is not among those that the share names", printable(who));
  if (meant > 1) {
    return covey::fail(ErrorCode::kInvalidArgument, "{} of those named are called '{}'; write the peer id",
                       meant, printable(who));
  }
  std::erase_if(named, is_meant);
  return {};
}

Result<api::ShareRulesRequest> changed(const ShareView& share, const RulesOptions& options,
                                       const std::vector<PersonView>& people) {
  api::ShareRulesRequest out{share.visibility, share.access, share.named};
  if (!options.visibility.empty()) {
    TRY(out.visibility, api::visibility_named(options.visibility));
  }
  if (!options.access.empty()) {
    TRY(out.access, api::access_named(options.access));
  }
  for (const std::string& who : options.not_to) {
    TRY_VOID(take_off(out.named, who, people));
  }
  out.named.insert(out.named.end(), options.to.begin(), options.to.end());
  return out;
}

std::string visibility_words(const ShareView& share) {
  switch (share.visibility) {
    case api::Visibility::kNetwork:
      return "all members of its networks";
    case api::Visibility::kListed:
      return "those named";
    case api::Visibility::kUnlisted:
      return "nobody without a ticket";
  }
  return {};
}

std::string access_words(const ShareView& share) {
  switch (share.access) {
    case api::Access::kAsk:
      return "whom you approve; covey requests shows who asks";
    case api::Access::kListed:
      return "those named, and whom you approve";
    case api::Access::kOpen:
      return "whoever finds it";
  }
  return {};
}

std::string called(const std::string& peer_id, const std::vector<PersonView>& people) {
  for (const PersonView& person : people) {
    if (person.peer_id == peer_id && !person.name.empty()) return person.name + "  " + peer_id;
  }
  return peer_id;
}

void show(const ShareView& share, const std::vector<PersonView>& people, Session& session) {
  const Glyphs glyphs = session.console().glyphs;
  session.print(fmt::format("share      {}  {}", printable(share.title, glyphs), share.id));
  session.print(fmt::format("found by   {} ({})", visibility_words(share), api::name_of(share.visibility)));
  session.print(fmt::format("fetched by {} ({})", access_words(share), api::name_of(share.access)));
  for (const std::string& peer_id : share.named)
    session.print("named      " + printable(called(peer_id, people), glyphs));
  const bool names_count =
      share.visibility == api::Visibility::kListed || share.access == api::Access::kListed;
  if (!share.named.empty() && !names_count)
    session.say("names mean something where visibility or access is 'listed'");
  if (share.named.empty() && names_count)
    session.say("nobody is named; covey rules SHARE --to NAME names somebody");
}

}  // namespace

ExitCode rules(const RulesOptions& options, Session& session) {
  api::Client daemon = session.daemon();
  const auto all = daemon.shares();
  if (!all) return session.fail(all.error());
  auto share = share_called(options.share, *all);
  if (!share) return session.fail(share.error());
  const auto people = daemon.people();
  if (!people) return session.fail(people.error());
  const bool changes = !options.visibility.empty() || !options.access.empty() || !options.to.empty() ||
                       !options.not_to.empty();
  if (changes) {
    const auto wanted = changed(*share, options, *people);
    if (!wanted) return session.fail(wanted.error());
    share = daemon.set_rules(share->id, *wanted);
    if (!share) return session.fail(share.error());
  }
  if (session.is_json()) {
    session.print(api::to_json(*share));
  } else {
    show(*share, *people, session);
  }
  return ExitCode::kDone;
}

}  // namespace covey::cli
