#pragma once

// TradeCondition: the same struct from strategist, file, or (later) an LLM. The wire format is
// tc1 (store/import/tc1_file.hpp); levels are relative (ATR, R), so a mistyped price digit cannot
// place it.

#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/static_vector.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"

namespace lanner::model {

// The left-hand sides of tc1, in the order of the feature schema. `none` as a right-hand side
// means the constant alone.
enum class FeatureId : std::uint8_t {
  none,
  price,
  ret_bps,
  rsi14,
  ema9,
  ema21,
  ema50,
  atr14,      // in price units; not a tc1 key, feeds stops
  atr_pct,
  vwap_dev_bps,
  vwap_dev_atr,
  macd_hist,
  bb_pos,
  don20_hi,
  don20_lo,
  er20,
  vol_z,
  funding_bps,
  btc_ret_bps,
  oi_chg_pct,
  spread_bps,
  spread_ratio,
  obi5,
  ofi_30s,
  basis_bps,
  xv_basis_bps,
  xv_lead_bps,
  liq_long_z,
  liq_short_z,
  funding_rank,
  adx14,
  trend,
  vol_tercile,
  liquidity,
  btc_trend,
  fear_greed,
  rank_24h,
  p_up,  // asleep until a model exists
  user_01,  // what a session's own features are, the session says
  user_16 = user_01 + 15,
  count_,
};
inline constexpr std::size_t kFeatureCount = static_cast<std::size_t>(FeatureId::count_);
inline constexpr std::size_t kBuiltInFeatureCount = static_cast<std::size_t>(FeatureId::user_01);
inline constexpr std::size_t kUserFeaturesMax = kFeatureCount - kBuiltInFeatureCount;
// The feature of this place among a session's own ones.
[[nodiscard]] constexpr FeatureId user_feature(std::size_t place) noexcept {
  return static_cast<FeatureId>(kBuiltInFeatureCount + place);
}
[[nodiscard]] constexpr bool is_user_feature(FeatureId id) noexcept {
  return static_cast<std::size_t>(id) >= kBuiltInFeatureCount;
}

enum class Timeframe : std::uint8_t { m1, m5, m15, m30, h1, count_ };
inline constexpr std::size_t kTimeframeCount = static_cast<std::size_t>(Timeframe::count_);

[[nodiscard]] constexpr Duration length_of(Timeframe timeframe) noexcept {
  constexpr std::int64_t kMinutes[] = {1, 5, 15, 30, 60};
  return minutes(kMinutes[static_cast<std::size_t>(timeframe)]);
}

[[nodiscard]] const char* name_of(FeatureId value) noexcept;   // "rsi14"
[[nodiscard]] const char* name_of(Timeframe value) noexcept;   // "15m"

enum class PredicateOp : std::uint8_t { gt, ge, lt, le, cross_up, cross_down };

// True iff lhs(tf) op (rhs == none ? value : rhs(tf) + value). cross_up: previous closed bar
// below, this one at or above. An absent feature makes it false.
struct Predicate {
  FeatureId lhs = FeatureId::price;
  Timeframe tf = Timeframe::m1;
  PredicateOp op = PredicateOp::gt;
  FeatureId rhs = FeatureId::none;
  Score value;
  friend bool operator==(const Predicate&, const Predicate&) = default;
};

enum class TemplateId : std::uint8_t { p01, p02, p03, p04, p05, p06, p07, custom, count_ };
inline constexpr std::size_t kTemplateCount = static_cast<std::size_t>(TemplateId::count_);
[[nodiscard]] const char* name_of(TemplateId value) noexcept;  // "P01" ... "NEW"

// Hash of the canonical trigger, direction, regimes and bracket family.
using PatternId = Id<struct PatternTag, std::uint64_t>;

enum class ConditionSource : std::uint8_t { strategist, file };
enum class EntryMode : std::uint8_t { market, limit, stop };
enum class ShadowOnly : bool { no, yes };
// `none`: an operator asked for no rules (tests, benchmarks); gates and risk hold all the same.
enum class GridPoint : std::uint8_t { prior, low, high };
inline constexpr std::size_t kGridPoints = 3;
enum class Vetting : bool { none, rules };

// Programs that propose conditions, each an expert of its own; 0 = strategist or file.
inline constexpr std::size_t kProposersMax = 8;

enum class Regime : std::uint8_t { trend_up, trend_down, range, high_vol, any };
[[nodiscard]] constexpr std::uint8_t bit_of(Regime regime) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(regime));
}

struct TradeCondition {
  PatternId pattern_id;
  TemplateId template_id = TemplateId::custom;
  ConditionSource source = ConditionSource::file;
  InstrumentId instrument_id;
  PositionSide side = PositionSide::long_side;
  StaticVector<Predicate, 5> when_all;
  StaticVector<Predicate, 4> when_any;
  StaticVector<Predicate, 3> invalidate_any;
  std::uint8_t regimes = bit_of(Regime::any);  // bit set of Regime
  EntryMode entry_mode = EntryMode::market;
  Score entry_offset_atr;
  Score stop_atr;
  Timeframe stop_tf = Timeframe::h1;
  Score take_profit_r;
  Duration time_stop;
  Timestamp expires_at;
  Score size_scale{1.0};
  std::uint8_t confidence = 0;  // raw score for a calibrator; decides nothing by itself
  ShadowOnly shadow_only = ShadowOnly::no;  // triggers and is labelled, never sent
  std::uint8_t proposer = 0;  // 1 .. kProposersMax; 0 = none
  GridPoint grid = GridPoint::prior;  // of the strategist's knobs
  Vetting vetting = Vetting::rules;
};

}  // namespace lanner::model
