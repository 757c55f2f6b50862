// Conversations on disk: their order, their limits, and what somebody sees who has the file.

#include <fstream>

#include <gmock/gmock.h>

#include "content/test_folder.hpp"
#include "daemon/daemon_store.hpp"
#include "identity/device_key.hpp"

namespace covey::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct Shelf {
  Shelf() : store(*DaemonStore::open(folder / "covey.db", crypto::SecretBytes(32), random)) {}

  StoredMessage message(const identity::PeerId& peer, MessageWay way, std::uint64_t number,
                        std::string text) {
    StoredMessage out;
    out.id = random.fixed<mail::LetterId>();
    out.peer = peer;
    out.way = way;
    out.number = number;
    out.text = std::move(text);
    out.unread = way == MessageWay::kIn;
    return out;
  }
  void in(std::uint64_t number, const std::string& text) { add(message(bob, MessageWay::kIn, number, text)); }
  void out(std::uint64_t number, const std::string& text) {
    add(message(bob, MessageWay::kOut, number, text));
  }
  void add(const StoredMessage& what, const ChatRoom& room = {}) {
    const auto added = store.add(what, room);
    ASSERT_TRUE(added) << to_string(added.error());
    EXPECT_TRUE(added->is_new);
  }
  std::vector<std::string> texts(const identity::PeerId& with) {
    std::vector<std::string> out;
    const auto page = store.messages(with, std::nullopt, 1000);
    for (const auto& message : page->messages) out.insert(out.begin(), message.text);
    return out;
  }

  content::TestFolder folder;
  crypto::SeededRandom random{5};
  DaemonStore store;
  identity::PeerId bob = identity::DeviceKey::ephemeral(random).peer_id();
  identity::PeerId carol = identity::DeviceKey::ephemeral(random).peer_id();
};

TEST(ChatStore, puts_what_comes_late_into_its_writers_order) {
  Shelf shelf;
  shelf.in(10, "1");
  shelf.in(40, "4");
  shelf.in(30, "3");
  shelf.in(20, "2");
  shelf.in(50, "5");
  shelf.in(45, "between");
  EXPECT_THAT(shelf.texts(shelf.bob), ElementsAre("1", "2", "3", "4", "between", "5"));
}

TEST(ChatStore, never_changes_what_was_answered) {
  Shelf shelf;
  shelf.in(10, "shall we?");
  shelf.out(20, "yes");
  shelf.in(5, "steal it");
  shelf.in(30, "later");
  shelf.in(25, "late");
  EXPECT_THAT(shelf.texts(shelf.bob), ElementsAre("shall we?", "yes", "steal it", "late", "later"));
}

TEST(ChatStore, shows_equal_numbers_as_they_came) {
  Shelf shelf;
  for (const char* text : {"a", "b", "c"}) shelf.in(7, text);
  EXPECT_THAT(shelf.texts(shelf.bob), ElementsAre("a", "b", "c"));
}

TEST(ChatStore, pages_without_a_gap_where_places_are_shared) {
  Shelf shelf;
  for (const std::uint64_t number : {50U, 40U, 30U, 20U, 10U}) shelf.in(number, std::to_string(number));
  std::vector<std::string> all;
  std::optional<mail::LetterId> before;
  for (bool more = true; more;) {
    const auto page = shelf.store.messages(shelf.bob, before, 2);
    ASSERT_TRUE(page);
    for (const auto& message : page->messages) all.push_back(message.text);
    before = page->messages.back().id;
    more = page->more;
  }
  EXPECT_THAT(all, ElementsAre("50", "40", "30", "20", "10"));
}

TEST(ChatStore, knows_a_message_again) {
  Shelf shelf;
  const auto message = shelf.message(shelf.bob, MessageWay::kIn, 1, "once");
  shelf.add(message);
  const auto again = shelf.store.add(message, {});
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->is_new);
  // Whoever copies the id of a message of ours changes nothing about it.
  auto ours = shelf.message(shelf.bob, MessageWay::kOut, 2, "ours");
  shelf.add(ours);
  ours.way = MessageWay::kIn;
  ours.text = "theirs";
  EXPECT_FALSE(shelf.store.add(ours, {})->is_new);
  EXPECT_THAT(shelf.texts(shelf.bob), ElementsAre("once", "ours"));
}

