// One bar through a feature's program.

#include <array>
#include <cmath>

#include "base/mathx.hpp"
#include "features/feature_state.hpp"
#include "features/user_feature.hpp"

namespace lanner::features {
namespace {

using Op = FeatureOp;

// The last values of a series in a ring: state[0] counts all that ever came.
class Ring {
 public:
  Ring(double* state, std::size_t length) noexcept : state_(state), length_(length) {}
  void add(double value) noexcept {
    state_[1 + count() % length_] = value;
    state_[0] += 1.0;
  }
  [[nodiscard]] std::size_t count() const noexcept { return static_cast<std::size_t>(state_[0]); }
  [[nodiscard]] bool is_full() const noexcept { return count() >= length_; }
  // 0 is the oldest of a full ring.
  [[nodiscard]] double at(std::size_t i) const noexcept {
    return state_[1 + (count() + i) % length_];
  }

 private:
  double* state_;
  std::size_t length_;
};

double ema_of(double value, double* state, double length) noexcept {
  if (state[0] >= length) {
    state[1] += 2.0 / (length + 1.0) * (value - state[1]);
    return state[1];
  }
  state[0] += 1.0;
  state[1] += value;
  if (state[0] < length) {
    return kAbsent;
  }
  state[1] /= length;
  return state[1];
}

// `count` values came, this one among them; the mean is a sum until it is seeded.
void wilder(double value, double count, double length, double& mean) noexcept {
  if (count > length) {
    mean += (value - mean) / length;
  } else {
    mean += value;
    mean /= count == length ? length : 1.0;
  }
}

double rsi_of(double value, double* state, double length) noexcept {
  const double move = value - state[1];
  state[1] = value;
  state[0] += 1.0;
  const double moves = state[0] - 1.0;
  if (moves < 1.0) {
    return kAbsent;
  }
  wilder(move > 0.0 ? move : 0.0, moves, length, state[2]);
  wilder(move < 0.0 ? -move : 0.0, moves, length, state[3]);
  if (moves < length) {
    return kAbsent;
  }
  const double both = state[2] + state[3];
  return both > 0.0 ? 100.0 * state[2] / both : 50.0;
}

double atr_of(const Ohlcv& bar, double* state, double length) noexcept {
  const double last = state[1];
  state[1] = bar.close;
  state[0] += 1.0;
  const double moves = state[0] - 1.0;
  if (moves < 1.0) {
    return kAbsent;
  }
  const double high = bar.high > last ? bar.high : last;
  const double low = bar.low < last ? bar.low : last;
  wilder(high - low, moves, length, state[2]);
  return moves < length ? kAbsent : state[2];
}

struct Spread {
  double mean = 0.0;
  double sd = 0.0;
};

Spread spread_of(const Ring& ring, std::size_t length) noexcept {
  const auto count = static_cast<double>(length);
  const double origin = ring.at(length - 1);
  double sum = 0.0;
  for (std::size_t i = 0; i < length; ++i) {
    sum += ring.at(i) - origin;
  }
  const double mean = sum / count;
  double squares = 0.0;
  for (std::size_t i = 0; i < length; ++i) {
    const double away = ring.at(i) - origin - mean;
    squares += away * away;
  }
  return {origin + mean, std::sqrt(squares / count)};
}

double extreme_of_ring(const Ring& ring, std::size_t length, bool is_highest) noexcept {
  double best = ring.at(0);
  for (std::size_t i = 1; i < length; ++i) {
    const double value = ring.at(i);
    best = (is_highest ? value > best : value < best) ? value : best;
  }
  return best;
}

double weighted_sum(const Ring& ring, std::size_t length, bool is_weighted) noexcept {
  double sum = 0.0;
  for (std::size_t i = 0; i < length; ++i) {
    sum += ring.at(i) * (is_weighted ? static_cast<double>(i + 1) : 1.0);
  }
  return sum;
}

double rank_in(const Ring& ring, std::size_t length) noexcept {
  const double value = ring.at(length - 1);
  double below = 0.0;
  for (std::size_t i = 0; i + 1 < length; ++i) {
    const double other = ring.at(i);
    below += other < value ? 1.0 : other == value ? 0.5 : 0.0;
  }
  return below / static_cast<double>(length - 1);
}

double window_of_series(const FeatureStep& step, double value, double* state) noexcept {
  const std::size_t length = step.length;
  Ring ring(state, length);
  ring.add(value);
  if (!ring.is_full()) {
    return kAbsent;
  }
  const auto count = static_cast<double>(length);
  switch (step.op) {
    case Op::sma: return weighted_sum(ring, length, false) / count;
    case Op::sum: return weighted_sum(ring, length, false);
    case Op::wma: return weighted_sum(ring, length, true) / (count * (count + 1.0) / 2.0);
    case Op::lowest: return extreme_of_ring(ring, length, false);
    case Op::highest: return extreme_of_ring(ring, length, true);
    case Op::rank: return rank_in(ring, length);
    default: break;
  }
  const Spread spread = spread_of(ring, length);
  if (step.op == Op::stddev) {
    return spread.sd;
  }
  return spread.sd > 0.0 ? (value - spread.mean) / spread.sd : kAbsent;
}

double shifted(const FeatureStep& step, double value, double* state) noexcept {
  const std::size_t kept = std::size_t{step.length} + 1;
  Ring ring(state, kept);
  ring.add(value);
  if (!ring.is_full()) {
    return kAbsent;
  }
  return step.op == Op::lag ? ring.at(0) : value - ring.at(0);
}

double correlation_of(double x, double y, const FeatureStep& step, double* state) noexcept {
  const std::size_t length = step.length;
  // Two rings behind one count.
  const auto count = static_cast<std::size_t>(state[0]);
  state[1 + count % length] = x;
  state[1 + length + count % length] = y;
  state[0] += 1.0;
  if (count + 1 < length) {
    return kAbsent;
  }
  double sum_x = 0.0;
  double sum_y = 0.0;
  for (std::size_t i = 0; i < length; ++i) {
    sum_x += state[1 + i] - x;
    sum_y += state[1 + length + i] - y;
  }
  const double mean_x = sum_x / static_cast<double>(length);
  const double mean_y = sum_y / static_cast<double>(length);
  double both = 0.0;
  double xs = 0.0;
  double ys = 0.0;
  for (std::size_t i = 0; i < length; ++i) {
    const double away_x = state[1 + i] - x - mean_x;
    const double away_y = state[1 + length + i] - y - mean_y;
    both += away_x * away_y;
    xs += away_x * away_x;
    ys += away_y * away_y;
  }
  return xs > 0.0 && ys > 0.0 ? both / std::sqrt(xs * ys) : kAbsent;
}

double crossover_of(double x, double y, double* state) noexcept {
  const bool was_below = state[1] < state[2];
  const bool has_before = state[0] > 0.0;
  state[0] = 1.0;
  state[1] = x;
  state[2] = y;
  return !has_before ? kAbsent : was_below && x >= y ? 1.0 : 0.0;
}

double stateful(const FeatureStep& step, const double* arguments, const Ohlcv& bar,
                double* state) noexcept {
  const auto length = static_cast<double>(step.length);
  switch (step.op) {
    case Op::ema: return ema_of(arguments[0], state, length);
    case Op::rsi: return rsi_of(arguments[0], state, length);
    case Op::atr: return atr_of(bar, state, length);
    case Op::lag:
    case Op::diff: return shifted(step, arguments[0], state);
    case Op::corr: return correlation_of(arguments[0], arguments[1], step, state);
    case Op::crossover: return crossover_of(arguments[0], arguments[1], state);
    default: return window_of_series(step, arguments[0], state);
  }
}

double plain(const FeatureStep& step, const double* x, const FeatureProgram::Input& in) noexcept {
  switch (step.op) {
    case Op::constant: return step.constant;
    case Op::open: return in.bar->open;
    case Op::high: return in.bar->high;
    case Op::low: return in.bar->low;
    case Op::close: return in.bar->close;
    case Op::volume: return in.bar->volume;
    case Op::feature: {
      const auto own = static_cast<model::Timeframe>(in.tf);
      return in.values.value(step.feature, step.tf == model::Timeframe::count_ ? own : step.tf);
    }
    case Op::negate: return -x[0];
    case Op::add: return x[0] + x[1];
    case Op::subtract: return x[0] - x[1];
    case Op::multiply: return x[0] * x[1];
    case Op::divide: return x[0] / x[1];
    case Op::greater: return x[0] > x[1] ? 1.0 : 0.0;
    case Op::less: return x[0] < x[1] ? 1.0 : 0.0;
    case Op::at_least: return x[0] >= x[1] ? 1.0 : 0.0;
    case Op::at_most: return x[0] <= x[1] ? 1.0 : 0.0;
    case Op::absolute: return std::fabs(x[0]);
    case Op::log: return x[0] > 0.0 ? mathx::log(x[0]) : kAbsent;
    case Op::exp: return mathx::exp(x[0]);
    case Op::smaller: return x[0] < x[1] ? x[0] : x[1];
    case Op::larger: return x[0] > x[1] ? x[0] : x[1];
    case Op::clamp: return x[0] < x[1] ? x[1] : x[0] > x[2] ? x[2] : x[0];
    default: return kAbsent;
  }
}

std::size_t arguments_of(Op op) noexcept {
  switch (op) {
    case Op::constant:
    case Op::open:
    case Op::high:
    case Op::low:
    case Op::close:
    case Op::volume:
    case Op::feature:
    case Op::atr: return 0;
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::greater:
    case Op::less:
    case Op::at_least:
    case Op::at_most:
    case Op::smaller:
    case Op::larger:
    case Op::corr:
    case Op::crossover: return 2;
    case Op::clamp: return 3;
    default: return 1;
  }
}

}  // namespace

double FeatureProgram::add(const Input& input, std::span<double> state) const noexcept {
  std::array<double, kFeatureDepthMax + 3> stack{};
  std::size_t held = 0;
  for (const FeatureStep& step : steps_) {
    const std::size_t count = arguments_of(step.op);
    held -= count;
    const double* const arguments = &stack[held];
    bool has_all = true;
    for (std::size_t i = 0; i < count; ++i) {
      has_all = has_all && std::isfinite(arguments[i]);
    }
    double value = kAbsent;
    if (has_all) {
      value = detail::state_size_of(step) > 0
                  ? stateful(step, arguments, *input.bar, &state[step.state])
                  : plain(step, arguments, input);
    }
    stack[held++] = std::isfinite(value) ? value : kAbsent;
  }
  return stack[0];
}

}  // namespace lanner::features
