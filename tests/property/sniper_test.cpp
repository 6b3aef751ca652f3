#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

#include "base/random.hpp"
#include "strategy/sniper.hpp"
#include "support/feature_table.hpp"

namespace lanner {
namespace {

using model::FeatureId;
using model::Predicate;
using model::PredicateOp;
using model::Timeframe;
using model::TradeCondition;

constexpr std::size_t kInstruments = 2;
constexpr FeatureId kFeatures[] = {FeatureId::price, FeatureId::rsi14, FeatureId::ema9,
                                   FeatureId::er20};
constexpr Timeframe kTimeframes[] = {Timeframe::m1, Timeframe::m15, Timeframe::h1};

// Evenly drawn: generators that grow with the size of a case would play mostly dull markets.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : stream_(seed, 0) {}
  int draw(int low, int high) {
    return low + static_cast<int>(stream_.below(static_cast<std::uint64_t>(high - low)));
  }

 private:
  RandomStream stream_;
};

Predicate draw_predicate(Dice& dice) {
  Predicate predicate;
  predicate.lhs = kFeatures[dice.draw(0, 4)];
  predicate.tf = kTimeframes[dice.draw(0, 3)];
  predicate.op = static_cast<PredicateOp>(dice.draw(0, 6));
  const bool has_rhs = dice.draw(0, 3) == 0;
  predicate.rhs = has_rhs ? FeatureId::ema9 : FeatureId::none;
  predicate.value = Score{static_cast<double>(has_rhs ? dice.draw(-2, 3) : dice.draw(96, 105))};
  return predicate;
}

TradeCondition draw_condition(Dice& dice) {
  TradeCondition condition;
  condition.instrument_id = InstrumentId{static_cast<std::uint32_t>(dice.draw(0, kInstruments))};
  const int all = dice.draw(0, 2) == 0 ? 1 : dice.draw(1, 4);
  for (int i = 0; i < all; ++i) {
    (void)condition.when_all.push_back(draw_predicate(dice));
  }
  const int any = dice.draw(0, 3) == 0 ? dice.draw(1, 3) : 0;
  for (int i = 0; i < any; ++i) {
    (void)condition.when_any.push_back(draw_predicate(dice));
  }
  const int invalidating = dice.draw(0, 3) == 0 ? dice.draw(1, 3) : 0;
  for (int i = 0; i < invalidating; ++i) {
    (void)condition.invalidate_any.push_back(draw_predicate(dice));
  }
  condition.stop_atr = Score{1.5};
  condition.take_profit_r = Score{2.0};
  condition.time_stop = hours(1);
  return condition;
}

// The rules of the Sniper's header, applied to every condition at every event.
class Oracle {
 public:
  struct Entry {
    TradeCondition condition;
    Timestamp expires_at;
    std::uint64_t cycle = 0;
    std::uint8_t cross_frames = 0;
    std::uint8_t clear_frames = 0;
    bool is_there = false;
    bool is_spent = false;
    bool is_cleared = false;
  };

  explicit Oracle(const std::vector<TradeCondition>& conditions) {
    for (const TradeCondition& condition : conditions) {
      Entry entry;
      entry.condition = condition;
      Timeframe finest = Timeframe::h1;
      for (const auto list : {condition.when_all.span(), condition.when_any.span(),
                              condition.invalidate_any.span()}) {
        for (const Predicate& predicate : list) {
          finest = std::min(finest, predicate.tf);
        }
      }
      for (const auto list : {condition.when_all.span(), condition.when_any.span()}) {
        for (const Predicate& predicate : list) {
          if (strategy::is_cross(predicate.op)) {
            entry.cross_frames |= strategy::bit_of(predicate.tf);
          }
        }
      }
      for (auto tf = static_cast<unsigned>(finest); tf < model::kTimeframeCount; ++tf) {
        entry.clear_frames = static_cast<std::uint8_t>(entry.clear_frames | (1U << tf));
      }
      if (entry.cross_frames != 0) {
        entry.clear_frames = entry.cross_frames;
      }
      entries.push_back(entry);
    }
  }

  void arm(std::size_t i, std::uint64_t cycle, Timestamp expires_at) {
    Entry& entry = entries[i];
    if (!entry.is_there) {
      entry.is_there = true;
      entry.is_spent = entry.is_cleared = false;
      entry.cycle = cycle;
    } else if (cycle > entry.cycle) {
      entry.cycle = cycle;
      if (entry.is_cleared) {
        entry.is_spent = entry.is_cleared = false;
      }
    }
    entry.expires_at = expires_at;
  }

  void expire(Timestamp now) {
    for (Entry& entry : entries) {
      if (entry.is_there && now >= entry.expires_at && (!entry.is_spent || entry.is_cleared)) {
        entry.is_there = false;
      }
    }
  }

  std::vector<std::size_t> see(InstrumentId id, const features::FeatureView& view, Price last,
                               std::uint8_t frames) {
    std::vector<std::size_t> fired;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      Entry& entry = entries[i];
      if (!entry.is_there || entry.condition.instrument_id != id) {
        continue;
      }
      const bool is_triggered = strategy::is_triggered(entry.condition, view, last);
      if (entry.is_spent) {
        entry.is_cleared =
            entry.is_cleared || ((entry.clear_frames & frames) != 0 && !is_triggered);
      } else if (is_triggered &&
                 (entry.cross_frames == 0 || (entry.cross_frames & frames) != 0)) {
        entry.is_spent = true;
        fired.push_back(i);
      }
    }
    return fired;
  }

  std::vector<Entry> entries;
};

Price draw_price(Dice& dice) { return Price::from_raw(dice.draw(190, 212) * (Price::kScale / 2)); }

