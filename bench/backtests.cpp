// Whole backtests, as `lanner backtest` runs them, on the two tapes.

#include <span>

#include "bench/book_tape.hpp"
#include "bench/floors.hpp"
#include "bench/row.hpp"
#include "bench/tapes.hpp"
#include "runtime/simulated_session.hpp"
#include "runtime/statistics.hpp"

namespace lanner::bench {
namespace {

constexpr double kBarLimit = 105.0;
constexpr double kTickLimit = 85.0;

struct Played {
  std::string digest;
  std::uint64_t rows = 0;     // of the timed part
  std::uint64_t events = 0;
  std::uint64_t entries = 0;  // of the timed part
  std::uint64_t triggers = 0;
  std::uint64_t cycles = 0;
  double ns = 0.0;
};

// One whole session; what lies before `timed_from` warms it up.
Played play(const runtime::SessionPlan& plan, Timestamp timed_from) {
  runtime::SimulatedSession session(plan.spec, expect(runtime::open_tape(plan)),
                                    store::JournalWriter::in_memory());
  runtime::Statistics statistics(session.engine());
  Timestamp next = session.next_time();
  for (; next < timed_from; next = session.next_time()) {
    const model::Event& event = session.apply_next();
    statistics.on_event(event, session.sink());
  }
  const core::EngineCounters before = session.engine().counters();
  const std::uint64_t rows_before = session.tape().played();
  const std::int64_t from = thread_ns();
  for (; next != Timestamp::never(); next = session.next_time()) {
    const model::Event& event = session.apply_next();
    statistics.on_event(event, session.sink());
  }
  Played played;
  played.ns = static_cast<double>(thread_ns() - from);
  const core::EngineCounters& after = session.engine().counters();
  played.rows = session.tape().played() - rows_before;
  played.events = after.events - before.events;
  played.entries = after.entries - before.entries;
  played.triggers = after.triggers - before.triggers;
  played.cycles = after.cycles - before.cycles;
  played.digest = session.recorder().digest().hex();
  return played;
}

std::string millions(double value) {
  std::string text = std::to_string(value / 1e6);
  return text.substr(0, text.find('.') + 3);
}

void add_facts(Row& row, const Played& played, const runtime::RunOptions& options) {
  const std::string by_command = digest_by_command(options);
  if (by_command != played.digest) {
    stop(row.name + ": digest " + played.digest + ", but by the command line " + by_command);
  }
  row.facts = {{"rows", std::to_string(played.rows)},
               {"millions a second", millions(1e9 / row.measured.ours)},
               {"events", std::to_string(played.events)},
               {"triggers", std::to_string(played.triggers)},
               {"entries", std::to_string(played.entries)},
               {"cycles", std::to_string(played.cycles)},
               {"digest", played.digest},
               {"same by", command_line(options)}};
}

}  // namespace

std::vector<Row> bar_backtest(const Settings& settings) {
  const runtime::RunOptions options = session_on(sim::bar_tape(1));
  const runtime::SessionPlan plan = expect(runtime::plan_session(options));
  std::vector<std::shared_ptr<const store::BarSeries>> series;
  std::vector<std::span<const store::BarRecord>> rows;
  for (const model::Instrument& instrument : plan.spec.engine.instruments) {
    series.push_back(expect(plan.catalog.bars(instrument.id, 60)));
    rows.push_back(series.back()->rows());
  }
  Played played;
  Row row;
  row.name = "backtest, bars";
  row.unit = "ns/bar";
  row.floor = "scalar bar loop";
  row.limit = kBarLimit;
  row.measured = compare(
      settings,
      [&] {
        played = play(plan, Timestamp{});
        return played.ns / static_cast<double>(played.rows);
      },
      [&] { return scalar_bar_loop(rows); });
  Row memory;
  memory.name = "backtest, bars: resident memory";
  memory.unit = "MiB";
  memory.measured.ours = static_cast<double>(resident_bytes()) / (1 << 20);
  memory.measured.is_conclusive = true;
  memory.limit = 300.0;
  add_facts(row, played, options);
  return {row, memory};
}

std::vector<Row> tick_backtest(const Settings& settings) {
  const sim::SyntheticConfig market = sim::tick_tape(1);
  const runtime::RunOptions options = session_on(market);
  const runtime::SessionPlan plan = expect(runtime::plan_session(options));
  std::vector<std::shared_ptr<const store::TradeSeries>> series;
  std::vector<std::span<const store::TradeRecord>> rows;
  for (const model::Instrument& instrument : plan.spec.engine.instruments) {
    series.push_back(expect(plan.catalog.trades(instrument.id)));
    rows.push_back(series.back()->rows());
  }
  Played played;
  Row row;
  row.name = "backtest, ticks";
  row.unit = "ns/trade";
  row.floor = "scan of 32-byte records";
  row.limit = kTickLimit;
  row.measured = compare(
      settings,
      [&] {
        played = play(plan, market.trades_from);
        return played.ns / static_cast<double>(played.rows);
      },
      [&] { return scan_records(rows); });
  add_facts(row, played, options);
  return {row};
}

std::vector<Row> book_backtest(const Settings& settings) {
  const runtime::RunOptions options = session_on_book();
  const runtime::SessionPlan plan = expect(runtime::plan_session(options));
  const model::Instrument& instrument = plan.spec.engine.instruments[0];
  const auto depth = expect(plan.catalog.depth(instrument.id));
  const std::span<const store::DepthRecord> rows = depth->rows();
  const std::vector<FlatChange> changes = flat_changes(rows, instrument.tick);
  const auto levels = static_cast<double>(rows.size());
  Row book;
  book.name = "order book, change and best";
  book.unit = "ns/level";
  book.floor = "flat window update";
  book.limit = 10.0;
  book.measured = compare(
      settings, [&] { return order_book_update(rows, instrument.tick); },
      [&] { return flat_window_update(changes); });
  Played played;
  Row row;
  row.name = "backtest, book";
  row.unit = "ns/level";
  row.floor = "flat window update";
  row.limit = 40.0;
  row.measured = compare(
      settings,
      [&] {
        played = play(plan, Timestamp{});
        return played.ns / levels;
      },
      [&] { return flat_window_update(changes); });
  add_facts(row, played, options);
  return {book, row};
}

}  // namespace lanner::bench
