#pragma once

// What an operator changed in this profile: <profile>/parameters.toml, the lowest layer of
// settings. Every change stands in it with who, when, why, and what was before; the values in
// force follow from the changes, so undoing one is a change as well.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace lanner::app {

struct ProfileChange {
  std::int64_t version = 0;  // 1, 2, ... over all parameters
  std::string op;            // "set", "pin", "unpin", "rollback"
  std::string id;
  std::string value;   // in force after; empty: the prior
  std::string before;  // in force before; empty: the prior
  std::string by;
  std::string at;      // RFC 3339 UTC
  std::string why;
};

class ParametersFile {
 public:
  // A profile without the file has no changes; a damaged one is a config error with its place.
  [[nodiscard]] static Result<ParametersFile> read(const std::filesystem::path& profile);
  [[nodiscard]] static std::filesystem::path path_in(const std::filesystem::path& profile);

  [[nodiscard]] const std::vector<ProfileChange>& changes() const noexcept { return changes_; }
  // Nothing where the prior is in force.
  [[nodiscard]] std::optional<ProfileChange> in_force(std::string_view id) const;
  [[nodiscard]] bool is_pinned(std::string_view id) const;
  // The change that the next rollback of this parameter undoes.
  [[nodiscard]] std::optional<ProfileChange> last_undoable(std::string_view id) const;
  // Parameters with a value of this profile's, or pinned, by name.
  [[nodiscard]] std::vector<std::string> ids() const;

  // Fills in version and what was before, and writes the file in one step.
  [[nodiscard]] Result<ProfileChange> add(const std::filesystem::path& profile,
                                          ProfileChange change);

 private:
  std::vector<ProfileChange> changes_;
};

}  // namespace lanner::app
