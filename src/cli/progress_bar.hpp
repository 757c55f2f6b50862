#pragma once
// How a transfer and the hashing of a share look as text: the bar on a terminal, the plain line elsewhere,
// and the line that stays when all is done. Everything that peers chose (titles, reasons) is made harmless
// here. Pure; any thread.

#include <string>

#include "api/views.hpp"
#include "cli/console.hpp"

namespace covey::cli {

/// One line, or two from kTwoLinesFrom columns on, joined by '\n', without one at the end. No line takes more
/// than `columns` (at least 20); the less there is room for, the more is left out.
std::string render(const api::TransferView& transfer, int columns, Style style);
std::string render(const api::ShareView& hashing, int columns, Style style);
inline constexpr int kTwoLinesFrom = 40;

/// "photos: 43%, 430 MiB of 1 GiB, 412 MB/s, ETA 1s, 1720/4096 pieces, 1 peer"
std::string plain_line(const api::TransferView& transfer, Glyphs glyphs);
std::string plain_line(const api::ShareView& hashing, Glyphs glyphs);

/// What became of a transfer that is over: what arrived, where, how long it took, how fast, what was resumed.
std::string final_line(const api::TransferView& transfer, Style style);

/// The state in the words of the product, with what the transfer waits for: "paused", "waiting for …".
std::string state_words(const api::TransferView& transfer, Glyphs glyphs);

/// How many peers take part; one may be there over several connections.
std::size_t distinct_peers(const api::TransferView& transfer);

/// Complete, failed or cancelled: it changes no more by itself.
bool is_over(api::TransferState state);

/// Whole percents, rounded down, so that 100 means all of it; nothing until the size is known.
std::optional<int> percent_of(const api::TransferView& transfer);

/// A bar of exactly `columns`, in eighths of a column, or of '#' and '-' in ASCII.
std::string bar(double fraction, int columns, Style style);

/// The first group of a peer id, enough to tell apart the few on a screen.
std::string short_peer(std::string_view peer_id);

/// "1 file", "3 files"
std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace covey::cli
