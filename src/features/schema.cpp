#include "features/schema.hpp"

#include "base/hash.hpp"

#include <array>

namespace lanner::features {
namespace {

using model::FeatureId;

constexpr FeatureInfo own_feature(FeatureId id, std::string_view name) noexcept {
  return {id, name, "", "an expression of the session's configuration", 0,
          "What its text says (features/user_feature.hpp); absent until that has a value."};
}

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
     "Last funding rate known at the close x 10000; absent before the first and when it is older "
     "than 9 hours."},
    {FeatureId::btc_ret_bps, "btc_ret_bps", "bps", "bars of the BTC series", 2,
     "ret_bps of the last bar of BTC on the same venue, kind and quote that closed strictly "
     "before this event and at most two bars ago; absent on BTC itself."},
    {FeatureId::oi_chg_pct, "oi_chg_pct", "pct", "open interest", 2,
     "(open interest known at the close / at the close before - 1) x 100; absent when the last one "
     "is older than 15 minutes."},
    {FeatureId::spread_bps, "spread_bps", "bps", "quotes", 1,
     "(ask - bid) / mid x 10000 of the last quote; absent when it is older than a minute."},
    {FeatureId::spread_ratio, "spread_ratio", "", "quotes", 1,
     "spread_bps / its median over the last 128 base bars before (nearest rank, from 20 on)."},
    {FeatureId::obi5, "obi5", "-1..1", "book depth", 1,
     "(bid - ask) / (bid + ask) of the quantities on the five best levels; absent when older than "
     "a minute."},
    {FeatureId::ofi_30s, "ofi_30s", "mean best quantity", "quotes", 1,
     "Order-flow imbalance of the best quotes over the 30 s before the close (R. Cont, A. Kukanov, "
     "S. Stoikov, The Price Impact of Order Book Events, 2014, 2.1) / mean quantity at the best "
     "quotes of those 30 s."},
    {FeatureId::basis_bps, "basis_bps", "bps", "bars of the spot series", 2,
     "(close / close of the same venue's spot at the same instant - 1) x 10000, at the last common "
     "bar that closed strictly before this event; absent without a spot series."},
    {FeatureId::xv_basis_bps, "xv_basis_bps", "bps", "bars of another venue", 2,
     "(close / close of the same contract on another venue at the same instant - 1) x 10000, at "
     "the last common bar that closed strictly before this event."},
    {FeatureId::xv_lead_bps, "xv_lead_bps", "bps", "bars of another venue", 3,
     "ret_bps of the other venue less ret_bps here at that same bar: how far the other venue went "
     "ahead."},
    {FeatureId::liq_long_z, "liq_long_z", "sd", "liquidations", 21,
     "(notional of longs closed by force in the bar - mean) / standard deviation of the bars "
     "before, exponentially weighted with alpha 2 / 97 (T. Finch, 2009); counted from the feed's "
     "first event, absent when its last one is older than a day."},
    {FeatureId::liq_short_z, "liq_short_z", "sd", "liquidations", 21,
     "The same of shorts closed by force."},
    {FeatureId::funding_rank, "funding_rank", "0..1", "funding", 1,
     "Share of the funding rates of the last 30 days below the last one, equal ones counting half; "
     "from 30 rates on, absent when the last one is older than 9 hours."},
    {FeatureId::adx14, "adx14", "0..100", "bars, computed when subscribed", 28,
     "Average directional index of 14 (J. W. Wilder, 1978); each mean is Wilder's, seeded with the "
     "mean of its first 14 values."},
    {FeatureId::trend, "trend", "-1, 0, 1", "bars of 1h, computed when subscribed", 21,
     "1 up, -1 down while er20 of 1h is above .35, 0 range below; within .05 of the cut the former "
     "state stands. The direction is that of the move over the same 20 bars."},
    {FeatureId::vol_tercile, "vol_tercile", "1, 2, 3", "bars of 1h, computed when subscribed", 26,
     "Third of the last 168 hourly values, from 24 on, that sigma falls into; sigma is the root of "
     "the exponentially weighted mean of squared hourly returns (RiskMetrics, lambda .94)."},
    {FeatureId::liquidity, "liquidity", "0, 1", "bars of 1h, computed when subscribed", 25,
     "0 thin: the hour traded less than a quarter of its exponentially weighted mean (alpha 1 / "
     "168, from 24 on), or spread_ratio is above 2; else 1."},
    {FeatureId::btc_trend, "btc_trend", "-1, 0, 1", "bars of the BTC series", 21,
     "trend of BTC on the same venue, kind and quote as known strictly before this event; absent "
     "on BTC itself."},
    {FeatureId::fear_greed, "fear_greed", "0..100", "sentiment", 1,
     "Last value of the Fear & Greed index; absent when it is older than 48 hours."},
    {FeatureId::rank_24h, "rank_24h", "0..1", "bars of 1h of five instruments", 26,
     "Share of the other instruments of its venue and kind with a lower (return over 24 hours / "
     "root of the sum of the squared hourly returns), equal ones counting half, as known strictly "
     "before the hour's close."},
    {FeatureId::p_up, "p_up", "0..1", "asleep: no model", 0,
     "Probability of a rise as a trained model tells it."},
    own_feature(model::user_feature(0), "user_01"),
    own_feature(model::user_feature(1), "user_02"),
    own_feature(model::user_feature(2), "user_03"),
    own_feature(model::user_feature(3), "user_04"),
    own_feature(model::user_feature(4), "user_05"),
    own_feature(model::user_feature(5), "user_06"),
    own_feature(model::user_feature(6), "user_07"),
    own_feature(model::user_feature(7), "user_08"),
    own_feature(model::user_feature(8), "user_09"),
    own_feature(model::user_feature(9), "user_10"),
    own_feature(model::user_feature(10), "user_11"),
    own_feature(model::user_feature(11), "user_12"),
    own_feature(model::user_feature(12), "user_13"),
    own_feature(model::user_feature(13), "user_14"),
    own_feature(model::user_feature(14), "user_15"),
    own_feature(model::user_feature(15), "user_16"),
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
std::uint64_t schema_hash(std::span<const UserFeature> own) noexcept {
  std::uint64_t hash = 0;
  for (const FeatureInfo& info : kSchema) {
    hash = fold(hash, info.name);
    hash = fold(hash, info.unit);
    hash = fold(hash, info.source);
    hash = fold(hash + info.warm_up_bars, info.definition);
  }
  for (const UserFeature& feature : own) {
    hash = fold(fold(hash, feature.name), feature.text);
  }
  return hash;
}

}  // namespace lanner::features
