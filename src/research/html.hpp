#pragma once

// Pieces of HTML: text made safe, figures that carry their exact value, tables.

#include <string>
#include <string_view>
#include <vector>

#include "base/fixed.hpp"
#include "base/score.hpp"

namespace lanner::research::html {

[[nodiscard]] std::string escape(std::string_view text);

// <data value="exact">shown</data>
[[nodiscard]] std::string figure(std::string_view exact, std::string_view shown);
[[nodiscard]] std::string money(Money value);
// With a sign, and a class for its colour.
[[nodiscard]] std::string gain(Money value);
[[nodiscard]] std::string count(std::uint64_t value);
[[nodiscard]] std::string score(Score value, int digits, std::string_view unit);

// Cells are HTML already. The first `text_columns` stand to the left, the rest to the right.
class Table {
 public:
  Table(std::string_view caption, std::vector<std::string> head, std::size_t text_columns);
  void add(const std::vector<std::string>& cells);
  [[nodiscard]] bool is_empty() const noexcept { return rows_.empty(); }
  // An empty table says "none".
  [[nodiscard]] std::string text() const;

 private:
  std::string caption_;
  std::vector<std::string> head_;
  std::size_t text_columns_;
  std::string rows_;
};

}  // namespace lanner::research::html
