#pragma once

// No constant decides: every threshold is a Parameter with prior, bounds, unit and version.
// Values are exact decimals, so that a set is the same bytes everywhere.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/fixed.hpp"
#include "base/result.hpp"
#include "base/score.hpp"
#include "base/time.hpp"

namespace lanner::model {

enum class Param : std::uint16_t {
  risk_probe_pct,
  risk_probe_budget_pct,
  risk_heat_pct,
  risk_exposure_instrument_pct,
  risk_exposure_total_pct,
  risk_leverage_max,
  risk_daily_loss_pct,
  risk_drawdown_pct,
  risk_entries_per_minute,
  risk_entries_per_hour,
  risk_cooldown_min,
  risk_min_notional_multiple,
  risk_open_positions_max,
  risk_liquidation_stops_min,
  fee_cost_r_cap,
  fresh_bar_intervals,
  fresh_trade_s,
  cost_half_spread_top_bps,
  cost_half_spread_middle_bps,
  cost_half_spread_low_bps,
  cost_stop_k,
  cost_impact_coefficient,
  bracket_p01_stop_atr,
  bracket_p01_target_r,
  bracket_p01_time_h,
  bracket_p02_stop_atr,
  bracket_p02_target_r,
  bracket_p02_time_h,
  bracket_p03_stop_atr,
  bracket_p03_target_r,
  bracket_p03_time_h,
  bracket_neutral_stop_atr,
  bracket_neutral_target_r,
  bracket_neutral_time_h,
  p01_rsi_level,
  p01_er_min,
  p01_vwap_dev_atr_min,
  p02_vol_z_min,
  p02_oi_chg_min,
  p02_spread_bps_max,
  p03_bb_level,
  p03_rsi_max,
  p03_er_max,
  btc_lead_atr_multiple,
  btc_lead_multiplier,
  strategist_cycle_s,
  strategist_cycle_neutral_s,
  strategist_expiry_cycles,
  coin_sigma_r,
  coin_tau_r,
  coin_half_life_days,
  coin_block_p,
  coin_block_n_min,
  coin_reduce_p,
  coin_favour_p,
  coin_lift_p,
  coin_ttl_days,
  coin_reduce_multiplier,
  coin_favour_multiplier,
  pattern_prior_n,
  pattern_prior_sigma_r,
  label_shadow_weight,
  exec_entry_fence_s,
  exec_twin_max,
  exec_permit_s,
  disaster_stop_multiple,
  risk_active_pct,
  pattern_starts_as_probe,
  pattern_probe_n_min,
  pattern_probe_p,
  pattern_active_n_min,
  pattern_active_alpha,
  pattern_active_quantile,
  pattern_retire_e,
  pattern_retire_p,
  pattern_retire_n_min,
  evidence_block_bound_r,
  evidence_loss_bound,
  evidence_arl_blocks,
  evidence_rho,
  adaptation_confirm_e,
  adaptation_undo_e,
  adaptation_cost_max_r,
  adaptation_trial_p,
  adaptation_trial_n_min,
  adaptation_ttl_days,
  adaptation_risk_ttl_days,
  adaptation_risk_removed_pct,
  reflection_n_min,
  reflection_alpha,
  condition_net_reward_min,
  condition_stop_max_pct,
  condition_always_on_pct,
  condition_triggers_per_hour,
  condition_live_max,
  condition_live_per_coin,
  bracket_p04_stop_atr,
  bracket_p04_target_r,
  bracket_p04_time_h,
  bracket_p05_stop_atr,
  bracket_p05_target_r,
  bracket_p05_time_h,
  bracket_p06_stop_atr,
  bracket_p06_target_r,
  bracket_p06_time_h,
  bracket_p07_stop_atr,
  bracket_p07_target_r,
  bracket_p07_time_h,
  p04_liq_z_min,
  p04_vwap_dev_atr,
  p05_funding_rank,
  p06_p_up_min,
  p06_obi_min,
  p07_rank_min,
  strategist_grid,
  strategist_corr_max,
  strategist_corr_multiplier,
  warm_start_weight,
  warm_start_days,
  universe_size_max,
  universe_coverage_pct,
  count_,
};
inline constexpr std::size_t kParamCount = static_cast<std::size_t>(Param::count_);

struct ParameterSpec {
  Param key;
  std::string_view id;    // "risk.heat_pct"
  std::string_view unit;  // "pct of equity", "R", "s" ...
  std::string_view prior;  // decimal text
  std::string_view low;
  std::string_view high;
  std::string_view purpose;
};

// In the order of Param; generated documentation and `params list` read this table.
[[nodiscard]] std::span<const ParameterSpec, kParamCount> parameter_specs() noexcept;

class ParameterSet {
 public:
  ParameterSet();  // priors

  // Sets by id from decimal text; errors name the id (with did-you-mean), bounds and unit.
  [[nodiscard]] Status set(std::string_view id, std::string_view decimal);

  [[nodiscard]] Rate rate(Param key) const noexcept { return values_[index(key)]; }
  [[nodiscard]] Score score(Param key) const noexcept { return scores_[index(key)]; }
  // pct values as a fraction: 4 (pct) -> 0.04.
  [[nodiscard]] Rate fraction(Param key) const noexcept {
    return Rate::from_raw(values_[index(key)].raw() / 100);
  }
  [[nodiscard]] std::int64_t count(Param key) const noexcept {
    return values_[index(key)].raw() / Rate::kScale;
  }
  // A value in seconds, minutes, hours or days as a Duration; `unit` is one of these.
  [[nodiscard]] Duration duration(Param key, Duration unit) const noexcept;
  [[nodiscard]] std::uint32_t version() const noexcept { return version_; }
  // Sets a value without a new version, for who keeps versions of each value beside the set;
  // refused outside of its bounds.
  [[nodiscard]] bool put(Param key, Rate value) noexcept;
  // For codecs: every stored value in order; scores follow from the values.
  template <typename F>
  void visit(F each) {
    for (std::size_t i = 0; i < kParamCount; ++i) {
      each(values_[i]);
      scores_[i] = to_score(values_[i]);
    }
    each(version_);
  }
  friend bool operator==(const ParameterSet&, const ParameterSet&) = default;

 private:
  [[nodiscard]] static constexpr std::size_t index(Param key) noexcept {
    return static_cast<std::size_t>(key);
  }
  std::array<Rate, kParamCount> values_{};
  std::array<Score, kParamCount> scores_{};
  std::uint32_t version_ = 1;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(values_, scores_, version_);
  }
};

}  // namespace lanner::model
