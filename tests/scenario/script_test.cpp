// The reader of the scenario files; the language is described in script.hpp.
#include "scenario/script.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "scenario/world.hpp"

namespace lanner::test {
namespace {

using Words = std::vector<std::string>;

struct Script {
  std::filesystem::path path;
  int line = 0;
  Given given;
  std::unique_ptr<World> world;
  Timestamp at;
  std::uint64_t fills = 0;
  std::string failure;  // the first one

  void fail_with(const std::string& what) {
    if (failure.empty()) {
      failure = path.filename().string() + ":" + std::to_string(line) + ": " + what;
    }
  }
};

Words split(const std::string& line) {
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word && word[0] != '#';) {
    words.push_back(word);
  }
  return words;
}

template <typename F>
F fixed(Script& script, const std::string& text) {
  const auto value = parse_fixed<F>(text);
  if (!value) {
    script.fail_with("not a number: " + text);
    return F{};
  }
  return *value;
}

// The word behind `key`, if the key is there.
std::optional<std::string> value_of(const Words& words, const std::string& key) {
  const auto found = std::find(words.begin(), words.end(), key);
  if (found == words.end() || found + 1 == words.end()) {
    return std::nullopt;
  }
  return *(found + 1);
}

bool has(const Words& words, const std::string& key) {
  return std::find(words.begin(), words.end(), key) != words.end();
}

Duration duration(Script& script, const std::string& text) {
  std::size_t used = 0;
  const long long count = std::stoll(text, &used);
  const std::string unit = text.substr(used);
  const std::int64_t ns = unit == "ms"  ? kNsPerMs
                          : unit == "s" ? kNsPerSecond
                          : unit == "m" ? kNsPerMinute
                          : unit == "h" ? kNsPerHour
                                        : 0;
  if (ns == 0) {
    script.fail_with("no time: " + text);
  }
  return Duration{count * ns};
}

template <typename E>
E enum_of(Script& script, const std::string& word, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    if (word == model::name_of(static_cast<E>(i))) {
      return static_cast<E>(i);
    }
  }
  script.fail_with("unknown word: " + word);
  return E{};
}

void read_given(Script& script, const Words& words) {
  Given& given = script.given;
  given.instrument = value_of(words, "instrument").value_or(given.instrument);
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i] == "also") {
      given.also.push_back(words[i + 1]);
    }
  }
  if (has(words, "spot")) {
    given.kind = model::InstrumentKind::spot;
  }
  if (const auto tick = value_of(words, "tick")) {
    given.tick = fixed<Price>(script, *tick);
  }
  if (const auto step = value_of(words, "step")) {
    given.step = fixed<Quantity>(script, *step);
  }
  if (const auto equity = value_of(words, "equity")) {
    given.equity = fixed<Money>(script, *equity);
  }
  if (const auto notional = value_of(words, "notional_min")) {
    given.notional_min = fixed<Money>(script, *notional);
  }
}

// FEATURE TIMEFRAME OP VALUE
model::Predicate predicate_of(Script& script, const Words& words, std::size_t from) {
  model::Predicate predicate;
  if (from + 4 > words.size()) {
    script.fail_with("a predicate is FEATURE TIMEFRAME OP VALUE");
    return predicate;
  }
  constexpr unsigned kFeatures = static_cast<unsigned>(model::kFeatureCount);
  predicate.lhs = enum_of<model::FeatureId>(script, words[from], kFeatures);
  predicate.tf = enum_of<model::Timeframe>(script, words[from + 1],
                                           static_cast<unsigned>(model::kTimeframeCount));
  constexpr std::array kOps = {">", ">=", "<", "<=", "cross_up", "cross_down"};
  const auto op = std::find(kOps.begin(), kOps.end(), words[from + 2]);
  if (op == kOps.end()) {
    script.fail_with("unknown comparison: " + words[from + 2]);
    return predicate;
  }
  predicate.op = static_cast<model::PredicateOp>(op - kOps.begin());
  const std::string& right = words[from + 3];
  if (right.find_first_of("0123456789") == 0 || right[0] == '-') {
    predicate.value = to_score(fixed<Price>(script, right));
  } else {
    predicate.rhs = enum_of<model::FeatureId>(script, right, kFeatures);
  }
  return predicate;
}

