#pragma once

// Copies of the projection's file and what is proven about them.

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace lanner::runtime {

struct DatabaseCopy {
  std::string path;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string kept;  // where the database that was replaced went; empty: there was none
};

// A copy as of one instant, while a session may be writing; read back and compared table by table
// before it gets its name. An existing file is refused.
[[nodiscard]] Result<DatabaseCopy> backup_database(const std::filesystem::path& database,
                                                   const std::filesystem::path& to);
// Puts a backup in place. What is damaged, of another version or of another program is refused;
// the database that was there is kept beside it as <name>.previous.
[[nodiscard]] Result<DatabaseCopy> restore_database(const std::filesystem::path& from,
                                                    const std::filesystem::path& database);

}  // namespace lanner::runtime
