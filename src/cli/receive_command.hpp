#pragma once
// covey receive: fetches what a ticket names, in this process, into a folder.

#include <string>
#include <vector>

#include "cli/session.hpp"
#include "cli/transfer_settings.hpp"

namespace covey::cli {

/// What receive and get have in common.
struct DownloadOptions {
  std::string what;  // a ticket, or for `get` a share
  std::string directory;
  std::vector<std::string> select;
  bool overwrite = false;
  bool rename = false;
  SettingOptions settings;
};

struct ReceiveOptions {
  DownloadOptions download;
  std::string wait;
  std::string limit_down;
  std::string limit_up;
  bool serve = false;
};

/// Whether a share of a network is meant, too, where it is no ticket.
enum class Shares : std::uint8_t { kNo, kYes };
Result<api::DownloadRequest> download_request_of(const DownloadOptions& options, Shares shares,
                                                 Session& session);
/// The result's path on out, for scripts; people have read it in the final line.
void print_destination(const api::TransferView& transfer, Session& session);

ExitCode receive(const ReceiveOptions& options, Session& session);

}  // namespace covey::cli
