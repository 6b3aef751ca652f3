#pragma once

// The synthetic market as a catalog, so that everything that plays recorded data plays it too.
// The catalog says in its origin and its note what it is.

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "sim/synthetic/config.hpp"
#include "store/catalog.hpp"

namespace lanner::runtime {

// Where trades are made, no bars are written: the session builds them from the trades. A catalog
// of the same configuration is used as it lies there; a synthetic one of another is replaced, a
// recorded one is refused.
[[nodiscard]] Result<store::Catalog> make_synthetic_catalog(const sim::SyntheticConfig& config,
                                                            const std::filesystem::path& dir);

// A directory name that no other configuration has: synthetic-0123456789abcdef.
[[nodiscard]] std::string synthetic_catalog_name(const sim::SyntheticConfig& config);

}  // namespace lanner::runtime
