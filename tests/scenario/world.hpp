#pragma once

// One engine on one instrument, driven line by line; the venue is the scenario's author. Prices
// before the first line are bars of constant range, so that one ATR is exactly what the plan's
// stop distance needs.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fixed.hpp"
#include "core/engine.hpp"
#include "model/commands.hpp"
#include "model/events.hpp"

namespace lanner::test {

struct Given {
  std::string instrument = "BTCUSDT-PERP.BINANCE";
  model::InstrumentKind kind = model::InstrumentKind::perpetual;
  Price tick = Price::from_raw(100'000'000);       // 0.1
  Quantity step = Quantity::from_raw(100'000);     // 0.001
  Money notional_min = Money::from_int(5);
  Money equity = Money::from_int(10'000);
  std::vector<std::pair<std::string, std::string>> sets;
  std::string mask = "thompson_probe";
};

struct PlanLine {
  model::PositionSide side = model::PositionSide::long_side;
  Price trigger;
  Price stop;
  Price target;
  std::optional<Price> limit;
  Duration time_stop = hours(1);
};

// An order as the engine asked for it, under the name that a scenario uses: entry, working_stop,
// disaster_stop, target, close; a second one of a role is working_stop2, and so on.
struct KnownOrder {
  std::string name;
  model::OrderRequest request;
  std::uint64_t venue_id = 0;
};

class World {
 public:
  explicit World(const Given& given);

  // Arms a condition that fires when the price reaches the trigger.
  void plan(const PlanLine& line);
  void apply(Timestamp at, const model::EventPayload& payload);
  [[nodiscard]] const KnownOrder* find(const std::string& name) const;
  [[nodiscard]] std::string name_of(ClientOrderId id) const;

  [[nodiscard]] Timestamp start() const { return start_; }
  [[nodiscard]] InstrumentId instrument() const { return InstrumentId{0}; }
  [[nodiscard]] const core::Engine& engine() const { return *engine_; }
  // Of the last apply(): commands in words (without timers), gates that refused, trades closed.
  [[nodiscard]] std::vector<std::string>& commands() { return commands_; }
  [[nodiscard]] std::vector<std::string>& verdicts() { return verdicts_; }
  [[nodiscard]] const std::vector<model::TradeClosed>& trades() const { return trades_; }
  // The pending timer of this kind, if the engine asked for one.
  [[nodiscard]] std::optional<Timestamp> timer(model::TimerKind kind) const;

 private:
  void warm_up(Price around, Price range);
  void collect();
  void note_command(const model::Command& command);

  Given given_;
  std::unique_ptr<core::Engine> engine_;
  model::CommandSink sink_;
  std::uint64_t sequence_ = 0;
  Timestamp start_;
  std::vector<KnownOrder> orders_;
  std::vector<model::SetTimer> timers_;
  std::vector<std::string> commands_;
  std::vector<std::string> verdicts_;
  std::vector<model::TradeClosed> trades_;
};

}  // namespace lanner::test
