// Who sees what, compared with a naive model over random histories, on every backend.

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "registry/store_fixture.hpp"

namespace covey::registry {
namespace {

class StoreVisibility : public StoreTest {};

/// What the store should know, kept without any cleverness.
struct Model {
  struct Share {
    std::size_t owner;
    std::uint64_t sequence;
    bool for_all;
    std::set<std::size_t> audience;
    std::string title;
    std::optional<WallTime> expires_at;
  };
  std::map<access::ShareId, Share> shares;
  std::vector<bool> active;

  [[nodiscard]] bool sees(std::size_t viewer, const Share& share) const {
    return active[viewer] && (!share.expires_at || *share.expires_at > kNow) &&
           (share.for_all || share.owner == viewer || share.audience.contains(viewer));
  }
  [[nodiscard]] std::vector<std::string> found(std::size_t viewer,
                                               const std::vector<std::string>& words) const {
    std::multimap<std::uint64_t, std::string, std::greater<>> by_sequence;
    for (const auto& [id, share] : shares) {
      const auto held = SearchWords::of(share.title).words();
      const bool matches = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
        return std::any_of(held.begin(), held.end(),
                           [&](const std::string& each) { return each.starts_with(word); });
      });
      if (matches && sees(viewer, share)) by_sequence.emplace(share.sequence, share.title);
    }
    std::vector<std::string> out;
    for (const auto& [sequence, title] : by_sequence) out.push_back(title);
    return out;
  }
};

TEST_P(StoreVisibility, is_as_a_naive_model_says) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  const std::vector<std::string> vocabulary = {"red", "Reddish", "blue", "été", "2024",
                                               "20",  "日本",    "x-y",  "a"};
  Model model;
  std::vector<TestNetwork::Person> people;
  for (int i = 0; i < 5; ++i)
    people.push_back(
        network.member(*store, fmt::format("peer-{}", std::string(static_cast<std::size_t>(i) + 1, 'x'))));
  model.active.assign(people.size(), true);
  std::vector<access::ShareId> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(network.share_id());

  for (std::uint64_t step = 1; step <= 250; ++step) {
    const auto& id = ids[below(ids.size())];
    const std::size_t who = below(people.size());
    const auto act = below(12);
    if (act == 0) {
      model.active[who] = !model.active[who];
      expect_value(store->set_member_state(people[who].id(),
                                           model.active[who] ? MemberState::kActive : MemberState::kBanned));
      if (!model.active[who])
        std::erase_if(model.shares, [&](const auto& each) { return each.second.owner == who; });
    } else if (act <= 2) {
      const auto outcome = store->withdraw(id, people[who].id());
      const auto held = model.shares.find(id);
      ASSERT_EQ(outcome.has_value(), held != model.shares.end() && held->second.owner == who);
      if (outcome) model.shares.erase(held);
    } else {
      // Each title ends in a word of its own, so that the order can be compared; sequences never repeat.
      Model::Share share{.owner = who,
                         .sequence = step,
                         .for_all = below(2) == 0,
                         .audience = {},
                         .title = "",
                         .expires_at = std::nullopt};
      for (std::size_t i = 0; i < 3; ++i) share.title += vocabulary[below(vocabulary.size())] + ' ';
      share.title += fmt::format("t{}", step);
      for (std::size_t i = 0; i < people.size(); ++i) {
        if (below(3) == 0) share.audience.insert(i);
      }
      if (below(4) == 0) share.expires_at = below(2) == 0 ? kNow : kNow + 1ms;
      TestNetwork::ShareText text{
          .title = share.title,
          .visibility = share.for_all ? access::Visibility::kNetwork : access::Visibility::kListed,
          .sequence = share.sequence,
          .expires_at = share.expires_at};
      for (const std::size_t each : share.audience) text.audience.push_back(people[each].id());
      const auto held = model.shares.find(id);
      const bool allowed = model.active[who] && (held == model.shares.end() || held->second.owner == who);
      ASSERT_EQ(store->announce(network.announcement(people[who], id, text), 1000).has_value(), allowed);
      if (allowed) model.shares.insert_or_assign(id, share);
    }
    const std::size_t viewer = below(people.size());
    const auto words =
        below(3) == 0 ? SearchWords() : SearchWords::of(vocabulary[below(vocabulary.size())].substr(0, 3));
    const auto expected = model.found(viewer, words.words());
    std::vector<std::string> seen;
    SearchQuery query{.words = words, .viewer = people[viewer].id(), .limit = 1 + below(5)};
    do {
      const auto page = expect_value(store->search(query, kNow));
      ASSERT_EQ(page.total, expected.size()) << "step " << step << ", words " << words.text();
      for (const auto& title : titles_of(page)) seen.push_back(title);
      query.after = page.next;
    } while (!query.after.empty());
    ASSERT_EQ(seen, expected) << "step " << step << ", words " << words.text();
    for (const auto& each : ids) {
      const auto held = model.shares.find(each);
      const bool visible = held != model.shares.end() && model.sees(viewer, held->second);
      ASSERT_EQ(expect_value(store->share(each, people[viewer].id(), kNow)).has_value(), visible)
          << "step " << step;
    }
  }
}

COVEY_ON_EACH_BACKEND(StoreVisibility);

}  // namespace
}  // namespace covey::registry
