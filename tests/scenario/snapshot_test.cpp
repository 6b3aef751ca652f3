// A session's state, saved at many instants, taken up by a fresh session and played on: it ends as
// the one that was never interrupted, to the last bit of its digest, its figures and its state.

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/state_archive.hpp"
#include "runtime/proposers/recorded_proposals.hpp"
#include "runtime/session_result.hpp"
#include "runtime/statistics.hpp"
#include "support/recorded_book.hpp"
#include "support/recorded_market.hpp"
#include "support/synthetic_session.hpp"

namespace lanner::test {
namespace {

using Bytes = std::vector<std::byte>;

struct Point {
  std::uint64_t sequence = 0;
  Bytes state;
};

// How a session ended.
struct Ended {
  std::uint64_t events = 0;
  std::uint64_t commands = 0;
  Digest128 digest;
  Digest128 learned;
  runtime::SessionClosed figures;
  Money equity;
  std::vector<Point> points;
};

class Subject {
 public:
  Subject(runtime::SessionPlan plan, std::vector<runtime::RecordedProposal> outside = {})
      : plan_(std::move(plan)), outside_(std::move(outside)) {}

  [[nodiscard]] Ended play(const std::vector<std::uint64_t>& saves) const {
    runtime::SimulatedSession session(plan_.spec, must(runtime::open_tape(plan_)),
                                      store::JournalWriter::in_memory());
    runtime::Statistics statistics(session.engine());
    return play_on(session, statistics, saves);
  }
  [[nodiscard]] Ended restore(const Bytes& state, const std::vector<std::uint64_t>& saves) const {
    StateReader reader(state);
    runtime::SimulatedSession session(plan_.spec, must(runtime::open_tape(plan_)), reader);
    REQUIRE(session.is_restored());
    runtime::Statistics statistics(session.engine());
    reader(statistics);
    REQUIRE(reader.at_end());
    return play_on(session, statistics, saves);
  }

 private:
  [[nodiscard]] Ended play_on(runtime::SimulatedSession& session, runtime::Statistics& statistics,
                              const std::vector<std::uint64_t>& saves) const {
    Ended ended;
    const std::uint64_t from = session.recorder().sequence();
    auto outside = outside_.begin();
    while (outside != outside_.end() && outside->sequence <= from) {
      ++outside;
    }
    for (;;) {
      const std::uint64_t sequence = session.recorder().sequence();
      if (session.next_time() == Timestamp::never()) {
        break;
      }
      if (std::find(saves.begin(), saves.end(), sequence) != saves.end()) {
        ended.points.push_back({sequence, {}});
        StateWriter writer(ended.points.back().state);
        session.save(writer);
        writer(statistics);
        REQUIRE(writer.ok());
      }
      if (outside != outside_.end() && outside->sequence == sequence + 1) {
        session.put_outside(outside++->event);
        REQUIRE(session.next_time() != Timestamp::never());
      }
      const model::Event& event = session.apply_next();
      statistics.on_event(event, session.sink());
    }
    ended.events = session.recorder().sequence();
    ended.commands = session.recorder().commands();
    ended.digest = session.recorder().digest();
    ended.learned = runtime::learned_digest(session.engine());
    ended.figures = runtime::judge_session(session);
    ended.equity = statistics.result().end_equity;
    return ended;
  }

