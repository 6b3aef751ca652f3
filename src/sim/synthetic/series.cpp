#include "sim/synthetic/series.hpp"

#include <cmath>

#include "base/ensure.hpp"

namespace lanner::sim {
namespace {

// Shares of a return's standard deviation: two coins correlate by .52, in one sector by .61.
constexpr double kCommon = 0.72;
constexpr double kSector = 0.30;
constexpr double kOwn = 0.6257795;

constexpr double kOwnJumpsPer65536 = 15.0;  // one in three days
constexpr double kMoodDrift = 0.025;        // per minute, in its standard deviations
constexpr double kRangePull = 0.002;        // per minute, of the distance to the anchor
constexpr double kAnchorMinutes = 360.0;
constexpr double kActivityMinutes = 15.0;
constexpr std::uint64_t kDriftMinutes = 240;
constexpr double kStopAtr = 1.5;
constexpr double kRootCoarse = 2.8284271247461903;
constexpr double kRootFine = 16.0;

// Half away from zero, so that a symmetric number stays symmetric.
double to_whole(double value) noexcept {
  return static_cast<double>(static_cast<std::int64_t>(value + (value < 0.0 ? -0.5 : 0.5)));
}

}  // namespace

SyntheticSeries::SyntheticSeries(const SyntheticConfig& config, const MarketPath& market,
                                 std::size_t rank, const model::Instrument& instrument,
                                 Listing listing)
    : market_(&market),
      tables_(&DrawTables::get()),
      seed_(config.seed),
      rank_(rank),
      coin_(coin_of(rank)),
      id_(instrument.id),
      tick_(instrument.tick),
      step_(instrument.step),
      from_(config.from),
      interval_s_(config.interval_s),
      is_driftless_(config.driftless),
      has_wicks_(config.wicks),
      planted_r_(config.planted_r),
      daily_edge_r_(config.daily_edge_r),
      gap_chance_(config.gap_every.ns() > 0 ? static_cast<double>(kNsPerMinute) /
                                                  static_cast<double>(config.gap_every.ns())
                                            : 0.0),
      detector_(config.interval_s * kNsPerSecond),
      listing_(listing),
      has_inputs_(config.all_inputs),
      inputs_({}) {
  const double tick = static_cast<double>(tick_.raw()) / static_cast<double>(Price::kScale);
  const double step = static_cast<double>(step_.raw()) / static_cast<double>(Quantity::kScale);
  price_ = to_whole(coin_.price / tick);
  anchor_ = price_;
  range_share_ = 0.15 + 0.6 * unit(draw(seed_, DrawKind::coin_character, rank_, 0).low);
  volume_mean_ = coin_.turnover_1d / 1440.0 / (coin_.price * step);
  spread_half_ = coin_.turnover_1d >= 1e9 ? 0.25e-4 : coin_.turnover_1d >= 2e8 ? 0.75e-4 : 1.5e-4;
  inputs_ = CoinInputs({seed_, rank_, coin_.sigma_1m, volume_mean_, spread_half_, tick_, step_,
                        id_});
  // Whatever is done to a coin is done to its perpetual; its other listings follow that.
  const std::string perpetual = instrument_of(coin_).name;
  for (const CoinPhase& phase : config.phases) {
    if (phase.instrument == perpetual) {
      phases_.push_back({phase.from.ns(), phase.to.ns(), phase.r_per_trigger});
    }
  }
  for (const Outage& outage : config.outages) {
    if (outage.instrument.empty() || outage.instrument == perpetual) {
      outages_.push_back({outage.from.ns(), outage.to.ns(), 0.0});
    }
  }
  for (const BadPrint& print : config.bad_prints) {
    if (print.instrument == perpetual) {
      bad_prints_.push_back(print.at.ns());
    }
  }
  trades_per_minute_ = static_cast<std::size_t>(to_whole(config.trades_per_second * 60.0));
  if (config.trades_from < config.from + config.length) {
    trade_bits_.resize(trades_per_minute_ + 1);
    trades_.reserve(trades_per_minute_ * static_cast<std::size_t>(interval_s_ / 60));
  }
}

void SyntheticSeries::Candle::print(double price) noexcept {
  high = price > high ? price : high;
  low = price < low ? price : low;
  close = price;
}

void SyntheticSeries::Candle::drop_wicks() noexcept {
  high = open > close ? open : close;
  low = open < close ? open : close;
}

// The price never reaches zero: a step that would is left out, and its mirror too.
void SyntheticSeries::move(double ticks) noexcept {
  if (std::fabs(ticks) < price_) {
    price_ += ticks;
  }
}

double SyntheticSeries::trend(const MarketMinute& market) const noexcept {
  if (is_driftless_) {
    return 0.0;
  }
  const double unit_move = price_ * coin_.sigma_1m;
  const double common = kCommon * market.drift * unit_move;
  switch (mood_) {
    case Mood::up: return common + kMoodDrift * unit_move;
    case Mood::down: return common - kMoodDrift * unit_move;
    case Mood::range: return common - kRangePull * (price_ - anchor_);
  }
  return common;
}

double SyntheticSeries::planted(std::uint64_t minute) const noexcept {
  double ticks = 0.0;
  for (const Drift& drift : drifts_) {
    ticks += drift.end > minute ? drift.ticks_per_minute : 0.0;
  }
  return ticks;
}

void SyntheticSeries::begin_drift(Drift& drift, int side, double r) const noexcept {
  if (side == 0 || r == 0.0 || detector_.atr_1h() <= 0.0) {
    return;
  }
  const double ticks = r * kStopAtr * detector_.atr_1h() * static_cast<double>(side);
  drift = {minute_ + kDriftMinutes, ticks / static_cast<double>(kDriftMinutes)};
}

void SyntheticSeries::plant(const Triggers& triggers, std::int64_t close_ns) noexcept {
  for (const Phase& phase : phases_) {
    if (close_ns >= phase.from_ns && close_ns < phase.to_ns) {
      plant_all(triggers, phase.r);
      return;
    }
  }
  if (daily_edge_r_ != 0.0) {
    const bool is_early = close_ns % kNsPerDay < 8 * kNsPerHour;
    plant_all(triggers, is_early ? -daily_edge_r_ : daily_edge_r_);
    return;
  }
  begin_drift(drifts_[1], triggers.p02, planted_r_);
}

void SyntheticSeries::plant_all(const Triggers& triggers, double r) noexcept {
  begin_drift(drifts_[0], triggers.p01, r);
  begin_drift(drifts_[1], triggers.p02, r);
  begin_drift(drifts_[2], triggers.p03, r);
  begin_drift(drifts_[3], triggers.p04, r);
  begin_drift(drifts_[4], triggers.p05, r);
}

void SyntheticSeries::jump_over_gap(std::uint64_t minute) noexcept {
  if (gap_chance_ <= 0.0 || detector_.atr_1h() <= 0.0) {
    return;
  }
  const Words words = draw(seed_, DrawKind::coin_gaps, rank_, minute);
  if (unit(words.low) >= gap_chance_) {
    return;
  }
  const double size = (1.0 + 4.0 * unit(words.high)) * kStopAtr * detector_.atr_1h();
  const double bounded = to_whole(size < 0.4 * price_ ? size : 0.4 * price_);
  // The eleven low bits are not part of the number that was compared.
  move((words.low & 1U) != 0 ? bounded : -bounded);
}

SyntheticSeries::Minute SyntheticSeries::prepare(std::uint64_t minute) noexcept {
  if (minute % 60 == 0) {
    const Words words = draw(seed_, DrawKind::coin_events, rank_, minute / 60);
    if (unit(words.low) < 1.0 / 12.0) {
      const double u = unit(words.high);
      const double up_below = range_share_ + 0.5 * (1.0 - range_share_);
      mood_ = u < range_share_ ? Mood::range : u < up_below ? Mood::up : Mood::down;
    }
  }
  const MarketMinute& market = market_->at(minute);
  Minute shape;
  shape.grain = market_->grain(minute);
  shape.season = market_->season(minute);
  const double root = shape.grain == Grain::coarse ? kRootCoarse : kRootFine;
  const double shared = coin_.sigma_1m * market.sigma / root;
  shape.common = kCommon * shared;
  shape.sector = kSector * shared;
  shape.own = kOwn * coin_.sigma_1m * std::sqrt(cluster_.variance()) * shape.season;
  shape.drift = trend(market) + planted(minute);
  shape.common_jump = coin_.sigma_1m * market.jump;

  static_cast<void>(
      fill_steps(*tables_, {seed_, DrawKind::market_steps, 0}, minute, shape.grain, common_));
  static_cast<void>(fill_steps(*tables_, {seed_, DrawKind::sector_steps, coin_.sector}, minute,
                               shape.grain, sector_));
  const std::uint64_t rest = fill_steps(*tables_, {seed_, DrawKind::coin_steps, rank_}, minute,
                                        Grain::coarse, own_);
  const double noise = tables_->bar_noise[rest & DrawTables::kMask];
  shape.volume = volume_mean_ * shape.season * (0.35 + 0.65 * activity_) * noise;
  if (static_cast<double>(rest >> DrawTables::kBits) < kOwnJumpsPer65536) {
    const double size = jump_size(draw(seed_, DrawKind::coin_jumps, rank_, minute), 8.0, 80.0);
    shape.own_jump = coin_.sigma_1m * size;
  }
  return shape;
}

// `moved` is the return without its drift, so that volatility and volume are the same whether or
// not an edge is planted.
void SyntheticSeries::settle(double moved, double square, const Minute& shape) noexcept {
  cluster_.add(square, mood_ == Mood::range ? 0.85 : 1.1);
  if (shape.own_jump != 0.0) {
    cluster_.shock(shape.own_jump / coin_.sigma_1m);
  }
  const double size = moved / coin_.sigma_1m;
  const double news = size * size < 30.0 ? size * size : 30.0;
  activity_ += (news - activity_) / kActivityMinutes;
  anchor_ += (price_ - anchor_) / kAnchorMinutes;
}

void SyntheticSeries::walk_bar(std::uint64_t minute, const Minute& shape,
                               Candle& candle) noexcept {
  const double own_scale = shape.own / kRootCoarse;
  const double drift = shape.drift / static_cast<double>(kCoarseSteps);
  const std::size_t jump_at = minute % kCoarseSteps;
  double moved = 0.0;
  double square = 0.0;
  for (std::size_t i = 0; i < kCoarseSteps; ++i) {
    const double own = own_[i];
    double change = shape.common * common_[i] + shape.sector * sector_[i] +
                    own_scale * own;
    if (i == jump_at) {
      change += shape.common_jump + shape.own_jump;
    }
    moved += change;
    square += own * own;
    move(to_whole(price_ * change));
    carry_ += drift;
    const auto whole = static_cast<double>(static_cast<std::int64_t>(carry_));
    carry_ -= whole;
    move(whole);
    candle.print(price_);
  }
  const auto volume = static_cast<std::int64_t>(shape.volume);
  candle.volume += volume > 0 ? volume : 1;
  settle(moved, square / static_cast<double>(kCoarseSteps), shape);
}

void SyntheticSeries::draw_trades(std::uint64_t minute) noexcept {
  const std::uint64_t first = minute << 20U;
  gap_sum_ = size_sum_ = 0.0;
  for (std::size_t k = 0; k < trade_bits_.size(); ++k) {
    if (k % 2 == 0) {
      const Words words = draw(seed_, DrawKind::coin_trades, rank_, first + k / 2);
      trade_bits_[k] = words.low;
      if (k + 1 < trade_bits_.size()) {
        trade_bits_[k + 1] = words.high;
      }
    }
    const std::uint64_t bits = trade_bits_[k];
    gap_sum_ += tables_->exponential[bits & DrawTables::kMask];
    if (k < trades_per_minute_) {
      size_sum_ += tables_->trade_noise[(bits >> 12U) & DrawTables::kMask];
    }
  }
}

// The last draw is the pause between the last trade and the end of the minute.
void SyntheticSeries::walk_trades(std::uint64_t minute, const Minute& shape,
                                  Candle& candle) noexcept {
  draw_trades(minute);
  const auto count = static_cast<double>(trades_per_minute_);
  const double own_scale = shape.own / std::sqrt(count);
  const double drift = shape.drift / count;
  const double stretch = static_cast<double>(kNsPerMinute) / gap_sum_;
  const double size_scale = shape.volume / size_sum_;
  const std::int64_t start_ns = from_.ns() + static_cast<std::int64_t>(minute) * kNsPerMinute;
  const std::size_t jump_at = minute % kFineSteps;
  double elapsed = 0.0;
  double moved = 0.0;
  double square = 0.0;
  std::size_t shared = 0;
  const auto share_until = [&](std::size_t end) {
    for (; shared < end; ++shared) {
      double change = shape.common * common_[shared] + shape.sector * sector_[shared];
      change += shared == jump_at ? shape.common_jump + shape.own_jump : 0.0;
      moved += change;
      move(price_ * change);
    }
  };
  for (std::size_t k = 0; k < trades_per_minute_; ++k) {
    const std::uint64_t bits = trade_bits_[k];
    elapsed += tables_->exponential[bits & DrawTables::kMask] * stretch;
    // Stamps are whole milliseconds, as venues give them.
    const std::int64_t offset_ms = static_cast<std::int64_t>(elapsed) / kNsPerMs;
    const std::int64_t stamp_ms = offset_ms < 60'000 ? offset_ms : 59'999;
    share_until(static_cast<std::size_t>(stamp_ms) * kFineSteps / 60'000);
    const double own = tables_->normal_of(bits >> 24U);
    moved += own_scale * own;
    square += own * own;
    move(price_ * own_scale * own);
    move(drift);
    const double half = price_ * spread_half_ > 0.5 ? price_ * spread_half_ : 0.5;
    const bool is_buy = (bits >> 36U & 1U) != 0;
    const double edge = is_buy ? std::ceil(price_ + half - 0.5) : std::floor(price_ - half + 0.5);
    const double price = edge < 1.0 ? 1.0 : edge;
    const double noise = tables_->trade_noise[(bits >> 12U) & DrawTables::kMask];
    const auto steps = static_cast<std::int64_t>(size_scale * noise + 0.5);
    const std::int64_t volume = steps > 0 ? steps : 1;
    if (candle.volume == 0) {
      candle = {price, price, price, price, 0};
    }
    candle.print(price);
    candle.volume += volume;
    trades_.push_back({Timestamp{start_ns + stamp_ms * kNsPerMs},
                       {id_, is_buy ? model::Side::buy : model::Side::sell,
                        Price::from_raw(static_cast<std::int64_t>(price) * tick_.raw()),
                        Quantity::from_raw(volume * step_.raw())}});
  }
  share_until(kFineSteps);
  settle(moved, square / count, shape);
}

void SyntheticSeries::add_minute(std::uint64_t minute, Candle& candle) noexcept {
  const Minute shape = prepare(minute);
  jump_over_gap(minute);
  if (shape.grain == Grain::fine) {
    walk_trades(minute, shape, candle);
    return;
  }
  if (candle.volume == 0) {
    candle = {price_, price_, price_, price_, 0};
  } else {
    candle.print(price_);
  }
  walk_bar(minute, shape, candle);
}

void SyntheticSeries::fill_funding(SyntheticRow& row) noexcept {
  row.has_funding = row.open_time.ns() % (8 * kNsPerHour) == 0;
  if (!row.has_funding) {
    return;
  }
  double rate = 0.0;
  if (!is_driftless_) {
    const Words words = draw(seed_, DrawKind::coin_funding, rank_, minute_);
    const double lean = mood_ == Mood::up ? 0.6 : mood_ == Mood::down ? -0.8 : 0.0;
    rate = (1.0 + lean + 0.5 * tables_->normal_of(words.low)) * 1e-4;
  }
  inputs_.add_funding(rate);
  // Venues publish eight decimals.
  row.funding = {id_, Rate::from_raw(static_cast<std::int64_t>(to_whole(rate * 1e8)) *
                                     (Rate::kScale / 100'000'000))};
}

void SyntheticSeries::spoil(SyntheticRow& row, Candle& candle) noexcept {
  const std::int64_t open_ns = row.open_time.ns();
  const std::int64_t end_ns = open_ns + interval_s_ * kNsPerSecond;
  for (const std::int64_t at_ns : bad_prints_) {
    if (at_ns < open_ns || at_ns >= end_ns) {
      continue;
    }
    const double bad = to_whole(candle.open * 0.01);
    candle.low = bad < 1.0 ? 1.0 : bad;
    if (trades_.size() > 2) {
      trades_[trades_.size() / 2].tick.price =
          Price::from_raw(static_cast<std::int64_t>(candle.low) * tick_.raw());
    }
  }
  row.has_bar = true;
  for (const Phase& outage : outages_) {
    row.has_bar = row.has_bar && (open_ns < outage.from_ns || open_ns >= outage.to_ns);
  }
}

void SyntheticSeries::add_inputs(SyntheticRow& row, Candle& candle) noexcept {
  if (!has_inputs_) {
    row.triggers.p05 = 0;  // the turn of the hour alone is none
    return;
  }
  row.triggers.p04 = static_cast<std::int8_t>(inputs_.turn());
  if (row.triggers.p05 != inputs_.extreme()) {
    row.triggers.p05 = 0;
  }
  if (listing_ == Listing::perpetual) {
    row.inputs = &inputs_.row();
    return;
  }
  row.has_funding = false;
  const CandleTicks& shown = inputs_.candle(listing_);
  candle = {shown.open, shown.high, shown.low, shown.close, candle.volume};
}

bool SyntheticSeries::next(SyntheticRow& row) noexcept {
  if (minute_ >= market_->minutes()) {
    return false;
  }
  row = SyntheticRow{};
  row.open_time = from_ + minutes(static_cast<std::int64_t>(minute_));
  fill_funding(row);
  trades_.clear();
  Candle candle;
  for (std::int32_t i = 0; i < interval_s_ / 60; ++i) {
    add_minute(minute_++, candle);
  }
  if (!has_wicks_ && trades_.empty()) {
    candle.drop_wicks();
  }
  spoil(row, candle);
  if (has_inputs_) {
    inputs_.add({row.open_time.ns() + interval_s_ * kNsPerSecond, interval_s_ * kNsPerSecond,
                 {candle.open, candle.high, candle.low, candle.close},
                 mood_ == Mood::up ? 1.0 : mood_ == Mood::down ? -1.0 : 0.0});
  }
  if (!row.has_bar) {
    return true;
  }
  row.triggers = detector_.add({row.open_time.ns(), candle.open, candle.high, candle.low,
                                candle.close, static_cast<double>(candle.volume)});
  add_inputs(row, candle);
  const auto to_price = [this](double ticks) {
    return Price::from_raw(static_cast<std::int64_t>(ticks) * tick_.raw());
  };
  row.bar = {id_,
             interval_s_,
             to_price(candle.open),
             to_price(candle.high),
             to_price(candle.low),
             to_price(candle.close),
             Quantity::from_raw(candle.volume * step_.raw())};
  if (listing_ == Listing::perpetual) {
    row.trades = trades_;
  }
  row.atr_1h = detector_.atr_1h() * static_cast<double>(tick_.raw()) /
               static_cast<double>(Price::kScale);
  if (row.triggers.any()) {
    plant(row.triggers, row.open_time.ns() + interval_s_ * kNsPerSecond);
  }
  return true;
}

}  // namespace lanner::sim
