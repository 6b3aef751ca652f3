// The hot path does not allocate: every call of operator new in this program is counted.

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "core/engine.hpp"
#include "runtime/simulated_session.hpp"
#include "store/import/tc1_file.hpp"
#include "support/synthetic_session.hpp"

namespace {

std::atomic<std::uint64_t> allocations{0};

void* counted_new(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) {
    throw std::bad_alloc{};
  }
  return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return counted_new(bytes); }
void* operator new[](std::size_t bytes) { return counted_new(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace lanner {
namespace {

sim::SyntheticConfig bars_then_trades() {
  sim::SyntheticConfig config;
  config.seed = 5;
  config.instruments = 6;
  config.length = hours(28);
  config.trades_from = config.from + hours(26);
  config.trades_per_second = 2.0;
  return config;
}

// Conditions that fire often, for every instrument and both sides.
void add_conditions(runtime::SessionSpec& spec) {
  std::string text = R"({"schema_version": "tc1", "limits": "none", "conditions": [)";
  for (const model::Instrument& instrument : spec.engine.instruments) {
    for (const char* side : {"long", "short"}) {
      text += text.back() == '[' ? "" : ",";
      text += R"({"coin": ")" + instrument.name + R"(", "direction": ")" + side +
              R"(", "when_all": [{"lhs": "price", "tf": "1m", "op": ")" +
              (side[0] == 'l' ? "gt" : "lt") +
              R"(", "rhs": "ema9", "value": 0}], "stop_tf": "1h", "stop_atr": 1.0,
              "take_profit_r": 0.5, "time_stop_min": 5, "expiry_s": 600})";
    }
  }
  const auto file = store::parse_tc1(text + "]}", "made", spec.engine.instruments, spec.from);
  REQUIRE(file);
  REQUIRE(file->rejected.empty());
  for (const store::TaggedCondition& tagged : *file) {
    spec.conditions.push_back({tagged.condition, minutes(10)});
  }
}

void relax(model::ParameterSet& parameters) {
  for (const auto& [id, value] : {std::pair{"risk.probe_budget_pct", "100"},
                                  {"risk.daily_loss_pct", "100"},
                                  {"risk.entries_per_hour", "10000"},
                                  {"risk.entries_per_minute", "1000"},
                                  {"risk.cooldown_min", "0"},
                                  {"pattern.prior_n", "1"}}) {
    REQUIRE(parameters.set(id, value));
  }
}

}  // namespace

TEST_CASE("the counter counts") {
  const std::uint64_t before = allocations.load();
  void* const memory = ::operator new(16);  // unlike a new-expression it is never left out
  CHECK(allocations.load() == before + 1);
  ::operator delete(memory);
}

TEST_CASE("an engine does not allocate after its first events") {
  test::SyntheticSession market(bars_then_trades());
  add_conditions(market.spec());
  relax(market.spec().engine.parameters);
  runtime::SimulatedSession session(market.spec(), market.tape(),
                                    store::JournalWriter::in_memory());
  std::vector<model::Event> events;
  while (session.next_time() != Timestamp::never()) {
    events.push_back(session.apply_next());
  }
  const auto engine = std::make_unique<core::Engine>(market.spec().engine);
  model::CommandSink sink;
  const std::size_t warm = events.size() / 4;
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i == warm) {
      before = allocations.load();
    }
    sink.clear();
    engine->apply(events[i], sink);
  }
  const std::uint64_t after = allocations.load();
  CHECK(after - before == 0);
  // There was something to do: entries, fills, labels, built bars.
  CHECK(events.size() - warm > 50'000);
  CHECK(engine->counters().entries > 50);
  CHECK(engine->candidates().labelled() > 50);
  CHECK(engine->counters().entries == session.engine().counters().entries);
}

}  // namespace lanner
