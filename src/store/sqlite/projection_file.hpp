#pragma once

// The projection's file. Exactly one process and one connection writes and checkpoints, held by a
// lock file beside it (Debian's SQLite 3.40 may lose a WAL with two of them); readers open it
// read-only. Nothing of the engine ever reads it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "store/atomic_file.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"

namespace lanner::store::sqlite {

struct Row {
  Table table = Table::sessions;
  Cells cells;  // all columns in their order; session_id first
};

struct Batch {
  std::int64_t session_id = 0;
  bool replaces_states = false;  // rows of state tables of the session go before the new ones come
  std::vector<Row> rows;
};

// What keeps others from writing, while it lives.
class WriterLock {
 public:
  // running (exit 9) while another process has it.
  [[nodiscard]] static Result<WriterLock> take(const std::filesystem::path& file);
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  ~WriterLock();

 private:
  explicit WriterLock(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

class ProjectionFile {
 public:
  // Makes it, or brings its schema up to date. The lock is the caller's to hold.
  [[nodiscard]] static Result<ProjectionFile> open(const std::filesystem::path& file,
                                                   const WriterLock& lock);
  // All rows in one transaction; a row whose key is there is replaced.
  [[nodiscard]] Status write(const Batch& batch);
  [[nodiscard]] Status remove_session(std::int64_t session_id);
  // Moves the write-ahead log into the file; after it the file alone is all.
  [[nodiscard]] Status checkpoint();
  [[nodiscard]] Connection& connection() noexcept { return connection_; }

 private:
  ProjectionFile(Connection connection) : connection_(std::move(connection)) {}
  [[nodiscard]] Status prepare_all();
  [[nodiscard]] Status write_rows(const Batch& batch);
  Connection connection_;
  std::vector<Statement> inserts_;           // by Table
  std::array<std::size_t, kTableCount> columns_{};
};

// Rows of one table in the order of its key, and their hash: equal content, equal digest.
struct TableDump {
  Table table = Table::sessions;
  std::uint64_t rows = 0;
  std::string digest;
};
[[nodiscard]] Result<std::vector<TableDump>> dump_tables(Connection& connection);

struct TableDifference {
  std::string table;
  std::uint64_t before = 0;  // rows
  std::uint64_t after = 0;
  std::uint64_t differing = 0;  // rows that only one of the two has
};
// Row by row, table by table; both files are read.
[[nodiscard]] Result<std::vector<TableDifference>> compare_files(
    const std::filesystem::path& before, const std::filesystem::path& after);

// Pages, indexes, foreign keys, schema; an error of kind data says what is damaged.
[[nodiscard]] Status check_integrity(Connection& connection);

}  // namespace lanner::store::sqlite