void read_predicates(Script& script, const Words& words, PlanLine& plan) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "when" || words[i] == "and") {
      plan.when_all.push_back(predicate_of(script, words, i + 1));
    } else if (words[i] == "either" || words[i] == "or") {
      plan.when_any.push_back(predicate_of(script, words, i + 1));
    } else if (words[i] == "unless") {
      plan.unless.push_back(predicate_of(script, words, i + 1));
    }
  }
}

void read_plan(Script& script, const Words& words) {
  PlanLine plan;
  plan.side = has(words, "short") ? model::PositionSide::short_side
                                  : model::PositionSide::long_side;
  plan.trigger = fixed<Price>(script, value_of(words, "trigger").value_or("?"));
  plan.stop = fixed<Price>(script, value_of(words, "stop").value_or("?"));
  plan.target = fixed<Price>(script, value_of(words, "target").value_or("?"));
  if (const auto limit = value_of(words, "limit")) {
    plan.limit = fixed<Price>(script, *limit);
  }
  if (const auto time_stop = value_of(words, "time_stop")) {
    plan.time_stop = duration(script, *time_stop);
  }
  if (const auto expires = value_of(words, "expires")) {
    plan.life = duration(script, *expires);
  }
  read_predicates(script, words, plan);
  script.world->plan(plan);
}

const KnownOrder* order_of(Script& script, const std::string& name) {
  const KnownOrder* order = script.world->find(name);
  if (order == nullptr) {
    script.fail_with("no order is called " + name + " yet");
  }
  return order;
}

model::RejectReason reason_of(Script& script, const Words& words) {
  constexpr unsigned kReasons = static_cast<unsigned>(model::RejectReason::service_unavailable) + 1;
  return words.size() > 2 ? enum_of<model::RejectReason>(script, words[2], kReasons)
                          : model::RejectReason::none;
}

Quantity filled_of(Script& script, const Words& words) {
  // "filled" may also be the status that a report tells, so the last one counts.
  const bool is_told = words.size() > 3 && words[words.size() - 2] == "filled";
  return is_told ? fixed<Quantity>(script, words.back()) : Quantity{};
}

// What the venue says about one of our orders.
std::optional<model::EventPayload> order_event(Script& script, const Words& words) {
  const KnownOrder* order = order_of(script, words[1]);
  if (order == nullptr) {
    return std::nullopt;
  }
  const ClientOrderId id = order->request.client_order_id;
  const InstrumentId instrument = order->request.instrument_id;
  constexpr unsigned kStatuses = static_cast<unsigned>(model::OrderStatus::unknown) + 1;
  if (words[0] == "rejected") {
    return model::OrderRejected{id, instrument, reason_of(script, words)};
  }
  if (words[0] == "triggered") {
    return model::OrderTriggered{id, instrument};
  }
  if (words[0] == "expired") {
    return model::OrderExpired{id, instrument, filled_of(script, words),
                               reason_of(script, words)};
  }
  if (words[0] == "unknown") {
    return model::OrderStatusUnknown{id, instrument};
  }
  if (words[0] == "report") {
    return model::OrderStatusReport{id, instrument,
                                    enum_of<model::OrderStatus>(script, words[2], kStatuses),
                                    filled_of(script, words)};
  }
  if (words[0] == "cancel_rejected") {
    return model::CancelRejected{id, instrument, model::RejectReason::unknown_order};
  }
  return std::nullopt;
}

