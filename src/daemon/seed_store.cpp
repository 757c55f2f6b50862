// DaemonStore's part about what is served on after a restart.

#include "daemon/daemon_store.hpp"

namespace covey::daemon {

Result<> DaemonStore::save_seed(const std::string& id, const SeedWord& word, const SeedContent& content) {
  // The content first: whoever finds the word finds the content as well.
  TRY_VOID(database_.execute("INSERT OR REPLACE INTO seed_content VALUES (?, ?)", id,
                             seal("seed content", id, content.encode())));
  return save_seed(id, word);
}

Result<> DaemonStore::save_seed(const std::string& id, const SeedWord& word) {
  return database_.execute("INSERT OR REPLACE INTO seed VALUES (?, ?)", id, seal("seed", id, word.encode()));
}

Result<std::map<std::string, SeedWord>> DaemonStore::seeds() {
  using Row = std::pair<std::string, SeedWord>;
  const auto map = [this](const db::Row& row) -> Result<Row> {
    TRY(const auto plain, unseal("seed", row.text(0), row.blob(1)));
    TRY(auto word, SeedWord::parse(plain.view()));
    return Row(row.text(0), std::move(word));
  };
  TRY(auto rows, database_.select(map, "SELECT id, sealed FROM seed"));
  return std::map<std::string, SeedWord>(std::make_move_iterator(rows.begin()),
                                         std::make_move_iterator(rows.end()));
}

Result<std::optional<SeedContent>> DaemonStore::seed_content(const std::string& id) {
  const auto map = [this, &id](const db::Row& row) -> Result<SeedContent> {
    TRY(const auto plain, unseal("seed content", id, row.blob(0)));
    return SeedContent::parse(plain.view());
  };
  return database_.select_one(map, "SELECT sealed FROM seed_content WHERE id = ?", id);
}

Result<> DaemonStore::remove_seed(const std::string& id) {
  TRY_VOID(database_.execute("DELETE FROM seed WHERE id = ?", id));
  return database_.execute("DELETE FROM seed_content WHERE id = ?", id);
}

}  // namespace covey::daemon
