#pragma once

// Positions and what is left of them when they are closed.

#include <cstdint>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "model/condition.hpp"
#include "model/decision.hpp"
#include "model/enums.hpp"

namespace lanner::model {

struct Position {
  InstrumentId instrument_id;
  CandidateId candidate_id;
  PositionSide side = PositionSide::flat;
  Quantity quantity;      // >= 0; zero when flat
  Money cost;             // signed notional of the open quantity at its fill prices (> 0 for long)
  Money entry_notional;   // sum over entry fills, unsigned
  Quantity entry_qty;     // sum over entry fills
  Quantity exit_qty;
  Money exit_notional;
  Money commissions;      // >= 0, of this position so far
  Money funding;          // > 0 = received
  Money risk;             // entry_qty x |average entry - stop|: the realised 1 R
  Price stop_px;          // the initial working stop
  Price mark_px;          // last mark
  Price best_px;          // most favourable mark since entry (MFE)
  Price worst_px;         // most adverse mark since entry (MAE)
  Timestamp opened_at;
  Timestamp last_fill_at;
};

// A position back to flat. gross_pnl is the signed notional closed; net = gross - commissions +
// funding. R figures divide by the realised risk.
struct TradeClosed {
  std::uint32_t trade_number = 0;  // 1, 2, ... in the session
  CandidateId candidate_id;
  InstrumentId instrument_id;
  PositionSide side = PositionSide::long_side;
  TemplateId template_id = TemplateId::custom;
  ExitReason exit_reason = ExitReason::none;
  Quantity quantity;
  Price entry_px;  // averages, for display
  Price exit_px;
  Price decision_px;
  Price stop_px;
  Price target_px;
  Money gross_pnl;
  Money commissions;
  Money funding;
  Money net_pnl;
  Money slippage;  // entry fill against the decision price, > 0 = paid; inside gross already
  Money risk;
  Score net_r;
  Score gross_r;
  Score cost_r;
  Score mfe_r;
  Score mae_r;
  Timestamp opened_at;
  Timestamp closed_at;
};

// The label of a candidate: from its own fills if traded, else from the path (weight 0.5).
enum class LabelSource : std::uint8_t { fills, path };
enum class Barrier : std::uint8_t { stop, target, time };

struct CandidateLabel {
  CandidateId candidate_id;
  InstrumentId instrument_id;
  PositionSide side = PositionSide::long_side;
  TemplateId template_id = TemplateId::custom;
  PatternId pattern_id;
  LabelSource source = LabelSource::path;
  Barrier barrier = Barrier::time;
  bool is_filled = true;  // an untraded limit entry without trade-through is labelled unfilled
  Score net_r;
  Score gross_r;
  Score weight{1.0};
  Score mfe_r;
  Score mae_r;
  Timestamp triggered_at;
  Timestamp labelled_at;
  std::int64_t block_id = 0;
  std::uint64_t cluster_id = 0;
  ConditionSource condition_source = ConditionSource::strategist;  // file: its own evidence
  Score cost_r;  // expected at the trigger
  Volatility volatility = Volatility::unknown;
  std::uint8_t proposer = 0;
  GridPoint grid = GridPoint::prior;
};

enum class StatusReason : std::uint8_t {
  evidence_against,   // P(mu > 0) below the block or reduce bound
  evidence_for,       // P(mu > 0) above the favour bound
  evidence_turned,    // a block or reduction lifted because the evidence turned
  ttl_expired,        // lifted because its time to live ran out
};
[[nodiscard]] const char* name_of(StatusReason value) noexcept;

// An adaptation of coin knowledge: it changes the next conditions and sizes.
struct CoinStatusChanged {
  InstrumentId instrument_id;
  PositionSide side = PositionSide::flat;  // flat = both sides (the coin itself)
  CoinStatus before = CoinStatus::normal;
  CoinStatus after = CoinStatus::normal;
  StatusReason reason = StatusReason::evidence_against;
  Score probability;  // P(mu > 0)
  Score mean_r;
  Score n;
};

}  // namespace lanner::model
