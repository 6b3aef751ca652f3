#pragma once

// What an abandoned position lost, and what it may have lost: worked out from the exchange's log
// and the tape alone, by code that shares nothing with the exchange.

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/score.hpp"
#include "runtime/session_plan.hpp"
#include "sim/exchange_log.hpp"
#include "support/tape_prints.hpp"

namespace lanner::test {

// |decision price - stop| by candidate: what 1 R was meant to be, per unit.
using PlannedDistances = std::map<std::uint32_t, Price>;

// One position from its first fill to flat, or to the end of the look.
struct AbandonedLoss {
  double loss = 0.0;       // without commissions and funding; negative = gained
  double risk = 0.0;       // 1 R of money; 2 R where the working stop had expired before the entry
  double gap = 0.0;        // beyond the trigger, and the model's slippage
  bool has_expired_stop = false;
  bool is_open = false;    // at the end
  bool is_stopped_late = false;  // a print at or beyond the trigger passed without a stop's fill
  [[nodiscard]] double excess() const noexcept { return loss - risk - gap; }
};

class LossJudge {
 public:
  LossJudge(const runtime::SessionPlan& plan, const PlannedDistances& planned, Timestamp end)
      : plan_(plan), planned_(planned), end_(end) {}

  // Positions of one instrument that were open at `cut` or came to be afterwards.
  [[nodiscard]] std::vector<AbandonedLoss> losses(std::span<const sim::LogRecord> log,
                                                  InstrumentId id, Timestamp cut) const {
    const auto records = records_of(log, id);
    std::vector<AbandonedLoss> found;
    const std::size_t none = records.size();
    std::size_t first = none;
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!is_fill(records[i])) {
        continue;
      }
      first = std::min(first, i);
      if (records[i].position.is_zero()) {
        if (records[i].ts > cut) {
          found.push_back(judge(records, first, i + 1));
        }
        first = none;
      }
    }
    if (first != none) {
      found.push_back(judge(records, first, records.size()));
    }
    return found;
  }

 private:
  using Records = std::vector<sim::LogRecord>;
  static constexpr double kNothing = 1e-9;  // of a quantity: less than any step
  struct Layer {
    Price trigger;
    bool is_expired = false;
  };
  struct Holding {
    double sign = 1.0;       // of the position
    double entered = 0.0;
    double entry_cost = 0.0;
    double left = 0.0;
  };

  static double value(Price price) { return to_score(price).value(); }
  static double value(Quantity quantity) {
    return static_cast<double>(quantity.raw()) / static_cast<double>(Quantity::kScale);
  }

  // The last stop of a role that the venue accepted for this candidate.
  static std::optional<Layer> layer_of(const Records& records, std::size_t fill,
                                       model::OrderRole role, std::size_t until) {
    std::optional<Layer> layer;
    for (std::size_t i = 0; i < until; ++i) {
      const sim::LogRecord& record = records[i];
      if (record.role != role || record.candidate_id != records[fill].candidate_id) {
        continue;
      }
      if (record.kind == sim::LogKind::accepted) {
        layer = Layer{record.trigger, false};
      } else if (layer && record.kind == sim::LogKind::expired && i < fill) {
        layer->is_expired = true;
      }
    }
    return layer;
  }

  // How far `to` lies beyond `from` to the position's disadvantage; zero when it does not.
  static double beyond(double sign, double from, double to) {
    return std::max(0.0, sign * (from - to));
  }

  [[nodiscard]] AbandonedLoss judge(const Records& records, std::size_t first,
                                    std::size_t end) const {
    auto prints =
        prints_of(plan_, records[first].instrument_id, records, records[first].ts - hours(1), end_);
    std::erase_if(prints, [this](const TapePrint& print) { return print.ts > end_; });
    const auto working = layer_of(records, first, model::OrderRole::working_stop, end);
    const auto disaster = layer_of(records, first, model::OrderRole::disaster_stop, end);
    AbandonedLoss result;
    result.has_expired_stop = working && working->is_expired;
    Price trigger = working ? working->trigger : Price{};
    if (result.has_expired_stop) {
      trigger = disaster ? disaster->trigger : Price{};
    }
    Holding holding;
    holding.sign = records[first].side == model::Side::buy ? 1.0 : -1.0;
    bool is_stopped = false;
    for (std::size_t i = first; i < end; ++i) {
      const sim::LogRecord& record = records[i];
      if (!is_fill(record)) {
        continue;
      }
      const double quantity = value(record.quantity);
      if (record.role == model::OrderRole::entry) {
        holding.entered += quantity;
        holding.entry_cost += quantity * value(record.price);
        holding.left += quantity;
        result.loss += holding.sign * quantity * value(record.price);
        continue;
      }
      holding.left -= quantity;
      result.loss -= holding.sign * quantity * value(record.price);
      result.gap += quantity * gap_of(record, prints, holding.sign, trigger);
      const bool is_stop = record.role == model::OrderRole::working_stop ||
                           record.role == model::OrderRole::disaster_stop;
      if (is_stop && !is_stopped) {
        is_stopped = true;
        const TapePrint* reached = first_beyond(prints, records[first].ts, trigger, holding.sign);
        result.is_stopped_late = reached == nullptr || reached->ts != record.ts;
      }
    }
    result.risk = risk_of(records[first], holding, trigger, result.has_expired_stop);
    result.is_open = holding.left > kNothing;
    if (result.is_open) {
      result.loss -= holding.sign * holding.left * value(prints.back().px);
      const bool is_reached =
          first_beyond(prints, records[first].ts, trigger, holding.sign) != nullptr;
      result.is_stopped_late = is_reached && !is_stopped;
    }
    return result;
  }

  // Per unit: from the trigger to the print that could be had, and from there to the fill.
  static double gap_of(const sim::LogRecord& fill, std::span<const TapePrint> prints, double sign,
                       Price trigger) {
    const TapePrint* print = print_of(prints, fill);
    if (print == nullptr) {
      return 0.0;  // a fill without a print explains nothing
    }
    const bool is_stop = fill.role == model::OrderRole::working_stop ||
                         fill.role == model::OrderRole::disaster_stop;
    const double jumped = is_stop ? beyond(sign, value(trigger), value(print->px)) : 0.0;
    const double base =
        is_stop ? value(trigger) - sign * jumped : value(print->px);
    return jumped + beyond(sign, base, value(fill.price));
  }

  // The first print at or beyond the trigger while the position was held.
  static const TapePrint* first_beyond(std::span<const TapePrint> prints, Timestamp from,
                                       Price trigger, double sign) {
    for (const TapePrint& print : prints) {
      if (trigger.is_positive() && print.ts >= from &&
          sign * (value(print.px) - value(trigger)) <= 0.0) {
        return &print;
      }
    }
    return nullptr;
  }

  [[nodiscard]] double risk_of(const sim::LogRecord& entry, const Holding& holding, Price trigger,
                               bool has_expired_stop) const {
    const auto planned = planned_.find(entry.candidate_id.value());
    const double meant =
        planned == planned_.end() ? 0.0 : holding.entered * value(planned->second);
    if (has_expired_stop) {
      return 2.0 * meant;
    }
    const double realised =
        holding.sign * (holding.entry_cost - holding.entered * value(trigger));
    return trigger.is_positive() && realised > 0.0 ? realised : meant;
  }

  const runtime::SessionPlan& plan_;
  const PlannedDistances& planned_;
  Timestamp end_;
};

}  // namespace lanner::test
