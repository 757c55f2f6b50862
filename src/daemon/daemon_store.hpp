#pragma once
// DaemonStore: the daemon's shares, tickets, downloads, networks and letters on disk, so that they survive a
// restart and a kill -9.
//
// What tells people about people (paths, titles, ticket secrets) is sealed under the vault key, bound to its
// table and row. Blocking; one thread at a time (the daemon gives it a thread of its own).

#include <map>
#include <string>
#include <vector>

#include "api/views.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "daemon/consent_book.hpp"
#include "daemon/holding.hpp"
#include "daemon/joined_network.hpp"
#include "daemon/people_book.hpp"
#include "daemon/promised_files.hpp"
#include "daemon/seed_record.hpp"
#include "daemon/share_book.hpp"
#include "daemon/stored_message.hpp"
#include "db/database.hpp"
#include "mail/letter.hpp"
#include "requests/outgoing_requests.hpp"
#include "web/visitors.hpp"

namespace covey::daemon {

struct StoredShare {
  std::string id;
  std::string path;
  std::string title;  // as the owner gave it; empty: the path's name
  api::UnixMs created_at = 0;
  std::optional<api::UnixMs> expires_at;
  access::ShareRules rules;
  std::vector<std::string> tags;
  bool reveals_names = false;
};

/// A download as it is remembered: what was asked for, and how far it came.
struct StoredDownload {
  api::DownloadRequest request;
  api::TransferView view;
  std::string move_to;  // the folder that it is being moved to; empty: none
};

/// A request as it is remembered on either side.
struct StoredRequest {
  requests::Request request;
  bool outgoing = false;
  /// The other side's letter has been posted: the request, its withdrawal, or the answer.
  bool told = false;
  std::string transfer;  // of an outgoing one, and so on
  std::string title;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::optional<access::SignedGrant> grant;

  bool operator==(const StoredRequest&) const = default;
};

/// A letter that is to be delivered, without its body.
struct StoredLetter {
  mail::LetterId id;
  identity::PeerId to;
  std::string kind;
  WallTime sent_at;
  WallTime expires_at;
  std::vector<access::Endpoint> addresses;  // given with it
  unsigned deposits = 0;                    // how often it was left in a mailbox
  WallTime deposit_due;                     // when it is to be left there, or left there again
};

struct MessageAdded {
  bool is_new = false;
  std::optional<identity::PeerId> shortened;  // whose conversation has lost its oldest for it
};

/// Of any text in a stored row; what is longer was not written by this program.
inline constexpr std::size_t kMaxTextBytes = 60'000;

/// Of a share; those that were served least lately make room.
inline constexpr std::size_t kMaxHoldersOfShare = 256;

class DaemonStore {
 public:
  /// Opens or makes the database in a home. Errors of db::Database and db::apply_migrations.
  static Result<DaemonStore> open(const std::filesystem::path& file, crypto::SecretBytes vault_key,
                                  crypto::Random& random);

  Result<> save(const StoredShare& share);
  /// With all its tickets.
  Result<> remove_share(const std::string& id);
  Result<std::vector<StoredShare>> shares();

  Result<> save(const IssuedTicket& ticket);
  Result<std::vector<IssuedTicket>> tickets();

  /// Adds to what is known of the peer and this share; changes nothing where there is no such share.
  Result<> add_holding(const std::string& share, const Holding& more);
  /// Who was served last comes first.
  Result<std::vector<Holding>> holdings(const std::string& share);

  Result<> save(const StoredDownload& download);
  Result<> remove_download(const std::string& id);
  /// In the order in which they were first saved.
  Result<std::vector<StoredDownload>> downloads();
  /// What a saved download's files are to be; nothing while that is not known.
  Result<> save_promised(const std::string& id, const PromisedFiles& files);
  Result<std::optional<PromisedFiles>> promised(const std::string& id);

  /// What a saved download is served on by.
  Result<> save_seed(const std::string& id, const SeedWord& word, const SeedContent& content);
  /// The word alone, of one that is there.
  Result<> save_seed(const std::string& id, const SeedWord& word);
  Result<> remove_seed(const std::string& id);
  /// By the downloads' ids; their content is not read.
  Result<std::map<std::string, SeedWord>> seeds();
  Result<std::optional<SeedContent>> seed_content(const std::string& id);

  /// Nothing of people's is in these; they are not sealed.
  Result<> save_setting(const std::string& name, const std::string& value);
  Result<std::optional<std::string>> setting(const std::string& name);

  Result<> save(const JoinedNetwork& network);
  Result<> remove_network(const crypto::PublicKey& network);
  Result<std::vector<JoinedNetwork>> networks();

