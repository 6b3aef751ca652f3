// What one price costs the Sniper, with everything that conditions do in a session: 1 % of the
// prices of instruments that carry a condition fire one, each fired one becomes a candidate, a
// cycle re-arms and renews them, and one in sixteen is left to expire and comes as a new one.

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "bench/floors.hpp"
#include "bench/row.hpp"
#include "model/decision.hpp"
#include "strategy/sniper.hpp"

namespace lanner::bench {
namespace {

constexpr double kLimit = 5.0;
constexpr std::size_t kPricesPerFire = 85;  // less than 100, because expired ones do not fire
constexpr std::size_t kPricesMax = 1800;  // one minute at 30 trades a second
constexpr std::size_t kRounds = 16;       // cycles in a measured pass
constexpr std::int64_t kUnit = 1'000'000'000;

struct PriceOfOne {
  InstrumentId id;
  std::int64_t raw = 0;
};

// The book of one cell: every condition of an instrument waits at its own level above 100.
class Cell {
 public:
  Cell(std::size_t conditions, std::size_t instruments)
      : conditions_(conditions),
        instruments_(instruments),
        carriers_(std::min(conditions, instruments)),
        each_(std::max<std::size_t>(1, conditions / instruments)),
        fires_(std::min(each_, kPricesMax / kPricesPerFire)),
        sniper_({instruments, conditions + 1}),
        triggers_(conditions + 1),
        candidates_(4096) {
    values_.fill(std::numeric_limits<double>::quiet_NaN());
    make_prices();
    handles_.resize(conditions);
    for (std::size_t i = 0; i < conditions; ++i) {
      arm(i);
    }
  }

  // Rounds of prices; each ends with its closed bars and a new cycle. ns a price.
  double pass() {
    const std::int64_t from = thread_ns();
    for (std::size_t round = 0; round < kRounds; ++round) {
      for (const PriceOfOne& tick : prices_) {
        sum_ += tick.raw;
        sniper_.on_price(tick.id, Price::from_raw(tick.raw), now_, view(), triggers_);
        if (!triggers_.is_empty()) [[unlikely]] {
          write_candidates();
        }
      }
      next_cycle();
    }
    keep(sum_);
    return per_price(from);
  }
  // The same prices, nobody asked.
  double empty_pass() {
    const std::int64_t from = thread_ns();
    for (std::size_t round = 0; round < kRounds; ++round) {
      for (const PriceOfOne& tick : prices_) {
        sum_ += tick.raw;
        keep(sum_);
      }
    }
    return per_price(from);
  }
  [[nodiscard]] const strategy::Sniper::Counters& counters() const { return sniper_.counters(); }
  [[nodiscard]] double fires_per_carried_price() const {
    return static_cast<double>(written_) / static_cast<double>(carried_prices_);
  }

 private:
  [[nodiscard]] features::FeatureView view() const { return {values_.data(), values_.data()}; }
  [[nodiscard]] double per_price(std::int64_t from) const {
    return static_cast<double>(thread_ns() - from) /
           static_cast<double>(prices_.size() * kRounds);
  }