  runtime::SessionPlan plan_;
  std::vector<runtime::RecordedProposal> outside_;
};

void check_equal(const Ended& one, const Ended& other) {
  CHECK(one.events == other.events);
  CHECK(one.commands == other.commands);
  CHECK(one.digest == other.digest);
  CHECK(one.learned == other.learned);
  CHECK(runtime::encode_closed(one.figures) == runtime::encode_closed(other.figures));
  CHECK(one.equity == other.equity);
}

// Saves at `count` instants; each is played on to the next one, and some of them to the end.
void check_snapshots(const Subject& subject, std::size_t count) {
  const Ended plain = subject.play({});
  REQUIRE(plain.commands > 0);
  std::vector<std::uint64_t> saves;
  for (std::size_t i = 1; i <= count; ++i) {
    saves.push_back(plain.events * i / (count + 1));
  }
  const Ended saved = subject.play(saves);
  check_equal(saved, plain);
  REQUIRE(saved.points.size() == count);
  for (std::size_t i = 0; i < count; ++i) {
    CAPTURE(i);
    const std::vector<std::uint64_t> later(saves.begin() + static_cast<std::ptrdiff_t>(i),
                                           saves.end());
    const Ended again = subject.restore(saved.points[i].state, later);
    check_equal(again, plain);
    REQUIRE(again.points.size() == count - i);
    // Its own state saved at once again, and all later ones.
    for (std::size_t k = 0; k < again.points.size(); ++k) {
      CAPTURE(k);
      CHECK((again.points[k].state == saved.points[i + k].state));
    }
  }
  MESSAGE("events ", plain.events, ", commands ", plain.commands, ", bytes of the last state ",
          saved.points.back().state.size());
}

TEST_CASE("a session on the recorded perpetuals goes on from its state") {
  SKIP_WITHOUT_DATA();
  runtime::RunOptions options = recorded_may();
  options.best_span = false;
  options.from = Timestamp{1'746'403'200 * kNsPerSecond};  // 2025-05-05
  options.to = *options.from + hours(24 * 4);
  check_snapshots(Subject(plan_recorded(options)), 20);
}

TEST_CASE("a session on a synthetic market with trades, facts by date and drawn delays") {
  sim::SyntheticConfig config;
  config.seed = 9;
  config.instruments = 6;
  config.length = hours(50);
  config.trades_from = config.from + hours(49);
  config.trades_per_second = 4.0;
  SyntheticSession market(config);
  runtime::SessionPlan plan = market.plan();
  plan.spec.exchange.latency_model.kind = sim::LatencyKind::sampled;
  const InstrumentId id = market.id_of("BTCUSDT-PERP.SYNTHETIC");
  plan.spec.venue_events = {
      {config.from + hours(30), model::InstrumentStatus{id, model::InstrumentState::settling, {}}},
      {config.from + hours(31), model::InstrumentStatus{id, model::InstrumentState::trading, {}}}};
  check_snapshots(Subject(std::move(plan)), 20);
}

TEST_CASE("a session with proposals from outside, and a bad day at the venue") {
  sim::SyntheticConfig config;
  config.seed = 11;
  config.instruments = 4;
  config.length = hours(60);
  SyntheticSession market(config);
  runtime::SessionPlan plan = market.plan();
  plan.spec.takes_proposals = true;
  plan.spec.exchange.bad_day = true;
  plan.spec.engine.limits.history_bars = 2000;
  std::vector<runtime::RecordedProposal> outside;
  outside.push_back({500, model::ProposerChanged{.proposer = 1,
                                                 .state = model::ProposerState::joined,
                                                 .reason = {},
                                                 .name = {}}});
  for (std::uint64_t i = 0; i < 30; ++i) {
    model::TradeCondition condition;
    condition.source = model::ConditionSource::file;
    condition.proposer = 1;
    condition.instrument_id = InstrumentId{static_cast<std::uint32_t>(i % 4)};
    condition.side = i % 2 == 0 ? model::PositionSide::long_side : model::PositionSide::short_side;
    static_cast<void>(condition.when_all.push_back(
        {model::FeatureId::rsi14, model::Timeframe::m1,
         i % 2 == 0 ? model::PredicateOp::cross_up : model::PredicateOp::cross_down,
         model::FeatureId::none, Score{45.0 + static_cast<double>(i % 7)}}));
    condition.stop_atr = Score{1.5};
    condition.stop_tf = model::Timeframe::m15;
    condition.take_profit_r = Score{2.0};
    condition.time_stop = hours(1);
    outside.push_back({700 + 400 * i, runtime::ProposedCondition{condition, hours(3)}});
  }
  outside.push_back(
      {9'001, model::ProposalRefused{1, model::ConditionRule::none}});
  std::sort(outside.begin(), outside.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  check_snapshots(Subject(std::move(plan), std::move(outside)), 20);
}

TEST_CASE("a session on a recorded book goes on from its state") {
  SKIP_WITHOUT_DATA();
  const ScratchDir dir("snapshot-book");
  const auto catalog = import_recorded(dir, {"l2_book/standx_BTC-USD_20260106_00-11.csv.zst",
                                             "trades/standx_BTC-USD_20260105-06.csv.zst"});
  const auto conditions = dir.path() / "conditions.json";
  std::ofstream out(conditions);
  out << R"({"schema_version": "tc1", "limits": "none", "conditions": [)";
  const char* comma = "";
  for (const char* mode : {"market", "limit"}) {
    for (const bool is_long : {true, false}) {
      out << comma << R"({"coin": "BTC-USD", "direction": ")" << (is_long ? "long" : "short")
          << R"(", "when_all": [{"lhs": "rsi14", "tf": "1m", "op": ")"
          << (is_long ? "cross_up" : "cross_down")
          << R"(", "rhs": "const", "value": 50}], "stop_tf": "5m", "stop_atr": 1.5,)"
          << R"("take_profit_r": 1.5, "time_stop_min": 10, "expiry_s": 900,)"
          << R"("entry": {"mode": ")" << mode << R"(", "offset_atr": 0.0}})";
      comma = ",";
    }
  }
  out << "]}";
  out.close();
  runtime::RunOptions options;
  options.data = catalog.dir();
  options.profile = dir.path();
  options.conditions = conditions;
  options.quote = "USD";
  options.from = Timestamp{1'767'657'600 * kNsPerSecond};  // 2026-01-06
  options.to = *options.from + hours(4);
  options.mask = "fee_gate,thompson_probe,coin_scorer";
  options.with_bad_day = false;
  check_snapshots(Subject(must(runtime::plan_session(options))), 20);
}

}  // namespace
}  // namespace lanner::test
