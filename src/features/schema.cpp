#include "features/schema.hpp"

#include "base/hash.hpp"

#include <array>

namespace lanner::features {
namespace {

using model::FeatureId;

constexpr std::array<FeatureInfo, model::kFeatureCount> kSchema{{
    {FeatureId::none, "none", "", "", 0, "The constant alone, as a right-hand side."},
    {FeatureId::price, "price", "quote", "bars", 1, "Close of the bar."},
    {FeatureId::ret_bps, "ret_bps", "bps", "bars", 2,
     "(close / previous close - 1) x 10000; over a gap it spans the gap."},
    {FeatureId::rsi14, "rsi14", "0..100", "bars", 15,
     "100 x gain / (gain + loss) over 14 moves, smoothed and seeded by Wilder (New Concepts in "
     "Technical Trading Systems, 1978); 50 when there was no move at all."},
    {FeatureId::ema9, "ema9", "quote", "bars", 9,
     "Exponential mean of closes, alpha 2 / 10, seeded with the mean of the first 9."},
    {FeatureId::ema21, "ema21", "quote", "bars", 21,
     "Exponential mean of closes, alpha 2 / 22, seeded with the mean of the first 21."},
    {FeatureId::ema50, "ema50", "quote", "bars", 50,
     "Exponential mean of closes, alpha 2 / 51, seeded with the mean of the first 50."},
    {FeatureId::atr14, "atr14", "quote", "bars", 15,
     "Wilder's mean of 14 true ranges (Wilder, 1978), seeded with the mean of the first 14; the "
     "first bar has none."},
    {FeatureId::atr_pct, "atr_pct", "pct", "bars", 15, "100 x atr14 / close."},
    {FeatureId::vwap_dev_bps, "vwap_dev_bps", "bps", "bars", 1,
     "(close / VWAP - 1) x 10000; VWAP since 00:00 UTC of (high + low + close) / 3 of the base "
     "bars, weighted by volume; absent before any volume."},
    {FeatureId::vwap_dev_atr, "vwap_dev_atr", "ATR", "bars", 15,
     "(close - VWAP) / atr14 of the same timeframe; absent where atr14 is zero."},
    {FeatureId::macd_hist, "macd_hist", "quote", "bars, computed when subscribed", 34,
     "MACD line (exponential means of 12 less 26) less its exponential mean of 9 (G. Appel); "
     "each is seeded with the mean of its own first values."},
    {FeatureId::bb_pos, "bb_pos", "sd", "bars", 20,
     "(close - mean) / population standard deviation of the last 20 closes (J. Bollinger); absent "
     "when all are equal."},
    {FeatureId::don20_hi, "don20_hi", "quote", "bars", 21,
     "Highest high of the 20 bars before this one (R. Donchian)."},
    {FeatureId::don20_lo, "don20_lo", "quote", "bars", 21,
     "Lowest low of the 20 bars before this one (R. Donchian)."},
    {FeatureId::er20, "er20", "0..1", "bars", 21,
     "|close - close 20 bars ago| / sum of |moves| between (P. J. Kaufman, Smarter Trading, "
     "1995); absent when nothing moved."},
    {FeatureId::vol_z, "vol_z", "sd", "bars", 21,
     "(volume - mean) / population standard deviation of the volumes of the 20 bars before; "
     "absent when those are all equal."},
    {FeatureId::funding_bps, "funding_bps", "bps", "funding", 1,
     "Last funding rate known at the close x 10000; absent before the first."},
    {FeatureId::btc_ret_bps, "btc_ret_bps", "bps", "bars of the BTC series", 2,
     "ret_bps of the last bar of BTC on the same venue, kind and quote that closed strictly "
     "before this event and at most two bars ago; absent on BTC itself."},
    {FeatureId::oi_chg_pct, "oi_chg_pct", "pct", "asleep: no feed of open interest", 0,
     "Change of open interest over the bar."},
    {FeatureId::spread_bps, "spread_bps", "bps", "asleep: no feed of quotes", 0,
     "Spread at the close in bps of the mid price."},
}};

constexpr bool is_in_order() noexcept {
  for (std::size_t i = 0; i < kSchema.size(); ++i) {
    if (static_cast<std::size_t>(kSchema[i].id) != i) {
      return false;
    }
  }
  return true;
}
static_assert(is_in_order());

std::uint64_t fold(std::uint64_t hash, std::string_view text) noexcept {
  return hash64(std::as_bytes(std::span{text}), hash);
}

}  // namespace

std::span<const FeatureInfo, model::kFeatureCount> schema() noexcept { return kSchema; }

// The hash of each text seeds the next one's, so borders and order count.
std::uint64_t schema_hash() noexcept {
  std::uint64_t hash = 0;
  for (const FeatureInfo& info : kSchema) {
    hash = fold(hash, info.name);
    hash = fold(hash, info.unit);
    hash = fold(hash, info.source);
    hash = fold(hash + info.warm_up_bars, info.definition);
  }
  return hash;
}

}  // namespace lanner::features
