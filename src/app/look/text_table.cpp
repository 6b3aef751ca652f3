#include "app/look/text_table.hpp"

#include <algorithm>
#include <string_view>

namespace lanner::app {

TextTable::TextTable(std::vector<std::string> head, std::size_t numbers_from)
    : numbers_from_(numbers_from) {
  rows_.push_back(std::move(head));
}

void TextTable::add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

std::string TextTable::text(std::string_view nothing) const {
  if (rows_.size() == 1) {
    return std::string{nothing} + "\n";
  }
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - row[i].size(), ' ');
      line += (i == 0 ? "" : "  ") + (i >= numbers_from_ ? pad + row[i] : row[i] + pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace lanner::app
