// What store.hpp promises of shares, search and providers, held by every backend.

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "registry/store_fixture.hpp"

namespace covey::registry {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class StoreShares : public StoreTest {};

TEST_P(StoreShares, a_share_is_read_back_as_it_was_signed) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  const auto id = network.share_id();
  const Announcement announcement = network.announcement(ada, id, {});
  expect_value(store->announce(announcement, 9));
  auto found = expect_value(open()->share(id, bob.id(), kNow));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->signed_listing.payload, announcement.signed_listing.payload);
  EXPECT_EQ(found->signed_listing.signature, announcement.signed_listing.signature);
  EXPECT_EQ(found->owner_name, ada.name);
  EXPECT_FALSE(found->owner_online);
  expect_value(store->renew_presence(ada.id(), std::nullopt, kNow + 1ms));
  EXPECT_TRUE(expect_value(store->share(id, bob.id(), kNow))->owner_online);
  EXPECT_FALSE(expect_value(store->share(id, bob.id(), kNow + 1ms))->owner_online);
}

TEST_P(StoreShares, of_two_listings_the_newer_holds) {
  const auto ada = network.member(*store, "ada");
  const auto id = network.share_id();
  announce(ada, id, {.title = "old words", .sequence = 5});
  announce(ada, id, {.title = "new letters", .sequence = 6});
  for (const std::uint64_t sequence : {5U, 6U}) {
    const auto older = network.announcement(ada, id, {.title = "stale", .sequence = sequence});
    EXPECT_EQ(error_of(store->announce(older, 9)), ErrorCode::kAlreadyExists);
  }
  EXPECT_EQ(title_of(*expect_value(store->share(id, ada.id(), kNow))), "new letters");
  EXPECT_THAT(search(ada.id(), "words").shares, IsEmpty());
  EXPECT_THAT(search(ada.id(), "stale").shares, IsEmpty());
  EXPECT_THAT(titles_of(search(ada.id(), "letters")), ElementsAre("new letters"));
  EXPECT_EQ(expect_value(store->counts(kNow)).shares, 1U);
}

TEST_P(StoreShares, a_share_id_is_one_owners) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  const auto id = network.share_id();
  announce(ada, id, {});
  EXPECT_EQ(error_of(store->announce(network.announcement(bob, id, {.sequence = 2000}), 9)),
            ErrorCode::kAlreadyExists);
  EXPECT_EQ(error_of(store->withdraw(id, bob.id())), ErrorCode::kNotFound);
  expect_value(store->withdraw(id, ada.id()));
  EXPECT_EQ(error_of(store->withdraw(id, ada.id())), ErrorCode::kNotFound);
  EXPECT_FALSE(expect_value(store->share(id, ada.id(), kNow)));
  EXPECT_THAT(search(ada.id(), "holiday").shares, IsEmpty());
  announce(bob, id, {});
}

TEST_P(StoreShares, an_owner_has_so_many_and_no_more) {
  const auto ada = network.member(*store, "ada");
  const auto first = network.share_id();
  expect_value(store->announce(network.announcement(ada, first, {}), 2));
  expect_value(store->announce(network.announcement(ada, network.share_id(), {}), 2));
  EXPECT_EQ(error_of(store->announce(network.announcement(ada, network.share_id(), {}), 2)),
            ErrorCode::kLimitExceeded);
  expect_value(store->announce(network.announcement(ada, first, {.sequence = 2000}), 2));
  const auto stranger = network.person("eve");
  EXPECT_EQ(error_of(store->announce(network.announcement(stranger, network.share_id(), {}), 2)),
            ErrorCode::kNotFound);
  auto crowded =
      network.announcement(ada, first, {.visibility = access::Visibility::kListed, .sequence = 3000});
  crowded.audience.resize(kMaxAudience + 1);
  EXPECT_EQ(error_of(store->announce(crowded, 2)), ErrorCode::kLimitExceeded);
}

