#include "store/import/csv_source.hpp"

#include <charconv>

#include "base/time.hpp"

namespace lanner::store::csv {
namespace {

constexpr std::int64_t kFirstNs = 946'684'800 * kNsPerSecond;   // 2000-01-01
constexpr std::int64_t kLastNs = 4'102'444'800 * kNsPerSecond;  // 2100-01-01

std::string_view without_mark(std::string_view line) noexcept {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  return line.starts_with(kByteOrderMark) ? line.substr(kByteOrderMark.size()) : line;
}

bool is_named(std::string_view column, std::string_view names) noexcept {
  for (;;) {
    const std::size_t end = names.find('|');
    if (column == names.substr(0, end)) {
      return true;
    }
    if (end == std::string_view::npos) {
      return false;
    }
    names.remove_prefix(end + 1);
  }
}

}  // namespace

std::size_t split_line(std::string_view line, Fields& fields) noexcept {
  std::size_t count = 0;
  for (;;) {
    const std::size_t end = line.find(',');
    if (count == kMostFields) {
      return kMostFields + 1;
    }
    fields[count++] = line.substr(0, end);
    if (end == std::string_view::npos) {
      return count;
    }
    line.remove_prefix(end + 1);
  }
}

std::optional<std::string_view> missing_column(const Layout& layout, std::string_view header,
                                               Columns& columns) {
  Fields fields;
  columns.fields = split_line(without_mark(header), fields);
  const auto last = fields.begin() + std::min(columns.fields, kMostFields);
  for (std::size_t i = 0; i < layout.count; ++i) {
    const std::string_view names = layout.names[i];
    const auto found = std::find_if(fields.begin(), last, [names](std::string_view field) {
      return is_named(field, names);
    });
    columns.at[i] = found == last ? kMostFields : static_cast<std::size_t>(found - fields.begin());
    if (found == last && i < layout.required) {
      return names.substr(0, names.find('|'));
    }
  }
  return std::nullopt;
}

bool take_row(std::string_view line, const Layout& layout, const Columns& columns, Row& row,
              std::string& reason) {
  Fields fields;
  const std::size_t count = split_line(line, fields);
  if (count != columns.fields) {
    reason = std::to_string(count) + " fields, the header has " + std::to_string(columns.fields);
    return false;
  }
  for (std::size_t i = 0; i < layout.count; ++i) {
    row.field[i] = columns.at[i] < kMostFields ? fields[columns.at[i]] : std::string_view{};
  }
  return true;
}

std::string reason_of(const char* column, const Error& error) {
  return std::string(column) + ": " + error.message;
}

bool read_stamp(std::string_view text, std::int64_t& ns, std::string& reason) {
  constexpr std::int64_t kLeastUs = 100'000'000'000'000;
  constexpr std::int64_t kLeastNs = 100'000'000'000'000'000;
  std::int64_t value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error == std::errc{} && end == last && value > 0) {
    ns = value >= kLeastNs ? value : value >= kLeastUs ? value * 1'000 : value * kNsPerMs;
    if (ns >= kFirstNs && ns < kLastNs) {
      return true;
    }
  }
  reason = "stamp '" + std::string(text.substr(0, 40)) +
           "' is not milliseconds since 1970 in the years 2000 to 2099";
  return false;
}

bool read_price(std::string_view text, const char* column, ScannedDecimal& out,
                std::string& reason) {
  if (const Status good = scan_exact<Price>(text, out); !good) {
    reason = reason_of(column, good.error());
    return false;
  }
  if (out.raw <= 0) {
    reason = std::string(column) + " '" + std::string(text.substr(0, 40)) + "' is not above 0";
    return false;
  }
  return true;
}

bool read_quantity(std::string_view text, const char* column, ScannedDecimal& out,
                   std::string& reason) {
  if (const Status good = scan_rounded<Quantity>(text, out); !good) {
    reason = reason_of(column, good.error());
    return false;
  }
  if (out.raw < 0) {
    reason = std::string(column) + " '" + std::string(text.substr(0, 40)) + "' is negative";
    return false;
  }
  return true;
}

std::int32_t delay_us(std::int64_t received, std::int64_t happened, SourceStats& stats) noexcept {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const std::int64_t delay = (received - happened) / 1'000;
  const std::int64_t kept = std::clamp(delay, -kMost, kMost);
  stats.clamped += kept != delay ? 1 : 0;
  return static_cast<std::int32_t>(kept);
}

void reject(std::vector<RejectedRow>& rejected, SourceStats& stats, std::uint64_t line,
            std::string reason) {
  ++stats.rejected;
  if (rejected.size() < kRejectedListed) {
    rejected.push_back({"", line, std::move(reason)});
  }
}

void close_rejected(std::vector<RejectedRow>& rejected, const SourceStats& stats) {
  if (stats.rejected > rejected.size()) {
    const std::uint64_t more = stats.rejected - rejected.size();
    rejected.push_back({"", 0, "and " + std::to_string(more) + " more rows"});
  }
}

tl::unexpected<Error> no_rows(const std::vector<RejectedRow>& rejected) {
  return fail(ErrorKind::data,
              rejected.empty() ? std::string("the file has a header and no rows")
                               : "no row is usable; line " + std::to_string(rejected[0].line) +
                                     ": " + rejected[0].reason);
}

}  // namespace lanner::store::csv
