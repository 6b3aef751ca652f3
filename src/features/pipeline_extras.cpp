// Features of the pipeline that need more than the instrument's own bars.

#include <cmath>

#include "features/links.hpp"
#include "features/pipeline.hpp"

namespace lanner::features {
namespace {

using model::FeatureId;
using model::Timeframe;

double& slot(double* now, FeatureId id) noexcept { return now[static_cast<std::size_t>(id)]; }

template <typename F>
double number_of(F value) noexcept {
  return to_score(value).value();
}

}  // namespace

void FeaturePipeline::link(const model::InstrumentTable& instruments) {
  peers_.resize(instruments.size());
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    peers_[i] = instruments[i].venue_id.value() * 2U +
                (instruments[i].kind == model::InstrumentKind::spot ? 1U : 0U);
    MarketInputs& inputs = inputs_[i];
    for (std::size_t j = instruments.size(); j-- > 0;) {
      const InstrumentId other{static_cast<std::uint32_t>(j)};
      if (is_spot_of(instruments[j], instruments[i])) {
        inputs.spot = other;
      }
      if (is_abroad(instruments[j], instruments[i])) {
        inputs.other_venue = other;
      }
    }
  }
}

void FeaturePipeline::keep_links(const model::InstrumentTable& instruments,
                                 std::span<const std::uint8_t> is_heard) noexcept {
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    inputs_[i].other_venue = InstrumentId{};
    for (std::size_t j = instruments.size(); is_heard[i] != 0 && j-- > 0;) {
      if (is_heard[j] != 0 && is_abroad(instruments[j], instruments[i])) {
        inputs_[i].other_venue = InstrumentId{static_cast<std::uint32_t>(j)};
      }
    }
  }
}

void FeaturePipeline::on_quote(const model::QuoteTick& quote, Timestamp ts) noexcept {
  MarketInputs& inputs = inputs_[quote.instrument_id.index()];
  if (quote.bid_px.is_zero() && quote.ask_px.is_zero()) {
    inputs.forget_book();
    return;
  }
  if (!quote.bid_px.is_positive() || !quote.ask_px.is_positive()) {
    return;
  }
  inputs.quote = {number_of(quote.bid_px), number_of(quote.bid_qty), number_of(quote.ask_px),
                  number_of(quote.ask_qty)};
  inputs.quote_at = ts;
  if (wanted_anywhere_.has(OnDemand::order_flow)) {
    inputs.flow.add(inputs.quote, ts);
  }
}

void FeaturePipeline::on_depth(const model::BookDepth& depth, Timestamp ts) noexcept {
  MarketInputs& inputs = inputs_[depth.instrument_id.index()];
  inputs.bid_depth = number_of(depth.bid_qty);
  inputs.ask_depth = number_of(depth.ask_qty);
  inputs.depth_at = ts;
}

void FeaturePipeline::on_open_interest(const model::OpenInterest& open, Timestamp ts) noexcept {
  MarketInputs& inputs = inputs_[open.instrument_id.index()];
  inputs.open_interest = number_of(open.quantity);
  inputs.open_interest_at = ts;
}

void FeaturePipeline::on_liquidation(const model::Liquidation& forced, Timestamp ts) noexcept {
  MarketInputs& inputs = inputs_[forced.instrument_id.index()];
  const double notional = number_of(forced.price) * number_of(forced.quantity);
  auto& flows = forced.position_side == model::PositionSide::short_side ? inputs.liquidated_shorts
                                                                        : inputs.liquidated_longs;
  for (LiquidationFlow& flow : flows) {
    flow.add(notional);
  }
  inputs.liquidation_at = ts;
}

void FeaturePipeline::on_sentiment(const model::Sentiment& mood, Timestamp ts) noexcept {
  mood_ = mood.value;
  mood_at_ = ts;
}

// After the frames that end here, so that a spread is told against those before it.
void FeaturePipeline::sample_spread(InstrumentId id, Timestamp close) noexcept {
  if (!wanted_anywhere_.has(OnDemand::spread) && !wanted_anywhere_.has(OnDemand::regime)) {
    return;
  }
  MarketInputs& inputs = inputs_[id.index()];
  const double spread = inputs.spread_bps(close);
  if (std::isfinite(spread)) {
    inputs.spreads.add(spread);
  }
}

