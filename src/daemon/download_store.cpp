// DaemonStore's part about downloads and settings.

#include "api/json.hpp"
#include "daemon/daemon_store.hpp"

namespace covey::daemon {

// sealed download := request as JSON, a NUL byte, view as JSON, a NUL byte, the folder it is being moved to
Result<> DaemonStore::save(const StoredDownload& download) {
  std::string plain = api::to_json(download.request);
  plain.push_back('\0');
  plain += api::to_json(download.view);
  plain.push_back('\0');
  plain += download.move_to;
  // An update in place keeps the row's number, which is the order in which downloads came.
  return database_.execute(
      "INSERT INTO download (id, sealed, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET "
      "sealed = ?2",
      download.view.id, seal("download", download.view.id, as_bytes(plain)), download.view.created_at);
}

Result<> DaemonStore::remove_download(const std::string& id) {
  return database_.execute("DELETE FROM download WHERE id = ?", id);
}

Result<std::vector<StoredDownload>> DaemonStore::downloads() {
  const auto map = [this](const db::Row& row) -> Result<StoredDownload> {
    TRY(const auto plain, unseal("download", row.text(0), row.blob(1)));
    const std::string_view text = as_text(plain.view());
    const std::size_t split = text.find('\0');
    if (split == std::string_view::npos) return fail(ErrorCode::kCorrupt, "a download's row cannot be read");
    const std::size_t end = text.find('\0', split + 1);
    StoredDownload out;
    TRY(out.request, api::from_json<api::DownloadRequest>(text.substr(0, split)));
    TRY(out.view, api::from_json<api::TransferView>(text.substr(split + 1, end - split - 1)));
    if (end != std::string_view::npos) out.move_to = text.substr(end + 1);
    return out;
  };
  return database_.select(map, "SELECT id, sealed FROM download ORDER BY rowid");
}

Result<> DaemonStore::save_promised(const std::string& id, const PromisedFiles& files) {
  return database_.execute("UPDATE download SET promised = ? WHERE id = ?",
                           seal("promised files", id, files.encode()), id);
}

Result<std::optional<PromisedFiles>> DaemonStore::promised(const std::string& id) {
  const auto map = [this, &id](const db::Row& row) -> Result<PromisedFiles> {
    TRY(const auto plain, unseal("promised files", id, row.blob(0)));
    return PromisedFiles::parse(plain.view());
  };
  return database_.select_one(map, "SELECT promised FROM download WHERE id = ? AND promised IS NOT NULL", id);
}

Result<> DaemonStore::save_setting(const std::string& name, const std::string& value) {
  return database_.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, value);
}

Result<std::optional<std::string>> DaemonStore::setting(const std::string& name) {
  const auto map = [](const db::Row& row) { return row.text(0); };
  return database_.select_one(map, "SELECT value FROM setting WHERE name = ?", name);
}

}  // namespace covey::daemon
