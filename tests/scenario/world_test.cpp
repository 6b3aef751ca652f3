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

core::EngineConfig config_of(const Given& given) {
  core::EngineConfig config;
  model::Instrument instrument;
  instrument.id = InstrumentId{0};
  instrument.name = given.instrument;
  instrument.symbol = given.instrument;
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
  config.instruments.push_back(instrument);
  config.is_active = {1};
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
      start_(kScenarioStart) {}

void World::plan(const PlanLine& line) {
  const Price distance = (line.limit.value_or(line.trigger) - line.stop).abs();
  const Price range = Price::from_raw(static_cast<std::int64_t>(
      static_cast<double>(distance.raw()) / kStopAtr));
  const bool is_long = line.side == model::PositionSide::long_side;
  // Below the trigger of a long plan, above that of a short one.
  warm_up(is_long ? line.trigger - distance : line.trigger + distance, range);
  model::TradeCondition condition;
  condition.instrument_id = InstrumentId{0};
  condition.side = line.side;
  REQUIRE(condition.when_all.push_back({model::FeatureId::price, model::Timeframe::m1,
                                        is_long ? model::PredicateOp::ge : model::PredicateOp::le,
                                        model::FeatureId::none, to_score(line.trigger)}));
  condition.stop_atr = Score{kStopAtr};
  condition.stop_tf = model::Timeframe::m1;
  const Price gain = (line.target - line.limit.value_or(line.trigger)).abs();
  condition.take_profit_r = to_score(gain) / to_score(distance);
  condition.time_stop = line.time_stop;
  condition.expires_at = start_ + hours(1);
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
    bar.instrument_id = InstrumentId{0};
    bar.interval_s = 60;
    bar.open = around;
    bar.close = around;
    bar.high = around + half;
    bar.low = around + half - range;
    bar.volume = Quantity::from_int(1'000);
    apply(start_ - minutes(i - 1) - seconds(1), bar);
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
    verdicts_.push_back(trace.is_traded ? "traded"
                                        : std::string("refused ") +
                                              model::name_of(trace.refused_by));
  }
  for (const model::Notice& notice : sink_.notices()) {
    if (const auto* trade = std::get_if<model::TradeClosed>(&notice)) {
      trades_.push_back(*trade);
      verdicts_.push_back(std::string("closed ") + model::name_of(trade->exit_reason) + " net " +
                          to_string(trade->net_pnl));
    } else if (const auto* change = std::get_if<model::TradingStateChanged>(&notice)) {
      verdicts_.push_back(std::string("state ") + model::name_of(change->state));
    }
  }
}

void World::note_command(const model::Command& command) {
  if (const auto* submit = std::get_if<model::SubmitOrder>(&command)) {
    const std::string role = model::name_of(submit->order.role);
    const auto same = std::count_if(orders_.begin(), orders_.end(), [&](const KnownOrder& order) {
      return order.request.role == submit->order.role;
    });
    orders_.push_back({same == 0 ? role : role + std::to_string(same + 1), submit->order,
                       orders_.size() + 1});
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

std::optional<Timestamp> World::timer(model::TimerKind kind) const {
  for (auto timer = timers_.rbegin(); timer != timers_.rend(); ++timer) {
    if (timer->kind == kind) {
      return timer->at;
    }
  }
  return std::nullopt;
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

}  // namespace lanner::test
