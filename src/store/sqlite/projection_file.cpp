#include "store/sqlite/projection_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace lanner::store::sqlite {
namespace {

Result<std::vector<std::string>> columns_of(Connection& connection, std::string_view table) {
  const auto rows =
      connection.query("SELECT name FROM pragma_table_info(?)", {{Cell{std::string{table}}}});
  if (!rows) {
    return tl::unexpected{rows.error()};
  }
  std::vector<std::string> names;
  for (const Cells& row : rows->rows) {
    names.push_back(cell_text(row.front()));
  }
  if (names.empty()) {
    return fail(ErrorKind::data, connection.file() + ": the table " + std::string{table} +
                                     " is missing; `lanner db rebuild` makes it again");
  }
  return names;
}

// An upsert, not a replacement: replacing a session's row would take its rows everywhere away.
std::string insert_of(const TableSpec& table, const std::vector<std::string>& columns) {
  std::string names;
  std::string places;
  std::string updates;
  const std::string keys = "," + std::string{table.key} + ",";
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ",") + column;
    places += places.empty() ? "?" : ",?";
    if (keys.find("," + column + ",") == std::string::npos) {
      updates += (updates.empty() ? "" : ",") + column + "=excluded." + column;
    }
  }
  return "INSERT INTO " + std::string{table.name} + "(" + names + ") VALUES(" + places +
         ") ON CONFLICT(" + std::string{table.key} + ") DO UPDATE SET " + updates;
}

// A column per cell with its type, so that 1 and "1" differ.
void append_cell(std::string& out, const Cell& cell) {
  out += static_cast<char>('0' + cell.index());
  out += cell_text(cell);
  out += '\x1f';
}

std::string row_bytes(const Cells& row) {
  std::string out;
  for (const Cell& cell : row) {
    append_cell(out, cell);
  }
  return out;
}

Result<Rows> rows_of(Connection& connection, const TableSpec& table) {
  return connection.query("SELECT * FROM " + std::string{table.name} + " ORDER BY " +
                          std::string{table.key});
}

}  // namespace

Result<WriterLock> WriterLock::take(const std::filesystem::path& file) {
  std::error_code error;
  if (file.has_parent_path()) {
    std::filesystem::create_directories(file.parent_path(), error);
  }
  const std::string path = file.string() + ".lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return fail(ErrorKind::failure,
                "cannot write " + path + "; choose another place with --db or --profile");
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return fail(ErrorKind::running, file.string() +
                                        " is being written by another process; wait until it has "
                                        "ended, or give another place with --db");
  }
  return WriterLock{fd};
}

WriterLock::WriterLock(WriterLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

WriterLock::~WriterLock() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Result<ProjectionFile> ProjectionFile::open(const std::filesystem::path& file, const WriterLock&) {
  auto connection = Connection::open(file, Access::read_write);
  if (!connection) {
    return tl::unexpected{connection.error()};
  }
  // NORMAL may lose the last transactions with the power: the journal has them.
  auto ready = connection->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
      "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON;");
  if (ready) {
    ready = migrate(*connection);
  }
  ProjectionFile projection{std::move(*connection)};
  if (ready) {
    ready = projection.prepare_all();
  }
  if (!ready) {
    return tl::unexpected{ready.error()};
  }
  return projection;
}

Status ProjectionFile::prepare_all() {
  for (const TableSpec& table : table_specs()) {
    const auto columns = columns_of(connection_, table.name);
    if (!columns) {
      return tl::unexpected{columns.error()};
    }
    auto statement = connection_.prepare(insert_of(table, *columns));
    if (!statement) {
      return tl::unexpected{statement.error()};
    }
    columns_[inserts_.size()] = columns->size();
    inserts_.push_back(std::move(*statement));
  }
  return {};
}