TEST_P(StoreShares, a_listed_share_is_seen_by_its_audience_alone) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  const auto eve = network.member(*store, "eve");
  const auto id = network.share_id();
  announce(ada, id, {.visibility = access::Visibility::kListed, .audience = {bob.id(), bob.id(), ada.id()}});
  for (const auto& person : {&ada, &bob}) {
    EXPECT_TRUE(expect_value(store->share(id, person->id(), kNow)));
    EXPECT_EQ(search(person->id(), "photos").total, 1U);
    EXPECT_EQ(search(person->id(), "").shares.size(), 1U);
  }
  expect_value(store->renew_presence(ada.id(), std::nullopt, kNow + 1min));
  const auto stranger = network.person("zoe");
  for (const auto& person : {&eve, &stranger}) {
    EXPECT_FALSE(expect_value(store->share(id, person->id(), kNow)));
    EXPECT_EQ(search(person->id(), "photos").total, 0U);
    EXPECT_EQ(search(person->id(), "").total, 0U);
    EXPECT_THAT(search(person->id(), "photos").shares, IsEmpty());
    EXPECT_THAT(expect_value(store->providers(id, person->id(), 9, kNow)), IsEmpty());
    EXPECT_EQ(error_of(store->add_provider(id, person->id(), kNow + 1h, kNow)), ErrorCode::kNotFound);
  }
  announce(ada, id, {.visibility = access::Visibility::kListed, .sequence = 2000, .audience = {eve.id()}});
  EXPECT_FALSE(expect_value(store->share(id, bob.id(), kNow)));
  EXPECT_TRUE(expect_value(store->share(id, eve.id(), kNow)));
}

TEST_P(StoreShares, what_has_expired_is_seen_by_nobody) {
  const auto ada = network.member(*store, "ada");
  const auto id = network.share_id();
  announce(ada, id, {.expires_at = kNow + 1h});
  announce(ada, network.share_id(), {.title = "for ever"});
  EXPECT_TRUE(expect_value(store->share(id, ada.id(), kNow + 1h - 1ms)));
  for (const bool purged : {false, true}) {
    EXPECT_FALSE(expect_value(store->share(id, ada.id(), kNow + 1h))) << purged;
    const auto page = expect_value(store->search({.viewer = ada.id()}, kNow + 1h));
    EXPECT_THAT(titles_of(page), ElementsAre("for ever"));
    EXPECT_EQ(page.total, 1U);
    EXPECT_EQ(expect_value(store->counts(kNow + 1h)).shares, 1U);
    EXPECT_EQ(error_of(store->add_provider(id, ada.id(), kNow + 2h, kNow + 1h)), ErrorCode::kNotFound);
    expect_value(store->purge(kNow + 1h));
  }
  EXPECT_EQ(error_of(store->withdraw(id, ada.id())), ErrorCode::kNotFound);
}

TEST_P(StoreShares, a_description_that_expires_first_ends_its_listing) {
  const auto ada = network.member(*store, "ada");
  const auto id = network.share_id();
  Announcement announcement = network.announcement(ada, id, {.expires_at = kNow + 2h});
  announcement.listing.share.expires_at = kNow + 1h;
  expect_value(store->announce(announcement, 9));
  EXPECT_TRUE(expect_value(store->share(id, ada.id(), kNow + 1h - 1ms)));
  EXPECT_FALSE(expect_value(store->share(id, ada.id(), kNow + 1h)));
}

TEST_P(StoreShares, every_word_must_begin_a_word) {
  const auto ada = network.member(*store, "ada");
  announce(ada, network.share_id(), {.title = "Été à la plage", .sequence = 3});
  announce(ada, network.share_id(), {.title = "IMG_2024-07.jpg", .sequence = 2});
  announce(ada, network.share_id(), {.title = "日本語 plan", .sequence = 1});
  const auto found = [&](std::string_view words) { return titles_of(search(ada.id(), words)); };
  EXPECT_THAT(found("ETE"), ElementsAre("Été à la plage"));
  EXPECT_THAT(found("pla"), ElementsAre("Été à la plage", "日本語 plan"));
  EXPECT_THAT(found("pla é"), ElementsAre("Été à la plage"));
  EXPECT_THAT(found("lage"), IsEmpty());
  EXPECT_THAT(found("plage jpg"), IsEmpty());
  EXPECT_THAT(found("img 07"), ElementsAre("IMG_2024-07.jpg"));
  EXPECT_THAT(found("日本"), ElementsAre("日本語 plan"));
  EXPECT_THAT(found("本"), IsEmpty());
  EXPECT_EQ(found("").size(), 3U);
  EXPECT_EQ(error_of(store->search(
                {.words = SearchWords::of("a b c d e f g h i j k l m n o p q"), .viewer = ada.id()}, kNow)),
            ErrorCode::kLimitExceeded);
}

