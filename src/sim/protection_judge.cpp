#include "sim/protection_judge.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace lanner::sim {
namespace {

using model::ClosePosition;
using model::OrderRole;
using model::ReduceOnly;
using model::Side;

constexpr Duration kExcessAllowed = seconds(1);

struct LiveOrder {
  ClientOrderId id;
  OrderRole role = OrderRole::entry;
  Side side = Side::buy;
  bool is_whole = false;   // close_position: covers whatever is held
  bool is_judged = false;  // its entry has reached the exchange
  bool is_triggered = false;
  Quantity leaves;
};

// One of the two layers: fills that still wait for their cover.
struct Layer {
  OrderRole role = OrderRole::working_stop;
  std::vector<Timestamp> waiting;
};

struct Watch {
  Timestamp since;
  Quantity position;
  Timestamp last_increase;
  Timestamp last_change;  // last report of an entry, or last fill: excess is excused after it
  CandidateId candidate;  // of the last entry
  bool has_entry = false;
  std::vector<LiveOrder> orders;
  std::array<Layer, 2> layers{Layer{OrderRole::working_stop, {}},
                              Layer{OrderRole::disaster_stop, {}}};
};

bool is_stop(OrderRole role) noexcept {
  return role == OrderRole::working_stop || role == OrderRole::disaster_stop;
}

bool closes(Side side, Quantity position) noexcept {
  return side == Side::sell ? position.is_positive() : position.is_negative();
}

bool covers(const Watch& watch, OrderRole layer) noexcept {
  Quantity resting;
  for (const LiveOrder& order : watch.orders) {
    if (order.role == layer && closes(order.side, watch.position)) {
      if (order.is_whole) {
        return true;
      }
      resting += order.leaves;
    }
  }
  return resting >= watch.position.abs();
}

class Judge {
 public:
  Judge(const model::InstrumentTable& instruments, const Latency& latency)
      : instruments_(instruments),
        round_trip_(latency.response + latency.order),
        // A stop is replaced new before old: the new one's round trip, then the old one's cancel.
        excess_allowed_(latency.response +
                        std::max(kExcessAllowed, round_trip_ + latency.order)),
        watches_(instruments.size()) {}

  void take(const LogRecord& record) {
    Watch& watch = watches_[record.instrument_id.index()];
    if (record.ts > watch.since) {
      judge_until(record.instrument_id, record.ts);
    }
    apply(watch, record);
  }
  void judge_until(InstrumentId id, Timestamp end) {
    Watch& watch = watches_[id.index()];
    if (end > watch.since) {
      judge_cover(watch, id, end);
      judge_excess(watch, id, end);
      judge_sides(watch, id);
      watch.since = end;
    }
  }
  void finish(Timestamp end) {
    for (const model::Instrument& instrument : instruments_) {
      judge_until(instrument.id, end);
      Watch& watch = watches_[instrument.id.index()];
      for (Layer& layer : watch.layers) {
        settle(layer, instrument.id, end);
      }
    }
  }
  [[nodiscard]] const ProtectionReport& report() const noexcept { return report_; }

 private:
  void breach(BreachKind kind, InstrumentId id, Timestamp at) {
    if (report_.protection_breaches++ == 0) {
      report_.first_kind = kind;
      report_.first_instrument = id;
      report_.first_at = at;
    }
  }
  [[nodiscard]] std::span<Layer> layers_of(Watch& watch, InstrumentId id) const noexcept {
    const bool is_spot = instruments_[id.index()].kind == model::InstrumentKind::spot;
    return std::span<Layer>{watch.layers}.first(is_spot ? 1 : 2);
  }
  // The state has held in [since, end).
  void judge_cover(Watch& watch, InstrumentId id, Timestamp end) {
    for (Layer& layer : layers_of(watch, id)) {
      if (watch.position.is_zero() || covers(watch, layer.role)) {
        settle(layer, id, watch.since);
        continue;
      }
      const Timestamp window_end = watch.last_increase + round_trip_;
      if (end > window_end) {
        breach(BreachKind::uncovered, id, std::max(watch.since, window_end));
      }
    }
  }
  // The waiting fills of a layer got their cover, or the position went, at this moment.
  void settle(Layer& layer, InstrumentId id, Timestamp covered_at) {
    for (const Timestamp filled_at : layer.waiting) {
      const std::int64_t late = (covered_at - filled_at - round_trip_).ns();
      if (late > 0) {
        report_.unprotected_ns_max = std::max(report_.unprotected_ns_max, late);
        breach(BreachKind::late_stop, id, filled_at);
      }
    }
    layer.waiting.clear();
  }
  void judge_excess(const Watch& watch, InstrumentId id, Timestamp end) {
    const Timestamp allowed_until = watch.last_change + excess_allowed_;
    if (!watch.has_entry || end <= allowed_until) {
      return;
    }
    Quantity working;
    for (const LiveOrder& order : watch.orders) {
      if (order.role == OrderRole::entry) {
        return;
      }
      // A triggered stop is on its way out, bounded by the position, and rests no more.
      if (order.role == OrderRole::working_stop && order.is_judged && !order.is_triggered) {
        working += order.leaves;
      }
    }
    if (working > watch.position.abs()) {
      breach(BreachKind::excess, id, std::max(watch.since, allowed_until));
    }
  }
  void judge_sides(const Watch& watch, InstrumentId id) {
    for (const LiveOrder& order : watch.orders) {
      if (!watch.position.is_zero() && is_stop(order.role) &&
          !closes(order.side, watch.position)) {
        breach(BreachKind::wrong_side, id, watch.since);
      }
    }
  }

