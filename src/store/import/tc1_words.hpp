#pragma once

// The words of tc1 and what they stand for in the model.

#include <span>
#include <string>
#include <string_view>

#include "model/condition.hpp"
#include "model/instrument.hpp"

namespace lanner::store {

// Range of constants that make sense beside a left-hand side.
struct Tc1Feature {
  std::string_view word;
  model::FeatureId id;  // `none`: asleep, no feed brings it yet
  bool is_price_like;
  double low;
  double high;
};

inline constexpr double kTc1Any = 1e12;
inline constexpr Tc1Feature kTc1Features[] = {
    {"price", model::FeatureId::price, true, 0.0, kTc1Any},
    {"ret_bps", model::FeatureId::ret_bps, false, -10'000.0, 10'000.0},
    {"rsi14", model::FeatureId::rsi14, false, 0.0, 100.0},
    {"ema9", model::FeatureId::ema9, true, 0.0, kTc1Any},
    {"ema21", model::FeatureId::ema21, true, 0.0, kTc1Any},
    {"ema50", model::FeatureId::ema50, true, 0.0, kTc1Any},
    {"atr_pct", model::FeatureId::atr_pct, false, 0.0, 100.0},
    {"vwap_dev_bps", model::FeatureId::vwap_dev_bps, false, -10'000.0, 10'000.0},
    {"vwap_dev_atr", model::FeatureId::vwap_dev_atr, false, -100.0, 100.0},
    {"macd_hist", model::FeatureId::macd_hist, false, -kTc1Any, kTc1Any},
    {"bb_pos", model::FeatureId::bb_pos, false, -5.0, 5.0},
    {"don20_hi", model::FeatureId::don20_hi, true, 0.0, kTc1Any},
    {"don20_lo", model::FeatureId::don20_lo, true, 0.0, kTc1Any},
    {"er20", model::FeatureId::er20, false, 0.0, 1.0},
    {"vol_z", model::FeatureId::vol_z, false, -20.0, 20.0},
    {"funding_bps", model::FeatureId::funding_bps, false, -1'000.0, 1'000.0},
    {"btc_ret_bps", model::FeatureId::btc_ret_bps, false, -10'000.0, 10'000.0},
    {"oi_chg_pct", model::FeatureId::oi_chg_pct, false, -100.0, 1'000.0},
    {"spread_bps", model::FeatureId::spread_bps, false, 0.0, 10'000.0},
    {"spread_ratio", model::FeatureId::spread_ratio, false, 0.0, 1'000.0},
    {"obi5", model::FeatureId::obi5, false, -1.0, 1.0},
    {"ofi_30s", model::FeatureId::ofi_30s, false, -1'000.0, 1'000.0},
    {"liq_long_z", model::FeatureId::liq_long_z, false, -100.0, 100.0},
    {"liq_short_z", model::FeatureId::liq_short_z, false, -100.0, 100.0},
    {"basis_bps", model::FeatureId::basis_bps, false, -10'000.0, 10'000.0},
    {"xv_basis_bps", model::FeatureId::xv_basis_bps, false, -10'000.0, 10'000.0},
    {"xv_lead_bps", model::FeatureId::xv_lead_bps, false, -10'000.0, 10'000.0},
    {"funding_rank", model::FeatureId::funding_rank, false, 0.0, 1.0},
    {"adx14", model::FeatureId::adx14, false, 0.0, 100.0},
    {"trend", model::FeatureId::trend, false, -1.0, 1.0},
    {"vol_tercile", model::FeatureId::vol_tercile, false, 1.0, 3.0},
    {"liquidity", model::FeatureId::liquidity, false, 0.0, 1.0},
    {"btc_trend", model::FeatureId::btc_trend, false, -1.0, 1.0},
    {"fear_greed", model::FeatureId::fear_greed, false, 0.0, 100.0},
    {"rank_24h", model::FeatureId::rank_24h, false, 0.0, 1.0},
    {"p_up", model::FeatureId::none, false, 0.0, 0.0},
};

template <typename T>
struct Tc1Word {
  std::string_view word;
  T value;
};
inline constexpr Tc1Word<model::Timeframe> kTc1Timeframes[] = {
    {"1m", model::Timeframe::m1},   {"5m", model::Timeframe::m5}, {"15m", model::Timeframe::m15},
    {"30m", model::Timeframe::m30}, {"1h", model::Timeframe::h1},
};
inline constexpr Tc1Word<model::PredicateOp> kTc1Ops[] = {
    {"gt", model::PredicateOp::gt},
    {"ge", model::PredicateOp::ge},
    {"lt", model::PredicateOp::lt},
    {"le", model::PredicateOp::le},
    {"cross_up", model::PredicateOp::cross_up},
    {"cross_down", model::PredicateOp::cross_down},
};
inline constexpr Tc1Word<model::FeatureId> kTc1RightSides[] = {
    {"const", model::FeatureId::none},        {"price", model::FeatureId::price},
    {"ema9", model::FeatureId::ema9},         {"ema21", model::FeatureId::ema21},
    {"ema50", model::FeatureId::ema50},       {"don20_hi", model::FeatureId::don20_hi},
    {"don20_lo", model::FeatureId::don20_lo},
};
inline constexpr Tc1Word<model::PositionSide> kTc1Directions[] = {
    {"long", model::PositionSide::long_side},
    {"short", model::PositionSide::short_side},
};
inline constexpr Tc1Word<model::EntryMode> kTc1EntryModes[] = {
    {"market", model::EntryMode::market},
    {"limit", model::EntryMode::limit},
    {"stop", model::EntryMode::stop},
};
inline constexpr Tc1Word<model::Regime> kTc1Regimes[] = {
    {"trend_up", model::Regime::trend_up}, {"trend_down", model::Regime::trend_down},
    {"range", model::Regime::range},       {"high_vol", model::Regime::high_vol},
    {"any", model::Regime::any},
};
inline constexpr Tc1Word<model::TemplateId> kTc1Patterns[] = {
    {"P01", model::TemplateId::p01}, {"P02", model::TemplateId::p02},
    {"P03", model::TemplateId::p03}, {"P04", model::TemplateId::p04},
    {"P05", model::TemplateId::p05}, {"P06", model::TemplateId::p06},
    {"P07", model::TemplateId::p07}, {"NEW", model::TemplateId::custom},
};

// Null for a word that tc1 does not have.
[[nodiscard]] const Tc1Feature* tc1_feature(std::string_view word);
[[nodiscard]] std::string tc1_number(double value);
// Characters that a reader sees: control, zero-width and direction marks are not counted.
[[nodiscard]] std::size_t tc1_visible_length(std::string_view text);
// Text of somebody else as a message may hold it: without what is not seen, and not without end.
[[nodiscard]] std::string tc1_shown(std::string_view text);
// "no instrument 'BTCUSD'; did you mean 'BTCUSDT'?"
[[nodiscard]] std::string tc1_unknown_coin(std::string_view coin,
                                           const model::InstrumentTable& instruments);
// "'rsi' is not known; did you mean 'rsi14'?"
[[nodiscard]] std::string tc1_unknown_word(std::string_view word,
                                           std::span<const std::string_view> known);

}  // namespace lanner::store