TEST_P(StoreShares, no_title_or_search_reaches_the_query_language) {
  const auto ada = network.member(*store, "ada");
  const std::vector<std::string> hostile = {"'; DROP TABLE share; --",
                                            "\" OR 1=1 --",
                                            "a\" * \"b",
                                            "NEAR(a b)",
                                            "NOT and OR",
                                            "words : x",
                                            "^caret",
                                            "a* AND b",
                                            "{words} : c",
                                            "a & b | !c <-> d",
                                            "$1 $2 ?1 ?2",
                                            "%_%",
                                            "\\' \\\\",
                                            "{} {0}",
                                            ":* :A",
                                            "(((",
                                            "-minus",
                                            "+plus"};
  std::uint64_t sequence = 1;
  for (const std::string& title : hostile)
    announce(ada, network.share_id(), {.title = title, .sequence = ++sequence});
  for (const std::string& title : hostile) {
    EXPECT_THAT(titles_of(search(ada.id(), title)), testing::Contains(title)) << title;
  }
  EXPECT_EQ(search(ada.id(), "").total, hostile.size());
  EXPECT_THAT(titles_of(search(ada.id(), "near")), ElementsAre("NEAR(a b)"));
  EXPECT_THAT(titles_of(search(ada.id(), "not")), ElementsAre("NOT and OR"));
  EXPECT_THAT(titles_of(search(ada.id(), "words")), UnorderedElementsAre("words : x", "{words} : c"));
}

TEST_P(StoreShares, of_one_owner_only_when_asked) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  announce(ada, network.share_id(), {.title = "red"});
  announce(bob, network.share_id(), {.title = "red too"});
  announce(bob, network.share_id(), {.title = "hidden red", .visibility = access::Visibility::kListed});
  for (const auto* words : {"", "red"}) {
    const SearchQuery query{.words = SearchWords::of(words), .viewer = ada.id(), .owner = bob.id()};
    const auto page = expect_value(store->search(query, kNow));
    EXPECT_THAT(titles_of(page), ElementsAre("red too")) << words;
    EXPECT_EQ(page.total, 1U);
  }
}

TEST_P(StoreShares, pages_go_on_where_they_ended_whatever_is_announced_meanwhile) {
  const auto ada = network.member(*store, "ada");
  std::vector<std::string> expected;
  for (int i = 0; i < 25; ++i) {
    // Several of one millisecond, and several of one owner.
    announce(ada, network.share_id(),
             {.title = fmt::format("page {}", i), .sequence = 1000U + static_cast<unsigned>(i) / 3});
    expected.push_back(fmt::format("page {}", i));
  }
  for (const auto* words : {"", "page"}) {
    std::vector<std::string> seen;
    std::string after;
    std::uint64_t later = 5000;
    do {
      const auto page = search(ada.id(), words, 4, after);
      for (const auto& title : titles_of(page)) seen.push_back(title);
      after = page.next;
      announce(ada, network.share_id(),
               {.title = "page of later", .sequence = ++later + (words[0] == 0 ? 0U : 100U)});
    } while (!after.empty() && seen.size() < 100);
    std::vector<std::string> old;
    std::copy_if(seen.begin(), seen.end(), std::back_inserter(old),
                 [](const auto& title) { return title != "page of later"; });
    EXPECT_EQ(old.size(), expected.size());
    EXPECT_THAT(old, testing::UnorderedElementsAreArray(expected));
  }
}

TEST_P(StoreShares, the_last_page_has_no_next) {
  const auto ada = network.member(*store, "ada");
  for (int i = 0; i < 4; ++i) announce(ada, network.share_id(), {});
  const auto first = search(ada.id(), "", 2);
  EXPECT_EQ(first.total, 4U);
  EXPECT_FALSE(first.next.empty());
  const auto second = search(ada.id(), "", 2, first.next);
  EXPECT_EQ(second.shares.size(), 2U);
  EXPECT_TRUE(second.next.empty());
}

