#pragma once

#include <string>
#include <vector>

namespace lanner::app {

// Columns as wide as their widest cell; those from `numbers_from` on are set to the right.
class TextTable {
 public:
  TextTable(std::vector<std::string> head, std::size_t numbers_from);
  void add(std::vector<std::string> row);
  // With an end of line after each row; `nothing` in place of a table without rows.
  [[nodiscard]] std::string text(std::string_view nothing) const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::size_t numbers_from_;
};

}  // namespace lanner::app
