#pragma once

// The prints that the fill model makes of a tape, worked out from the tape and the positions in
// the exchange's log, by code that shares nothing with the exchange: what a test measures fills
// against.

#include <algorithm>
#include <span>
#include <stdexcept>
#include <vector>

#include "runtime/session_plan.hpp"
#include "sim/exchange_log.hpp"

namespace lanner::test {

struct TapePrint {
  Timestamp ts;
  Price px;
};

inline bool is_fill(const sim::LogRecord& record) noexcept {
  return record.kind == sim::LogKind::filled || record.kind == sim::LogKind::liquidated;
}

// The log's records of one instrument, in their order.
inline std::vector<sim::LogRecord> records_of(std::span<const sim::LogRecord> log,
                                              InstrumentId id) {
  std::vector<sim::LogRecord> records;
  std::copy_if(log.begin(), log.end(), std::back_inserter(records),
               [id](const sim::LogRecord& record) { return record.instrument_id == id; });
  return records;
}

// What was held before anything happened at `at`, signed. `records` are one instrument's.
inline Quantity held_before(std::span<const sim::LogRecord> records, Timestamp at) {
  auto last = std::lower_bound(
      records.begin(), records.end(), at,
      [](const sim::LogRecord& record, Timestamp ts) { return record.ts < ts; });
  while (last != records.begin()) {
    if (is_fill(*--last)) {
      return last->position;
    }
  }
  return Quantity{};
}

// Prints from `from` on and before `to`: of a bar its open, then high and low in the order that is
// worse for what is held (flat: the one nearer to the open first), then its close.
inline std::vector<TapePrint> prints_of(const runtime::SessionPlan& plan, InstrumentId id,
                                        std::span<const sim::LogRecord> records, Timestamp from,
                                        Timestamp to) {
  auto tape = runtime::Tape::open(plan.catalog, {{id}, from, to});
  if (!tape) {
    throw std::runtime_error(tape.error().message);
  }
  std::vector<TapePrint> prints;
  while (!tape->is_done()) {
    const runtime::TapeItem item = tape->next();
    if (item.kind == runtime::TapeKind::trade) {
      prints.push_back({item.venue_time, item.trade().price});
    } else if (item.kind == runtime::TapeKind::bar) {
      const model::Bar bar = item.bar();
      const Timestamp open = item.venue_time;
      const Duration third{seconds(bar.interval_s).ns() / 3};
      const Quantity held = held_before(records, open + third);
      const bool is_high_first = held.is_zero() ? bar.high - bar.open <= bar.open - bar.low
                                                : held.is_negative();
      prints.push_back({open, bar.open});
      prints.push_back({open + third, is_high_first ? bar.high : bar.low});
      prints.push_back({open + third * 2, is_high_first ? bar.low : bar.high});
      prints.push_back({open + seconds(bar.interval_s), bar.close});
    }
  }
  return prints;
}

// The print that allowed a fill; where one bar ends and the next begins there are two, and the log
// says which. Nothing when the log names a print that the tape does not have.
inline const TapePrint* print_of(std::span<const TapePrint> prints, const sim::LogRecord& fill) {
  const auto at = std::find_if(
      std::lower_bound(prints.begin(), prints.end(), fill.ts,
                       [](const TapePrint& print, Timestamp ts) { return print.ts < ts; }),
      prints.end(), [&fill](const TapePrint& print) {
        return print.ts > fill.ts || print.px == fill.print_px;
      });
  return at != prints.end() && at->ts == fill.ts ? &*at : nullptr;
}

// What a fill paid beyond its print; negative when it got more.
inline Money slippage_of(const sim::LogRecord& fill, const TapePrint& print) {
  const Price paid =
      fill.side == model::Side::buy ? fill.price - print.px : print.px - fill.price;
  return notional_of(paid, fill.quantity);
}

}  // namespace lanner::test
