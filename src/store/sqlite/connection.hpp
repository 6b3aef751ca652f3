#pragma once

// SQLite with values instead of error codes. Every error names the file and says what SQLite says.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace lanner::store::sqlite {

using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;
using Cells = std::vector<Cell>;

// "", 12, 0.1 (the shortest digits that read back the same), text as it is.
[[nodiscard]] std::string cell_text(const Cell& cell);

struct Rows {
  std::vector<std::string> columns;
  std::vector<Cells> rows;
};

class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  // Runs a statement that gives no rows.
  [[nodiscard]] Status run(std::span<const Cell> parameters);
  [[nodiscard]] Result<Rows> query(std::span<const Cell> parameters);

 private:
  friend class Connection;
  Statement(sqlite3_stmt* statement, std::string file) noexcept
      : statement_(statement), file_(std::move(file)) {}
  [[nodiscard]] Status bind(std::span<const Cell> parameters);
  sqlite3_stmt* statement_ = nullptr;
  std::string file_;
};

enum class Access : std::uint8_t { read_only, read_write };

class Connection {
 public:
  // read_write makes the file. Another process that holds a lock is waited for, 2 s at most.
  [[nodiscard]] static Result<Connection> open(const std::filesystem::path& file, Access access);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Any number of statements without parameters.
  [[nodiscard]] Status execute(std::string_view sql);
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  [[nodiscard]] Result<Rows> query(std::string_view sql, std::span<const Cell> parameters = {});
  // The first cell of the first row as a whole number; 0 where there is none.
  [[nodiscard]] Result<std::int64_t> number(std::string_view sql,
                                            std::span<const Cell> parameters = {});
  // A copy of all pages as of one instant, by SQLite's online backup; other connections go on.
  [[nodiscard]] Status copy_to(const std::filesystem::path& file);
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

 private:
  Connection(sqlite3* handle, std::string file) noexcept
      : handle_(handle), file_(std::move(file)) {}
  sqlite3* handle_ = nullptr;
  std::string file_;
};

}  // namespace lanner::store::sqlite
