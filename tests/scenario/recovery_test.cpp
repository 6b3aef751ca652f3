// A session that was cut off goes on from its newest snapshot and the journal behind it; where a
// snapshot cannot be used, from the one before, and then from the first record. All ways end in the
// session that was never cut off.

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "runtime/paper_run.hpp"
#include "runtime/projection/project.hpp"
#include "runtime/projection/projection_feed.hpp"
#include "runtime/proposers/recorded_proposals.hpp"
#include "runtime/recovery/recovery.hpp"
#include "runtime/recovery/snapshot_keeper.hpp"
#include "store/journal_reader.hpp"
#include "store/snapshot/journal_front.hpp"
#include "store/snapshot/snapshot_file.hpp"
#include "support/recorded_market.hpp"
#include "support/synthetic_session.hpp"

namespace lanner::test {
namespace {

namespace fs = std::filesystem;
using runtime::RecordedProposal;
using runtime::SimulatedSession;

constexpr std::uint64_t kCut = 20'000;  // events

sim::SyntheticConfig market_of_recovery() {
  sim::SyntheticConfig config;
  config.seed = 21;
  config.instruments = 8;
  config.length = hours(72);
  return config;
}

model::TradeCondition proposal(std::uint64_t i) {
  model::TradeCondition condition;
  condition.source = model::ConditionSource::file;
  condition.proposer = 1;
  condition.instrument_id = InstrumentId{static_cast<std::uint32_t>(i % 8)};
  const bool is_long = i % 2 == 0;
  condition.side = is_long ? model::PositionSide::long_side : model::PositionSide::short_side;
  static_cast<void>(condition.when_all.push_back(
      {model::FeatureId::rsi14, model::Timeframe::m1,
       is_long ? model::PredicateOp::cross_up : model::PredicateOp::cross_down,
       model::FeatureId::none, Score{45.0 + static_cast<double>(i % 7)}}));
  condition.stop_atr = Score{1.5};
  condition.stop_tf = model::Timeframe::m15;
  condition.take_profit_r = Score{2.0};
  condition.time_stop = hours(1);
  return condition;
}

// What a program proposed, some of it behind the newest snapshot.
std::vector<RecordedProposal> proposals() {
  model::ProposerChanged joined;
  joined.proposer = 1;
  std::vector<RecordedProposal> all{{500, joined}};
  for (std::uint64_t at = 1'000; at < kCut; at += 333) {
    all.push_back({at, runtime::ProposedCondition{proposal(at), hours(3)}});
  }
  return all;
}

class CutSession {
 public:
  // Cut off behind kCut events, with snapshots each 3,000 of them. With `database` its projection
  // is kept beside it.
  CutSession(const char* name, std::vector<RecordedProposal> outside, bool has_database)
      : market_(market_of_recovery()), dir_(name), outside_(std::move(outside)) {
    plan_ = std::make_unique<runtime::SessionPlan>(market_.plan());
    plan_->spec.takes_proposals = !outside_.empty();
    plan_->spec.engine.limits.history_bars = outside_.empty() ? 0 : 2'000;
    database_ = has_database ? dir_.path() / "lanner.db" : fs::path{};
    cut_off();
  }

  // The digest of the session that nobody cut off.
  [[nodiscard]] Digest128 whole() const {
    SimulatedSession session(plan_->spec, must(runtime::open_tape(*plan_)),
                             store::JournalWriter::in_memory());
    std::size_t at = 0;
    while (step(session, at)) {
    }
    return session.recorder().digest();
  }
  [[nodiscard]] runtime::Recovered recover() const {
    return must(runtime::recover_session(*plan_, path()));
  }
  // To the end, by the program's own loop.
  [[nodiscard]] runtime::PaperRunResult finish() const {
    runtime::PaperRunOptions options;
    options.base.profile = dir_.path();
    options.base.with_bad_day = false;
    options.session = path();
    options.database = database_;
    return must(runtime::run_paper(options));
  }
  [[nodiscard]] fs::path path() const { return dir_.path() / "sessions" / "000001"; }
  [[nodiscard]] fs::path profile() const { return dir_.path(); }
  [[nodiscard]] const fs::path& database() const { return database_; }
  [[nodiscard]] store::SessionIdentity identity() const {
    return runtime::identity_of(plan_->spec);
  }
  [[nodiscard]] std::vector<fs::path> snapshots() const { return store::snapshots_of(path()); }
  [[nodiscard]] store::JournalPlace place(std::size_t age) const {
    return must(store::Snapshot::place_of(snapshots().at(age), identity()));
  }

