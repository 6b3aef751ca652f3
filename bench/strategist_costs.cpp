// What deciding costs apart from trading: the strategist's share per bar and coin, conditions
// that watch features, and the memory of a session on 500 coins.

#include <sys/wait.h>
#include <unistd.h>

#include <span>

#include "bench/row.hpp"
#include "bench/tapes.hpp"
#include "features/pipeline.hpp"
#include "runtime/simulated_session.hpp"
#include "strategy/coin_knowledge.hpp"
#include "strategy/default_strategist.hpp"

namespace lanner::bench {
namespace {

constexpr double kBudgetNs = 60.0;         // per bar and coin
constexpr double kChangedFeatureNs = 20.0;  // per feature that changed
constexpr double kManyCoinsMiB = 256.0;
constexpr std::size_t kManyCoins = 500;
constexpr std::size_t kFeatureConditions = 10'000;

// Bars of all coins in the order of the tape, with the market that the strategist asks.
struct Minutes {
  std::vector<model::Bar> bars;  // coin by coin within a minute
  Timestamp first_close;
  std::size_t coins = 0;
};

Minutes read_minutes(const runtime::SessionPlan& plan, std::size_t count) {
  Minutes minutes_read;
  const auto& instruments = plan.spec.engine.instruments;
  std::vector<std::shared_ptr<const store::BarSeries>> series;
  for (const model::Instrument& instrument : instruments) {
    series.push_back(expect(plan.catalog.bars(instrument.id, 60)));
  }
  minutes_read.coins = instruments.size();
  minutes_read.first_close = Timestamp{series[0]->rows()[0].stamp()} + minutes(1);
  for (std::size_t minute = 0; minute < count; ++minute) {
    for (std::size_t i = 0; i < instruments.size(); ++i) {
      const store::BarRecord& row = series[i]->rows()[minute];
      minutes_read.bars.push_back({instruments[i].id, 60, Price::from_raw(row.open),
                                   Price::from_raw(row.high), Price::from_raw(row.low),
                                   Price::from_raw(row.close), Quantity::from_raw(row.volume)});
    }
  }
  return minutes_read;
}

// ns per bar and coin.
struct Spent {
  double strategist = 0.0;
  double features = 0.0;
};

// Features, Sniper and strategist as the engine runs them, without what they lead to.
class Deciders {
 public:
  explicit Deciders(const core::EngineConfig& config)
      : market_(config.instruments),
        costs_(config.instruments, config.parameters),
        features_(config.instruments, features::OnDemand{}),
        sniper_({config.instruments.size(), config.limits.conditions_max,
                 config.instruments.size()}),
        strategist_(config.instruments, config.parameters, config.mask),
        triggers_(config.limits.conditions_max),
        knowledge_(2 * config.instruments.size()) {
    for (const auto& pattern : strategist_.patterns()) {
      if (pattern) {
        for (const model::Predicate& predicate : pattern->when_all) {
          features_.subscribe(predicate.lhs, predicate.tf);
          features_.subscribe(predicate.rhs, predicate.tf);
        }
      }
    }
  }
  // The market beside them is not timed.
  Spent play(const Minutes& tape) {
    Spent spent;
    std::vector<features::FrameSet> closed(tape.coins);
    Timestamp close = tape.first_close;
    Timestamp next_cycle = close;
    for (std::size_t at = 0; at < tape.bars.size(); at += tape.coins) {
      const auto minute = std::span(tape.bars).subspan(at, tape.coins);
      for (const model::Bar& bar : minute) {
        market_.on_bar(bar, close, close);
        costs_.on_bar(bar, close);
      }
      const std::int64_t from = thread_ns();
      for (std::size_t i = 0; i < minute.size(); ++i) {
        closed[i] = features_.on_bar(minute[i], close);
      }
      const std::int64_t between = thread_ns();
      for (std::size_t i = 0; i < minute.size(); ++i) {
        const model::Bar& bar = minute[i];
        sniper_.on_bar(bar.instrument_id, closed[i], features_.view(bar.instrument_id), bar.close,
                       close, triggers_);
      }
      fired_ += triggers_.size();
      triggers_.clear();
      if (close >= next_cycle) {
        next_cycle = close.floor_to(strategist_.period()) + strategist_.period();
        sniper_.expire(close);
        strategist_.cycle({++cycle_, close, knowledge_, market_, features_, costs_}, sniper_);
      }
      spent.features += static_cast<double>(between - from);
      spent.strategist += static_cast<double>(thread_ns() - between);
      close = close + minutes(1);
    }
    const auto bars = static_cast<double>(tape.bars.size());
    return {spent.strategist / bars, spent.features / bars};
  }
  [[nodiscard]] std::uint64_t fired() const { return fired_; }

