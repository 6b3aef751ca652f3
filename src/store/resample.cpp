#include "store/resample.hpp"

#include <algorithm>
#include <string>

#include "base/fixed.hpp"
#include "base/time.hpp"
#include "store/series_file.hpp"

namespace lanner::store {
namespace {

std::int64_t window_start(std::int64_t ns, std::int64_t length) noexcept {
  return Timestamp{ns}.floor_to(Duration{length}).ns();
}

void add_volume(BarRecord& bar, std::int64_t volume, Resampled& out) noexcept {
  const std::int64_t room = Quantity::max().raw() - bar.volume;
  if (volume > room) {
    ++out.saturated;
    bar.volume = Quantity::max().raw();
    return;
  }
  bar.volume += volume;
}

// The bar that holds `ns`, begun with `part` when it is a new one.
BarRecord& bar_at(Resampled& out, std::int64_t ns, std::int64_t length, const BarRecord& part) {
  const std::int64_t start = window_start(ns, length);
  if (out.bars.empty() || out.bars.back().open_time != start) {
    out.bars.push_back(part);
    out.bars.back().open_time = start;
    out.bars.back().volume = 0;
  }
  return out.bars.back();
}

void add_part(BarRecord& bar, const BarRecord& part, Resampled& out) noexcept {
  bar.high = std::max(bar.high, part.high);
  bar.low = std::min(bar.low, part.low);
  bar.close = part.close;
  add_volume(bar, part.volume, out);
}

// Takes away the bars that the source does not hold whole.
void cut_ends(Resampled& out, std::int64_t length, std::int64_t from, std::int64_t to) {
  if (!out.bars.empty() && out.bars.back().open_time + length > to) {
    out.bars.pop_back();
    ++out.cut;
  }
  if (!out.bars.empty() && out.bars.front().open_time < from) {
    out.bars.erase(out.bars.begin());
    ++out.cut;
  }
}

Status check_length(std::int32_t interval_s) {
  return interval_s > 0 ? Status{}
                        : fail(ErrorKind::usage, "a bar lasts a whole number of seconds above 0");
}

}  // namespace

Result<Resampled> resample_trades(std::span<const TradeRecord> trades, std::int32_t interval_s) {
  if (const Status good = check_length(interval_s); !good) {
    return tl::unexpected{good.error()};
  }
  const std::int64_t length = interval_s * kNsPerSecond;
  Resampled out;
  for (const TradeRecord& trade : trades) {
    const std::int64_t size = trade.quantity < 0 ? -trade.quantity : trade.quantity;
    const BarRecord part{trade.ts_event, trade.price, trade.price, trade.price, trade.price, size};
    add_part(bar_at(out, trade.ts_event, length, part), part, out);
  }
  if (!trades.empty()) {
    cut_ends(out, length, trades.front().ts_event, trades.back().ts_event);
  }
  return out;
}

Result<Resampled> resample_bars(std::span<const BarRecord> bars, std::int32_t source_s,
                                std::int32_t interval_s) {
  if (const Status good = check_length(interval_s); !good) {
    return tl::unexpected{good.error()};
  }
  if (source_s <= 0 || interval_s % source_s != 0) {
    return fail(ErrorKind::usage, "bars of " + interval_name(interval_s) +
                                      " cannot be made from bars of " + interval_name(source_s) +
                                      ", of which some would lie across two; take a multiple, or "
                                      "make them from trades");
  }
  const std::int64_t length = interval_s * kNsPerSecond;
  Resampled out;
  for (const BarRecord& bar : bars) {
    add_part(bar_at(out, bar.open_time, length, bar), bar, out);
  }
  if (!bars.empty()) {
    cut_ends(out, length, bars.front().open_time,
             bars.back().open_time + source_s * kNsPerSecond);
  }
  return out;
}

}  // namespace lanner::store
