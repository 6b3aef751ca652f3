// What a journal on disk costs the thread that trades, how soon a record is safe, and how long a
// killed session takes to be where it was.

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "base/crc32c.hpp"
#include "bench/row.hpp"
#include "bench/tapes.hpp"
#include "runtime/recovery/recovery.hpp"
#include "runtime/recovery/snapshot_pace.hpp"
#include "runtime/session_plan.hpp"
#include "runtime/simulated_session.hpp"
#include "store/journal_writer.hpp"
#include "store/mapped_file.hpp"
#include "store/snapshot/snapshot_file.hpp"

namespace lanner::bench {
namespace {

constexpr std::size_t kRecordBytes = 128;
constexpr std::size_t kPushes = 100'000;
constexpr std::size_t kSyncs = 200;
constexpr std::size_t kRecovered = 1'000'000;

double wall_ns() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::filesystem::path fresh(const char* name) {
  auto path = scratch_dir() / name;
  std::filesystem::remove_all(path);
  return path;
}

void push(store::JournalWriter& journal, std::uint64_t sequence) {
  const auto room = journal.reserve(kRecordBytes - store::kRecordHeaderBytes);
  std::memset(room.data(), static_cast<int>(sequence), room.size());
  journal.commit(store::RecordKind::event, sequence, room.size());
}

// One record of 128 bytes at a time while the other thread writes; the clock's own cost is taken
// off.
void add_push(const Settings& settings, std::vector<Row>& rows) {
  const double scale = ns_per_tick();
  Row row;
  row.name = "journal append, queue to the disk, p99";
  row.unit = "ns/record";
  row.limit = 150.0;
  row.measured = compare(
      settings,
      [&] {
        const auto dir = fresh("pushed");
        auto journal = expect(store::JournalWriter::create(dir));
        std::vector<double> own;
        std::vector<double> costs;
        for (std::size_t i = 0; i < kPushes; ++i) {
          const std::uint64_t before = ticks();
          const std::uint64_t from = ticks();
          push(journal, i);
          const std::uint64_t to = ticks();
          own.push_back(static_cast<double>(from - before) * scale);
          costs.push_back(static_cast<double>(to - from) * scale);
        }
        static_cast<void>(journal.close());
        std::filesystem::remove_all(dir);
        return quantile(std::move(costs), 0.99) - median(std::move(own));
      },
      [] { return 0.0; });
  rows.push_back(row);
}

// In turns with a write and fdatasync of the same bytes to a file that has its room.
Measured durable_record() {
  const auto dir = fresh("durable");
  auto journal = expect(
      store::JournalWriter::create(dir, {}, {.durability = store::Durability::synced}));
  const int fd = ::open((dir / "floor").c_str(), O_RDWR | O_CREAT, 0644);
  if (fd < 0 || ::posix_fallocate(fd, 0, kRecordBytes * kSyncs) != 0) {
    stop("no room for the file that durable records are compared with");
  }
  const std::vector<std::byte> bytes(kRecordBytes, std::byte{1});
  std::vector<double> ours;
  std::vector<double> floor;
  const std::uint64_t waited_from = waited_us();
  const double begun = wall_ns();
  for (std::size_t i = 0; i < kSyncs; ++i) {
    double from = wall_ns();
    push(journal, i);
    if (!journal.await_acknowledged()) {
      stop("the disk did not take the journal");
    }
    ours.push_back(wall_ns() - from);
    from = wall_ns();
    if (::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(i * kRecordBytes)) < 0 ||
        ::fdatasync(fd) != 0) {
      stop("the disk did not take the file beside the journal");
    }
    floor.push_back(wall_ns() - from);
  }
  Measured measured;
  measured.ours = median(std::move(ours));
  measured.floor = median(std::move(floor));
  measured.pressure =
      static_cast<double>(waited_us() - waited_from) * 1000.0 / (wall_ns() - begun);
  measured.is_conclusive = measured.pressure <= kPressureMax;
  ::close(fd);
  static_cast<void>(journal.close());
  std::filesystem::remove_all(dir);
  return measured;
}

void add_durable(const Settings& settings, std::vector<Row>& rows) {
  Row row;
  row.name = "durable record, p50";
  row.unit = "ns/record";
  row.floor = "write and fdatasync of the record";
  row.limit = 1.5;
  for (std::size_t i = 0; i < settings.tries && !row.measured.is_conclusive; ++i) {
    row.measured = durable_record();
  }
  rows.push_back(row);
}

// An unfinished session of a million records, as a killed process leaves it.
void leave_session(const runtime::SessionPlan& plan, const std::filesystem::path& dir) {
  runtime::SimulatedSession session(
      plan.spec, expect(runtime::open_tape(plan)),
      expect(store::JournalWriter::create(dir, runtime::identity_of(plan.spec))));
  std::size_t records = 1;
  while (records < kRecovered && session.next_time() != Timestamp::never()) {
    session.apply_next();
    records += session.sink().is_silent() ? 1 : 2;
  }
  if (!session.journal().await_written()) {
    stop("the disk did not take the session that is recovered");
  }
}

double recover(const runtime::SessionPlan& plan, const std::filesystem::path& dir) {
  const std::int64_t from = thread_ns();
  runtime::SimulatedSession session(plan.spec, expect(runtime::open_tape(plan)),
                                    expect(store::JournalWriter::resume(dir)));
  while (session.journal().is_confirming() && session.next_time() != Timestamp::never()) {
    session.apply_next();
  }
  if (session.journal().divergence()) {
    stop("the recovered session differs");
  }
  return static_cast<double>(thread_ns() - from) / static_cast<double>(kRecovered);
}

double scan(const std::filesystem::path& dir) {
  const std::int64_t from = thread_ns();
  std::uint32_t sum = 0;
  for (std::uint64_t i = 1; std::filesystem::exists(dir / store::segment_name(i)); ++i) {
    const auto file = expect(store::MappedFile::open(dir / store::segment_name(i)));
    auto rest = file.bytes().subspan(store::kSegmentHeaderBytes);
    while (rest.size() >= store::kRecordHeaderBytes) {
      store::RecordHeader header;
      std::memcpy(&header, rest.data(), sizeof header);
      if (header.length == 0) {
        break;
      }
      const std::size_t whole = store::padded(store::kRecordHeaderBytes + header.length);
      sum += crc32c(rest.subspan(4, whole - 4));
      rest = rest.subspan(whole);
    }
  }
  keep(sum);
  return static_cast<double>(thread_ns() - from) / static_cast<double>(kRecovered);
}

void add_recovery(const Settings& settings, std::vector<Row>& rows) {
  const runtime::SessionPlan plan = expect(runtime::plan_session(session_on(sim::bar_tape(1))));
  const auto dir = fresh("killed");
  leave_session(plan, dir);
  Row row;
  row.name = "recovery of 1 M journalled records";
  row.unit = "ns/record";
  row.floor = "mapped file, CRC of each record";
  row.limit = 20.0;
  row.measured = compare(settings, [&] { return recover(plan, dir); }, [&] { return scan(dir); });
  row.facts = {{"milliseconds",
                std::to_string(row.measured.ours * static_cast<double>(kRecovered) / 1e6)}};
  rows.push_back(row);
  std::filesystem::remove_all(dir);
}

// A million records and a snapshot so far before their end as two of them are apart at most.
struct Cut {
  std::size_t tail = 0;         // records behind the snapshot
  std::size_t state_bytes = 0;
};
Cut leave_session_with_snapshot(const runtime::SessionPlan& plan,
                                const std::filesystem::path& dir) {
  const store::SessionIdentity identity = runtime::identity_of(plan.spec);
  runtime::SimulatedSession session(plan.spec, expect(runtime::open_tape(plan)),
                                    expect(store::JournalWriter::create(dir, identity)));
  runtime::Statistics statistics(session.engine());
  std::vector<std::byte> state;
  Cut cut;
  std::size_t records = 1;
  while (records < kRecovered && session.next_time() != Timestamp::never()) {
    if (state.empty() && records >= kRecovered - runtime::SnapshotPace{}.events) {
      runtime::save_state(session, statistics, nullptr, state);
      session.journal().mark();
      while (!session.journal().marked()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      if (!store::write_snapshot(dir, identity, *session.journal().marked(), 0, state)) {
        stop("the disk did not take the snapshot");
      }
      cut = {records, state.size()};
    }
    statistics.on_event(session.apply_next(), session.sink());
    records += session.sink().is_silent() ? 1 : 2;
  }
  if (!session.journal().await_written()) {
    stop("the disk did not take the session that is recovered");
  }
  cut.tail = records - cut.tail;
  return cut;
}

// By the clock: the records before the snapshot are checked by more than one thread.
double recover_from_snapshot(const runtime::SessionPlan& plan, const std::filesystem::path& dir) {
  const double from = wall_ns();
  const auto recovered = expect(runtime::recover_session(plan, dir));
  runtime::SimulatedSession& session = *recovered.session;
  while (session.journal().is_confirming() && session.next_time() != Timestamp::never()) {
    recovered.statistics->on_event(session.apply_next(), session.sink());
  }
  if (session.journal().divergence() || !recovered.from) {
    stop("the session that is recovered from its snapshot differs");
  }
  return (wall_ns() - from) / 1e6;
}

void add_snapshot_recovery(const Settings& settings, std::vector<Row>& rows) {
  const runtime::SessionPlan plan = expect(runtime::plan_session(session_on(sim::bar_tape(1))));
  const auto dir = fresh("snapshot");
  const Cut cut = leave_session_with_snapshot(plan, dir);
  Row row;
  row.name = "recovery from snapshot + tail";
  row.unit = "ms";
  row.limit = 30.0;
  row.measured =
      compare(settings, [&] { return recover_from_snapshot(plan, dir); }, [] { return 0.0; });
  row.facts = {{"records_before", std::to_string(kRecovered - cut.tail)},
               {"records_behind", std::to_string(cut.tail)},
               {"state_bytes", std::to_string(cut.state_bytes)}};
  rows.push_back(row);
  std::filesystem::remove_all(dir);
}

}  // namespace

std::vector<Row> journal_costs(const Settings& settings) {
  std::vector<Row> rows;
  add_push(settings, rows);
  add_durable(settings, rows);
  add_recovery(settings, rows);
  add_snapshot_recovery(settings, rows);
  return rows;
}

}  // namespace lanner::bench
