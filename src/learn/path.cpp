#include "learn/path.hpp"

#include <algorithm>

#include "base/score.hpp"

namespace lanner::learn {
namespace {

using model::Barrier;
using model::Candidate;
using model::EntryMode;

// Time between a trigger print and the fill that follows it: the exchange model's default.
constexpr Duration kStopLatency = milliseconds(50);

bool is_long(const Candidate& candidate) noexcept {
  return candidate.side == model::PositionSide::long_side;
}
// a is at least as good for the side as b.
bool is_as_good(const Candidate& candidate, Price a, Price b) noexcept {
  return is_long(candidate) ? a >= b : a <= b;
}
// Price moved by `distance` in the side's favour.
Price favoured(const Candidate& candidate, Price price, Price distance) noexcept {
  return is_long(candidate) ? price + distance : price - distance;
}
double gain(const Candidate& candidate, Price from, Price to) noexcept {
  return to_score(is_long(candidate) ? to - from : from - to).value();
}
Price market_cost(const Candidate& candidate, Price price, const PathCosts& costs) noexcept {
  return costs.model.half_spread(candidate.instrument_id, price) +
         costs.model.impact(candidate.instrument_id, price, candidate.quantity);
}

}  // namespace

Path::Path(const Candidate& candidate) noexcept
    : deadline_(candidate.entry_mode == EntryMode::limit
                    ? candidate.triggered_at + candidate.time_stop
                    : Timestamp::never()) {}

bool Path::step(const Candidate& candidate, const PathPrints& prints,
                const PathCosts& costs) noexcept {
  if (state_ == State::open) {
    return leave(candidate, prints, costs, true);
  }
  // What was printed before the decision cannot be traded by it.
  if (prints.to <= candidate.triggered_at) {
    return false;
  }
  return enter(candidate, prints, costs);
}

bool Path::enter(const Candidate& candidate, const PathPrints& prints,
                 const PathCosts& costs) noexcept {
  const bool is_limit = candidate.entry_mode == EntryMode::limit;
  const Price limit = candidate.entry_px;
  const Price through = favoured(candidate, limit, -costs.tick);
  const Price worst = is_long(candidate) ? prints.low : prints.high;
  bool is_at_open = true;
  if (is_limit) {
    if (prints.from >= deadline_) {
      state_ = State::unfilled;
      return true;
    }
    is_at_open = is_as_good(candidate, through, prints.open);
    if (!is_at_open && !is_as_good(candidate, through, worst)) {
      state_ = prints.to >= deadline_ ? State::unfilled : State::waiting;
      return state_ == State::unfilled;
    }
  }
  entry_reference_ = is_at_open ? prints.open : limit;
  entry_fill_ = entry_reference_;
  if (is_at_open) {
    entry_fill_ = favoured(candidate, prints.open, market_cost(candidate, prints.open, costs));
    if (is_limit && !is_as_good(candidate, limit, entry_fill_)) {
      entry_fill_ = limit;
    }
  }
  if (is_as_good(candidate, candidate.stop_px, entry_reference_)) {
    state_ = State::unfilled;
    return true;
  }
  state_ = State::open;
  deadline_ = prints.from + candidate.time_stop;
  highest_ = entry_reference_;
  lowest_ = entry_reference_;
  return leave(candidate, prints, costs, is_at_open);
}

bool Path::leave(const Candidate& candidate, const PathPrints& prints, const PathCosts& costs,
                 bool may_win) noexcept {
  const Price worst = is_long(candidate) ? prints.low : prints.high;
  const Price best = is_long(candidate) ? prints.high : prints.low;
  const Price stop = candidate.stop_px;
  const Price target = candidate.target_px;
  const bool has_target = target.is_positive();
  // The open came before an entry inside the bar, and so may the best print have.
  if (may_win) {
    if (is_as_good(candidate, stop, prints.open)) {
      finish(candidate, prints.open, Barrier::stop, costs);
      return true;
    }
    if (has_target && is_as_good(candidate, prints.open, target)) {
      finish(candidate, prints.open, Barrier::target, costs);
      return true;
    }
    if (prints.from >= deadline_) {
      finish(candidate, prints.open, Barrier::time, costs);
      return true;
    }
  }
  if (is_as_good(candidate, stop, worst)) {
    finish(candidate, stop, Barrier::stop, costs);
    return true;
  }
  if (may_win && has_target && is_as_good(candidate, best, target)) {
    fold(worst, worst);
    finish(candidate, target, Barrier::target, costs);
    return true;
  }
  fold(may_win ? prints.high : std::max(prints.close, worst),
       may_win ? prints.low : std::min(prints.close, worst));
  if (prints.to >= deadline_) {
    finish(candidate, prints.close, Barrier::time, costs);
    return true;
  }
  return false;
}

void Path::finish(const Candidate& candidate, Price reference, Barrier barrier,
                  const PathCosts& costs) noexcept {
  const Price slip =
      barrier == Barrier::stop
          ? costs.model.stop_slippage(candidate.instrument_id, reference, candidate.quantity,
                                      kStopLatency)
          : market_cost(candidate, reference, costs);
  const Price exit_fill = favoured(candidate, reference, -slip);
  const double risk = gain(candidate, candidate.stop_px, entry_fill_);
  const double fees = to_score(costs.taker_fee).value() *
                      (to_score(entry_fill_).value() + to_score(exit_fill).value());
  const double slippage =
      gain(candidate, entry_reference_, entry_fill_) + to_score(slip).value();
  fold(reference, reference);
  state_ = State::done;
  barrier_ = barrier;
  gross_r_ = gain(candidate, entry_reference_, reference) / risk;
  cost_r_ = (slippage + fees - funding_) / risk;
}

double Path::value_r(const Candidate& candidate, Price last_px, Rate taker_fee) const noexcept {
  if (state_ == State::done) {
    return net_r();
  }
  if (state_ != State::open) {
    return 0.0;
  }
  const double risk = gain(candidate, candidate.stop_px, entry_fill_);
  const double fee = to_score(taker_fee).value() * to_score(entry_fill_).value();
  return (gain(candidate, entry_fill_, last_px) - fee + funding_) / risk;
}

void Path::fold(Price high, Price low) noexcept {
  if (state_ == State::open) {
    highest_ = std::max(highest_, high);
    lowest_ = std::min(lowest_, low);
  }
}

void Path::on_funding(Rate rate, Price last_px, const Candidate& candidate) noexcept {
  if (state_ == State::open) {
    funding_ -= model::sign_of(candidate.side) * to_score(rate).value() * to_score(last_px).value();
  }
}

Price Path::above(const Candidate& candidate) const noexcept {
  if (state_ == State::waiting) {
    if (candidate.entry_mode != EntryMode::limit) {
      return Price::from_raw(INT64_MIN);
    }
    return is_long(candidate) ? Price::max() : candidate.entry_px;
  }
  if (is_long(candidate)) {
    return candidate.target_px.is_positive() ? candidate.target_px : Price::max();
  }
  return candidate.stop_px;
}

Price Path::below(const Candidate& candidate) const noexcept {
  if (state_ == State::waiting) {
    return is_long(candidate) && candidate.entry_mode == EntryMode::limit
               ? candidate.entry_px
               : Price::from_raw(INT64_MIN);
  }
  return is_long(candidate) ? candidate.stop_px : candidate.target_px;
}

void Path::write(model::CandidateLabel& label, const Candidate& candidate) const noexcept {
  label.is_filled = state_ == State::done;
  label.barrier = barrier_;
  if (!label.is_filled) {
    label.weight = Score{};
    return;
  }
  const double risk = gain(candidate, candidate.stop_px, entry_fill_);
  const Price best = is_long(candidate) ? highest_ : lowest_;
  const Price worst = is_long(candidate) ? lowest_ : highest_;
  label.net_r = Score{net_r()};
  label.gross_r = Score{gross_r_};
  label.mfe_r = Score{std::max(0.0, gain(candidate, entry_fill_, best) / risk)};
  label.mae_r = Score{std::min(0.0, gain(candidate, entry_fill_, worst) / risk)};
}

void Path::encode(ByteWriter& out) const {
  out.put_enum(state_);
  out.put_enum(barrier_);
  out.put_i64(deadline_.ns());
  for (const Price price : {entry_reference_, entry_fill_, highest_, lowest_}) {
    out.put_i64(price.raw());
  }
  for (const double value : {funding_, gross_r_, cost_r_}) {
    out.put_score(Score{value});
  }
}

void PathWatch::consider(const Path& path, const Candidate& candidate) noexcept {
  above = std::min(above, path.above(candidate));
  below = std::max(below, path.below(candidate));
  deadline = std::min(deadline, path.deadline());
}

void PathWatch::encode(ByteWriter& out) const {
  for (const Price price : {high, low, last}) {
    out.put_i64(price.raw());
  }
  out.put_i64(covered_until.ns());
}

}  // namespace lanner::learn