TEST(ChatStore, gives_back_everything_of_a_message) {
  Shelf shelf;
  auto message = shelf.message(shelf.bob, MessageWay::kOut, 3, "look\n\there");
  message.at = from_unix_ms(12345);
  message.state = MessageState::kWaiting;
  message.share = "s1";
  message.attachment = chat::Attachment{
      .ticket = "covey:x", .kind = chat::AttachmentKind::kFolder, .title = "Holiday", .bytes = 5, .files = 2};
  shelf.add(message);
  ASSERT_TRUE(
      shelf.store.set_state(shelf.bob, message.id, MessageState::kFailed, "nobody was there").value());
  const auto back = shelf.store.message(shelf.bob, message.id);
  ASSERT_TRUE(back && *back);
  EXPECT_EQ((*back)->text, message.text);
  EXPECT_EQ((*back)->at, message.at);
  EXPECT_EQ((*back)->attachment, message.attachment);
  EXPECT_EQ((*back)->share, "s1");
  EXPECT_EQ((*back)->state, MessageState::kFailed);
  EXPECT_EQ((*back)->problem, "nobody was there");
  EXPECT_EQ((*back)->way, MessageWay::kOut);
}

TEST(ChatStore, does_not_put_into_a_mailbox_what_has_arrived) {
  Shelf shelf;
  auto message = shelf.message(shelf.bob, MessageWay::kOut, 3, "x");
  message.state = MessageState::kWaiting;
  shelf.add(message);
  EXPECT_TRUE(*shelf.store.set_state(shelf.bob, message.id, MessageState::kDelivered, {}));
  EXPECT_FALSE(*shelf.store.set_state(shelf.bob, message.id, MessageState::kInMailbox, {}));
  EXPECT_FALSE(*shelf.store.set_state(shelf.carol, message.id, MessageState::kFailed, {}));
}

TEST(ChatStore, forgets_the_oldest_of_the_longest_conversation) {
  Shelf shelf;
  const ChatRoom room{.of_chat = 10, .of_all = 5};
  for (const std::uint64_t number : {1U, 2U, 3U, 4U})
    shelf.add(shelf.message(shelf.bob, MessageWay::kIn, number, std::to_string(number)), room);
  shelf.add(shelf.message(shelf.carol, MessageWay::kIn, 1, "hello"), room);
  const auto added = shelf.store.add(shelf.message(shelf.carol, MessageWay::kIn, 2, "there"), room);
  ASSERT_TRUE(added);
  EXPECT_EQ(added->shortened, shelf.bob);
  EXPECT_THAT(shelf.texts(shelf.bob), ElementsAre("2", "3", "4"));
  EXPECT_THAT(shelf.texts(shelf.carol), ElementsAre("hello", "there"));
}

TEST(ChatStore, shows_nobody_who_has_the_file_what_was_said_and_to_whom) {
  Shelf shelf;
  auto message = shelf.message(shelf.bob, MessageWay::kOut, 3, "canary in a coal mine");
  message.state = MessageState::kWaiting;
  message.attachment = chat::Attachment{
      .ticket = "canary ticket", .kind = {}, .title = "canary title", .bytes = 5, .files = 2};
  shelf.add(message);
  (void)shelf.store.set_state(shelf.bob, message.id, MessageState::kFailed, "canary problem");
  std::string found;
  std::size_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(shelf.folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(in)), {});
    bytes += content.size();
    for (const std::string& secret :
         {std::string("canary"), std::string(as_text(shelf.bob.public_key().view())), shelf.bob.to_text(),
          std::string(as_text(message.id.view()))}) {
      if (content.find(secret) != std::string::npos) found += secret + " ";
    }
    EXPECT_THAT(content, Not(HasSubstr("coal mine")));
  }
  EXPECT_EQ(found, "");
  EXPECT_GT(bytes, 10'000U) << "the files were looked at";
}

}  // namespace
}  // namespace covey::daemon