// fill NAME Q @ P [leaves Q], or the venue takes the position away: liquidated Q @ P.
std::optional<model::EventPayload> fill_event(Script& script, Words words) {
  model::OrderFilled fill;
  if (words[0] == "liquidated") {
    words.insert(words.begin() + 1, "nobody's");
    const World& world = *script.world;
    fill.instrument_id = world.instrument();
    fill.side = model::opposite(
        model::entry_side(world.engine().portfolio().position(fill.instrument_id).side));
  } else if (const KnownOrder* order = order_of(script, words[1])) {
    fill.client_order_id = order->request.client_order_id;
    fill.instrument_id = order->request.instrument_id;
    fill.side = order->request.side;
  } else {
    return std::nullopt;
  }
  if (words.size() < 5) {
    return std::nullopt;
  }
  fill.trade_id = TradeId{++script.fills};
  fill.last_qty = fixed<Quantity>(script, words[2]);
  fill.last_px = fixed<Price>(script, words[4]);
  fill.leaves_qty = fixed<Quantity>(script, value_of(words, "leaves").value_or("0"));
  fill.commission = money_times(notional_of(fill.last_px, fill.last_qty),
                                Rate::from_raw(5'000'000));
  return fill;
}

std::optional<model::EventPayload> market_event(Script& script, const Words& words) {
  const InstrumentId id = script.world->instrument();
  if (words[0] == "trade" && words.size() >= 4) {
    return model::TradeTick{id, has(words, "sell") ? model::Side::sell : model::Side::buy,
                            fixed<Price>(script, words[1]), fixed<Quantity>(script, words[3])};
  }
  if (words[0] == "bar" && words.size() >= 7) {
    return model::Bar{id, 60, fixed<Price>(script, words[1]), fixed<Price>(script, words[2]),
                      fixed<Price>(script, words[3]), fixed<Price>(script, words[4]),
                      fixed<Quantity>(script, words[6])};
  }
  if (words[0] == "mark") {
    return model::MarkPrice{id, fixed<Price>(script, words[1])};
  }
  if (words[0] == "funding") {
    return model::FundingPaid{id, fixed<Money>(script, words[1])};
  }
  if (words[0] == "status") {
    return model::InstrumentStatus{id, words[1] == "trading" ? model::InstrumentState::trading
                                       : words[1] == "halted"
                                           ? model::InstrumentState::halted
                                           : model::InstrumentState::delisted,
                                   {}};
  }
  return std::nullopt;
}

void read_timer(Script& script, const Words& words) {
  constexpr std::array kTimers = {"strategist_cycle", "bar_close", "position", "exec",
                                  "day_start"};
  const auto kind = std::find(kTimers.begin(), kTimers.end(), words[1]);
  if (kind == kTimers.end()) {
    script.fail_with("unknown timer: " + words[1]);
  } else if (!script.world->fire_timer(script.at,
                                       static_cast<model::TimerKind>(kind - kTimers.begin()))) {
    script.fail_with("the engine asked for no such timer by then: " + words[1]);
  }
}

// The same answer about several orders.
void read_answers(Script& script, const Words& words) {
  for (std::size_t i = 1; i < words.size() && words[i] != "filled"; ++i) {
    const KnownOrder* order = order_of(script, words[i]);
    if (order == nullptr) {
      return;
    }
    const ClientOrderId id = order->request.client_order_id;
    const InstrumentId instrument = order->request.instrument_id;
    if (words[0] == "accepted") {
      script.world->apply(script.at,
                          model::OrderAccepted{id, instrument, VenueOrderId{order->venue_id}});
    } else {
      script.world->apply(script.at,
                          model::OrderCanceled{id, instrument, filled_of(script, words),
                                               model::RejectReason::by_request});
    }
  }
}

void check_nothing_left(Script& script) {
  for (const std::string& left : script.world->commands()) {
    script.fail_with("not expected: " + left);
  }
  for (const std::string& left : script.world->verdicts()) {
    script.fail_with("not expected: " + left);
  }
}

std::optional<model::EventPayload> payload_of(Script& script, const Words& words) {
  if (words[0] == "state") {
    return model::TradingStateChanged{enum_of<model::TradingState>(script, words[1], 3),
                                      model::ControlSource::operator_request};
  }
  if (words[0] == "fill" || words[0] == "liquidated") {
    return fill_event(script, words);
  }
  constexpr std::array kOfOrders = {"rejected",       "triggered", "expired",
                                    "unknown",        "report",    "cancel_rejected"};
  if (std::find(kOfOrders.begin(), kOfOrders.end(), words[0]) != kOfOrders.end()) {
    return order_event(script, words);
  }
  return market_event(script, words);
}

