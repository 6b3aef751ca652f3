// The world of the scenarios (world.hpp). Its own check stands at the end of the file.
#include "scenario/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <variant>

namespace lanner::test {
namespace {

// Midnight is far away on both sides, so that no day starts inside a scenario unasked.
constexpr std::int64_t kScenarioStart = 1'746'358'800LL * kNsPerSecond;  // 2025-05-04 11:40 UTC
constexpr int kWarmUpBars = 30;
constexpr double kStopAtr = 1.5;

model::Instrument instrument_of(const Given& given, const std::string& name, InstrumentId id) {
  model::Instrument instrument;
  instrument.id = id;
  instrument.name = name;
  instrument.symbol = name;
  instrument.venue = "BINANCE";
  instrument.venue_id = VenueId{0};
  instrument.quote = "USDT";
  instrument.kind = given.kind;
  instrument.tick = given.tick;
  instrument.step = given.step;
  instrument.quantity_min = given.step;
  instrument.notional_min = given.notional_min;
  instrument.maker_fee = Rate::from_raw(2'000'000);
  instrument.taker_fee = Rate::from_raw(5'000'000);
  instrument.tiers = {{Money::max(), 20, Rate::from_raw(250'000'000)}};
  return instrument;
}

core::EngineConfig config_of(const Given& given) {
  core::EngineConfig config;
  config.instruments.push_back(instrument_of(given, given.instrument, InstrumentId{0}));
  for (const std::string& name : given.also) {
    const InstrumentId id{static_cast<std::uint32_t>(config.instruments.size())};
    config.instruments.push_back(instrument_of(given, name, id));
  }
  config.is_active.assign(config.instruments.size(), 1);
  config.balance_by_venue = {given.equity};
  config.limits = {64, 64, 16};
  config.mask = *model::ComponentMask::parse(
      given.mask + (given.mask.empty() ? "" : ",") + "template.P01,template.P02,template.P03");
  for (const auto& [id, value] : given.sets) {
    const auto set = config.parameters.set(id, value);
    REQUIRE_MESSAGE(set.has_value(), (set ? "" : set.error().message));
  }
  return config;
}

std::string words_of(const model::OrderRequest& order) {
  std::string text = std::string("submit ") + model::name_of(order.side) + " " +
                     model::name_of(order.type);
  if (order.close_position == model::ClosePosition::no) {
    text += " " + to_string(order.quantity);
  }
  if (!order.price.is_zero()) {
    text += " price " + to_string(order.price);
  }
  if (!order.trigger_price.is_zero()) {
    text += " trigger " + to_string(order.trigger_price);
  }
  if (!order.attached_stop.is_zero()) {
    text += " attached_stop " + to_string(order.attached_stop);
  }
  if (!order.attached_target.is_zero()) {
    text += " attached_target " + to_string(order.attached_target);
  }
  if (order.close_position == model::ClosePosition::yes) {
    text += " close_position";
  } else if (order.reduce_only == model::ReduceOnly::yes) {
    text += " reduce_only";
  }
  return text;
}

}  // namespace

World::World(const Given& given)
    : given_(given),
      engine_(std::make_unique<core::Engine>(config_of(given))),
      start_(kScenarioStart),
      stop_distance_(1 + given.also.size()) {}

bool World::choose(const std::string& name) {
  for (const model::Instrument& instrument : engine_->config().instruments) {
    if (instrument.name.rfind(name, 0) == 0) {
      instrument_ = instrument.id;
      return true;
    }
  }
  return false;
}

void World::plan(const PlanLine& line) {
  const Price distance = (line.limit.value_or(line.trigger) - line.stop).abs();
  const Price range = Price::from_raw(static_cast<std::int64_t>(
      static_cast<double>(distance.raw()) / kStopAtr));
  const bool is_long = line.side == model::PositionSide::long_side;
  Price& known_distance = stop_distance_[instrument_.index()];
  if (known_distance.is_zero()) {
    known_distance = distance;
    // Below the trigger of a long plan, above that of a short one.
    warm_up(is_long ? line.trigger - distance : line.trigger + distance, range);
  }
  REQUIRE_MESSAGE(known_distance == distance,
                  "a second plan in an instrument keeps the first one's stop distance");
  model::TradeCondition condition;
  condition.vetting = model::Vetting::none;  // a script plans what it likes
  condition.instrument_id = instrument_;
  condition.side = line.side;
  const auto put_all = [](const std::vector<model::Predicate>& from, auto& into) {
    for (const model::Predicate& predicate : from) {
      REQUIRE(into.push_back(predicate));
    }
  };
  put_all(line.when_all, condition.when_all);
  put_all(line.when_any, condition.when_any);
  put_all(line.unless, condition.invalidate_any);
  if (line.when_all.empty()) {
    REQUIRE(condition.when_all.push_back(
        {model::FeatureId::price, model::Timeframe::m1,
         is_long ? model::PredicateOp::ge : model::PredicateOp::le, model::FeatureId::none,
         to_score(line.trigger)}));
  }
  condition.stop_atr = Score{kStopAtr};
  condition.stop_tf = model::Timeframe::m1;
  const Price gain = (line.target - line.limit.value_or(line.trigger)).abs();
  condition.take_profit_r = to_score(gain) / to_score(distance);
  condition.time_stop = line.time_stop;
  condition.expires_at = start_ + line.life;
  if (line.limit) {
    condition.entry_mode = model::EntryMode::limit;
    const Score offset = to_score(*line.limit) - to_score(line.trigger);
    condition.entry_offset_atr = offset / to_score(range);
  }
  apply(start_, model::ConditionProposed{&condition});
  commands_.clear();
}

void World::warm_up(Price around, Price range) {
  const Price half = Price::from_raw(range.raw() / 2);
  for (int i = kWarmUpBars; i > 0; --i) {
    model::Bar bar;
    bar.instrument_id = instrument_;
    bar.interval_s = 60;
    bar.open = around;
    bar.close = around;
    bar.high = around + half;
    bar.low = around + half - range;
    bar.volume = Quantity::from_int(1'000);
    apply(start_ - minutes(i - 1), bar);
  }
  commands_.clear();
  verdicts_.clear();
}

void World::apply(Timestamp at, const model::EventPayload& payload) {
  model::Event event;
  event.sequence = ++sequence_;
  event.ts_init = std::max(at, engine_->now());
  event.ts_event = at;
  if (std::holds_alternative<model::Bar>(payload)) {
    event.ts_event = at.floor_to(minutes(1));
  }
  event.payload = payload;
  sink_.clear();
  engine_->apply(event, sink_);
  collect();
}

void World::collect() {
  for (const model::Command& command : sink_.commands()) {
    note_command(command);
  }
  for (const model::DecisionTrace& trace : sink_.traces()) {
    note_trace(trace);
  }
  for (const model::Notice& notice : sink_.notices()) {
    if (const auto* trade = std::get_if<model::TradeClosed>(&notice)) {
      verdicts_.push_back(std::string("closed ") + model::name_of(trade->exit_reason) + " net " +
                          to_string(trade->net_pnl));
    } else if (const auto* change = std::get_if<model::TradingStateChanged>(&notice)) {
      verdicts_.push_back(std::string("state ") + model::name_of(change->state));
    } else if (const auto* coin = std::get_if<model::CoinStatusChanged>(&notice);
               coin != nullptr && coin->side == model::PositionSide::flat) {
      verdicts_.push_back(std::string("coin ") + model::name_of(coin->after) + " " +
                          model::name_of(coin->reason));
    }
  }
}

void World::note_trace(const model::DecisionTrace& trace) {
  for (const model::GateResult& gate : trace.gates) {
    if (gate.verdict == model::Verdict::scale) {
      verdicts_.push_back(std::string("scaled ") + model::name_of(gate.gate));
    }
  }
  verdicts_.push_back(trace.is_traded
                          ? "traded"
                          : std::string("refused ") + model::name_of(trace.refused_by));
}

void World::note_order(const model::OrderRequest& request) {
  const std::string role = model::name_of(request.role);
  const auto same = std::count_if(orders_.begin(), orders_.end(), [&](const KnownOrder& order) {
    return order.request.role == request.role;
  });
  orders_.push_back(
      {same == 0 ? role : role + std::to_string(same + 1), request, orders_.size() + 1});
}

void World::note_attached(const model::OrderRequest& entry) {
  model::OrderRequest child = entry;
  child.side = model::opposite(entry.side);
  if (entry.attached_stop_id.is_valid()) {
    child.role = model::OrderRole::working_stop;
    child.client_order_id = entry.attached_stop_id;
    note_order(child);
  }
  if (entry.attached_target_id.is_valid()) {
    child.role = model::OrderRole::target;
    child.client_order_id = entry.attached_target_id;
    note_order(child);
  }
}

void World::note_command(const model::Command& command) {
  if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
    note_order(submit->order);
    note_attached(submit->order);
    commands_.push_back(words_of(submit->order));
  } else if (const auto* cancel = std::get_if<model::CancelOrder>(&command)) {
    commands_.push_back("cancel " + name_of(cancel->client_order_id));
  } else if (const auto* query = std::get_if<model::QueryOrder>(&command)) {
    commands_.push_back("query " + name_of(query->client_order_id));
  } else if (const auto* timer = std::get_if<model::SetTimer>(&command)) {
    timers_.push_back(*timer);
  }
}

const KnownOrder* World::find(const std::string& name) const {
  for (const KnownOrder& order : orders_) {
    if (order.name == name) {
      return &order;
    }
  }
  return nullptr;
}

std::string World::name_of(ClientOrderId id) const {
  for (const KnownOrder& order : orders_) {
    if (order.request.client_order_id == id) {
      return order.name;
    }
  }
  return "an order that was never submitted";
}

bool World::fire_timer(Timestamp at, model::TimerKind kind) {
  const bool is_keyed = kind == model::TimerKind::position || kind == model::TimerKind::exec;
  const std::uint32_t key = is_keyed ? instrument_.value() : 0;
  const auto due = std::find_if(timers_.begin(), timers_.end(), [&](const auto& timer) {
    return timer.kind == kind && timer.key == key && timer.at <= at;
  });
  if (due == timers_.end()) {
    return false;
  }
  timers_.erase(due);
  apply(at, model::TimerFired{kind, key});
  return true;
}

TEST_CASE("world: a plan's stop distance is what the warm-up made of it") {
  World world({});
  PlanLine plan;
  plan.trigger = Price::from_int(61'000);
  plan.stop = Price::from_int(60'390);
  plan.target = Price::from_int(62'220);
  world.plan(plan);
  world.apply(world.start() + milliseconds(10),
              model::TradeTick{world.instrument(), model::Side::buy, Price::from_int(61'000),
                               Quantity::from_int(1)});
  REQUIRE(world.find("working_stop") != nullptr);
  CHECK(world.find("working_stop")->request.trigger_price == Price::from_int(60'390));
}

TEST_CASE("world: a timer fires only when the engine asked for it") {
  World world({});
  PlanLine plan;
  plan.trigger = Price::from_int(61'000);
  plan.stop = Price::from_int(60'390);
  plan.target = Price::from_int(62'220);
  world.plan(plan);
  CHECK_FALSE(world.fire_timer(world.start() + hours(1), model::TimerKind::position));
  CHECK(world.fire_timer(world.start() + minutes(1), model::TimerKind::strategist_cycle));
}

}  // namespace lanner::test
