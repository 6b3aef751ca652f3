#pragma once

// Judges what sessions left behind: what ought to be there and is not, what is there and nobody
// reads, who has stopped learning. Looks at the database and at the journals; changes nothing.

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/sqlite/connection.hpp"

namespace lanner::runtime {

enum class FindingLevel : std::uint8_t { warning, failure };
[[nodiscard]] const char* name_of(FindingLevel level) noexcept;

struct Finding {
  FindingLevel level = FindingLevel::failure;
  std::string check;  // "unfed_table", "stale_learner" ...
  std::string what;
  std::string where;  // session, table
  std::string todo;
};

struct AuditResult {
  std::vector<Finding> findings;
  std::vector<std::string> checks;  // ids of all that were made
  [[nodiscard]] bool has_failure() const;
};

[[nodiscard]] Result<AuditResult> audit_profile(store::sqlite::Connection& connection,
                                                const std::filesystem::path& profile);

}  // namespace lanner::runtime