 private:
  bool step(SimulatedSession& session, std::size_t& at) const {
    if (session.next_time() == Timestamp::never()) {
      return false;
    }
    if (at < outside_.size() && outside_[at].sequence == session.recorder().sequence() + 1) {
      session.put_outside(outside_[at++].event);
      REQUIRE(session.next_time() != Timestamp::never());
    }
    session.apply_next();
    return true;
  }

  void cut_off() {
    SimulatedSession session(
        plan_->spec, must(runtime::open_tape(*plan_)),
        must(store::JournalWriter::create(path(), identity(), {.segment_bytes = 1024 * 1024})));
    runtime::Statistics statistics(session.engine());
    std::unique_ptr<runtime::ProjectionFeed> feed;
    if (!database_.empty()) {
      feed = std::make_unique<runtime::ProjectionFeed>(
          runtime::ProjectionFeed::Place{database_, profile(), path()}, plan_->spec,
          session.engine());
    }
    runtime::SnapshotKeeper keeper(
        path(), identity(),
        {.events = 3'000, .event_time = hours(10'000), .wall = {}, .share = 0});
    std::size_t at = 0;
    while (session.recorder().sequence() < kCut && session.next_time() != Timestamp::never()) {
      const std::uint64_t before = keeper.written();
      const bool is_due = session.recorder().sequence() % 3'000 == 2'999;
      keeper.pass(session, statistics, feed ? &feed->fold() : nullptr);
      if (is_due) {
        wait_for(keeper, session, statistics, before);
      }
      if (!step(session, at)) {
        break;
      }
      statistics.on_event(session.last_event(), session.sink());
      if (feed) {
        feed->on_event(session.last_event(), session);
      }
    }
    REQUIRE(session.journal().await_written().has_value());
    REQUIRE(keeper.written() >= 3);
    REQUIRE(keeper.trouble().empty());
  }
  // The test is faster than the disk, and no snapshot is taken while one is in hand.
  static void wait_for(runtime::SnapshotKeeper& keeper, SimulatedSession& session,
                       const runtime::Statistics& statistics, std::uint64_t before) {
    for (int i = 0; i < 50 && keeper.written() == before; ++i) {
      keeper.pass(session, statistics, nullptr);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  SyntheticSession market_;
  ScratchDir dir_;
  std::vector<RecordedProposal> outside_;
  std::unique_ptr<runtime::SessionPlan> plan_;
  fs::path database_;
};

void flip(const fs::path& file, std::uint64_t offset) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(offset));
  const int byte = bytes.get();
  bytes.seekp(static_cast<std::streamoff>(offset));
  bytes.put(static_cast<char>(byte ^ 1));
}

// Plays a recovered session to its end; nothing of its journal differs on the way.
Digest128 play_out(runtime::Recovered& recovered, std::vector<RecordedProposal> outside = {}) {
  SimulatedSession& session = *recovered.session;
  std::size_t at = 0;
  while (at < outside.size() && recovered.from &&
         outside[at].sequence <= recovered.from->sequence) {
    ++at;
  }
  while (session.next_time() != Timestamp::never()) {
    if (at < outside.size() && outside[at].sequence == session.recorder().sequence() + 1) {
      session.put_outside(outside[at++].event);
      REQUIRE(session.next_time() != Timestamp::never());
    }
    session.apply_next();
    REQUIRE(!session.journal().divergence().has_value());
  }
  return session.recorder().digest();
}

TEST_CASE("recovery from a snapshot and the journal behind it is the session that was cut off") {
  const CutSession cut("recover-tail", {}, false);
  REQUIRE(cut.snapshots().size() == store::kSnapshotsKept);
  const store::JournalPlace newest = cut.place(0);
  CHECK(newest.sequence > cut.place(1).sequence);
  CHECK(newest.sequence < kCut);
  CHECK(store::verify_front(cut.path(), newest));
  auto recovered = cut.recover();
  REQUIRE(recovered.from.has_value());
  CHECK(*recovered.from == newest);
  CHECK(recovered.refused == 0);
  CHECK(recovered.session->journal().resumed_from() == kCut);
  CHECK(play_out(recovered) == cut.whole());
}

// Writes the newest snapshot anew, with another header or less of its state.
void rewrite_newest(const CutSession& cut, const store::SessionIdentity& identity,
                    std::size_t left_out) {
  const auto snapshot = must(store::Snapshot::open(cut.snapshots()[0], cut.identity()));
  const auto all = snapshot.state();
  const std::vector<std::byte> state(all.begin(),
                                     all.end() - static_cast<std::ptrdiff_t>(left_out));
  must(store::write_snapshot(cut.path(), identity, snapshot.place(), 0, state));
}

void cut_journal_before_newest(const CutSession& cut) {
  const store::JournalPlace place = cut.place(0);
  fs::resize_file(cut.path() / store::segment_name(place.segment), place.offset - 8);
  for (std::uint64_t next = place.segment + 1;
       fs::remove(cut.path() / store::segment_name(next)); ++next) {
  }
}

// In the first record behind a place.
void flip_at(const CutSession& cut, const store::JournalPlace& place) {
  flip(cut.path() / store::segment_name(place.segment), place.offset + 40);
}

struct Harm {
  const char* name;
  std::size_t refused;
  void (*done)(const CutSession& cut);
};
const Harm kHarms[] = {
    {"a flipped byte of the state", 1,
     [](const CutSession& cut) { flip(cut.snapshots()[0], 4'000); }},
    {"a flipped byte of the header", 1,
     [](const CutSession& cut) { flip(cut.snapshots()[0], 50); }},
    {"cut short", 1,
     [](const CutSession& cut) {
       fs::resize_file(cut.snapshots()[0], fs::file_size(cut.snapshots()[0]) - 1);
     }},
    {"empty", 1, [](const CutSession& cut) { fs::resize_file(cut.snapshots()[0], 0); }},
    {"of another build", 1,
     [](const CutSession& cut) {
       store::SessionIdentity other = cut.identity();
       other.build_id += "-other";
       rewrite_newest(cut, other, 0);
     }},
    {"of another session", 1,
     [](const CutSession& cut) {
       store::SessionIdentity other = cut.identity();
       other.config_hash ^= 1;
       rewrite_newest(cut, other, 0);
     }},
    {"sound, but its state ends early", 1,
     [](const CutSession& cut) { rewrite_newest(cut, cut.identity(), 9); }},
    {"newer than the journal", 1, cut_journal_before_newest},
    {"both damaged", 2,
     [](const CutSession& cut) {
       flip(cut.snapshots()[0], 5'000);
       flip(cut.snapshots()[1], 5'000);
     }},
    {"the journal damaged before both", 2,
     [](const CutSession& cut) { flip(cut.path() / store::segment_name(1), 60'000); }},
    {"the journal damaged between them", 1,
     [](const CutSession& cut) { flip_at(cut, cut.place(1)); }},
    {"the journal damaged behind both", 0,
     [](const CutSession& cut) { flip_at(cut, cut.place(0)); }},
};

// Whichever way it was found, damage of the journal is told with its place, and what goes on are
// exactly the records before it.
void check_damage(const CutSession& cut, runtime::Recovered& recovered, std::string_view harm) {
  store::JournalWriter& journal = recovered.session->journal();
  REQUIRE(journal.damage().has_value() == harm.starts_with("the journal damaged"));
  if (const auto& damage = journal.damage()) {
    CHECK(damage->file.starts_with(cut.path().string()));
    CHECK(damage->sequence < kCut);
    CHECK(journal.resumed_from() == damage->sequence);
    if (recovered.from) {
      CHECK(damage->file == (cut.path() / store::segment_name(recovered.from->segment)).string());
      CHECK(damage->offset == recovered.from->offset);
      CHECK(damage->sequence == recovered.from->sequence);
    }
  }
}

TEST_CASE("a damaged, foreign or too new snapshot gives way to the one before it, or to none") {
  std::optional<Digest128> whole;
  for (const Harm& harm : kHarms) {
    CAPTURE(harm.name);
    const CutSession cut("recover-harm", {}, false);
    whole = whole ? whole : std::optional{cut.whole()};
    const store::JournalPlace expected = cut.place(harm.refused == 0 ? 0 : 1);
    harm.done(cut);
    {
      auto recovered = cut.recover();
      CHECK(recovered.refused == harm.refused);
      CHECK(recovered.lines.size() == harm.refused);
      CHECK(recovered.from.has_value() == (harm.refused < 2));
      if (recovered.from) {
        CHECK(*recovered.from == expected);
      }
      check_damage(cut, recovered, harm.name);
      CHECK(play_out(recovered) == *whole);
    }
    // What could not be used is gone and does not stand in the way of the next ones.
    CHECK(cut.snapshots().size() == store::kSnapshotsKept - harm.refused);
  }
}

TEST_CASE("a session with proposals from outside goes on from a snapshot and from the start") {
  const CutSession cut("recover-proposals", proposals(), true);
  const Digest128 whole = cut.whole();
  REQUIRE(cut.snapshots().size() == 2);
  const auto all = runtime::recorded_proposals(cut.path());
  const auto tail = runtime::recorded_proposals(cut.path(), cut.place(0));
  CHECK(all.size() == proposals().size());
  REQUIRE(!tail.empty());
  CHECK(tail.front().sequence > cut.place(0).sequence);
  CHECK(tail.back().sequence == all.back().sequence);

  SUBCASE("from the snapshot") {
    const store::JournalPlace place = cut.place(0);
    const auto run = cut.finish();
    CHECK(run.snapshot_at == place.sequence);
    CHECK(run.snapshots_refused == 0);
    CHECK(run.events_replayed == kCut - place.sequence);
    CHECK(run.result.digest == whole.hex());
    CHECK(run.result.conservation_error.is_zero());
    CHECK(run.result.events > kCut);
  }
  SUBCASE("from the first record") {
    store::remove_snapshots(cut.path());
    const auto run = cut.finish();
    CHECK(!run.snapshot_at.has_value());
    CHECK(run.events_replayed == kCut);
    CHECK(run.result.digest == whole.hex());
  }
  SUBCASE("from the older one, because the newest is damaged") {
    const store::JournalPlace place = cut.place(1);
    flip(cut.snapshots()[0], 9'999);
    const auto run = cut.finish();
    CHECK(run.snapshot_at == place.sequence);
    CHECK(run.snapshots_refused == 1);
    CHECK(run.result.digest == whole.hex());
  }
  // A closed session needs none, its replay knows of none, and its rows are those of a replay.
  CHECK(cut.snapshots().empty());
  const auto replayed = must(runtime::replay_session({.session = cut.path(), .mask = {}}, {}));
  CHECK(replayed.equal);
  CHECK(replayed.closed);
  const auto rebuilt =
      must(runtime::rebuild_projection({cut.database(), cut.profile(), {cut.path()}}, {}));
  CHECK(rebuilt.sessions.front().problem.empty());
  std::uint64_t rows = 0;
  for (const store::sqlite::TableDifference& table : rebuilt.tables) {
    CHECK_MESSAGE(table.differing == 0, table.table);
    rows += table.after;
  }
  CHECK(rows > 500);
}

}  // namespace
}  // namespace lanner::test
