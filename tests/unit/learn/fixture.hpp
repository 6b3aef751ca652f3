#pragma once

// Instruments, parameters and candidates for the tests of learn.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "learn/candidate_log.hpp"
#include "learn/coin_scorer.hpp"

namespace lanner::learn::fixture {

inline Price px(double value) {
  return Price::from_raw(static_cast<std::int64_t>(value * 1e9 + (value < 0 ? -0.5 : 0.5)));
}

inline model::InstrumentTable instruments(std::size_t count, Rate fee = Rate{}) {
  model::InstrumentTable table(count);
  for (std::size_t i = 0; i < count; ++i) {
    table[i].id = InstrumentId{static_cast<std::uint32_t>(i)};
    table[i].name = "COIN" + std::to_string(i);
    // The finest tick there is: half of it is the least spread the cost model knows.
    table[i].tick = Price::from_raw(1);
    table[i].step = Quantity::from_raw(1);
    table[i].taker_fee = fee;
    table[i].tiers.push_back({});
  }
  return table;
}

using Settings = std::vector<std::pair<std::string_view, std::string_view>>;

inline model::ParameterSet parameters(const Settings& settings) {
  model::ParameterSet set;
  for (const auto& [id, value] : settings) {
    const Status done = set.set(id, value);
    REQUIRE_MESSAGE(done.has_value(), std::string(id));
  }
  return set;
}

inline model::ParameterSet free_of_cost() {
  return parameters({{"cost.half_spread_top_bps", "0"},
                     {"cost.half_spread_middle_bps", "0"},
                     {"cost.half_spread_low_bps", "0"},
                     {"cost.stop_k", "0"},
                     {"cost.impact_coefficient", "0"}});
}

constexpr Timestamp kStart{1'746'000'000 * kNsPerSecond};

// A candidate log on `count` instruments without costs, and a buffer to read labels from.
struct World {
  explicit World(std::size_t count = 1, std::size_t open_max = 4096,
                 model::ParameterSet set = free_of_cost(), Rate fee = Rate{})
      : table(instruments(count, fee)),
        parameters(set),
        costs(table, parameters),
        log(table, parameters, costs, open_max),
        labels(open_max) {}

  model::InstrumentTable table;
  model::ParameterSet parameters;
  market::CostModel costs;
  CandidateLog log;
  LabelBuffer labels;
  Timestamp now = kStart;

  CandidateId open(model::Candidate candidate) {
    candidate.triggered_at = now;
    return log.open(candidate);
  }
  // A bar of one minute that starts now.
  void bar(double open_px, double high, double low, double close, std::uint32_t id = 0) {
    bar(px(open_px), px(high), px(low), px(close), id);
  }
  void bar(Price open_px, Price high, Price low, Price close, std::uint32_t id = 0) {
    now = now + minutes(1);
    log.on_bar({InstrumentId{id}, 60, open_px, high, low, close, Quantity{}}, now, labels);
  }
  void trade(double price, std::uint32_t id = 0) {
    now = now + seconds(1);
    log.on_trade({InstrumentId{id}, model::Side::buy, px(price), Quantity::from_int(1)}, now,
                 labels);
  }
};

inline model::Candidate candidate(model::PositionSide side, double stop, double target,
                                  Duration time_stop = hours(4)) {
  model::Candidate made;
  made.instrument_id = InstrumentId{0};
  made.side = side;
  made.template_id = model::TemplateId::p02;
  made.source = model::ConditionSource::strategist;
  made.decision_px = px(100);
  made.entry_px = px(100);
  made.stop_px = px(stop);
  made.target_px = px(target);
  made.quantity = Quantity::from_int(1);
  made.time_stop = time_stop;
  return made;
}

// A filled label of one outcome in block `block`.
inline model::CandidateLabel label(std::uint32_t coin, model::PositionSide side, double r,
                                   std::int64_t block, double weight = 1.0) {
  model::CandidateLabel made;
  made.instrument_id = InstrumentId{coin};
  made.side = side;
  made.template_id = model::TemplateId::p02;
  made.net_r = Score{r};
  made.gross_r = Score{r};
  made.weight = Score{weight};
  made.block_id = block;
  made.triggered_at = block_start(block);
  made.labelled_at = block_start(block + 1);
  made.cluster_id = cluster_of({made.template_id, side, made.condition_source}, block);
  return made;
}

}  // namespace lanner::learn::fixture