TEST_P(StoreShares, a_cursor_that_no_page_gave_is_refused) {
  const auto ada = network.member(*store, "ada");
  for (int i = 0; i < 3; ++i) announce(ada, network.share_id(), {});
  const std::string good = search(ada.id(), "", 2).next;
  std::vector<std::string> bad = {"x",
                                  "0",
                                  "-1",
                                  "' OR 1=1 --",
                                  std::string(1000, 'a'),
                                  good + "a",
                                  good.substr(1),
                                  std::string("a\0b", 3),
                                  "\xff",
                                  "aaaaaaaaaaaaaaaaaaaa"};
  for (std::size_t i = 0; i < good.size(); ++i) {
    bad.push_back(good);
    bad.back()[i] = good[i] == 'a' ? 'b' : 'a';
  }
  for (const std::string& cursor : bad) {
    const SearchQuery query{.viewer = ada.id(), .after = cursor};
    EXPECT_EQ(error_of(store->search(query, kNow)), ErrorCode::kInvalidArgument) << cursor;
  }
}

TEST_P(StoreShares, are_counted_up_to_a_limit) {
  const auto ada = network.member(*store, "ada");
  expect_value(store->in_transaction([&]() -> Result<> {
    for (unsigned i = 0; i < kMaxCounted + 5; ++i) {
      TRY_VOID(store->announce(network.announcement(ada, network.share_id(), {.sequence = i}), 5000));
    }
    return {};
  }));
  EXPECT_EQ(search(ada.id(), "").total, kMaxCounted);
  EXPECT_EQ(search(ada.id(), "photos", 2).total, kMaxCounted);
  EXPECT_EQ(search(ada.id(), "", 5000).shares.size(), kMaxPage);
  // Purging takes as many a call.
  EXPECT_EQ(expect_value(store->counts(kNow)).shares, kMaxCounted + 5);
}

TEST_P(StoreShares, of_one_moment_with_one_id_beginning_find_a_place_each) {
  const auto ada = network.member(*store, "ada");
  std::set<std::string> titles;
  for (Byte i = 0; i < 20; ++i) {
    Bytes id(16, 0xff);
    id.back() = i;
    titles.insert(fmt::format("twin {}", i));
    announce(ada, access::ShareId::from(id), {.title = fmt::format("twin {}", i)});
  }
  EXPECT_THAT(titles_of(search(ada.id(), "twin")), testing::UnorderedElementsAreArray(titles));
}

TEST_P(StoreShares, are_provided_by_the_owner_first_while_it_is_present) {
  const auto ada = network.member(*store, "ada");
  const auto bob = network.member(*store, "bob");
  const auto eve = network.member(*store, "eve");
  const auto id = network.share_id();
  announce(ada, id, {});
  const auto names = [&](std::size_t limit, WallTime now) {
    std::vector<std::string> out;
    for (const Provider& each : expect_value(store->providers(id, eve.id(), limit, now)))
      out.push_back(each.name.text());
    return out;
  };
  EXPECT_THAT(names(9, kNow), IsEmpty());
  expect_value(store->add_provider(id, bob.id(), kNow + 1h, kNow));
  expect_value(store->add_provider(id, eve.id(), kNow + 2h, kNow));
  EXPECT_THAT(names(9, kNow), IsEmpty());
  const std::vector<access::Endpoint> where{*access::Endpoint::parse("192.0.2.7:7440")};
  expect_value(store->renew_presence(bob.id(), where, kNow + 3h));
  expect_value(store->renew_presence(eve.id(), std::nullopt, kNow + 3h));
  expect_value(store->renew_presence(ada.id(), std::nullopt, kNow + 3h));
  EXPECT_THAT(names(9, kNow), ElementsAre("ada", "eve", "bob"));
  EXPECT_THAT(names(2, kNow), ElementsAre("ada", "eve"));
  EXPECT_THAT(names(9, kNow + 1h), ElementsAre("ada", "eve"));
  EXPECT_EQ(expect_value(store->providers(id, eve.id(), 9, kNow))[2].addresses, where);
  announce(ada, id, {.sequence = 2000});
  EXPECT_THAT(names(9, kNow), ElementsAre("ada", "eve", "bob"));
  expect_value(store->remove_provider(id, eve.id()));
  EXPECT_THAT(names(9, kNow), ElementsAre("ada", "bob"));
  announce(ada, id, {.visibility = access::Visibility::kListed, .sequence = 3000, .audience = {eve.id()}});
  EXPECT_THAT(names(9, kNow), ElementsAre("ada"));
  expect_value(store->withdraw(id, ada.id()));
  announce(ada, id, {});
  EXPECT_THAT(names(9, kNow), ElementsAre("ada"));
}

COVEY_ON_EACH_BACKEND(StoreShares);

}  // namespace
}  // namespace covey::registry
