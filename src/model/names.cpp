#include <array>
#include <cstddef>

#include "model/adaptation.hpp"
#include "model/condition.hpp"
#include "model/decision.hpp"
#include "model/events.hpp"
#include "model/position.hpp"

namespace lanner::model {
namespace {

template <std::size_t N, typename E>
const char* pick_name(const std::array<const char*, N>& names, E value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "?";
}

}  // namespace

const char* name_of(FeatureId value) noexcept {
  return pick_name(std::array{"none",         "price",        "ret_bps",     "rsi14",   "ema9",
                         "ema21",        "ema50",        "atr14",       "atr_pct", "vwap_dev_bps",
                         "vwap_dev_atr", "macd_hist",    "bb_pos",      "don20_hi", "don20_lo",
                         "er20",         "vol_z",        "funding_bps", "btc_ret_bps",
                         "oi_chg_pct",   "spread_bps",   "spread_ratio", "obi5",    "ofi_30s",
                         "basis_bps",    "xv_basis_bps", "xv_lead_bps", "liq_long_z",
                         "liq_short_z",  "funding_rank", "adx14",       "trend",   "vol_tercile",
                         "liquidity",    "btc_trend",    "fear_greed",  "rank_24h", "p_up",
                         "user_01",      "user_02",      "user_03",     "user_04", "user_05",
                         "user_06",      "user_07",      "user_08",     "user_09", "user_10",
                         "user_11",      "user_12",      "user_13",     "user_14", "user_15",
                         "user_16"},
              value);
}

const char* name_of(Timeframe value) noexcept {
  return pick_name(std::array{"1m", "5m", "15m", "30m", "1h"}, value);
}

const char* name_of(TemplateId value) noexcept {
  return pick_name(std::array{"P01", "P02", "P03", "P04", "P05", "P06", "P07", "NEW"}, value);
}

const char* name_of(Gate value) noexcept {
  return pick_name(std::array{"none",        "shadow_only",    "spot_no_short", "trading_state",
                         "freshness",   "instrument_lock", "cooldown",     "rates",
                         "stop_placeable", "cost_cap",    "edge",          "probe_budget",
                         "heat",        "exposure",       "leverage_margin", "daily_loss",
                         "drawdown",    "notional_min",   "protection",   "pattern",
                         "adaptation",  "permit", "universe"},
              value);
}

const char* name_of(CoinStatus value) noexcept {
  return pick_name(std::array{"normal", "reduced", "blocked", "favoured"}, value);
}

const char* name_of(PatternState value) noexcept {
  return pick_name(std::array{"candidate", "probe", "active", "retired"}, value);
}

const char* name_of(Volatility value) noexcept {
  return pick_name(std::array{"unknown", "low", "middle", "high"}, value);
}

const char* name_of(PatternReason value) noexcept {
  return pick_name(std::array{"evidence_suffices", "claim_confirmed", "evidence_against",
                              "posterior_against", "edge_died", "evidence_turned"},
                   value);
}

const char* name_of(AdaptationKind value) noexcept {
  return pick_name(std::array{"block", "reduce", "favour", "set_parameter"}, value);
}

const char* name_of(AdaptationState value) noexcept {
  return pick_name(
      std::array{"proposed", "shadow", "trial", "confirmed", "rolled_back", "expired"}, value);
}

const char* name_of(AdaptationSource value) noexcept {
  return pick_name(std::array{"reflection", "operator"}, value);
}

const char* name_of(AdaptationReason value) noexcept {
  return pick_name(std::array{"proposed", "evidence_started", "reduces_risk", "likely_helps",
                              "confirmed", "evidence_against", "cost_too_much", "edge_died",
                              "ttl_expired", "withdrawn"},
                   value);
}

const char* name_of(InstrumentState value) noexcept {
  return pick_name(std::array{"trading", "halted", "delisted", "settling"}, value);
}

const char* name_of(StatusReason value) noexcept {
  return pick_name(std::array{"evidence_against", "evidence_for", "evidence_turned", "ttl_expired"},
              value);
}

const char* name_of(RejectReason value) noexcept {
  return pick_name(std::array{"none", "would_trigger_immediately", "reduce_only_flat",
                         "insufficient_margin", "filter_price", "filter_quantity", "notional_min",
                         "too_many_orders", "duplicate_client_id", "unknown_order", "liquidity",
                         "triggered_flat", "linked", "position_closed", "by_request",
                         "time_in_force", "not_trading",
                         "service_unavailable", "post_only", "self_trade",
                         "instruction_conflict", "not_amendable"},
              value);
}

}  // namespace lanner::model
