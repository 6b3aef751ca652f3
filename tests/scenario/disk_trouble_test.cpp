// A run whose disk is full or slow for a while: entries stop, exits go on, nothing is corrupted,
// and entries come back with the disk.

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/paper_run.hpp"
#include "runtime/replay.hpp"
#include "sim/synthetic/config.hpp"
#include "store/journal_reader.hpp"
#include "support/failing_disk.hpp"
#include "support/journal_tail.hpp"
#include "support/synthetic_session.hpp"

using namespace lanner;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSegment = 256 * 1024;

sim::SyntheticConfig busy_market(Duration length) {
  sim::SyntheticConfig config;
  config.seed = 5;
  config.instruments = 12;
  config.length = length;
  return config;
}

runtime::PaperRunOptions busy_run(const test::SyntheticSession& market, const fs::path& dir) {
  runtime::PaperRunOptions options;
  options.base.data = market.plan().catalog.dir();
  options.base.profile = dir;
  options.base.with_bad_day = false;
  options.base.mask = "fee_gate,thompson_probe,coin_scorer";
  options.base.sets = {{"risk.entries_per_hour", "10000"}, {"risk.entries_per_minute", "1000"},
                       {"risk.cooldown_min", "0"},         {"risk.probe_budget_pct", "100"},
                       {"risk.daily_loss_pct", "100"},     {"risk.drawdown_pct", "100"}};
  options.session = dir / "session";
  options.segment_bytes = kSegment;
  return options;
}

// What the session did while it could not record, and otherwise.
struct Told {
  std::size_t stops = 0;  // times that entries stopped
  std::size_t starts = 0;
  std::size_t entries_stopped = 0;
  std::size_t fills_stopped = 0;
  std::size_t events_stopped = 0;
  std::size_t entries_before = 0;
  std::size_t entries_after = 0;
  std::uint64_t segment_of_start = 0;
};

void note_commands(Told& told, const std::vector<model::Command>& commands) {
  for (const model::Command& command : commands) {
    const auto* const submit = std::get_if<model::SubmitOrder>(&command);
    if (submit != nullptr && submit->order.role == model::OrderRole::entry) {
      ++(told.stops > told.starts ? told.entries_stopped
         : told.stops > 0         ? told.entries_after
                                  : told.entries_before);
    }
  }
}

Told read_session(const fs::path& session) {
  auto reader = store::JournalReader::open(session);
  REQUIRE(reader.has_value());
  Told told;
  model::TradeCondition condition;
  while (const auto record = reader->next()) {
    if (record->kind == store::RecordKind::caused) {
      note_commands(told, test::commands_of(record->payload));
    }
    model::Event event;
    std::size_t used = 0;
    if (record->kind != store::RecordKind::event ||
        !model::decode(record->payload, event, condition, used)) {
      continue;
    }
    if (const auto* const change = std::get_if<model::TradingStateChanged>(&event.payload)) {
      CHECK(change->source == model::ControlSource::journal);
      ++(change->state == model::TradingState::active ? told.starts : told.stops);
      told.segment_of_start = reader->end_segment();
    }
    if (told.stops > told.starts) {
      ++told.events_stopped;
      told.fills_stopped += std::holds_alternative<model::OrderFilled>(event.payload) ? 1U : 0U;
    }
  }
  CHECK(!reader->damage().has_value());
  CHECK(reader->is_closed());
  return told;
}

void check_replay(const fs::path& session) {
  const auto replayed =
      runtime::replay_session(runtime::ReplayOptions{.session = session, .mask = {}}, {});
  REQUIRE(replayed.has_value());
  CHECK(replayed->equal);
  CHECK(replayed->closed);
}

void check_run(const Result<runtime::PaperRunResult>& run) {
  REQUIRE_MESSAGE(run.has_value(), (run ? std::string{} : run.error().message));
  CHECK(run->result.protection_breaches == 0);
  CHECK(run->result.conservation_error == Money{});
}