  Result<> save(const KnownName& name);
  Result<std::vector<KnownName>> known_names();

  Result<> save(const Person& person);
  Result<> remove_person(const identity::PeerId& peer);
  Result<std::vector<Person>> people();

  Result<> save(const Consent& consent);
  Result<> remove_consents(const std::string& share);
  Result<std::vector<Consent>> consents();

  Result<> save(const StoredRequest& request);
  /// Both or none.
  Result<> save(const StoredRequest& answered, const Consent& consent);
  Result<> remove_request(const requests::RequestId& id);
  Result<std::vector<StoredRequest>> requests();

  /// Changes nothing where that peer has a letter of that id.
  Result<> save(const StoredLetter& letter, ByteView body);
  Result<> save_deposit(const StoredLetter& letter);
  Result<> remove_letter(const identity::PeerId& to, const mail::LetterId& id);
  /// In the order in which they were saved.
  Result<std::vector<StoredLetter>> letters();
  Result<std::optional<Bytes>> letter_body(const identity::PeerId& to, const mail::LetterId& id);
  /// Letters that came, remembered until they end.
  Result<bool> has_taken(const identity::PeerId& from, const mail::LetterId& id);
  Result<> save_taken(const identity::PeerId& from, const mail::LetterId& id, WallTime until);
  Result<> forget_taken(WallTime now);

  Result<> save(const web::Session& session);
  Result<> remove_ui_session(const crypto::Hash& id);
  Result<std::vector<web::Session>> ui_sessions();
  Result<> save(const web::ApiKey& key);
  Result<> remove_api_key(const std::string& id);
  Result<std::vector<web::ApiKey>> api_keys();

  /// Gives it its id, if it has none.
  Result<api::AlertView> save(const api::AlertView& alert);
  Result<std::optional<api::AlertView>> alert(std::uint64_t id);
  /// Newest first.
  Result<std::vector<api::AlertView>> alerts();

  /// Gives a message its place, and forgets what there is no room for. One that is known changes nothing.
  Result<MessageAdded> add(const StoredMessage& message, const ChatRoom& room);
  /// Those before this one, or the last ones. kNotFound where `before` is not.
  Result<StoredPage> messages(const identity::PeerId& peer, const std::optional<mail::LetterId>& before,
                              std::size_t limit);
  Result<std::optional<StoredMessage>> message(const identity::PeerId& peer, const mail::LetterId& id);
  /// Of one that was written here; whether that is news. Only what waits comes to lie in a mailbox.
  Result<bool> set_state(const identity::PeerId& peer, const mail::LetterId& id, MessageState state,
                         const std::string& problem);
  /// What was written here and waits, here or in a mailbox.
  Result<std::vector<StoredMessage>> undelivered();
  Result<> mark_read(const identity::PeerId& peer, const mail::LetterId& up_to);
  Result<> remove_message(const identity::PeerId& peer, const mail::LetterId& id);
  Result<> remove_chat(const identity::PeerId& peer);
  Result<StoredChat> chat(const identity::PeerId& peer);
  Result<std::vector<StoredChat>> chats();

 private:
  [[nodiscard]] std::string chat_key(const identity::PeerId& peer) const;
  [[nodiscard]] std::string message_row(const identity::PeerId& peer, const mail::LetterId& id) const;
  Result<StoredMessage> read_message(const db::Row& row);
  Result<bool> has_message(const identity::PeerId& peer, const mail::LetterId& id);
  Result<std::int64_t> place_for(const std::string& chat, const StoredMessage& message);
  Result<std::optional<identity::PeerId>> make_room(const std::string& chat, const ChatRoom& room);
  Result<std::optional<identity::PeerId>> peer_of_chat(const std::string& chat);
  Result<> read_rules(StoredShare& share, ByteView sealed);
  Result<Holding> read_holding(const std::string& id, ByteView sealed, std::int64_t last_at);
  DaemonStore(db::Database database, crypto::SecretBytes vault_key, crypto::Random& random)
      : database_(std::move(database)), vault_key_(std::move(vault_key)), random_(&random) {}
  /// The key of a row whose real key would tell something: keyed BLAKE3 of it.
  Result<api::AlertView> read_alert(const db::Row& row);
  [[nodiscard]] std::string hidden_key(std::string_view table, ByteView key) const;
  [[nodiscard]] Bytes seal(std::string_view table, std::string_view key, ByteView plain);
  [[nodiscard]] Result<crypto::SecretBytes> unseal(std::string_view table, std::string_view key,
                                                   ByteView sealed);

  db::Database database_;
  crypto::SecretBytes vault_key_;
  crypto::Random* random_;
};

}  // namespace covey::daemon
