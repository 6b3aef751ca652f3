// Labels of the candidate log against a brute-force scan of each candidate's whole path, which
// shares no code with it: no summary of barriers, no lists, doubles throughout.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <rapidcheck.h>
#include <string>

#include "unit/learn/fixture.hpp"

namespace lanner::learn {
namespace {

using fixture::px;
using fixture::World;
using model::Barrier;
using model::PositionSide;

struct Minute {
  double open, high, low, close;
  Timestamp from, to;
};
using Tape = std::vector<Minute>;

struct Scan {
  bool is_filled = false;
  double r = 0.0;
  Barrier barrier = Barrier::time;
  double mfe = 0.0;
};

double ticks(int n) { return 0.25 * n; }

// Random bars on a grid of .25 around 100, with gaps in price and, sometimes, in time.
Tape random_tape(std::size_t length) {
  Tape tape;
  double last = 100.0;
  Timestamp now = fixture::kStart;
  for (std::size_t i = 0; i < length; ++i) {
    if (*rc::gen::inRange(0, 12) == 0) {
      now = now + minutes(*rc::gen::inRange(1, 40));
    }
    Minute bar;
    bar.open = last + ticks(*rc::gen::inRange(-2, 3));
    bar.close = bar.open + ticks(*rc::gen::inRange(-6, 7));
    bar.high = std::max(bar.open, bar.close) + ticks(*rc::gen::inRange(0, 5));
    bar.low = std::min(bar.open, bar.close) - ticks(*rc::gen::inRange(0, 5));
    bar.from = now;
    now = now + minutes(1);
    bar.to = now;
    last = bar.close;
    tape.push_back(bar);
  }
  return tape;
}

// In the frame of a long: a short's prices are mirrored at 100.
Minute seen_by(const Minute& bar, PositionSide side) {
  if (side == PositionSide::long_side) {
    return bar;
  }
  return {200 - bar.open, 200 - bar.low, 200 - bar.high, 200 - bar.close, bar.from, bar.to};
}

struct Plan {
  std::size_t at = 0;  // opened before this bar
  PositionSide side = PositionSide::long_side;
  bool is_limit = false;
  double limit = 0, stop = 0, target = 0;  // in the frame of a long
  Duration time_stop;
};

Plan random_plan(const Tape& tape) {
  Plan plan;
  plan.at = *rc::gen::inRange<std::size_t>(0, tape.size());
  plan.side = *rc::gen::arbitrary<bool>() ? PositionSide::long_side : PositionSide::short_side;
  plan.is_limit = *rc::gen::inRange(0, 3) == 0;
  const double now = seen_by(tape[plan.at], plan.side).open;
  plan.limit = now - ticks(*rc::gen::inRange(0, 6));
  plan.stop = plan.limit - ticks(*rc::gen::inRange(1, 14));
  plan.target = plan.limit + ticks(*rc::gen::inRange(1, 20));
  plan.time_stop = minutes(*rc::gen::inRange(1, 60));
  return plan;
}

// Free of cost; a tick is far below the grid, so "through by a tick" is "below".
std::optional<Scan> scan(const Tape& tape, const Plan& plan) {
  const Timestamp triggered = plan.at == 0 ? fixture::kStart : tape[plan.at - 1].to;
  std::optional<double> entry;
  Timestamp deadline = triggered + plan.time_stop;
  double best = 0;
  for (std::size_t i = plan.at; i < tape.size(); ++i) {
    const Minute bar = seen_by(tape[i], plan.side);
    bool knows_order = true;
    if (!entry) {
      if (plan.is_limit && bar.from >= deadline) {
        return Scan{};
      }
      if (!plan.is_limit || bar.open < plan.limit) {
        entry = bar.open;
      } else if (bar.low < plan.limit) {
        entry = plan.limit;
        knows_order = false;
      } else if (bar.to >= deadline) {
        return Scan{};
      } else {
        continue;
      }
      if (*entry <= plan.stop) {
        return Scan{};
      }
      deadline = bar.from + plan.time_stop;
      best = *entry;
    }
    const double risk = *entry - plan.stop;
    const auto done = [&](double price, Barrier why) {
      best = std::max(best, price);
      return Scan{true, (price - *entry) / risk, why, (best - *entry) / risk};
    };
    if (knows_order && bar.open <= plan.stop) return done(bar.open, Barrier::stop);
    if (knows_order && bar.open >= plan.target) return done(bar.open, Barrier::target);
    if (knows_order && bar.from >= deadline) return done(bar.open, Barrier::time);
    if (bar.low <= plan.stop) return done(plan.stop, Barrier::stop);
    if (knows_order && bar.high >= plan.target) return done(plan.target, Barrier::target);
    best = std::max(best, knows_order ? bar.high : bar.close);
    if (bar.to >= deadline) return done(bar.close, Barrier::time);
  }
  return std::nullopt;
}

model::Candidate candidate_of(const Plan& plan, std::uint32_t id) {
  const bool is_long = plan.side == PositionSide::long_side;
  const auto real = [&](double price) { return px(is_long ? price : 200 - price); };
  model::Candidate made = fixture::candidate(plan.side, 0, 0, plan.time_stop);
  made.instrument_id = InstrumentId{id};
  made.entry_mode = plan.is_limit ? model::EntryMode::limit : model::EntryMode::market;
  made.entry_px = real(plan.limit);
  made.stop_px = real(plan.stop);
  made.target_px = real(plan.target);
  return made;
}

using Labels = std::map<CandidateId, model::CandidateLabel>;

struct Played {
  Labels labels;
  std::map<CandidateId, Plan> plans;
  std::uint64_t decisions = 0, labelled = 0, pending = 0;
};

Played play(const Tape& tape, const std::vector<Plan>& plans) {
  World world(2);
  Played played;
  for (std::size_t i = 0; i < tape.size(); ++i) {
    world.now = i == 0 ? fixture::kStart : tape[i - 1].to;
    for (std::size_t k = 0; k < plans.size(); ++k) {
      if (plans[k].at == i) {
        const auto id = static_cast<std::uint32_t>(k % 2);
        played.plans[world.open(candidate_of(plans[k], id))] = plans[k];
      }
    }
    for (const std::uint32_t id : {0U, 1U}) {
      world.now = tape[i].from;
      world.bar(tape[i].open, tape[i].high, tape[i].low, tape[i].close, id);
    }
    for (const model::CandidateLabel& label : world.labels) {
      RC_ASSERT(played.labels.emplace(label.candidate_id, label).second);
    }
    world.labels.clear();
    RC_ASSERT(world.log.decisions() == world.log.labelled() + world.log.pending());
    RC_ASSERT(world.log.pending_candidates().size() == world.log.pending());
  }
  played.decisions = world.log.decisions();
  played.labelled = world.log.labelled();
  return played;
}

void expect_same(const model::CandidateLabel& label, const Scan& scanned) {
  RC_ASSERT(label.is_filled == scanned.is_filled);
  if (scanned.is_filled) {
    RC_ASSERT(std::fabs(label.gross_r.value() - scanned.r) < 1e-6);
    RC_ASSERT(std::fabs(label.net_r.value() - scanned.r) < 1e-6);
    RC_ASSERT(std::fabs(label.mfe_r.value() - scanned.mfe) < 1e-6);
    RC_ASSERT(label.barrier == scanned.barrier);
  }
}

TEST_CASE("labels equal a brute-force path scan; decisions = labelled + pending") {
  const bool holds = rc::check([] {
    const Tape tape = random_tape(80);
    const auto count = *rc::gen::inRange<std::size_t>(1, 24);
    std::vector<Plan> plans;
    for (std::size_t i = 0; i < count; ++i) {
      plans.push_back(random_plan(tape));
    }
    const Played played = play(tape, plans);
    RC_ASSERT(played.decisions == plans.size());
    for (const auto& [id, plan] : played.plans) {
      const std::optional<Scan> scanned = scan(tape, plan);
      const auto found = played.labels.find(id);
      RC_ASSERT(scanned.has_value() == (found != played.labels.end()));
      if (scanned) {
        expect_same(found->second, *scanned);
      }
    }
  });
  CHECK(holds);
}

TEST_CASE("a short on the mirrored tape gets the long's label") {
  const bool holds = rc::check([] {
    const Tape tape = random_tape(60);
    Tape mirrored;
    for (const Minute& bar : tape) {
      mirrored.push_back(seen_by(bar, PositionSide::short_side));
    }
    Plan plan = random_plan(tape);
    plan.side = PositionSide::long_side;
    const Played up = play(tape, {plan});
    plan.side = PositionSide::short_side;
    const Played down = play(mirrored, {plan});
    RC_ASSERT(up.labels.size() == down.labels.size());
    for (const auto& [id, label] : up.labels) {
      const model::CandidateLabel& other = down.labels.at(id);
      RC_ASSERT(label.is_filled == other.is_filled);
      RC_ASSERT(label.barrier == other.barrier);
      RC_ASSERT(std::fabs(label.net_r.value() - other.net_r.value()) < 1e-6);
      RC_ASSERT(std::fabs(label.mae_r.value() - other.mae_r.value()) < 1e-6);
    }
  });
  CHECK(holds);
}

TEST_CASE("one bar as four prints or as one event: trades agree with bars of one price") {
  const bool holds = rc::check([] {
    World bars;
    World trades;
    const model::Candidate made = fixture::candidate(PositionSide::long_side, 98, 103, hours(9));
    bars.open(made);
    trades.open(made);
    int level = 0;
    for (int i = 0; i < 200; ++i) {
      const double price = 100.0 + ticks(level);
      bars.bar(price, price, price, price);
      trades.trade(price);
      level += *rc::gen::inRange(-2, 3);
    }
    RC_ASSERT(bars.labels.size() == trades.labels.size());
    if (!bars.labels.is_empty()) {
      RC_ASSERT(std::fabs(bars.labels.items()[0].net_r.value() -
                          trades.labels.items()[0].net_r.value()) < 1e-9);
    }
  });
  CHECK(holds);
}

}  // namespace
}  // namespace lanner::learn