// Has room for some segments, then none for a while.
class FillingDisk : public store::JournalDisk {
 public:
  [[nodiscard]] int allocate(int fd, std::uint64_t bytes) noexcept override {
    const int call = ++calls_;
    return call > kBefore && call <= kBefore + kRefused ? ENOSPC
                                                        : JournalDisk::allocate(fd, bytes);
  }
  [[nodiscard]] int calls() const noexcept { return calls_; }

  static constexpr int kBefore = 20;
  static constexpr int kRefused = 1;

 private:
  std::atomic<int> calls_ = 0;
};

// As a process leaves it that died when the present segment had just begun.
void cut_behind_segment(const fs::path& session, std::uint64_t segment) {
  test::unmark_closed(session);
  while (fs::remove(session / store::segment_name(++segment))) {
  }
}

}  // namespace

TEST_CASE("a disk that is full for a while: no entries, exits go on, and a continued run agrees") {
  // Long beside the twentieth of a second between two tries, on a busy machine too.
  const test::SyntheticSession market(busy_market(hours(24 * 24)));
  const test::ScratchDir scratch("disk-full-run");
  runtime::PaperRunOptions options = busy_run(market, scratch.path());
  FillingDisk disk;
  options.disk = &disk;
  std::vector<std::string> lines;
  options.on_line = [&lines](std::string_view line) { lines.emplace_back(line); };
  check_run(runtime::run_paper(options));
  CHECK(disk.calls() > FillingDisk::kBefore + FillingDisk::kRefused);
  const auto full = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("the disk is full: no entries") == 0;
  });
  CHECK(full != lines.end());

  const Told told = read_session(options.session);
  CHECK(told.stops >= 1);
  CHECK(told.starts == told.stops);
  CHECK(told.entries_before > 10);
  CHECK(told.entries_stopped == 0);
  CHECK(told.events_stopped > 100);
  CHECK(told.fills_stopped > 0);
  CHECK(told.entries_after > 10);
  check_replay(options.session);

  // The trouble is part of the session: a run that continues it meets it again at its place.
  cut_behind_segment(options.session, told.segment_of_start + 1);
  options.disk = nullptr;
  const auto again = runtime::run_paper(options);
  check_run(again);
  CHECK(again->resumed_from.has_value());
  const Told second = read_session(options.session);
  CHECK(second.stops == told.stops);
  CHECK(second.events_stopped == told.events_stopped);
  check_replay(options.session);
}

TEST_CASE("a disk that syncs for two seconds: entries stop until it has caught up") {
  const test::SyntheticSession market(busy_market(hours(24 * 6)));
  const test::ScratchDir scratch("disk-slow-run");
  runtime::PaperRunOptions options = busy_run(market, scratch.path());
  test::FailingDisk disk;
  options.disk = &disk;
  options.speed = 60'000;
  options.segment_bytes = store::kSegmentBytesMax;
  options.base.journal.durability = store::Durability::synced;
  std::size_t minutes = 0;
  std::size_t minutes_behind = 0;
  bool is_behind = false;
  bool was_well_again = false;
  options.each_minute = true;
  options.on_view = [&](const views::LiveView&) {
    if (++minutes == 2'000) {
      disk.sync_ms = 2'000;
    }
    minutes_behind += is_behind ? 1U : 0U;
    if (minutes_behind == 500) {
      disk.sync_ms = 0;
    }
  };
  options.on_line = [&](std::string_view line) {
    is_behind = line.find("the disk is behind: no entries") == 0;
    was_well_again = was_well_again || line.find("the journal is well again") == 0;
  };
  check_run(runtime::run_paper(options));
  CHECK(minutes_behind >= 500);
  CHECK(was_well_again);
  const Told told = read_session(options.session);
  CHECK(told.stops >= 1);
  CHECK(told.starts == told.stops);
  CHECK(told.entries_before > 10);
  CHECK(told.entries_stopped == 0);
  CHECK(told.events_stopped > 1'000);
  CHECK(told.fills_stopped > 0);
  check_replay(options.session);
}
