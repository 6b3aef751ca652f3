#include "model/operator_request.hpp"

#include <algorithm>
#include <array>

namespace lanner::model {
namespace {

constexpr std::array kReadAnew{
    Param::risk_probe_pct,          Param::risk_active_pct,
    Param::risk_probe_budget_pct,   Param::risk_heat_pct,
    Param::risk_exposure_instrument_pct, Param::risk_exposure_total_pct,
    Param::risk_leverage_max,       Param::risk_cooldown_min,
    Param::risk_min_notional_multiple,   Param::risk_open_positions_max,
    Param::risk_liquidation_stops_min,   Param::fee_cost_r_cap,
    Param::btc_lead_atr_multiple,   Param::btc_lead_multiplier,
    Param::coin_reduce_multiplier,  Param::coin_favour_multiplier,
    Param::disaster_stop_multiple,  Param::strategist_corr_max,
    Param::strategist_corr_multiplier,   Param::pattern_active_quantile,
    Param::universe_size_max,       Param::condition_live_max,
    Param::condition_live_per_coin};

}  // namespace

const char* name_of(RequestKind value) noexcept {
  constexpr std::array kNames{"set", "pin", "unpin", "rollback"};
  return kNames[static_cast<std::size_t>(value)];
}

const char* name_of(RequestVerdict value) noexcept {
  constexpr std::array kNames{"taken",        "done",
                              "pinned",       "out of bounds",
                              "next session", "unknown adaptation",
                              "already ended", "unchanged",
                              "busy"};
  return kNames[static_cast<std::size_t>(value)];
}

bool is_read_anew(Param key) noexcept {
  return std::find(kReadAnew.begin(), kReadAnew.end(), key) != kReadAnew.end();
}

}  // namespace lanner::model
