#include "cli/table.hpp"

#include <algorithm>
#include <numeric>

namespace covey::cli {
namespace {

constexpr int kGap = 2;
constexpr int kIndent = 2;
constexpr int kNarrowestFlexible = 6;

/// Tabs and line ends would break the row; printable() turns them into U+FFFD.
std::string script_value(const Cell& value) {
  return printable(value.exact);
}

}  // namespace

Cell cell(std::string text) {
  return {text, text};
}

std::vector<int> Table::widths(int columns, Glyphs glyphs) const {
  std::vector<int> out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int widest = display_width(columns_[i].heading);
    for (const auto& row : rows_)
      widest = std::max(widest, display_width(printable(row.at(i).shown, glyphs)));
    out.push_back(widest);
  }
  // Columns for scripts alone, at the end, take no room.
  const auto last = std::find_if(out.rbegin(), out.rend(), [](int width) { return width > 0; });
  const int gaps = kGap * std::max(0, static_cast<int>(out.rend() - last) - 1);
  int excess = std::accumulate(out.begin(), out.end(), gaps) - columns;
  while (excess > 0) {  // the widest flexible column gives way, a column at a time
    int* widest = nullptr;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool gives = columns_[i].room == Column::Room::kFlexible && out[i] > kNarrowestFlexible;
      if (gives && (widest == nullptr || out[i] > *widest)) widest = &out[i];
    }
    if (widest == nullptr) break;
    --*widest;
    --excess;
  }
  return out;
}

std::string Table::for_terminal(int columns, Style style) const {
  if (columns_.empty()) return {};
  const std::vector<int> room = widths(columns, style.glyphs);
  const auto line = [&](const auto& text_of) {
    std::string out;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out.append(kGap, ' ');
      const std::string text = printable(text_of(i), style.glyphs);
      out += columns_[i].align == Column::Align::kLeft ? pad(text, room[i], style.glyphs)
                                                       : pad_left(text, room[i], style.glyphs);
    }
    return fit(without_trailing_spaces(std::move(out)), columns, style.glyphs);
  };
  std::string out = inked(line([&](std::size_t i) { return columns_[i].heading; }), Ink::kBold, style) + "\n";
  auto below = below_.begin();
  for (std::size_t n = 1; n <= rows_.size(); ++n) {
    out += line([&](std::size_t i) { return rows_[n - 1].at(i).shown; }) + "\n";
    for (; below != below_.end() && below->first == n; ++below) {
      for (const std::string& text : wrapped(printable(below->second, style.glyphs), columns - kIndent))
        out += std::string(kIndent, ' ') + text + "\n";
    }
  }
  return out;
}

std::string Table::for_scripts() const {
  std::string out;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += '\t';
      out += script_value(row[i]);
    }
    out += '\n';
  }
  return out;
}

std::string drawn(const Table& table, const Console& console) {
  return console.out_is_terminal ? table.for_terminal(console.columns(), console.out_style())
                                 : table.for_scripts();
}

}  // namespace covey::cli
