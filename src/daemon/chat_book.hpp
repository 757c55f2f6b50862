#pragma once
// ChatBook: this peer's conversations. A message is on the disk before it counts as sent, travels as a letter
// whose id is its own, and is marked as the letter fares; one that came is kept before it is acknowledged,
// and kept once. Blocked peers are neither heard nor written to. On the network thread; stop() is awaited
// before destruction. Spec: docs/spec/chat.md.

#include <map>

#include "api/views.hpp"
#include "daemon/mail_book.hpp"
#include "daemon/people_book.hpp"

namespace covey::daemon {

struct ChatLimits {
  ChatRoom room;
  /// Of one who writes and was never answered.
  std::size_t unanswered = 200;
  std::size_t chats = 1000;
};

class ChatBook {
 public:
  using Publish = std::function<void(const api::Event&)>;

  struct Around {
    MailBook* mail = nullptr;
    MailNetworks* networks = nullptr;
    PeopleBook* people = nullptr;
    StoreThread* store = nullptr;
    const Clock* clock = nullptr;
    crypto::Random* random = nullptr;
    io::Executor network;
    /// By which a network knows it.
    std::function<std::string(const identity::PeerId&)> name_of;
    /// The same, or what it calls itself.
    std::function<std::string(const identity::PeerId&)> shown_name;
    /// What this peer calls itself towards one that has no network's word for it.
    std::function<std::string(const identity::PeerId&)> name_for;
    /// Where this peer can be written to.
    std::function<std::vector<access::Endpoint>()> reachable_at;
    /// Whether somebody looks, so that it pays to ask who is online.
    std::function<bool()> is_watched;
  };
  /// All of `around` outlives the book.
  ChatBook(Around around, Publish publish, ChatLimits limits = {});
  ~ChatBook();

  /// Takes up what an earlier run left; what it had not handed to the mail yet is posted now.
  io::Awaitable<Result<>> restore();
  io::Awaitable<void> stop();

  /// Those in which something was said last come first.
  [[nodiscard]] std::vector<api::ChatView> views() const;
  /// Newest first; `before` is a message's id, empty: the last ones.
  io::Awaitable<Result<api::ChatPageView>> messages(identity::PeerId peer, std::string before,
                                                    std::size_t limit);

  struct Attached {
    chat::Attachment attachment;
    std::string share;  // id of ours
  };
  /// The message as it was sent. kInvalidArgument, kLimitExceeded for what cannot be sent.
  io::Awaitable<Result<api::ChatMessageView>> send(identity::PeerId peer, std::string text,
                                                   std::optional<Attached> attached);
  /// Sends again what has failed; what still waits is tried soon.
  io::Awaitable<Result<api::ChatMessageView>> retry(identity::PeerId peer, std::string message);
  io::Awaitable<Result<>> read(identity::PeerId peer, std::string up_to);
  /// With what was not delivered yet. kNotFound.
  io::Awaitable<Result<>> forget(identity::PeerId peer);
  /// The peer is blocked: what was not delivered yet is taken back.
  void drop(const identity::PeerId& peer);

  /// Whether this peer has written to that one, so that it may answer.
  [[nodiscard]] bool has_written_to(const identity::PeerId& peer) const;
  /// By an unambiguous beginning of the peer's id, among those that there are conversations with.
  [[nodiscard]] std::optional<identity::PeerId> find(std::string_view words) const;
  /// Who is online is asked anew. For tests; else it comes by itself while somebody looks.
  io::Awaitable<void> look_who_is_there();

 private:
  using Verdict = MailBook::Verdict;
  struct Conversation {
    StoredChat kept;
    bool listed_online = false;  // a tracker says so
    SteadyTime contact_until{};  // by a link, lately
    bool told_online = false;    // in the last event
  };

  // chat_mail.cpp
  io::Awaitable<Verdict> take(const mail::Letter& letter);
  io::Awaitable<bool> make_room_for(identity::PeerId peer);
  io::Awaitable<void> ended(EndedLetter letter);
  io::Awaitable<void> left(LeftLetter letter);
  void contact(const identity::PeerId& peer, bool reached);
  io::Awaitable<Result<>> hand_over(StoredMessage message);
  io::Awaitable<void> take_back(identity::PeerId peer);
  io::Awaitable<void> look_for(identity::PeerId peer);
  io::Awaitable<void> keep_looking();

  io::Awaitable<Result<>> mark(identity::PeerId peer, mail::LetterId id, MessageState state,
                               std::string problem);
  io::Awaitable<Result<>> reload(identity::PeerId peer);
  io::Awaitable<void> undo(identity::PeerId peer, mail::LetterId id);
  io::Awaitable<Result<StoredMessage>> stored(identity::PeerId peer, std::string words);
  io::Awaitable<Result<api::ChatMessageView>> tell(identity::PeerId peer, mail::LetterId id);
  [[nodiscard]] bool is_online(const Conversation& conversation) const;
  [[nodiscard]] std::string called(const identity::PeerId& peer) const;
  [[nodiscard]] api::ChatView view_of(const Conversation& conversation) const;
  void publish_changes_of_presence();
  void publish(const identity::PeerId& peer);
  Result<> may_write_to(const identity::PeerId& peer) const;

  Around around_;
  Publish publish_;
  ChatLimits limits_;
  std::map<identity::PeerId, Conversation> conversations_;
  io::TaskGroup tasks_;
};

}  // namespace covey::daemon
