#include "research/html.hpp"

#include <fmt/core.h>

#include "views/format.hpp"

namespace lanner::research::html {

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string figure(std::string_view exact, std::string_view shown) {
  return fmt::format("<data value=\"{}\">{}</data>", escape(exact), escape(shown));
}

std::string money(Money value) { return figure(to_string(value), views::money_text(value)); }

std::string gain(Money value) {
  const std::string_view tint = value.is_positive() ? "up" : value.is_negative() ? "down" : "flat";
  return fmt::format("<data class=\"{}\" value=\"{}\">{}</data>", tint, to_string(value),
                     views::gain_text(value));
}

std::string count(std::uint64_t value) {
  return figure(std::to_string(value), views::count_text(value));
}

std::string score(Score value, int digits, std::string_view unit) {
  const std::string exact = value.is_finite() ? fmt::format("{}", value.value()) : "null";
  const std::string shown = views::score_text(value, digits);
  const bool has_unit = !unit.empty() && value.is_finite();
  return figure(exact, has_unit ? shown + " " + std::string{unit} : shown);
}

Table::Table(std::string_view caption, std::vector<std::string> head, std::size_t text_columns)
    : caption_(caption), head_(std::move(head)), text_columns_(text_columns) {}

void Table::add(const std::vector<std::string>& cells) {
  rows_ += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    rows_ += i < text_columns_ ? "<td>" : "<td class=n>";
    rows_ += cells[i] + "</td>";
  }
  rows_ += "</tr>\n";
}

std::string Table::text() const {
  if (rows_.empty()) {
    return fmt::format("<p class=none>{}: none.</p>\n", escape(caption_));
  }
  std::string out = fmt::format("<div class=scroll><table><caption>{}</caption><thead><tr>",
                                escape(caption_));
  for (std::size_t i = 0; i < head_.size(); ++i) {
    out += fmt::format("<th scope=col{}>{}</th>", i < text_columns_ ? "" : " class=n",
                       escape(head_[i]));
  }
  return out + "</tr></thead><tbody>\n" + rows_ + "</tbody></table></div>\n";
}

}  // namespace lanner::research::html