void FeaturePipeline::close_extras(const Closing& closing) noexcept {
  const OnDemand wanted = wanted_[closing.tf];
  close_book(closing);
  close_flows(closing);
  if (wanted.has(OnDemand::basis)) {
    close_pairs(closing);
  }
  if (wanted.has(OnDemand::regime)) {
    close_regime(closing);
  }
  if (wanted.has(OnDemand::momentum)) {
    close_rank(closing);
  }
  if (wanted.has(OnDemand::sentiment)) {
    const bool is_known = mood_at_.ns() > 0 && closing.known - mood_at_ <= kSentimentAgeMax;
    slot(closing.now, FeatureId::fear_greed) = is_known ? static_cast<double>(mood_) : kAbsent;
  }
}

void FeaturePipeline::close_book(const Closing& closing) noexcept {
  const OnDemand wanted = wanted_[closing.tf];
  const MarketInputs& inputs = inputs_[closing.index];
  if (wanted.has(OnDemand::spread)) {
    slot(closing.now, FeatureId::spread_bps) = inputs.spread_bps(closing.known);
    slot(closing.now, FeatureId::spread_ratio) = inputs.spread_ratio(closing.known);
  }
  if (wanted.has(OnDemand::depth)) {
    slot(closing.now, FeatureId::obi5) = inputs.book_imbalance(closing.known);
  }
  if (wanted.has(OnDemand::order_flow)) {
    const bool is_recent = closing.known - inputs.quote_at <= kQuoteAgeMax;
    slot(closing.now, FeatureId::ofi_30s) =
        is_recent ? inputs.flow.imbalance(closing.known) : kAbsent;
  }
}

void FeaturePipeline::close_flows(const Closing& closing) noexcept {
  const OnDemand wanted = wanted_[closing.tf];
  MarketInputs& inputs = inputs_[closing.index];
  if (wanted.has(OnDemand::open_interest)) {
    slot(closing.now, FeatureId::oi_chg_pct) =
        inputs.open_interest_change(closing.tf, closing.known);
  }
  if (wanted.has(OnDemand::funding_rank)) {
    const Series& series = series_[closing.index];
    const bool is_recent = closing.known.ns() - series.funding_ns <= kFundingAgeMax.ns();
    slot(closing.now, FeatureId::funding_rank) =
        is_recent ? inputs.funding.rank(closing.known) : kAbsent;
  }
  if (wanted.has(OnDemand::liquidations)) {
    double longs = kAbsent;
    double shorts = kAbsent;
    if (inputs.liquidation_at.ns() > 0) {
      longs = inputs.liquidated_longs[closing.tf].close();
      shorts = inputs.liquidated_shorts[closing.tf].close();
    }
    const bool is_recent = closing.known - inputs.liquidation_at <= kLiquidationAgeMax;
    slot(closing.now, FeatureId::liq_long_z) = is_recent ? longs : kAbsent;
    slot(closing.now, FeatureId::liq_short_z) = is_recent ? shorts : kAbsent;
  }
}

// Both sides of a pair are taken at the same boundary, so that the difference is one of venues or
// kinds and not of times.
void FeaturePipeline::close_pairs(const Closing& closing) noexcept {
  MarketInputs& inputs = inputs_[closing.index];
  ClosePair& own = inputs.closes[closing.tf];
  const auto compare = [&](InstrumentId other, ClosePoint& mine, ClosePoint& theirs) {
    return other.is_valid() &&
           ClosePair::match(own, inputs_[other.index()].closes[closing.tf], closing.known.ns(),
                            mine, theirs) &&
           closing.boundary.ns() - mine.boundary_ns <=
               2 * length_of(static_cast<Timeframe>(closing.tf)).ns();
  };
  ClosePoint mine;
  ClosePoint theirs;
  slot(closing.now, FeatureId::basis_bps) =
      compare(inputs.spot, mine, theirs) ? (mine.price / theirs.price - 1.0) * 1e4 : kAbsent;
  const bool has_other = compare(inputs.other_venue, mine, theirs);
  slot(closing.now, FeatureId::xv_basis_bps) =
      has_other ? (mine.price / theirs.price - 1.0) * 1e4 : kAbsent;
  slot(closing.now, FeatureId::xv_lead_bps) = has_other ? theirs.ret_bps - mine.ret_bps : kAbsent;
  own.add({closing.boundary.ns(), closing.known.ns(), closing.bar.close,
           slot(closing.now, FeatureId::ret_bps)});
}

