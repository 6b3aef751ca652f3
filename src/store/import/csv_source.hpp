#pragma once

// What all CSV readers of this folder share: lines into fields, columns by name, stamps and
// decimals with a reason when they are bad, and the way from rows to a source.

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/import/decimal.hpp"
#include "store/import/line_reader.hpp"
#include "store/import/source_file.hpp"
#include "store/series_gaps.hpp"

namespace lanner::store::csv {

inline constexpr std::size_t kMostFields = 128;
inline constexpr std::size_t kMostColumns = 8;

using Fields = std::array<std::string_view, kMostFields>;

// The number of fields; one more than there is room for when there are more.
std::size_t split_line(std::string_view line, Fields& fields) noexcept;

// Names of the columns that a kind needs; alternatives are divided by '|'; those from `required`
// on may be absent.
struct Layout {
  std::array<std::string_view, kMostColumns> names;
  std::size_t count = 0;
  std::size_t required = 0;
};

// Where each column of a layout stands in the lines of one file.
struct Columns {
  std::array<std::size_t, kMostColumns> at{};  // kMostFields: absent
  std::size_t fields = 0;
};

// The first required column that the header lacks.
std::optional<std::string_view> missing_column(const Layout& layout, std::string_view header,
                                               Columns& columns);

// One line's fields in the order of the layout.
struct Row {
  std::array<std::string_view, kMostColumns> field;
};

bool take_row(std::string_view line, const Layout& layout, const Columns& columns, Row& row,
              std::string& reason);

std::string reason_of(const char* column, const Error& error);
// Milliseconds, microseconds or nanoseconds since 1970, told by their size; years 2000 to 2099.
bool read_stamp(std::string_view text, std::int64_t& ns, std::string& reason);
// Above 0.
bool read_price(std::string_view text, const char* column, ScannedDecimal& out,
                std::string& reason);
// From 0 on, rounded where the scale ends.
bool read_quantity(std::string_view text, const char* column, ScannedDecimal& out,
                   std::string& reason);
// Received minus happened as a record keeps it.
std::int32_t delay_us(std::int64_t received, std::int64_t happened, SourceStats& stats) noexcept;

void reject(std::vector<RejectedRow>& rejected, SourceStats& stats, std::uint64_t line,
            std::string reason);
// The line that stands for the rejected rows that are not listed.
void close_rejected(std::vector<RejectedRow>& rejected, const SourceStats& stats);
// Why a file without a usable row has none.
tl::unexpected<Error> no_rows(const std::vector<RejectedRow>& rejected);

template <typename Record>
void sort_rows(SourceRows<Record>& out) {
  std::int64_t latest = std::numeric_limits<std::int64_t>::min();
  for (const Record& row : out.rows) {
    if (row.stamp() < latest) {
      out.stats.disorder.add(row.stamp());
    }
    latest = std::max(latest, row.stamp());
  }
  if (out.stats.disorder.count > 0) {
    std::stable_sort(out.rows.begin(), out.rows.end(),
                     [](const Record& a, const Record& b) { return a.stamp() < b.stamp(); });
  }
}

// Keeps the first row of each stamp.
template <typename Record>
void drop_doubles(SourceRows<Record>& out) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    if (kept > 0 && out.rows[kept - 1].stamp() == out.rows[i].stamp()) {
      ++out.stats.duplicates;
      if (out.rows[kept - 1] != out.rows[i]) {
        out.stats.conflicts.add(out.rows[i].stamp());
      }
      continue;
    }
    out.rows[kept++] = out.rows[i];
  }
  out.rows.resize(kept);
}

template <typename Record>
void count_gaps(SourceRows<Record>& out) {
  visit_gaps(std::span<const Record>{out.rows}, out.interval_s,
             [&out](std::int64_t, std::int64_t, std::uint64_t missing) {
               ++out.stats.gaps;
               out.stats.missing += missing;
               out.stats.longest_gap = std::max(out.stats.longest_gap, missing);
             });
}

template <typename Reader>
void add_row(std::string_view line, std::uint64_t number, const Columns& columns,
             const Reader& read, SourceRows<typename Reader::Record>& out) {
  std::string reason;
  Row row;
  typename Reader::Record record;
  if (take_row(line, Reader::kLayout, columns, row, reason) &&
      read(row, record, out.stats, reason)) {
    out.rows.push_back(record);
  } else {
    reject(out.rejected, out.stats, number, std::move(reason));
  }
}

template <typename Reader>
Status read_rows(LineReader& lines, const Columns& columns, const Reader& read,
                 SourceRows<typename Reader::Record>& out) {
  for (;;) {
    const auto line = lines.next();
    if (!line) {
      return tl::unexpected{line.error()};
    }
    if (!line->has_value()) {
      return {};
    }
    if (!(*line)->empty()) {
      add_row(**line, lines.line(), columns, read, out);
    }
  }
}

// `assumed_header` names the columns of archives whose files may begin with a row.
template <typename Reader>
Result<SourceRows<typename Reader::Record>> read_source(std::span<const std::byte> file,
                                                        const Reader& read,
                                                        std::string_view assumed_header = {}) {
  SourceRows<typename Reader::Record> out;
  LineReader lines{file};
  const auto header = lines.next();
  if (!header) {
    return tl::unexpected{header.error()};
  }
  if (!header->has_value()) {
    return fail(ErrorKind::data, "the file is empty; get it again");
  }
  const std::string_view first = **header;
  const bool is_headless = !assumed_header.empty() && !first.empty() && first.front() >= '0' &&
                           first.front() <= '9';
  Columns columns;
  if (const auto missing =
          missing_column(Reader::kLayout, is_headless ? assumed_header : first, columns)) {
    return fail(ErrorKind::data, "the header line has no column '" + std::string(*missing) +
                                     "'; its first line must name the columns");
  }
  if (is_headless) {
    // Older archives lack the last columns of newer ones.
    Fields fields;
    columns.fields = split_line(first, fields);
    add_row(first, 1, columns, read, out);
  }
  if (const Status good = read_rows(lines, columns, read, out); !good) {
    return tl::unexpected{good.error()};
  }
  if (out.rows.empty()) {
    return no_rows(out.rejected);
  }
  out.stats.rows = out.rows.size();
  sort_rows(out);
  close_rejected(out.rejected, out.stats);
  return out;
}

}  // namespace lanner::store::csv
