#pragma once

// One engine on one or a few instruments, driven line by line; the venue is the scenario's author.
// Prices before the first line are bars of constant range, so that one ATR is exactly what the
// plan's stop distance needs.

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
  std::vector<std::string> also;  // further instruments on the same grid
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
  Duration life = hours(1);
  // Without any: the price reaches the trigger.
  std::vector<model::Predicate> when_all;
  std::vector<model::Predicate> when_any;
  std::vector<model::Predicate> unless;
};

// An order as the engine asked for it, under the name that a scenario uses: entry, working_stop,
// disaster_stop, target, close; a second one of a role is working_stop2, and so on. What a spot
// venue attaches to the entry is known by its role from the entry on.
struct KnownOrder {
  std::string name;
  model::OrderRequest request;
  std::uint64_t venue_id = 0;
};

class World {
 public:
  explicit World(const Given& given);

  // Arms a condition in the chosen instrument. The first one there makes the past of its prices;
  // a later one must ask for the same stop distance.
  void plan(const PlanLine& line);
  // False when no instrument's name begins with `name`.
  [[nodiscard]] bool choose(const std::string& name);
  void apply(Timestamp at, const model::EventPayload& payload);
  [[nodiscard]] const KnownOrder* find(const std::string& name) const;
  [[nodiscard]] std::string name_of(ClientOrderId id) const;

  [[nodiscard]] Timestamp start() const { return start_; }
  [[nodiscard]] InstrumentId instrument() const { return instrument_; }
  [[nodiscard]] const core::Engine& engine() const { return *engine_; }
  // Of the last apply(): commands in words (without timers), and verdicts: what gates did, trades
  // closed, states changed.
  [[nodiscard]] std::vector<std::string>& commands() { return commands_; }
  [[nodiscard]] std::vector<std::string>& verdicts() { return verdicts_; }
  // Fires a timer of the chosen instrument (or of the engine); false when the engine asked for
  // none of this kind by then.
  [[nodiscard]] bool fire_timer(Timestamp at, model::TimerKind kind);

 private:
  void warm_up(Price around, Price range);
  void collect();
  void note_command(const model::Command& command);
  void note_order(const model::OrderRequest& request);
  void note_attached(const model::OrderRequest& entry);
  void note_trace(const model::DecisionTrace& trace);

  Given given_;
  std::unique_ptr<core::Engine> engine_;
  model::CommandSink sink_;
  std::uint64_t sequence_ = 0;
  Timestamp start_;
  InstrumentId instrument_{0};
  std::vector<Price> stop_distance_;  // by instrument; zero before its first plan
  std::vector<KnownOrder> orders_;
  std::vector<model::SetTimer> timers_;
  std::vector<std::string> commands_;
  std::vector<std::string> verdicts_;
};

}  // namespace lanner::test
