#include "research/block_paths.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "learn/block.hpp"

namespace lanner::research {
namespace {

constexpr std::int64_t kNsPerHour = 60 * kNsPerMinute;
constexpr std::size_t kHoursPerBlock = 4;
constexpr std::size_t kRangeHours = 14;
constexpr double kStopRanges = 1.5;
constexpr std::size_t kDaysMin = 6;
constexpr std::size_t kCoinsMin = 2;

struct Hour {
  double high = 0.0;
  double low = 0.0;
  double close = 0.0;
  bool is_there = false;
};

double price_of(std::int64_t raw) { return to_score(Price::from_raw(raw)).value(); }

// The finest bars that an instrument has, up to an hour.
std::int32_t finest_interval(const store::Catalog& catalog, InstrumentId id) {
  std::int32_t finest = 0;
  for (const store::SeriesInfo& info : catalog.series()) {
    if (info.instrument == id && info.kind == store::SeriesKind::bars && info.interval_s <= 3600 &&
        (finest == 0 || info.interval_s < finest)) {
      finest = info.interval_s;
    }
  }
  return finest;
}

std::vector<Hour> hours_of(std::span<const store::BarRecord> rows, Timestamp from,
                           std::size_t count) {
  std::vector<Hour> hours(count);
  for (const store::BarRecord& row : rows) {
    const auto at = static_cast<std::size_t>((row.open_time - from.ns()) / kNsPerHour);
    if (at >= count) {
      continue;
    }
    Hour& hour = hours[at];
    hour.high = hour.is_there ? std::max(hour.high, price_of(row.high)) : price_of(row.high);
    hour.low = hour.is_there ? std::min(hour.low, price_of(row.low)) : price_of(row.low);
    hour.close = price_of(row.close);
    hour.is_there = true;
  }
  return hours;
}

// The close that was known before hour `at`; hours without a price are passed over.
std::optional<double> close_before(const std::vector<Hour>& hours, std::size_t at) {
  while (at > 0) {
    if (hours[--at].is_there) {
      return hours[at].close;
    }
  }
  return std::nullopt;
}

// Mean true range of the hours before `at`, as many of them as have prices.
std::optional<double> range_before(const std::vector<Hour>& hours, std::size_t at) {
  double sum = 0.0;
  std::size_t found = 0;
  for (std::size_t i = at - std::min(at, kRangeHours); i < at; ++i) {
    const auto before = close_before(hours, i);
    if (!hours[i].is_there || !before) {
      continue;
    }
    sum += std::max({hours[i].high - hours[i].low, std::fabs(hours[i].high - *before),
                     std::fabs(hours[i].low - *before)});
    ++found;
  }
  if (found * 2 < kRangeHours || !(sum > 0.0)) {
    return std::nullopt;
  }
  return sum / static_cast<double>(found);
}

// One coin's column; nothing in a block without prices.
std::vector<std::optional<double>> column_of(const std::vector<Hour>& hours, std::size_t blocks,
                                             std::size_t first_hour) {
  std::vector<std::optional<double>> column(blocks);
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t begin = first_hour + block * kHoursPerBlock;
    const auto open = close_before(hours, begin);
    const auto range = range_before(hours, begin);
    const bool has_prices = std::any_of(
        hours.begin() + static_cast<std::ptrdiff_t>(begin),
        hours.begin() + static_cast<std::ptrdiff_t>(begin + kHoursPerBlock),
        [](const Hour& hour) { return hour.is_there; });
    if (open && range && has_prices) {
      column[block] = (*close_before(hours, begin + kHoursPerBlock) - *open) /
                      (kStopRanges * *range);
    }
  }
  return column;
}

}  // namespace

Result<RecordedPaths> recorded_paths(const store::Catalog& catalog,
                                     std::span<const InstrumentId> instruments, Timestamp from,
                                     Timestamp to) {
  // Half a day of ranges stands before the first block.
  const std::int64_t first_day = (from.ns() + kNsPerDay / 2 + kNsPerDay - 1) / kNsPerDay;
  const std::int64_t end_day = to.ns() / kNsPerDay;
  const std::size_t days = end_day > first_day ? static_cast<std::size_t>(end_day - first_day) : 0;
  if (days < kDaysMin) {
    return fail(ErrorKind::data, "shuffling paths needs six whole days with half a day before "
                                 "them; there are " + std::to_string(days));
  }
  RecordedPaths paths;
  paths.from = Timestamp{first_day * kNsPerDay};
  paths.to = Timestamp{end_day * kNsPerDay};
  const std::size_t blocks = days * 24 / kHoursPerBlock;
  const Timestamp hours_from = paths.from - hours(24);
  paths.returns.resize(blocks);
  for (const InstrumentId id : instruments) {
    const std::string& name = catalog.instruments()[id.index()].name;
    const std::int32_t interval = finest_interval(catalog, id);
    std::vector<std::optional<double>> column(blocks);
    if (interval > 0) {
      const auto series = catalog.bars(id, interval);
      if (!series) {
        return tl::unexpected{series.error()};
      }
      column = column_of(hours_of((*series)->between(hours_from, paths.to), hours_from,
                                  (days + 1) * 24),
                         blocks, 24);
    }
    const auto missing = static_cast<std::size_t>(
        std::count(column.begin(), column.end(), std::optional<double>{}));
    if (missing * 20 >= blocks) {
      paths.left_out.push_back(name);
      continue;
    }
    paths.instruments.push_back(name);
    for (std::size_t block = 0; block < blocks; ++block) {
      paths.returns[block].push_back(column[block].value_or(0.0));
    }
  }
  if (paths.instruments.size() < kCoinsMin) {
    return fail(ErrorKind::data, "shuffling paths needs two coins with prices in all of the span; "
                                 "there are " + std::to_string(paths.instruments.size()));
  }
  return paths;
}

}  // namespace lanner::research
