#include "store/sqlite/connection.hpp"

#include <sqlite3.h>

#include <charconv>

namespace lanner::store::sqlite {
namespace {

constexpr int kBusyMs = 2'000;

tl::unexpected<Error> sqlite_failure(const std::string& file, int code, const char* what) {
  const int kind = code & 0xff;
  const bool is_damage = kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB;
  const bool is_busy = kind == SQLITE_BUSY || kind == SQLITE_LOCKED;
  std::string text = file + ": " + what;
  text += is_damage ? "; `lanner db rebuild` makes it again from the journals"
          : is_busy ? "; wait until the process that holds it is done"
          : kind == SQLITE_FULL ? "; free some disk space"
                                : "";
  return fail(is_damage ? ErrorKind::data : is_busy ? ErrorKind::running : ErrorKind::failure,
              std::move(text));
}

Cell cell_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return std::monostate{};
    default:
      break;
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  const int bytes = sqlite3_column_bytes(statement, column);
  return text == nullptr ? std::string{} : std::string(text, static_cast<std::size_t>(bytes));
}

}  // namespace

std::string cell_text(const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    return std::to_string(*whole);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, *real).ptr;
    return {digits, end};
  }
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr ? std::string{} : *text;
}

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), file_(std::move(other.file_)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  std::swap(file_, other.file_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Status Statement::bind(std::span<const Cell> parameters) {
  sqlite3_reset(statement_);
  int at = 0;
  for (const Cell& cell : parameters) {
    ++at;
    int code = SQLITE_OK;
    if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
      code = sqlite3_bind_int64(statement_, at, *whole);
    } else if (const auto* real = std::get_if<double>(&cell)) {
      code = sqlite3_bind_double(statement_, at, *real);
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      // The caller's text lives until the statement has run.
      code = sqlite3_bind_text(statement_, at, text->data(), static_cast<int>(text->size()),
                               nullptr);
    } else {
      code = sqlite3_bind_null(statement_, at);
    }
    if (code != SQLITE_OK) {
      return sqlite_failure(file_, code, sqlite3_errmsg(sqlite3_db_handle(statement_)));
    }
  }
  return {};
}

Status Statement::run(std::span<const Cell> parameters) {
  if (const auto bound = bind(parameters); !bound) {
    return bound;
  }
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_DONE && code != SQLITE_ROW) {
    auto failed = sqlite_failure(file_, code, sqlite3_errmsg(sqlite3_db_handle(statement_)));
    sqlite3_reset(statement_);
    return failed;
  }
  sqlite3_reset(statement_);
  return {};
}

Result<Rows> Statement::query(std::span<const Cell> parameters) {
  if (const auto bound = bind(parameters); !bound) {
    return tl::unexpected{bound.error()};
  }
  Rows out;
  const int columns = sqlite3_column_count(statement_);
  for (int i = 0; i < columns; ++i) {
    out.columns.emplace_back(sqlite3_column_name(statement_, i));
  }
  int code = SQLITE_OK;
  while ((code = sqlite3_step(statement_)) == SQLITE_ROW) {
    Cells& row = out.rows.emplace_back();
    for (int i = 0; i < columns; ++i) {
      row.push_back(cell_of(statement_, i));
    }
  }
  if (code != SQLITE_DONE) {
    auto failed = sqlite_failure(file_, code, sqlite3_errmsg(sqlite3_db_handle(statement_)));
    sqlite3_reset(statement_);
    return failed;
  }
  sqlite3_reset(statement_);
  return out;
}

Result<Connection> Connection::open(const std::filesystem::path& file, Access access) {
  std::error_code error;
  if (access == Access::read_only && !std::filesystem::exists(file, error)) {
    return fail(ErrorKind::data, "no database " + file.string() +
                                     "; `lanner db rebuild` makes it from the journals");
  }
  if (access == Access::read_write && file.has_parent_path()) {
    std::filesystem::create_directories(file.parent_path(), error);
  }
  const int flags = access == Access::read_only ? SQLITE_OPEN_READONLY
                                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  Connection connection{handle, file.string()};
  if (code != SQLITE_OK) {
    return sqlite_failure(file.string(), code,
                          handle == nullptr ? "out of memory" : sqlite3_errmsg(handle));
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyMs);
  return connection;
}

Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), file_(std::move(other.file_)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(file_, other.file_);
  return *this;
}

Connection::~Connection() { sqlite3_close_v2(handle_); }

Status Connection::execute(std::string_view sql) {
  const std::string text{sql};
  char* message = nullptr;
  const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, &message);
  if (code == SQLITE_OK) {
    return {};
  }
  auto failed = sqlite_failure(file_, code, message == nullptr ? "failed" : message);
  sqlite3_free(message);
  return failed;
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_failure(file_, code, sqlite3_errmsg(handle_));
  }
  return Statement{statement, file_};
}

Result<Rows> Connection::query(std::string_view sql, std::span<const Cell> parameters) {
  auto statement = prepare(sql);
  if (!statement) {
    return tl::unexpected{statement.error()};
  }
  return statement->query(parameters);
}

Result<std::int64_t> Connection::number(std::string_view sql, std::span<const Cell> parameters) {
  const auto rows = query(sql, parameters);
  if (!rows) {
    return tl::unexpected{rows.error()};
  }
  const bool is_empty = rows->rows.empty() || rows->rows.front().empty();
  const auto* whole =
      is_empty ? nullptr : std::get_if<std::int64_t>(&rows->rows.front().front());
  return whole == nullptr ? 0 : *whole;
}

Status Connection::copy_to(const std::filesystem::path& file) {
  auto target = Connection::open(file, Access::read_write);
  if (!target) {
    return tl::unexpected{target.error()};
  }
  sqlite3_backup* backup = sqlite3_backup_init(target->handle_, "main", handle_, "main");
  if (backup == nullptr) {
    return sqlite_failure(file.string(), sqlite3_errcode(target->handle_),
                          sqlite3_errmsg(target->handle_));
  }
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) {
    return sqlite_failure(file.string(), code, sqlite3_errstr(code));
  }
  return {};
}

}  // namespace lanner::store::sqlite
