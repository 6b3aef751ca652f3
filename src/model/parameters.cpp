#include "model/parameters.hpp"

#include <string>
#include <vector>

#include "base/did_you_mean.hpp"
#include "base/ensure.hpp"

namespace lanner::model {
namespace {

using enum Param;

// The priors are reasoned starting points of the specification, not fitted values.
constexpr std::array<ParameterSpec, kParamCount> kSpecs{{
    {risk_probe_pct, "risk.probe_pct", "pct of equity", "0.1", "0", "1",
     "money at risk (1 R) of a probe entry"},
    {risk_probe_budget_pct, "risk.probe_budget_pct", "pct of equity", "1", "0", "100",
     "what probe entries may lose in one UTC day, open and realised"},
    {risk_heat_pct, "risk.heat_pct", "pct of equity", "4", "0", "100",
     "sum of the money at risk of all open and planned positions"},
    {risk_exposure_instrument_pct, "risk.exposure_instrument_pct", "pct of equity", "50", "0",
     "1000", "notional per instrument"},
    {risk_exposure_total_pct, "risk.exposure_total_pct", "pct of equity", "300", "0", "2000",
     "notional of all positions and entries in flight"},
    {risk_leverage_max, "risk.leverage_max", "times", "3", "1", "20",
     "notional of all positions over equity"},
    {risk_daily_loss_pct, "risk.daily_loss_pct", "pct of equity", "3", "0", "100",
     "loss since 00:00 UTC that refuses entries until the next day"},
    {risk_drawdown_pct, "risk.drawdown_pct", "pct of equity", "15", "0", "100",
     "fall from the highest equity that halts entries until an operator resumes"},
    {risk_entries_per_minute, "risk.entries_per_minute", "entries", "10", "1", "1000",
     "entries in a sliding minute"},
    {risk_entries_per_hour, "risk.entries_per_hour", "entries", "60", "1", "10000",
     "entries in a sliding hour"},
    {risk_cooldown_min, "risk.cooldown_min", "min", "30", "0", "1440",
     "pause on an instrument after a losing exit"},
    {risk_min_notional_multiple, "risk.min_notional_multiple", "times", "3", "1", "100",
     "smallest entry as a multiple of the venue's minimum notional"},
    {risk_open_positions_max, "risk.open_positions_max", "positions", "1000", "1", "10000",
     "positions and plans at once"},
    {risk_liquidation_stops_min, "risk.liquidation_stops_min", "stops", "3", "1", "100",
     "distance to liquidation in stop distances"},
    {fee_cost_r_cap, "fee.cost_r_cap", "R", "0.35", "0", "10", "highest expected cost of an entry"},
    {fresh_bar_intervals, "fresh.bar_intervals", "intervals", "1.5", "1", "100",
     "oldest bar that a decision may use"},
    {fresh_trade_s, "fresh.trade_s", "s", "2", "0.1", "600",
     "oldest trade that a decision may use while the tape shows that rate"},
    {cost_half_spread_top_bps, "cost.half_spread_top_bps", "bps", "0.5", "0", "100",
     "half spread, most traded third"},
    {cost_half_spread_middle_bps, "cost.half_spread_middle_bps", "bps", "1.5", "0", "100",
     "half spread, middle third"},
    {cost_half_spread_low_bps, "cost.half_spread_low_bps", "bps", "3", "0", "100",
     "half spread, least traded third"},
    {cost_stop_k, "cost.stop_k", "times", "5", "0", "100",
     "stop slippage per sigma of one minute and square root of latency in minutes"},
    {cost_impact_coefficient, "cost.impact_coefficient", "times", "1", "0", "10",
     "impact per daily sigma and square root of the share of daily volume"},
    {bracket_p01_stop_atr, "bracket.p01_stop_atr", "ATR14(1h)", "1.5", "0.3", "6", "P01 stop"},
    {bracket_p01_target_r, "bracket.p01_target_r", "R", "2", "0.5", "10", "P01 target"},
    {bracket_p01_time_h, "bracket.p01_time_h", "h", "12", "0.0833", "24", "P01 time stop"},
    {bracket_p02_stop_atr, "bracket.p02_stop_atr", "ATR14(1h)", "1.5", "0.3", "6", "P02 stop"},
    {bracket_p02_target_r, "bracket.p02_target_r", "R", "3", "0.5", "10", "P02 target"},
    {bracket_p02_time_h, "bracket.p02_time_h", "h", "24", "0.0833", "24", "P02 time stop"},
    {bracket_p03_stop_atr, "bracket.p03_stop_atr", "ATR14(1h)", "2", "0.3", "6", "P03 stop"},
    {bracket_p03_target_r, "bracket.p03_target_r", "R", "1", "0.5", "10", "P03 target"},
    {bracket_p03_time_h, "bracket.p03_time_h", "h", "4", "0.0833", "24", "P03 time stop"},
    {bracket_neutral_stop_atr, "bracket.neutral_stop_atr", "ATR14(1h)", "1.5", "0.3", "6",
     "stop of every template when the bracket component is masked"},
    {bracket_neutral_target_r, "bracket.neutral_target_r", "R", "2", "0.5", "10",
     "target of every template when the bracket component is masked"},
    {bracket_neutral_time_h, "bracket.neutral_time_h", "h", "8", "0.0833", "24",
     "time stop of every template when the bracket component is masked"},
    {p01_rsi_level, "p01.rsi_level", "index", "40", "0", "100", "15m rsi14 crossed upwards"},
    {p01_er_min, "p01.er_min", "ratio", "0.25", "0", "1", "1h er20 above"},
    {p01_vwap_dev_atr_min, "p01.vwap_dev_atr_min", "ATR14(1h)", "-1", "-10", "10",
     "1h vwap_dev_atr at least"},
    {p02_vol_z_min, "p02.vol_z_min", "sd", "1.5", "-5", "20", "15m vol_z above"},
    {p02_oi_chg_min, "p02.oi_chg_min", "pct", "0", "-100", "100",
     "open-interest change above, where a feed has it"},
    {p02_spread_bps_max, "p02.spread_bps_max", "bps", "4", "0", "1000",
     "spread at most, where a feed has it"},
    {p03_bb_level, "p03.bb_level", "sd", "-2", "-5", "5", "15m bb_pos crossed upwards"},
    {p03_rsi_max, "p03.rsi_max", "index", "35", "0", "100", "15m rsi14 below"},
    {p03_er_max, "p03.er_max", "ratio", "0.25", "0", "1", "15m er20 below"},
    {btc_lead_atr_multiple, "btc_lead.atr_multiple", "ATR14(15m)", "0.5", "0", "10",
     "size of BTC's last 15m return that counts as a lead"},
    {btc_lead_multiplier, "btc_lead.multiplier", "times", "0.5", "0", "1",
     "size of an entry against BTC's lead"},
    {strategist_cycle_s, "strategist.cycle_s", "s", "60", "10", "86400",
     "time between two cycles of the default strategist"},
    {strategist_cycle_neutral_s, "strategist.cycle_neutral_s", "s", "14400", "60", "86400",
     "the same when the strategist_cycle component is masked"},
    {strategist_expiry_cycles, "strategist.expiry_cycles", "cycles", "2", "1", "10",
     "life of an emitted condition"},
    {coin_sigma_r, "coin.sigma_r", "R", "1.2", "0.1", "10", "spread of one outcome"},
    {coin_tau_r, "coin.tau_r", "R", "0.15", "0.001", "10", "spread of coins around their parent"},
    {coin_half_life_days, "coin.half_life_days", "d", "30", "1", "3650", "decay of evidence"},
    {coin_block_p, "coin.block_p", "probability", "0.1", "0", "1",
     "blocked below this probability of a positive mean"},
    {coin_block_n_min, "coin.block_n_min", "labels", "30", "1", "10000",
     "labels before a coin can be blocked"},
    {coin_reduce_p, "coin.reduce_p", "probability", "0.25", "0", "1",
     "reduced below this probability of a positive mean"},
    {coin_favour_p, "coin.favour_p", "probability", "0.9", "0", "1",
     "favoured above this probability of a positive mean"},
    {coin_lift_p, "coin.lift_p", "probability", "0.35", "0", "1",
     "a block or reduction is lifted above this probability"},
    {coin_ttl_days, "coin.ttl_days", "d", "14", "1", "365", "longest life of a block"},
    {coin_reduce_multiplier, "coin.reduce_multiplier", "times", "0.5", "0", "1",
     "size of a reduced coin"},
    {coin_favour_multiplier, "coin.favour_multiplier", "times", "1.25", "1", "2",
     "size of a favoured coin"},
    {pattern_prior_n, "pattern.prior_n", "labels", "64", "1", "10000",
     "weight of the prior of a pattern's mean"},
    {pattern_prior_sigma_r, "pattern.prior_sigma_r", "R", "1.2", "0.1", "10",
     "prior spread of one outcome of a pattern"},
    {label_shadow_weight, "label.shadow_weight", "times", "0.5", "0", "1",
     "weight of a label from the path against one from fills"},
    {exec_entry_fence_s, "exec.entry_fence_s", "s", "30", "1", "600",
     "wait before an unknown entry is queried"},
    {exec_twin_max, "exec.twin_max", "orders", "3", "1", "10",
     "twins of a protective order within a second before the position is brought down"},
    {exec_permit_s, "exec.permit_s", "s", "30", "0.1", "600",
     "an approved entry that has not left by then never does"},
    {disaster_stop_multiple, "disaster.stop_multiple", "stops", "2", "1", "10",
     "disaster stop distance in working stop distances"},
    {risk_active_pct, "risk.active_pct", "pct of equity", "0.5", "0", "5",
     "money at risk (1 R) of an entry by an active pattern"},
    {pattern_starts_as_probe, "pattern.starts_as_probe", "0 or 1", "1", "0", "1",
     "1: a written-down pattern trades as a probe from the start; 0: shadow first"},
    {pattern_probe_n_min, "pattern.probe_n_min", "labels", "30", "1", "10000",
     "labels before a candidate pattern can become a probe"},
    {pattern_probe_p, "pattern.probe_p", "probability", "0.5", "0", "1",
     "a candidate becomes a probe above this probability of a positive net mean"},
    {pattern_active_n_min, "pattern.active_n_min", "trades", "20", "0", "10000",
     "own trades before a probe can become active"},
    {pattern_active_alpha, "pattern.active_alpha", "share", "0.1", "0.001", "0.5",
     "bound on the share of false ones among confirmed claims (e-BH)"},
    {pattern_active_quantile, "pattern.active_quantile", "probability", "0.2", "0.01", "0.5",
     "an active pattern is judged at this quantile of its mean"},
    {pattern_retire_e, "pattern.retire_e", "times", "10", "1", "1000000",
     "e-value against a pattern that retires it"},
    {pattern_retire_p, "pattern.retire_p", "probability", "0.05", "0", "0.5",
     "a pattern is retired below this probability of a positive net mean"},
    {pattern_retire_n_min, "pattern.retire_n_min", "labels", "50", "1", "10000",
     "labels before the probability can retire a pattern"},
    {evidence_block_bound_r, "evidence.block_bound_r", "R", "2", "0.1", "100",
     "what one expected open candidate may move in a block: the unit of evidence"},
    {evidence_loss_bound, "evidence.loss_bound", "bounds", "4", "1", "100",
     "largest loss of a block that evidence must reckon with"},
    {evidence_arl_blocks, "evidence.arl_blocks", "blocks", "1000", "10", "100000",
     "expected blocks to a false alarm of a detector"},
    {evidence_rho, "evidence.rho", "correlation", "0.62", "0", "1",
     "correlation of outcomes that were entered together"},
    {adaptation_confirm_e, "adaptation.confirm_e", "times", "20", "1", "1000000",
     "least e-value that confirms an adaptation"},
    {adaptation_undo_e, "adaptation.undo_e", "times", "10", "1", "1000000",
     "e-value against an adaptation that rolls it back"},
    {adaptation_cost_max_r, "adaptation.cost_max_r", "R", "2", "0.1", "1000",
     "realised cost of an adaptation that rolls it back"},
    {adaptation_trial_p, "adaptation.trial_p", "probability", "0.7", "0", "1",
     "a shadow adaptation is tried above this probability of helping"},
    {adaptation_trial_n_min, "adaptation.trial_n_min", "candidates", "10", "1", "10000",
     "affected candidates before an adaptation is tried"},
    {adaptation_ttl_days, "adaptation.ttl_days", "d", "14", "1", "365",
     "life of an unconfirmed adaptation"},
    {adaptation_risk_ttl_days, "adaptation.risk_ttl_days", "d", "3", "0.1", "365",
     "time that a risk-reducing adaptation may act without evidence"},
    {adaptation_risk_removed_pct, "adaptation.risk_removed_pct", "pct of risk", "30", "0", "100",
     "base risk that adaptations without evidence may remove together"},
    {reflection_n_min, "reflection.n_min", "labels", "20", "1", "10000",
     "labels of a slice before it can be proposed"},
    {reflection_alpha, "reflection.alpha", "share", "0.2", "0.001", "1",
     "bound on the share of false slices among proposed ones (e-BH)"},
    {condition_net_reward_min, "condition.net_reward_min", "ratio", "1", "0", "10",
     "least reward over risk after costs, (b - c) / (1 + c), of a condition from outside"},
    {condition_stop_max_pct, "condition.stop_max_pct", "pct of price", "8", "0.1", "50",
     "widest stop of a condition from outside"},
    {condition_always_on_pct, "condition.always_on_pct", "pct of bars", "90", "1", "100",
     "share of the last 500 bars from which a trigger says nothing"},
    {condition_triggers_per_hour, "condition.triggers_per_hour", "triggers", "6", "0.1", "60",
     "triggers an hour over the last day from which a condition is refused"},
    {condition_live_max, "condition.live_max", "conditions", "8", "1", "1000",
     "conditions that one file or proposer may have standing"},
    {condition_live_per_coin, "condition.live_per_coin", "conditions", "2", "1", "100",
     "of these, on one coin"},
    {bracket_p04_stop_atr, "bracket.p04_stop_atr", "ATR14(1h)", "2", "0.3", "6",
     "stop distance of P04"},
    {bracket_p04_target_r, "bracket.p04_target_r", "R", "1.5", "0.5", "10", "target of P04"},
    {bracket_p04_time_h, "bracket.p04_time_h", "h", "4", "1", "24", "time stop of P04"},
    {bracket_p05_stop_atr, "bracket.p05_stop_atr", "ATR14(1h)", "2.5", "0.3", "6",
     "stop distance of P05"},
    {bracket_p05_target_r, "bracket.p05_target_r", "R", "2", "0.5", "10", "target of P05"},
    {bracket_p05_time_h, "bracket.p05_time_h", "h", "8", "1", "24", "time stop of P05"},
    {bracket_p06_stop_atr, "bracket.p06_stop_atr", "ATR14(1h)", "1", "0.3", "6",
     "stop distance of P06"},
    {bracket_p06_target_r, "bracket.p06_target_r", "R", "1.5", "0.5", "10", "target of P06"},
    {bracket_p06_time_h, "bracket.p06_time_h", "h", "4", "1", "24", "time stop of P06"},
    {bracket_p07_stop_atr, "bracket.p07_stop_atr", "ATR14(1h)", "2", "0.3", "6",
     "stop distance of P07"},
    {bracket_p07_target_r, "bracket.p07_target_r", "R", "2", "0.5", "10", "target of P07"},
    {bracket_p07_time_h, "bracket.p07_time_h", "h", "24", "1", "24", "time stop of P07"},
    {p04_liq_z_min, "p04.liq_z_min", "sd", "3", "0.5", "20",
     "forced sales (purchases) of the last minutes, in their own deviations"},
    {p04_vwap_dev_atr, "p04.vwap_dev_atr", "ATR14(1h)", "2", "0", "10",
     "how far the price must have been driven from the day's VWAP"},
    {p05_funding_rank, "p05.funding_rank", "share", "0.05", "0.001", "0.5",
     "funding among the lowest (highest) such share of its last 30 days"},
    {p06_p_up_min, "p06.p_up_min", "probability", "0.55", "0.5", "1",
     "a model's probability of a rise (of a fall, mirrored)"},
    {p06_obi_min, "p06.obi_min", "ratio", "0.1", "0", "1",
     "imbalance of the five best levels in the direction of the entry"},
    {p07_rank_min, "p07.rank_min", "share", "0.9", "0.5", "1",
     "rank of the 24 h return over its volatility among all instruments"},
    {strategist_grid, "strategist.grid", "points", "1", "1", "3",
     "points of each template's knobs that are watched: 1 = the prior; 3 = also a looser and a "
     "stricter one, labelled but never traded"},
    {strategist_corr_max, "strategist.corr_max", "correlation", "0.8", "0", "1",
     "of 5-minute returns (EWMA) above which two instruments count as the same coin"},
    {strategist_corr_multiplier, "strategist.corr_multiplier", "times", "0.5", "0", "1",
     "size beside each open position of the same side in the same coin by correlation"},
    {warm_start_weight, "warm_start.weight", "share", "0.3", "0", "1",
     "weight of what was learned from history before the first decision"},
    {warm_start_days, "warm_start.days", "d", "30", "1", "90",
     "history before the session that is learned from, as far as the catalog holds it"},
    {universe_size_max, "universe.size_max", "instruments", "100", "1", "10000",
     "entries only in so many instruments, by turnover of the 30 days before; the others are "
     "labelled"},
    {universe_coverage_pct, "universe.coverage_pct", "pct of days", "50", "0", "100",
     "days with a price, of the last 30 or since its first, that an instrument needs for a rank"},
}};

Rate parse_or_stop(std::string_view text) noexcept {
  const auto value = parse_fixed<Rate>(text);
  ENSURE(value.has_value());
  return *value;
}

}  // namespace

std::span<const ParameterSpec, kParamCount> parameter_specs() noexcept { return kSpecs; }

ParameterSet::ParameterSet() {
  for (const ParameterSpec& spec : kSpecs) {
    ENSURE(&spec == &kSpecs[index(spec.key)]);
    values_[index(spec.key)] = parse_or_stop(spec.prior);
    scores_[index(spec.key)] = to_score(values_[index(spec.key)]);
  }
}

Duration ParameterSet::duration(Param key, Duration unit) const noexcept {
  if (unit.ns() % Rate::kScale == 0) {  // tens of seconds need no 128 bits
    return Duration{values_[index(key)].raw() * (unit.ns() / Rate::kScale)};
  }
  const Int128 ns = Int128{values_[index(key)].raw()} * unit.ns() / Rate::kScale;
  return Duration{static_cast<std::int64_t>(ns)};
}

bool ParameterSet::put(Param key, Rate value) noexcept {
  const ParameterSpec& spec = kSpecs[index(key)];
  if (value < parse_or_stop(spec.low) || value > parse_or_stop(spec.high)) {
    return false;
  }
  values_[index(key)] = value;
  scores_[index(key)] = to_score(value);
  return true;
}

Status ParameterSet::set(std::string_view id, std::string_view decimal) {
  std::vector<std::string_view> known;
  for (const ParameterSpec& spec : kSpecs) {
    known.push_back(spec.id);
    if (spec.id != id) {
      continue;
    }
    const auto value = parse_fixed<Rate>(decimal);
    if (!value) {
      return fail(ErrorKind::config, std::string(id) + ": " + value.error().message);
    }
    if (*value < parse_or_stop(spec.low) || *value > parse_or_stop(spec.high)) {
      return fail(ErrorKind::config, std::string(id) + " = " + std::string(decimal) +
                                         " is outside its bounds " + std::string(spec.low) +
                                         " .. " + std::string(spec.high) + " (" +
                                         std::string(spec.unit) + ")");
    }
    values_[index(spec.key)] = *value;
    scores_[index(spec.key)] = to_score(*value);
    ++version_;
    return {};
  }
  const auto guess = closest(id, known);
  return fail(ErrorKind::config, "unknown parameter '" + std::string(id) + "'" +
                                     (guess ? "; did you mean '" + std::string(*guess) + "'?"
                                            : "; `lanner components` and the README name them"));
}

}  // namespace lanner::model