void read_event(Script& script, Words words) {
  check_nothing_left(script);
  script.at = script.world->start() + duration(script, words[1]);
  words.erase(words.begin(), words.begin() + 2);
  if (words[0] == "accepted" || words[0] == "canceled") {
    read_answers(script, words);
    return;
  }
  if (words[0] == "timer") {
    read_timer(script, words);
    return;
  }
  const auto payload = payload_of(script, words);
  if (!payload) {
    script.fail_with("unknown event: " + words[0]);
    return;
  }
  script.world->apply(script.at, *payload);
}

// How things stand, in the words of an expect line; empty when it asks for something else.
std::string standing_of(const World& world, const std::string& what) {
  const core::Engine& engine = world.engine();
  if (what == "equity") {
    return "equity " + to_string(engine.portfolio().equity());
  }
  if (what == "orders") {
    return "orders " + std::to_string(engine.orders().open_orders(world.instrument()));
  }
  if (what == "position") {
    const model::Position& position = engine.portfolio().position(world.instrument());
    return position.side == model::PositionSide::flat
               ? "position flat"
               : std::string("position ") +
                     (position.side == model::PositionSide::long_side ? "long " : "short ") +
                     to_string(position.quantity);
  }
  return {};
}

void read_expect(Script& script, const Words& words) {
  std::string wanted;
  for (std::size_t i = 1; i < words.size(); ++i) {
    wanted += (i == 1 ? "" : " ") + words[i];
  }
  if (wanted == "nothing") {
    check_nothing_left(script);
    return;
  }
  if (const std::string standing = standing_of(*script.world, words[1]); !standing.empty()) {
    if (standing != wanted) {
      script.fail_with("expected '" + wanted + "', it is '" + standing + "'");
    }
    return;
  }
  const bool is_command =
      words[1] == "submit" || words[1] == "cancel" || words[1] == "query";
  auto& told = is_command ? script.world->commands() : script.world->verdicts();
  if (told.empty()) {
    script.fail_with("expected '" + wanted + "', nothing happened");
  } else if (told.front() != wanted) {
    script.fail_with("expected '" + wanted + "', got '" + told.front() + "'");
  } else {
    told.erase(told.begin());
  }
}

void read_line(Script& script, const Words& words) {
  if (words[0] == "given") {
    read_given(script, words);
  } else if (words[0] == "set") {
    script.given.sets.emplace_back(words[1], words[2]);
  } else if (words[0] == "mask") {
    script.given.mask = words[1] == "none" ? "" : words[1];
  } else if (words[0] == "ignore") {
    script.world->commands().clear();
    script.world->verdicts().clear();
  } else {
    if (!script.world) {
      script.world = std::make_unique<World>(script.given);
    }
    if (words[0] == "in") {
      if (!script.world->choose(words[1])) {
        script.fail_with("no instrument is called " + words[1]);
      }
    } else if (words[0] == "plan") {
      read_plan(script, words);
    } else if (words[0] == "at") {
      read_event(script, words);
    } else if (words[0] == "expect") {
      read_expect(script, words);
    } else {
      script.fail_with("unknown line: " + words[0]);
    }
  }
}

}  // namespace

std::string run_scenario(const std::filesystem::path& path) {
  Script script;
  script.path = path;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line) && script.failure.empty();) {
    ++script.line;
    if (const Words words = split(line); !words.empty()) {
      read_line(script, words);
    }
  }
  if (!script.world) {
    script.fail_with("the file has no scenario");
  } else {
    check_nothing_left(script);
  }
  return script.failure;
}

std::string scenario_sentence(const std::filesystem::path& path) {
  constexpr const char* kMark = "# scenario: ";
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line.rfind(kMark, 0) == 0 ? line.substr(std::string(kMark).size()) : std::string();
}

}  // namespace lanner::test
