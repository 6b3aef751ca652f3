// Runs every file in tests/scenario/files. A line is one thing that happens or is expected; what
// an event caused must be told completely, in order, by the expect lines behind it.
//
//   given   [instrument NAME] [spot] [tick T] [step S] [equity E] [notional_min N]
//   set     PARAMETER VALUE            mask  COMPONENT[,COMPONENT] | none
//   plan    long|short trigger P stop P target P [limit P] [time_stop 60m]
//   at T    trade P x Q [sell]         (T: 10ms, 2s, 5m, 1h after the start)
//           bar O H L C x V
//           accepted NAME...  rejected NAME REASON  triggered NAME  expired NAME REASON
//           canceled NAME [filled Q]  fill NAME Q @ P [leaves Q]  unknown NAME
//           report NAME STATUS [filled Q]  cancel_rejected NAME  funding AMOUNT
//           timer strategist_cycle|position|exec|day_start  state active|reducing|halted
//           status trading|halted|delisted  mark P
//   expect  submit ... | cancel NAME | query NAME | nothing
//   expect  traded | refused GATE | closed REASON net AMOUNT | state STATE
//   ignore                              what the last event caused is not the point

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

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
  constexpr unsigned kReasons = static_cast<unsigned>(model::RejectReason::not_trading) + 1;
  return words.size() > 2 ? enum_of<model::RejectReason>(script, words[2], kReasons)
                          : model::RejectReason::none;
}

Quantity filled_of(Script& script, const Words& words) {
  const auto text = value_of(words, "filled");
  return text ? fixed<Quantity>(script, *text) : Quantity{};
}

// What the venue says about one of our orders.
std::optional<model::EventPayload> order_event(Script& script, const Words& words) {
  const KnownOrder* order = order_of(script, words[1]);
  if (order == nullptr) {
    return std::nullopt;
  }
  const ClientOrderId id = order->request.client_order_id;
  const InstrumentId instrument = script.world->instrument();
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
  if (words[0] == "canceled") {
    return model::OrderCanceled{id, instrument, filled_of(script, words),
                                model::RejectReason::by_request};
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

// fill NAME Q @ P [leaves Q]: taker, commission 5 bps.
std::optional<model::EventPayload> fill_event(Script& script, const Words& words) {
  const KnownOrder* order = order_of(script, words[1]);
  if (order == nullptr || words.size() < 5) {
    return std::nullopt;
  }
  static std::uint64_t trade_id = 0;
  model::OrderFilled fill;
  fill.client_order_id = order->request.client_order_id;
  fill.instrument_id = script.world->instrument();
  fill.trade_id = TradeId{++trade_id};
  fill.side = order->request.side;
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
                                           : model::InstrumentState::delisted};
  }
  return std::nullopt;
}

std::optional<model::EventPayload> control_event(Script& script, const Words& words) {
  if (words[0] == "state") {
    return model::TradingStateChanged{enum_of<model::TradingState>(script, words[1], 3),
                                      model::ControlSource::operator_request};
  }
  if (words[0] != "timer") {
    return std::nullopt;
  }
  using model::TimerKind;
  const TimerKind kind = words[1] == "position"    ? TimerKind::position
                         : words[1] == "exec"      ? TimerKind::exec
                         : words[1] == "day_start" ? TimerKind::day_start
                                                   : TimerKind::strategist_cycle;
  const std::uint32_t key = kind == TimerKind::position || kind == TimerKind::exec
                                ? script.world->instrument().value()
                                : 0;
  return model::TimerFired{kind, key};
}

void check_nothing_left(Script& script) {
  for (const std::string& left : script.world->commands()) {
    script.fail_with("not expected: " + left);
  }
  for (const std::string& left : script.world->verdicts()) {
    script.fail_with("not expected: " + left);
  }
}

void read_event(Script& script, Words words) {
  check_nothing_left(script);
  script.at = script.world->start() + duration(script, words[1]);
  words.erase(words.begin(), words.begin() + 2);
  if (words[0] == "accepted") {
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (const KnownOrder* order = order_of(script, words[i])) {
        script.world->apply(script.at, model::OrderAccepted{order->request.client_order_id,
                                                            script.world->instrument(),
                                                            VenueOrderId{order->venue_id}});
      }
    }
    return;
  }
  auto payload = market_event(script, words);
  payload = payload ? payload : control_event(script, words);
  payload = payload ? payload
            : words[0] == "fill" ? fill_event(script, words)
                                 : order_event(script, words);
  if (!payload) {
    script.fail_with("unknown event: " + words[0]);
    return;
  }
  script.world->apply(script.at, *payload);
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
    if (words[0] == "plan") {
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

std::string run_file(const std::filesystem::path& path) {
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

TEST_CASE("scenario: every file holds") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(LANNER_SOURCE_DIR) / "tests/scenario/files")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(!files.empty());
  for (const auto& file : files) {
    const std::string failure = run_file(file);
    CHECK_MESSAGE(failure.empty(), failure);
  }
}

}  // namespace
}  // namespace lanner::test
