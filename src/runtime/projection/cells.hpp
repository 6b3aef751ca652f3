#pragma once

// Values as cells of the projection: money, prices and quantities as exact decimal text, instants
// as nanoseconds (none where not set), R and posteriors as they are.

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "store/sqlite/projection_file.hpp"

namespace lanner::runtime {

using store::sqlite::Cell;

template <std::integral I>
[[nodiscard]] Cell cell_of(I value) {
  return static_cast<std::int64_t>(value);
}
[[nodiscard]] inline Cell cell_of(double value) {
  return std::isfinite(value) ? Cell{value} : Cell{};
}
[[nodiscard]] inline Cell cell_of(Score value) { return cell_of(value.value()); }
[[nodiscard]] inline Cell cell_of(Timestamp value) {
  return value.is_set() && value != Timestamp::never() ? Cell{value.ns()} : Cell{};
}
[[nodiscard]] inline Cell cell_of(std::string value) { return value; }
[[nodiscard]] inline Cell cell_of(std::string_view value) { return std::string{value}; }
[[nodiscard]] inline Cell cell_of(const char* value) { return std::string{value}; }
template <typename Tag, int Digits>
[[nodiscard]] Cell cell_of(Fixed<Tag, Digits> value) {
  return to_string(value);
}
// Ids beyond 63 bits are text: a signed column would show them as negative.
template <typename Tag>
[[nodiscard]] Cell cell_of(Id<Tag, std::uint64_t> value) {
  return value.is_valid() ? Cell{std::to_string(value.value())} : Cell{};
}
template <typename Tag>
[[nodiscard]] Cell cell_of(Id<Tag, std::uint32_t> value) {
  return value.is_valid() ? Cell{static_cast<std::int64_t>(value.value())} : Cell{};
}

template <typename... Values>
[[nodiscard]] store::sqlite::Row row_of(store::sqlite::Table table, std::int64_t session_id,
                                        const Values&... values) {
  store::sqlite::Row row{table, {}};
  row.cells.reserve(sizeof...(values) + 1);
  row.cells.emplace_back(session_id);
  (row.cells.push_back(cell_of(values)), ...);
  return row;
}

}  // namespace lanner::runtime