  void apply(Watch& watch, const LogRecord& record) {
    switch (record.kind) {
      case LogKind::arrived: note_arrival(watch, record); break;
      case LogKind::accepted: add(watch, record); break;
      case LogKind::resized: resize(watch, record.client_order_id, record.leaves); break;
      case LogKind::triggered:
        resize(watch, record.client_order_id, record.leaves);
        note_trigger(watch, record.client_order_id);
        break;
      case LogKind::rejected:
      case LogKind::canceled:
      case LogKind::expired: end_order(watch, record); break;
      case LogKind::filled:
      case LogKind::liquidated: note_fill(watch, record); break;
      case LogKind::funding: return;
    }
    if (record.role == OrderRole::entry && record.kind != LogKind::arrived) {
      watch.last_change = record.ts;
    }
  }
  static void note_arrival(Watch& watch, const LogRecord& record) {
    if (record.role != OrderRole::entry) {
      return;
    }
    // From here on every stop that rests belongs to this entry or to one before it.
    watch.has_entry = true;
    watch.candidate = record.candidate_id;
    watch.last_change = record.ts;
    for (LiveOrder& order : watch.orders) {
      order.is_judged = true;
    }
  }
  void add(Watch& watch, const LogRecord& record) {
    const bool is_whole = record.close_position == ClosePosition::yes;
    if (is_stop(record.role) && record.reduce_only == ReduceOnly::no && !is_whole) {
      breach(BreachKind::wrong_side, record.instrument_id, record.ts);
    }
    const bool is_judged = watch.has_entry && record.candidate_id == watch.candidate;
    watch.orders.push_back({record.client_order_id, record.role, record.side, is_whole, is_judged,
                            false, record.quantity});
  }
  static void resize(Watch& watch, ClientOrderId id, Quantity leaves) {
    for (LiveOrder& order : watch.orders) {
      if (order.id == id) {
        order.leaves = leaves;
      }
    }
  }
  static void note_trigger(Watch& watch, ClientOrderId id) {
    for (LiveOrder& order : watch.orders) {
      order.is_triggered = order.is_triggered || order.id == id;
    }
  }
  static void end_order(Watch& watch, const LogRecord& record) {
    // The refusal of an id's second use says nothing about the first.
    if (record.reason != model::RejectReason::duplicate_client_id) {
      std::erase_if(watch.orders, [&record](const LiveOrder& order) {
        return order.id == record.client_order_id;
      });
    }
  }
  void note_fill(Watch& watch, const LogRecord& record) {
    if (record.leaves.is_zero()) {
      end_order(watch, record);
    } else {
      resize(watch, record.client_order_id, record.leaves);
    }
    const Quantity before = watch.position;
    watch.position = record.position;
    watch.last_change = record.ts;
    const Quantity after = record.position;
    const bool turned = before.is_positive() ? after.is_negative()
                                             : before.is_negative() && after.is_positive();
    if (turned || after.abs() > before.abs()) {
      watch.last_increase = record.ts;
      for (Layer& layer : layers_of(watch, record.instrument_id)) {
        layer.waiting.push_back(record.ts);
      }
    }
  }

  const model::InstrumentTable& instruments_;
  Duration round_trip_;
  Duration excess_allowed_;
  std::vector<Watch> watches_;
  ProtectionReport report_;
};

}  // namespace

const char* name_of(BreachKind kind) noexcept {
  switch (kind) {
    case BreachKind::late_stop: return "late_stop";
    case BreachKind::uncovered: return "uncovered";
    case BreachKind::excess: return "excess";
    case BreachKind::wrong_side: return "wrong_side";
    case BreachKind::none: break;
  }
  return "none";
}

ProtectionReport judge_protection(const ExchangeLog& log,
                                  const model::InstrumentTable& instruments,
                                  const Latency& latency, Timestamp end) {
  Judge judge{instruments, latency};
  for (const LogRecord& record : log.records()) {
    judge.take(record);
    end = std::max(end, record.ts);
  }
  judge.finish(end);
  return judge.report();
}

}  // namespace lanner::sim
