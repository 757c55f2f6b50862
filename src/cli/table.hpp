#pragma once
// Table: lists for people and for scripts. On a terminal: a heading, aligned columns, the flexible ones cut
// so that a line fits. Elsewhere: the exact values, separated by tabs, one row a line, no heading, nothing
// cut, so that `cut -f` and `awk -F'\t'` read it; the columns and their order are part of the interface.
// Pure; any thread.

#include <string>
#include <utility>
#include <vector>

#include "cli/console.hpp"

namespace covey::cli {

struct Column {
  enum class Align : std::uint8_t { kLeft, kRight };
  enum class Room : std::uint8_t { kFixed, kFlexible };
  std::string heading;
  Align align = Align::kLeft;
  Room room = Room::kFixed;
};

struct Cell {
  std::string shown;  // "1.2 GiB"
  std::string exact;  // "1288490188"
};
/// A cell that people and scripts read alike.
Cell cell(std::string text);

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// One cell for each column.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  /// What stands below the last row on a terminal, wrapped; scripts read it from a column.
  void add_below(std::string text) { below_.emplace_back(rows_.size(), std::move(text)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }

  [[nodiscard]] std::string for_terminal(int columns, Style style) const;
  [[nodiscard]] std::string for_scripts() const;

 private:
  [[nodiscard]] std::vector<int> widths(int columns, Glyphs glyphs) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::pair<std::size_t, std::string>> below_;  // after how many rows
};

/// The form that suits the console's out.
std::string drawn(const Table& table, const Console& console);

}  // namespace covey::cli
