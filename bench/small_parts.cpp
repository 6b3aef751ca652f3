// Parts that are quick enough to be forgotten, and must stay so.

#include <array>
#include <cstring>
#include <span>

#include "base/random.hpp"
#include "bench/floors.hpp"
#include "bench/row.hpp"
#include "bench/tapes.hpp"
#include "features/frame.hpp"
#include "learn/knowledge.hpp"
#include "model/codec.hpp"
#include "runtime/backtest.hpp"
#include "runtime/replay.hpp"
#include "runtime/session_plan.hpp"
#include "store/journal_writer.hpp"

namespace lanner::bench {
namespace {

constexpr std::size_t kLabels = 20'000;
constexpr std::size_t kRecords = 1'000'000;
constexpr double kQuickUpdateP99Ns = 3000.0;

// Labels as a busy hour after hour would bring them.
std::vector<model::CandidateLabel> make_labels(std::size_t instruments) {
  std::vector<model::CandidateLabel> labels(kLabels);
  RandomStream chance(3, 1, 0);
  for (std::size_t i = 0; i < kLabels; ++i) {
    model::CandidateLabel& label = labels[i];
    label.instrument_id = InstrumentId{static_cast<std::uint32_t>(i % instruments)};
    label.side = i % 3 == 0 ? model::PositionSide::short_side : model::PositionSide::long_side;
    label.labelled_at = Timestamp{1'735'689'600 * kNsPerSecond} +
                        seconds(static_cast<std::int64_t>(i) * 60);
    label.block_id = learn::block_of(label.labelled_at);
    label.gross_r = Score{chance.uniform() * 3.0 - 1.5};
    label.net_r = label.gross_r - Score{0.1};
    label.weight = Score{1.0};
  }
  return labels;
}

void add_quick_update(const runtime::SessionSpec& spec, std::vector<Row>& rows) {
  const double scale = ns_per_tick();
  const auto& instruments = spec.engine.instruments;
  const std::vector<model::CandidateLabel> labels = make_labels(instruments.size());
  learn::KnowledgeBrain brain(instruments, spec.engine.parameters, spec.engine.mask);
  learn::StatusBuffer changes(3 * instruments.size() + 3);
  std::vector<double> own;
  std::vector<double> costs;
  for (const model::CandidateLabel& label : labels) {
    const std::uint64_t before = ticks();
    const std::uint64_t from = ticks();
    brain.on_label(label, learn::Tier::middle, label.labelled_at, changes);
    const std::uint64_t to = ticks();
    changes.clear();
    own.push_back(static_cast<double>(from - before) * scale);
    costs.push_back(static_cast<double>(to - from) * scale);
  }
  const double clock = median(own);
  for (const auto& [name, p] : {std::pair{"quick update, p50", 0.5}, {"quick update, p99", 0.99}}) {
    Row row;
    row.name = name;
    row.unit = "ns/label";
    row.measured.ours = quantile(costs, p) - clock;
    row.measured.is_conclusive = true;
    row.limit = p > 0.9 ? kQuickUpdateP99Ns : 0.0;
    rows.push_back(row);
  }
}

// Moving averages, RSI, ATR and MACD of 500 coins in a random order; with windows: Donchian, bands,
// efficiency and the volume's z-score too.
void add_indicators(const Settings& settings, std::vector<Row>& rows) {
  constexpr std::size_t kCoins = 500;
  constexpr std::size_t kBars = 400'000;
  std::vector<std::uint32_t> order(kBars);
  RandomStream chance(5, 1, 0);
  for (std::uint32_t& coin : order) {
    coin = static_cast<std::uint32_t>(chance.uniform() * static_cast<double>(kCoins));
  }
  std::vector<std::array<double, model::kFeatureCount>> values(kCoins);
  constexpr features::OnDemand kMacd{features::OnDemand::macd};
  const auto row_of = [&](const char* name, std::span<const model::FeatureId> windows) {
    Row row;
    row.name = name;
    row.unit = "ns/bar";
    row.floor = "chain of five multiply-adds";
    row.measured = compare(
        settings,
        [&] {
          std::vector<features::Frame> frames(kCoins);
          const std::int64_t from = thread_ns();
          for (std::size_t i = 0; i < kBars; ++i) {
            const double price = 100.0 + static_cast<double>(i % 61);
            features::Frame& frame = frames[order[i]];
            auto& row_values = values[order[i]];
            frame.add({price, price + 1.0, price - 1.0, price + 0.5, 10.0}, kMacd, row_values);
            for (const model::FeatureId id : windows) {
              row_values[static_cast<std::size_t>(id)] = frame.window(id, 0);
            }
          }
          return static_cast<double>(thread_ns() - from) / static_cast<double>(kBars);
        },
        chain_of_five);
    return row;
  };
  rows.push_back(row_of("indicators: averages, RSI, ATR, MACD", {}));
  rows.back().limit = 2.0;
  constexpr std::array kWindows{model::FeatureId::bb_pos, model::FeatureId::don20_hi,
                                model::FeatureId::don20_lo, model::FeatureId::er20,
                                model::FeatureId::vol_z};
  rows.push_back(row_of("indicators: the same and windows of 20", kWindows));
}

void add_journal(const Settings& settings, std::vector<Row>& rows) {
  auto journal = store::JournalWriter::in_memory();
  model::Event event;
  event.payload = model::TradeTick{InstrumentId{1}, model::Side::buy, Price::from_int(100),
                                   Quantity::from_int(1)};
  std::vector<std::byte> bytes(64);
  Row row;
  row.name = "journal append, memory";
  row.unit = "ns/record";
  row.floor = "copy of the record";
  row.measured = compare(
      settings,
      [&] {
        const std::int64_t from = thread_ns();
        for (std::size_t i = 0; i < kRecords; ++i) {
          event.sequence = i + 1;
          const auto room = journal.reserve(model::kEventBytesMax);
          journal.commit(store::RecordKind::event, event.sequence, model::encode(event, room));
        }
        return static_cast<double>(thread_ns() - from) / static_cast<double>(kRecords);
      },
      [&] {
        const std::int64_t from = thread_ns();
        for (std::size_t i = 0; i < kRecords; ++i) {
          event.sequence = i + 1;
          std::memcpy(bytes.data(), static_cast<const void*>(&event), bytes.size());
          keep(bytes);
        }
        return static_cast<double>(thread_ns() - from) / static_cast<double>(kRecords);
      });
  rows.push_back(row);
}

void add_replay(const Settings& settings, std::vector<Row>& rows) {
  const sim::SyntheticConfig market = sim::bar_tape(1);
  runtime::RunOptions options = session_on(market);
  options.to = market.from + hours(48);
  options.out = scratch_dir() / "replayed";
  std::filesystem::remove_all(options.out);
  const views::RunResult recorded = expect(runtime::run_backtest(options, {}));
  const runtime::ReplayOptions replay{options.out, ""};
  Row row;
  row.name = "replay of a journal";
  row.unit = "ns/event";
  row.measured = compare(
      settings,
      [&] {
        const std::int64_t from = thread_ns();
        const runtime::ReplayResult result = expect(runtime::replay_session(replay, {}));
        if (!result.equal) {
          stop("the replay differs from its session");
        }
        return static_cast<double>(thread_ns() - from) / static_cast<double>(recorded.events);
      },
      [] { return 0.0; });
  row.facts = {{"events", std::to_string(recorded.events)}, {"digest", recorded.digest}};
  rows.push_back(row);
  std::filesystem::remove_all(options.out);
}

}  // namespace

std::vector<Row> small_parts(const Settings& settings) {
  const runtime::SessionPlan plan = expect(runtime::plan_session(session_on(sim::bar_tape(1))));
  std::vector<Row> rows;
  add_quick_update(plan.spec, rows);
  add_indicators(settings, rows);
  add_journal(settings, rows);
  add_replay(settings, rows);
  return rows;
}

}  // namespace lanner::bench
