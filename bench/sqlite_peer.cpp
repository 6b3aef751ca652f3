// SQLite as a peer: the journal's append beside one row of ten columns, in a transaction of its own
// or in a batch. Wall time, because a commit waits for the disk; both sides in the same folder.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "bench/row.hpp"
#include "bench/tapes.hpp"
#include "model/codec.hpp"
#include "store/journal_writer.hpp"
#include "store/sqlite/connection.hpp"

namespace lanner::bench {
namespace {

namespace fs = std::filesystem;
using store::sqlite::Cell;
using store::sqlite::Connection;
using store::sqlite::Statement;

using PeerClock = std::chrono::steady_clock;

constexpr std::size_t kAppends = 200'000;
constexpr std::size_t kCommitsFull = 200;
constexpr std::size_t kCommitsNormal = 2'000;
constexpr std::size_t kBatch = 1'000;

const fs::path kPlace = "build/bench/sqlite-peer";

double ns_of(PeerClock::time_point start, std::size_t units) {
  const std::chrono::duration<double, std::nano> wall = PeerClock::now() - start;
  return wall.count() / static_cast<double>(units);
}

class Peer {
 public:
  explicit Peer(const char* synchronous) : path_(kPlace / synchronous) {
    std::error_code ignored;
    for (const char* part : {"", "-wal", "-shm"}) {
      fs::remove(path_.string() + part, ignored);
    }
    auto opened = Connection::open(path_, store::sqlite::Access::read_write);
    connection_ = std::make_unique<Connection>(std::move(*opened));
    run(std::string{"PRAGMA journal_mode = WAL; PRAGMA synchronous = "} + synchronous +
        "; CREATE TABLE rows (a INTEGER PRIMARY KEY, b INTEGER, c INTEGER, d INTEGER, e REAL,"
        " f REAL, g REAL, h TEXT, i TEXT, j TEXT)");
    auto prepared = connection_->prepare("INSERT INTO rows VALUES (?,?,?,?,?,?,?,?,?,?)");
    insert_ = std::make_unique<Statement>(std::move(*prepared));
  }

  // Nanoseconds a row: `rows` rows in transactions of `batch`.
  double write(std::size_t rows, std::size_t batch) {
    const auto start = PeerClock::now();
    for (std::size_t i = 0; i < rows; i += batch) {
      run("BEGIN");
      for (std::size_t k = 0; k < batch; ++k) {
        const std::int64_t id = ++id_;
        const Cell cells[] = {id,  id * 2, id * 3, id * 4,        0.5,
                              1.5, 2.5,    std::string{"BTCUSDT"}, std::string{"67012.5"},
                              std::string{"0.001"}};
        keep(insert_->run(cells));
      }
      run("COMMIT");
    }
    return ns_of(start, rows);
  }

 private:
  void run(const std::string& sql) { keep(connection_->execute(sql)); }
  fs::path path_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Statement> insert_;
  std::int64_t id_ = 0;
};

double append_to_journal() {
  static int number = 0;
  const fs::path session = kPlace / ("journal-" + std::to_string(++number));
  std::error_code ignored;
  fs::remove_all(session, ignored);
  // As safe as the row beside it: synced, here in groups, and waited for at the end.
  auto journal =
      store::JournalWriter::create(session, {}, {.durability = store::Durability::synced});
  model::Event event;
  event.payload = model::TradeTick{InstrumentId{0}, model::Side::buy, Price::from_int(67'012),
                                   Quantity::from_int(1)};
  const auto start = PeerClock::now();
  for (std::size_t i = 1; i <= kAppends; ++i) {
    event.sequence = i;
    event.ts_init = Timestamp{static_cast<std::int64_t>(i) * kNsPerMs};
    const auto room = journal->reserve(model::kEventBytesMax);
    journal->commit(store::RecordKind::event, i, model::encode(event, room));
  }
  if (!journal->await_acknowledged()) {
    stop("the disk did not take the journal beside SQLite");
  }
  const double ns = ns_of(start, kAppends);
  keep(journal->close());
  fs::remove_all(session, ignored);
  return ns;
}

Row peer_row(const Settings& settings, const char* peer, double limit, const Sample& sample) {
  Row row;
  row.name = std::string{"journal append beside "} + peer;
  row.floor = peer;
  row.limit = limit;
  row.measured = compare(settings, append_to_journal, sample);
  const double rows_per_s = row.measured.floor > 0.0 ? 1e9 / row.measured.floor : 0.0;
  row.facts.emplace_back("peer rows/s", std::to_string(static_cast<long>(rows_per_s)));
  return row;
}

}  // namespace

std::vector<Row> sqlite_peer(const Settings& settings) {
  std::error_code ignored;
  fs::create_directories(kPlace, ignored);
  Peer full{"FULL"};
  Peer normal{"NORMAL"};
  std::vector<Row> rows;
  rows.push_back(peer_row(settings, "SQLite WAL FULL, 1 row a commit", 1.0 / 40.0,
                          [&] { return full.write(kCommitsFull, 1); }));
  rows.push_back(peer_row(settings, "SQLite WAL NORMAL, 1 row a commit", 1.0 / 5.0,
                          [&] { return normal.write(kCommitsNormal, 1); }));
  rows.push_back(peer_row(settings, "SQLite WAL NORMAL, 1000 rows a commit", 0.0,
                          [&] { return normal.write(20 * kBatch, kBatch); }));
  fs::remove_all(kPlace, ignored);
  return rows;
}

}  // namespace lanner::bench