Status ProjectionFile::write_rows(const Batch& batch) {
  if (batch.replaces_states) {
    for (const TableSpec& table : table_specs()) {
      if (table.kind != TableKind::state) {
        continue;
      }
      const Cell id{batch.session_id};
      const auto cleared = connection_.query(
          "DELETE FROM " + std::string{table.name} + " WHERE session_id = ?", {&id, 1});
      if (!cleared) {
        return tl::unexpected{cleared.error()};
      }
    }
  }
  for (const Row& row : batch.rows) {
    const auto index = static_cast<std::size_t>(row.table);
    if (row.cells.size() != columns_[index]) {
      return fail(ErrorKind::failure, "a row of " + std::string{spec_of(row.table).name} +
                                          " has " + std::to_string(row.cells.size()) +
                                          " cells, the table " + std::to_string(columns_[index]));
    }
    if (const auto written = inserts_[index].run(row.cells); !written) {
      return written;
    }
  }
  return {};
}

Status ProjectionFile::write(const Batch& batch) {
  if (const auto begun = connection_.execute("BEGIN IMMEDIATE"); !begun) {
    return begun;
  }
  auto done = write_rows(batch);
  if (done) {
    done = connection_.execute("COMMIT");
  }
  if (!done) {
    static_cast<void>(connection_.execute("ROLLBACK"));
  }
  return done;
}

Status ProjectionFile::remove_session(std::int64_t session_id) {
  const Cell id{session_id};
  const auto removed =
      connection_.query("DELETE FROM sessions WHERE session_id = ?", {&id, 1});
  return removed ? Status{} : Status{tl::unexpected{removed.error()}};
}

Status ProjectionFile::checkpoint() {
  return connection_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<std::vector<TableDump>> dump_tables(Connection& connection) {
  std::vector<TableDump> dumps;
  for (const TableSpec& table : table_specs()) {
    const auto rows = rows_of(connection, table);
    if (!rows) {
      return tl::unexpected{rows.error()};
    }
    DigestChain chain;
    for (const Cells& row : rows->rows) {
      const std::string bytes = row_bytes(row);
      chain.add(std::as_bytes(std::span{bytes.data(), bytes.size()}));
    }
    dumps.push_back({table.table, rows->rows.size(), chain.value().hex()});
  }
  return dumps;
}

Result<std::vector<TableDifference>> compare_files(const std::filesystem::path& before,
                                                   const std::filesystem::path& after) {
  auto left = Connection::open(before, Access::read_only);
  auto right = Connection::open(after, Access::read_only);
  if (!left || !right) {
    return tl::unexpected{!left ? left.error() : right.error()};
  }
  std::vector<TableDifference> out;
  for (const TableSpec& table : table_specs()) {
    const auto a = rows_of(*left, table);
    const auto b = rows_of(*right, table);
    if (!a || !b) {
      return tl::unexpected{!a ? a.error() : b.error()};
    }
    TableDifference difference{std::string{table.name}, a->rows.size(), b->rows.size(), 0};
    std::vector<std::string> only_left;
    for (const Cells& row : a->rows) {
      only_left.push_back(row_bytes(row));
    }
    std::vector<std::string> only_right;
    for (const Cells& row : b->rows) {
      only_right.push_back(row_bytes(row));
    }
    std::sort(only_left.begin(), only_left.end());
    std::sort(only_right.begin(), only_right.end());
    std::vector<std::string> odd;
    std::set_symmetric_difference(only_left.begin(), only_left.end(), only_right.begin(),
                                  only_right.end(), std::back_inserter(odd));
    difference.differing = odd.size();
    out.push_back(std::move(difference));
  }
  return out;
}

Status check_integrity(Connection& connection) {
  const auto pages = connection.query("PRAGMA integrity_check(5)");
  if (!pages) {
    return tl::unexpected{pages.error()};
  }
  if (pages->rows.size() != 1 || cell_text(pages->rows.front().front()) != "ok") {
    const std::string what =
        pages->rows.empty() ? "no answer" : cell_text(pages->rows.front().front());
    return fail(ErrorKind::data, connection.file() + " is damaged: " + what +
                                     "; `lanner db rebuild` makes it again from the journals");
  }
  const auto orphans = connection.query("PRAGMA foreign_key_check");
  if (!orphans) {
    return tl::unexpected{orphans.error()};
  }
  if (!orphans->rows.empty()) {
    return fail(ErrorKind::data, connection.file() + ": rows of " +
                                     cell_text(orphans->rows.front().front()) +
                                     " belong to no session; `lanner db rebuild` makes it again");
  }
  return check_schema(connection);
}

}  // namespace lanner::store::sqlite