  // One round: each instrument's prices stay below its levels, but for those that reach the
  // next one each; instruments come in an order of chance.
  void make_prices() {
    const std::size_t of_one = fires_ * kPricesPerFire;
    std::vector<std::size_t> seen(instruments_, 0);
    std::vector<std::uint32_t> turns(of_one * instruments_);
    RandomStream chance(7, conditions_, instruments_);
    for (std::size_t i = 0; i < turns.size(); ++i) {
      turns[i] = static_cast<std::uint32_t>(i % instruments_);
      std::swap(turns[i], turns[chance.below(i + 1)]);
    }
    prices_.reserve(turns.size());
    for (const std::uint32_t id : turns) {
      const std::size_t at = seen[id]++;
      const bool is_firing = (at + 1) % kPricesPerFire == 0;
      const auto step = static_cast<std::int64_t>(at / kPricesPerFire + 1);
      const auto noise = static_cast<std::int64_t>(chance.uniform() * 0.4e9);
      prices_.push_back({InstrumentId{id}, is_firing ? 100 * kUnit + step * kUnit / 2
                                                     : 99 * kUnit + noise});
    }
  }
  void write_candidates() {
    for (const strategy::Trigger& trigger : triggers_) {
      const model::TradeCondition& condition = sniper_.condition(trigger.slot);
      model::Candidate& candidate = candidates_[written_++ % candidates_.size()];
      candidate = model::Candidate{};
      candidate.id = CandidateId{static_cast<std::uint32_t>(written_)};
      candidate.instrument_id = condition.instrument_id;
      candidate.side = condition.side;
      candidate.template_id = condition.template_id;
      candidate.source = condition.source;
      candidate.pattern_id = condition.pattern_id;
      candidate.triggered_at = now_;
      candidate.decision_px = trigger.price;
      candidate.entry_px = trigger.price;
      candidate.time_stop = condition.time_stop;
    }
    triggers_.clear();
  }
  void next_cycle() {
    carried_prices_ += prices_.size() * carriers_ / instruments_;
    now_ = now_ + minutes(1);
    ++cycle_;
    features::FrameSet minute;
    minute.add(model::Timeframe::m1);
    for (std::uint32_t id = 0; id < instruments_; ++id) {
      sniper_.on_frames(InstrumentId{id}, minute, view(), Price::from_int(99), now_, triggers_);
    }
    sniper_.expire(now_);
    for (std::size_t i = 0; i < handles_.size(); ++i) {
      if ((i + cycle_) % 16 < 2) {
        continue;  // twice not renewed: its time runs out
      }
      if (!sniper_.refresh(handles_[i], {now_ + minutes(2), model::ShadowOnly::no, cycle_})) {
        arm(i);
      }
    }
  }
  void arm(std::size_t i) {
    model::TradeCondition condition;
    condition.instrument_id = InstrumentId{static_cast<std::uint32_t>(i % instruments_)};
    const auto level = 100.0 + static_cast<double>(i / instruments_ + 1) * 0.5;
    static_cast<void>(condition.when_all.push_back({model::FeatureId::price, model::Timeframe::m1,
                                                    model::PredicateOp::ge,
                                                    model::FeatureId::none, Score{level}}));
    condition.stop_atr = Score{1.5};
    condition.take_profit_r = Score{2.0};
    condition.time_stop = minutes(5);
    condition.expires_at = now_ + minutes(2);
    if (const auto handle = sniper_.arm(condition, cycle_, now_)) {
      handles_[i] = *handle;
    }
  }

  std::size_t conditions_;
  std::size_t instruments_;
  std::size_t carriers_;
  std::size_t each_;   // conditions on a carrying instrument, at least
  std::size_t fires_;  // of them in each round
  strategy::Sniper sniper_;
  strategy::TriggerBuffer triggers_;
  std::vector<model::Candidate> candidates_;
  std::vector<strategy::ArmHandle> handles_;
  std::vector<PriceOfOne> prices_;
  std::array<double, model::kTimeframeCount * model::kFeatureCount> values_{};
  Timestamp now_{1'735'689'600 * kNsPerSecond};
  std::uint64_t cycle_ = 1;
  std::uint64_t written_ = 0;
  std::uint64_t carried_prices_ = 0;
  std::int64_t sum_ = 0;
};

}  // namespace

std::vector<Row> condition_checks(const Settings& settings) {
  std::vector<Row> rows;
  for (const std::size_t conditions : {1, 100, 10'000}) {
    for (const std::size_t instruments : {45, 500}) {
      Cell cell(conditions, instruments);
      static_cast<void>(cell.pass());
      Row row;
      row.name = "condition check, " + std::to_string(conditions) + " on " +
                 std::to_string(instruments);
      row.unit = "ns/price";
      row.floor = "dependent pair of L1 loads";
      row.limit = kLimit;
      row.measured = compare(
          settings, [&cell] { return cell.pass() - cell.empty_pass(); }, dependent_pair_of_loads);
      const auto& counters = cell.counters();
      const std::string share = std::to_string(cell.fires_per_carried_price() * 100.0);
      row.facts = {{"prices that fire, % of those of carrying instruments", share.substr(0, 4)},
                   {"fired", std::to_string(counters.fired)},
                   {"rearmed", std::to_string(counters.rearmed)},
                   {"refreshed", std::to_string(counters.refreshed)},
                   {"expired", std::to_string(counters.expired)}};
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace lanner::bench
