// What one event costs the engine alone, by kind, and what it allocates: nothing.

#include <algorithm>
#include <array>
#include <memory>
#include <variant>

#include "bench/allocations.hpp"
#include "bench/row.hpp"
#include "bench/tapes.hpp"
#include "model/commands.hpp"
#include "runtime/simulated_session.hpp"
#include "wire/binance/market_data.hpp"

namespace lanner::bench {
namespace {

constexpr std::size_t kKinds = std::variant_size_v<model::EventPayload>;
constexpr std::array kNames{
    "instrument status", "instrument rules", "funding rate", "mark price", "open interest",
    "liquidation", "sentiment", "quote", "book depth", "trade", "bar", "order accepted",
    "order rejected", "order triggered", "order canceled", "order expired", "order filled",
    "order unknown", "order report", "cancel rejected", "order amended", "amend rejected",
    "funding paid", "timer", "trading state", "condition proposed", "proposal refused",
    "proposer changed", "operator requested"};
static_assert(kNames.size() == kKinds);

// Hours of the tick tape: enough trades behind enough bars.
constexpr std::int64_t kTradeMinutes = 10;

struct KindCost {
  double ns = 0.0;
  std::uint64_t events = 0;
};

struct Applied {
  std::array<KindCost, kKinds> kinds;
  std::uint64_t events_after_warm_up = 0;
  std::uint64_t allocations_after_warm_up = 0;
};

// The counter is read where the kind changes, and its own cost is taken off.
Applied apply_all(const runtime::SessionSpec& spec, std::span<const model::Event> events) {
  const double scale = ns_per_tick();
  const auto engine = std::make_unique<core::Engine>(spec.engine);
  model::CommandSink sink;
  std::uint64_t stamp = ticks();
  const std::uint64_t after_stamp = ticks();
  const std::uint64_t own = after_stamp - stamp;
  Applied applied;
  std::size_t at = 0;
  const std::size_t warm = events.size() / 2;
  std::uint64_t allocated_before = allocations();
  while (at < events.size()) {
    const std::size_t kind = events[at].payload.index();
    const std::size_t from = at;
    stamp = ticks();
    for (; at < events.size() && events[at].payload.index() == kind; ++at) {
      sink.clear();
      engine->apply(events[at], sink);
    }
    const std::uint64_t spent = ticks() - stamp;
    applied.kinds[kind].ns += static_cast<double>(spent > own ? spent - own : 0) * scale;
    applied.kinds[kind].events += at - from;
    if (from < warm && at >= warm) {
      allocated_before = allocations();
      applied.events_after_warm_up = events.size() - at;
    }
  }
  applied.allocations_after_warm_up = allocations() - allocated_before;
  return applied;
}

bool has_order(const model::CommandSink& sink) noexcept {
  const auto& commands = sink.commands();
  return std::any_of(commands.begin(), commands.end(), [](const model::Command& command) {
    return std::holds_alternative<model::SubmitOrder>(command);
  });
}

// From a price to the first order of an entry, its stop: trigger, plan, all gates. One clock
// reading around each event, its own cost taken off.
std::vector<double> price_to_order(const runtime::SessionSpec& spec,
                                   std::span<const model::Event> events) {
  const double scale = ns_per_tick();
  const auto engine = std::make_unique<core::Engine>(spec.engine);
  model::CommandSink sink;
  std::vector<double> own;
  std::vector<double> costs;
  for (const model::Event& event : events) {
    sink.clear();
    const std::uint64_t before = ticks();
    const std::uint64_t from = ticks();
    engine->apply(event, sink);
    const std::uint64_t to = ticks();
    const bool is_price = std::holds_alternative<model::TradeTick>(event.payload) ||
                          std::holds_alternative<model::Bar>(event.payload);
    if (is_price && has_order(sink)) {
      own.push_back(static_cast<double>(from - before) * scale);
      costs.push_back(static_cast<double>(to - from) * scale);
    }
  }
  const double clock = median(std::move(own));
  for (double& cost : costs) {
    cost -= clock;
  }
  return costs;
}

// A trade as Binance sends it, parsed: what comes before on the wire.
double parse_trade() {
  constexpr std::string_view kTrade =
      R"({"e":"aggTrade","E":1767571200123,"s":"BTCUSDT","a":3001234567,"p":"91234.50",)"
      R"("q":"0.012","nq":"0.012","f":6912345678,"l":6912345679,"T":1767571200121,"m":true})";
  constexpr std::size_t kTimes = 100'000;
  wire::BinanceMarketParser parser;
  const std::int64_t from = thread_ns();
  for (std::size_t i = 0; i < kTimes; ++i) {
    keep(expect(parser.parse(kTrade)));
  }
  return static_cast<double>(thread_ns() - from) / static_cast<double>(kTimes);
}

void add_price_to_order(const Settings& settings, const runtime::SessionSpec& spec,
                        std::span<const model::Event> events, std::vector<Row>& rows) {
  std::vector<double> costs;
  Row row;
  row.name = "price to order, p50";
  row.unit = "ns/order";
  row.floor = "parsing the trade (simdjson)";
  row.measured = compare(
      settings,
      [&] {
        costs = price_to_order(spec, events);
        return median(costs);
      },
      parse_trade);
  row.facts = {{"orders", std::to_string(costs.size())},
               {"p99, ns", std::to_string(quantile(costs, 0.99))},
               {"p99.9, ns", std::to_string(quantile(costs, 0.999))}};
  rows.push_back(row);
}

std::vector<model::Event> record(runtime::SimulatedSession& session) {
  std::vector<model::Event> events;
  while (session.next_time() != Timestamp::never()) {
    events.push_back(session.apply_next());
  }
  return events;
}

}  // namespace

std::vector<Row> apply_costs(const Settings& settings) {
  const sim::SyntheticConfig market = sim::tick_tape(1);
  runtime::RunOptions options = session_on(market);
  options.to = market.trades_from + minutes(kTradeMinutes);
  const runtime::SessionPlan plan = expect(runtime::plan_session(options));
  // The session stays alive: its events point into it.
  runtime::SimulatedSession session(plan.spec, expect(runtime::open_tape(plan)),
                                    store::JournalWriter::in_memory());
  const std::vector<model::Event> events = record(session);
  std::array<std::vector<double>, kKinds> costs;
  Applied applied;
  static_cast<void>(compare(
      settings,
      [&] {
        applied = apply_all(plan.spec, events);
        for (std::size_t kind = 0; kind < kKinds; ++kind) {
          const KindCost& cost = applied.kinds[kind];
          const auto events_of_kind = std::max<std::uint64_t>(cost.events, 1);
          costs[kind].push_back(cost.ns / static_cast<double>(events_of_kind));
        }
        return 0.0;
      },
      [] { return 0.0; }));
  std::vector<Row> rows;
  add_price_to_order(settings, plan.spec, events, rows);
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (applied.kinds[kind].events == 0) {
      continue;
    }
    Row row;
    row.name = std::string("apply, ") + kNames[kind];
    row.unit = "ns/event";
    row.measured.ours = median(costs[kind]);
    row.facts = {{"events", std::to_string(applied.kinds[kind].events)}};
    rows.push_back(row);
  }
  Row row;
  row.name = "apply, allocations after warm-up";
  row.unit = "calls";
  row.measured.ours = static_cast<double>(applied.allocations_after_warm_up);
  row.measured.is_conclusive = true;
  row.limit = 0.5;  // not one
  row.facts = {{"events", std::to_string(applied.events_after_warm_up)}};
  rows.push_back(row);
  return rows;
}

}  // namespace lanner::bench
