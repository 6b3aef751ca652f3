#pragma once

#include <string_view>

namespace lanner {

/// What this binary was built from. The build writes the definition; journals and reports quote it,
/// decisions never read it.
struct BuildInfo {
  std::string_view version;
  std::string_view build_id;  ///< commit, or "unknown" outside a repository
  std::string_view compiler;
  std::string_view preset;
};

[[nodiscard]] const BuildInfo& build_info() noexcept;

}  // namespace lanner