 private:
  market::MarketState market_;
  market::CostModel costs_;
  features::FeaturePipeline features_;
  strategy::Sniper sniper_;
  strategy::DefaultStrategist strategist_;
  strategy::TriggerBuffer triggers_;
  std::vector<strategy::CoinKnowledge> knowledge_;
  std::uint64_t cycle_ = 0;
  std::uint64_t fired_ = 0;
};

std::vector<Row> budget(const Settings& settings) {
  const runtime::SessionPlan plan = expect(runtime::plan_session(session_on(sim::bar_tape(1))));
  const Minutes tape = read_minutes(plan, 5 * 1440);
  std::uint64_t fired = 0;
  std::vector<double> of_features;
  Row row;
  row.name = "strategist: cycles and conditions";
  row.unit = "ns/bar and coin";
  row.limit = kBudgetNs;
  row.measured = compare(
      settings,
      [&] {
        Deciders deciders(plan.spec.engine);
        const Spent spent = deciders.play(tape);
        of_features.push_back(spent.features);
        fired = deciders.fired();
        return spent.strategist;
      },
      [] { return 0.0; });
  row.facts = {{"bars", std::to_string(tape.bars.size())}, {"fired", std::to_string(fired)}};
  Row features;
  features.name = "strategist: its features";
  features.unit = "ns/bar and coin";
  features.measured.ours = median(of_features);
  return {row, features};
}

// RSI thresholds of many conditions on one coin, and an RSI that wanders among them: each bar
// only those are looked at that it crosses.
Row feature_conditions(const Settings& settings) {
  strategy::Sniper sniper({1, kFeatureConditions});
  strategy::TriggerBuffer triggers(kFeatureConditions);
  std::vector<double> values(model::kTimeframeCount * model::kFeatureCount, 50.0);
  const features::FeatureView view{values.data(), values.data()};
  const Timestamp now{kNsPerDay};
  for (std::size_t i = 0; i < kFeatureConditions; ++i) {
    model::TradeCondition condition;
    condition.stop_atr = Score{1.5};
    condition.take_profit_r = Score{2.0};
    condition.time_stop = minutes(5);
    condition.expires_at = now + hours(1000);
    condition.instrument_id = InstrumentId{0};
    const double level = 20.0 - static_cast<double>(i) * 0.001;
    static_cast<void>(condition.when_all.push_back(
        {model::FeatureId::rsi14, model::Timeframe::m1, model::PredicateOp::lt,
         model::FeatureId::none, Score{level}}));
    static_cast<void>(sniper.arm(condition, 1, now));
  }
  features::FrameSet minute;
  minute.add(model::Timeframe::m1);
  const std::size_t at = features::FeatureView::at(model::FeatureId::rsi14, model::Timeframe::m1);
  constexpr std::size_t kCloses = 100'000;
  std::uint64_t looks = 0;
  Row row;
  row.name = "condition check, 10000 on a feature";
  row.unit = "ns/changed feature";
  row.limit = kChangedFeatureNs;
  sniper.on_frames(InstrumentId{0}, minute, view, Price::from_int(100), now, triggers);
  row.measured = compare(
      settings,
      [&] {
        const std::uint64_t before = sniper.counters().looks;
        const std::int64_t from = thread_ns();
        for (std::size_t i = 0; i < kCloses; ++i) {
          values[at] = 30.0 + static_cast<double>(i % 64);
          sniper.on_frames(InstrumentId{0}, minute, view, Price::from_int(100), now, triggers);
        }
        looks = sniper.counters().looks - before;
        return static_cast<double>(thread_ns() - from) / static_cast<double>(kCloses);
      },
      [] { return 0.0; });
  row.facts = {{"conditions", std::to_string(sniper.size())},
               {"conditions looked at while none was crossed", std::to_string(looks)}};
  return row;
}

double mebibytes_of_many_coins() {
  sim::SyntheticConfig market = sim::bar_tape(1);
  market.instruments = kManyCoins;
  market.length = hours(12);  // 720 bars of each coin
  const runtime::SessionPlan plan = expect(runtime::plan_session(session_on(market)));
  runtime::SimulatedSession session(plan.spec, expect(runtime::open_tape(plan)),
                                    store::JournalWriter::in_memory());
  while (session.next_time() != Timestamp::never()) {
    static_cast<void>(session.apply_next());
  }
  return static_cast<double>(resident_bytes()) / (1 << 20);
}

// In a process of its own: what other rows have touched does not count.
Row memory_of_many_coins() {
  int ends[2] = {};
  if (pipe(ends) != 0) {
    stop("no pipe for the memory row");
  }
  const pid_t child = fork();
  if (child == 0) {
    const double value = mebibytes_of_many_coins();
    _exit(write(ends[1], &value, sizeof value) == sizeof value ? 0 : 1);
  }
  close(ends[1]);
  double value = 0.0;
  const bool is_told = read(ends[0], &value, sizeof value) == sizeof value;
  close(ends[0]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !is_told || status != 0) {
    stop("the session on 500 coins did not end");
  }
  Row row;
  row.name = "500 coins: resident memory";
  row.unit = "MiB";
  row.limit = kManyCoinsMiB;
  row.measured.ours = value;
  row.measured.is_conclusive = true;
  return row;
}

}  // namespace

std::vector<Row> strategist_costs(const Settings& settings) {
  std::vector<Row> rows = {memory_of_many_coins()};
  for (const Row& row : budget(settings)) {
    rows.push_back(row);
  }
  rows.push_back(feature_conditions(settings));
  return rows;
}

}  // namespace lanner::bench
