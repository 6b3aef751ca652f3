#pragma once

// Everything that the engine can ask for, and the sink that collects it during one apply().

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/adaptation.hpp"
#include "model/condition_rule.hpp"
#include "model/decision.hpp"
#include "model/events.hpp"
#include "model/order.hpp"
#include "model/position.hpp"

namespace lanner::model {

struct SubmitOrder {
  OrderRequest order;
  friend bool operator==(const SubmitOrder&, const SubmitOrder&) = default;
};
struct CancelOrder {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  friend bool operator==(const CancelOrder&, const CancelOrder&) = default;
};
// Changes a resting order in place. Zero leaves a figure as it is. A smaller quantity keeps the
// order's place in the queue; a new price or a larger quantity loses it.
struct AmendOrder {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  Quantity quantity;  // the whole order's, filled part included
  Price price;
  Price trigger_price;
  friend bool operator==(const AmendOrder&, const AmendOrder&) = default;
};
struct QueryOrder {
  ClientOrderId client_order_id;
  InstrumentId instrument_id;
  friend bool operator==(const QueryOrder&, const QueryOrder&) = default;
};
// One pending timer per (kind, key); setting it again replaces the former.
struct SetTimer {
  TimerKind kind = TimerKind::strategist_cycle;
  std::uint32_t key = 0;
  Timestamp at;
  friend bool operator==(const SetTimer&, const SetTimer&) = default;
};

using Command = std::variant<SubmitOrder, CancelOrder, QueryOrder, SetTimer, AmendOrder>;

// Facts for views, reports and tests; derived from events, so outside the digest.
using Notice = std::variant<TradeClosed, CandidateLabel, CoinStatusChanged, TradingStateChanged,
                            PatternStateChanged, AdaptationChanged, ConditionJudged,
                            OperatorAnswered>;

// Collects what one event caused. Storage is reserved at construction; at the bound the engine
// stops (ENSURE), because a dropped command would be a lost order.
class CommandSink {
 public:
  struct Capacity {
    std::size_t commands = 8192;
    std::size_t traces = 4096;
    std::size_t notices = 8192;
  };
  CommandSink() : CommandSink(Capacity{}) {}
  explicit CommandSink(Capacity capacity);

  void push(const Command& command) noexcept;
  void push(const DecisionTrace& trace) noexcept;
  void notify(const Notice& notice) noexcept;
  void clear() noexcept;

  [[nodiscard]] std::span<const Command> commands() const noexcept { return commands_; }
  [[nodiscard]] std::span<const DecisionTrace> traces() const noexcept { return traces_; }
  [[nodiscard]] std::span<const Notice> notices() const noexcept { return notices_; }
  // True when the event caused nothing that the digest covers.
  [[nodiscard]] bool is_silent() const noexcept { return commands_.empty() && traces_.empty(); }

 private:
  Capacity capacity_;
  std::vector<Command> commands_;
  std::vector<DecisionTrace> traces_;
  std::vector<Notice> notices_;
};

}  // namespace lanner::model
