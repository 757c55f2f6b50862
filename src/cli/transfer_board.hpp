#pragma once
// TransferBoard: all transfers as a live table: what moves first, then what waits, in lines that fit the
// terminal. Everything that peers chose is made harmless here. Pure; any thread.

#include <string>
#include <vector>

#include "api/views.hpp"
#include "cli/console.hpp"

namespace covey::cli {

struct BoardSize {
  int columns = 80;
  int rows = 24;
};

/// Lines joined by '\n', without one at the end; at most `size.rows` of at most `size.columns`. The first
/// sums up, the second is the heading; what has no room is counted in the last.
std::string transfer_board(std::vector<const api::TransferView*> transfers,
                           const std::optional<api::LimitsView>& limits, BoardSize size, Style style);

}  // namespace covey::cli