void FeaturePipeline::close_regime(const Closing& closing) noexcept {
  Series& series = series_[closing.index];
  MarketInputs& inputs = inputs_[closing.index];
  if (closing.tf == static_cast<std::size_t>(kRegimeFrame)) {
    const Frame& frame = series.frames[closing.tf];
    const bool is_flip = inputs.regime.add(
        {slot(closing.now, FeatureId::ret_bps), frame.window(FeatureId::er20, 0),
         frame.window_move(), closing.bar.volume,
         inputs.spread_ratio(closing.known)},
        closing.known);
    series.regimes = inputs.regime.now().bits();
    inputs.regime_flips += is_flip ? 1U : 0U;
    regime_flips_ += is_flip ? 1U : 0U;
  }
  const auto as_number = [](Trend trend) {
    return trend == Trend::unknown ? kAbsent : static_cast<double>(trend);
  };
  const MarketRegime& regime = inputs.regime.now();
  slot(closing.now, FeatureId::trend) = as_number(regime.trend);
  slot(closing.now, FeatureId::vol_tercile) =
      regime.vol_tercile == 0 ? kAbsent : static_cast<double>(regime.vol_tercile);
  slot(closing.now, FeatureId::liquidity) =
      regime.liquidity == Liquidity::unknown ? kAbsent : static_cast<double>(regime.liquidity);
  slot(closing.now, FeatureId::btc_trend) =
      series.btc.is_valid()
          ? as_number(inputs_[series.btc.index()].regime.before(closing.known).trend)
          : kAbsent;
}

void FeaturePipeline::close_rank(const Closing& closing) noexcept {
  MarketInputs& inputs = inputs_[closing.index];
  if (closing.tf == static_cast<std::size_t>(Timeframe::h1)) {
    inputs.momentum.add(closing.bar.close, closing.known);
    inputs.rank = rank_of(closing.index, closing.known);
    inputs.rank_at = closing.known;
  }
  const bool is_recent = closing.known - inputs.rank_at <= hours(2);
  slot(closing.now, FeatureId::rank_24h) = is_recent ? inputs.rank : kAbsent;
}

// After all others of this bar, since they may read them.
void FeaturePipeline::close_own(const Closing& closing) noexcept {
  const FeatureView values = view(InstrumentId{static_cast<std::uint32_t>(closing.index)});
  for (std::size_t place = 0; place < own_.size(); ++place) {
    OwnFeature& own = own_[place];
    if (own.frames.has(static_cast<Timeframe>(closing.tf))) {
      const std::size_t size = own.program.state_size();
      const std::span<double> states{own.state[closing.tf]};
      slot(closing.now, model::user_feature(place)) =
          own.program.add({&closing.bar, values, closing.tf},
                          states.subspan(closing.index * size, size));
    }
  }
}

void FeaturePipeline::subscribe_own(std::size_t place, Timeframe tf) {
  if (place >= own_.size() || own_[place].frames.has(tf)) {
    return;
  }
  OwnFeature& own = own_[place];
  own.frames.add(tf);
  own.state[static_cast<std::size_t>(tf)].assign(series_.size() * own.program.state_size(), 0.0);
  for (const FeatureStep& step : own.program.steps()) {
    subscribe(step.feature, step.tf == Timeframe::count_ ? tf : step.tf);
  }
}

double FeaturePipeline::rank_of(std::size_t index, Timestamp known) const noexcept {
  constexpr std::size_t kOthersLeast = 4;
  const double own = inputs_[index].momentum.before(known);
  std::size_t others = 0;
  std::size_t halves = 0;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const double score =
        i != index && peers_[i] == peers_[index] ? inputs_[i].momentum.before(known) : kAbsent;
    if (std::isfinite(score)) {
      ++others;
      halves += score < own ? 2U : score > own ? 0U : 1U;
    }
  }
  return std::isfinite(own) && others >= kOthersLeast
             ? static_cast<double>(halves) / (2.0 * static_cast<double>(others))
             : kAbsent;
}

}  // namespace lanner::features