// Sniper and oracle side by side, through the same events.
class Session {
 public:
  explicit Session(std::uint64_t seed)
      : dice_(seed),
        conditions_(draw_conditions(dice_)),
        oracle_(conditions_),
        sniper_({kInstruments, conditions_.size()}),
        triggers_(conditions_.size()) {}

  void step() {
    now_ = now_ + seconds(dice_.draw(0, 5));
    sniper_.expire(now_);
    oracle_.expire(now_);
    const auto id = InstrumentId{static_cast<std::uint32_t>(dice_.draw(0, kInstruments))};
    const int action = dice_.draw(0, 10);
    if (action < 3) {
      arm();
    } else if (action < 7) {
      triggers_.clear();
      last_[id.index()] = draw_price(dice_);
      sniper_.on_price(id, last_[id.index()], now_, tables_[id.index()].view(), triggers_);
      compare(id, 0);
    } else {
      triggers_.clear();
      const features::FrameSet frames = close_frames(tables_[id.index()]);
      sniper_.on_frames(id, frames, tables_[id.index()].view(), last_[id.index()], now_,
                        triggers_);
      compare(id, frames.bits);
    }
  }

  std::uint64_t fired = 0;

 private:
  static std::vector<TradeCondition> draw_conditions(Dice& dice) {
    std::vector<TradeCondition> conditions;
    const int count = dice.draw(1, 24);
    for (int i = 0; i < count; ++i) {
      conditions.push_back(draw_condition(dice));
      // Makes each of them a condition of its own.
      conditions.back().size_scale = Score{1.0 - i * 0.01};
    }
    return conditions;
  }

  void arm() {
    cycle_ += static_cast<std::uint64_t>(dice_.draw(0, 2));
    for (std::size_t i = 0; i < conditions_.size(); ++i) {
      if (dice_.draw(0, 3) != 0) {
        conditions_[i].expires_at = now_ + seconds(dice_.draw(1, 60));
        RC_ASSERT(sniper_.arm(conditions_[i], cycle_, now_).has_value());
        oracle_.arm(i, cycle_, conditions_[i].expires_at);
      }
    }
  }

  features::FrameSet close_frames(test::FeatureTable& table) {
    features::FrameSet frames;
    for (const Timeframe tf : kTimeframes) {
      if (dice_.draw(0, 2) == 0) {
        continue;
      }
      frames.add(tf);
      for (const FeatureId feature : kFeatures) {
        table.close(feature, tf,
                    dice_.draw(0, 8) == 0 ? features::kAbsent : dice_.draw(95, 106));
      }
    }
    return frames;
  }

  void compare(InstrumentId id, std::uint8_t frames) {
    const std::vector<std::size_t> expected =
        oracle_.see(id, tables_[id.index()].view(), last_[id.index()], frames);
    std::vector<std::size_t> actual;
    for (const strategy::Trigger& trigger : triggers_) {
      for (std::size_t i = 0; i < conditions_.size(); ++i) {
        if (conditions_[i].size_scale == sniper_.condition(trigger.slot).size_scale) {
          actual.push_back(i);
        }
      }
    }
    std::sort(actual.begin(), actual.end());
    RC_ASSERT(actual == expected);
    fired += actual.size();
    oracle_.expire(now_);
  }

  Dice dice_;
  std::vector<TradeCondition> conditions_;
  Oracle oracle_;
  strategy::Sniper sniper_;
  strategy::TriggerBuffer triggers_;
  std::vector<test::FeatureTable> tables_ =
      std::vector<test::FeatureTable>(kInstruments);
  std::vector<Price> last_ = std::vector<Price>(kInstruments);
  std::uint64_t cycle_ = 1;
  Timestamp now_{kNsPerSecond};
};

}  // namespace

TEST_CASE("the sniper fires what looking at everything all the time would fire") {
  std::uint64_t fired_in_all = 0;
  const bool holds = rc::check([&fired_in_all] {
    Session session{*rc::gen::arbitrary<std::uint64_t>()};
    for (int step = 0; step < 250; ++step) {
      session.step();
    }
    fired_in_all += session.fired;
  });
  CHECK(holds);
  CHECK(fired_in_all > 2000);
}

TEST_CASE("ladders give their nodes in the order of keys, whatever was removed in between") {
  const bool holds = rc::check([] {
    Dice dice{*rc::gen::arbitrary<std::uint64_t>()};
    constexpr std::uint32_t kNodes = 40;
    strategy::LadderPool pool{kNodes};
    std::uint32_t root = strategy::LadderPool::kNil;
    std::vector<std::int64_t> keys(kNodes, -1);
    for (int step = 0; step < 200; ++step) {
      const auto node = static_cast<std::uint32_t>(dice.draw(0, kNodes));
      if (keys[node] < 0) {
        keys[node] = dice.draw(0, 50);
        pool.insert(root, node, keys[node]);
      } else if (dice.draw(0, 2) == 0) {
        pool.remove(root, node);
        keys[node] = -1;
      } else {
        const std::uint32_t top = pool.pop(root);
        for (const std::int64_t key : keys) {
          RC_ASSERT(key < 0 || key >= keys[top]);
        }
        keys[top] = -1;
      }
    }
    std::int64_t before = -1;
    while (root != strategy::LadderPool::kNil) {
      const std::uint32_t top = pool.pop(root);
      RC_ASSERT(keys[top] >= before);
      before = keys[top];
      keys[top] = -1;
    }
    RC_ASSERT(std::all_of(keys.begin(), keys.end(), [](std::int64_t key) { return key < 0; }));
  });
  CHECK(holds);
}

}  // namespace lanner
