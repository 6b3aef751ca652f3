#include "runtime/projection/keep_database.hpp"

#include <utility>

#include "store/sqlite/projection_file.hpp"

namespace lanner::runtime {
namespace {

using store::sqlite::Access;
using store::sqlite::Connection;

void remove_database(const std::filesystem::path& file) {
  std::error_code ignored;
  for (const char* part : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(file.string() + part, ignored);
  }
}

// A sound file of this version, with its rows counted.
Result<std::uint64_t> proven_rows(const std::filesystem::path& file) {
  auto connection = Connection::open(file, Access::read_only);
  if (!connection) {
    return tl::unexpected{connection.error()};
  }
  if (const auto sound = store::sqlite::check_integrity(*connection); !sound) {
    return tl::unexpected{sound.error()};
  }
  const auto dumps = store::sqlite::dump_tables(*connection);
  if (!dumps) {
    return tl::unexpected{dumps.error()};
  }
  std::uint64_t rows = 0;
  for (const auto& dump : *dumps) {
    rows += dump.rows;
  }
  return rows;
}

Result<DatabaseCopy> copy_proven(const std::filesystem::path& from,
                                 const std::filesystem::path& to) {
  auto source = Connection::open(from, Access::read_only);
  if (!source) {
    return tl::unexpected{source.error()};
  }
  if (const auto sound = store::sqlite::check_integrity(*source); !sound) {
    return tl::unexpected{sound.error()};
  }
  const std::filesystem::path made = to.string() + ".part";
  remove_database(made);
  Status done = source->copy_to(made);
  if (done) {
    // A copy in WAL mode would need further files beside it.
    auto copy = Connection::open(made, Access::read_write);
    done = copy ? copy->execute("PRAGMA journal_mode = DELETE") : tl::unexpected{copy.error()};
  }
  const auto rows = done ? proven_rows(made) : Result<std::uint64_t>{tl::unexpected{done.error()}};
  if (!rows) {
    remove_database(made);
    return tl::unexpected{rows.error()};
  }
  std::error_code error;
  std::filesystem::rename(made, to, error);
  if (error) {
    remove_database(made);
    return fail(ErrorKind::failure, "cannot write " + to.string() + " (" + error.message() +
                                        "); choose another place");
  }
  return DatabaseCopy{to.string(), *rows, std::filesystem::file_size(to, error), {}};
}

}  // namespace

Result<DatabaseCopy> backup_database(const std::filesystem::path& database,
                                     const std::filesystem::path& to) {
  std::error_code error;
  if (std::filesystem::exists(to, error)) {
    return fail(ErrorKind::usage,
                to.string() + " is there already; name a file that is not, or remove it");
  }
  return copy_proven(database, to);
}

Result<DatabaseCopy> restore_database(const std::filesystem::path& from,
                                      const std::filesystem::path& database) {
  if (const auto rows = proven_rows(from); !rows) {
    return tl::unexpected{rows.error()};
  }
  const auto lock = store::sqlite::WriterLock::take(database);
  if (!lock) {
    return tl::unexpected{lock.error()};
  }
  std::error_code error;
  const std::filesystem::path fresh = database.string() + ".restored";
  auto copy = copy_proven(from, fresh);
  if (!copy) {
    return copy;
  }
  const std::filesystem::path kept = database.string() + ".previous";
  if (std::filesystem::exists(database, error)) {
    remove_database(kept);
    for (const char* part : {"-wal", "-shm", ""}) {
      if (std::filesystem::exists(database.string() + part, error)) {
        std::filesystem::rename(database.string() + part, kept.string() + part, error);
      }
    }
    copy->kept = kept.string();
  }
  std::filesystem::rename(fresh, database, error);
  if (error) {
    return fail(ErrorKind::failure, "cannot put " + fresh.string() + " in its place (" +
                                        error.message() + "); the old one is " + kept.string());
  }
  copy->path = database.string();
  return copy;
}

}  // namespace lanner::runtime
