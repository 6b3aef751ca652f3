// Every bars, trades and funding file of the recorded data against the tables of its manifest.

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "store/catalog.hpp"
#include "store/import/importer.hpp"
#include "support/data_dir.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;
using namespace lanner::store;
using lanner::test::ScratchDir;

namespace {

struct Expected {
  std::uint64_t rows = 0;
  std::string checks;  // the manifest's own words
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (std::size_t at = 1; at < line.size();) {
    const std::size_t end = std::min(line.find(" | ", at), line.size());
    cells.push_back(line.substr(at + 1, end - at - 1));
    at = end + 2;
  }
  return cells;
}

// Rows of the tables whose file is of a kind that is imported.
std::map<std::string, Expected> manifest_of(const std::filesystem::path& dir) {
  std::map<std::string, Expected> out;
  std::ifstream in(dir / "MANIFEST.md");
  for (std::string line; std::getline(in, line);) {
    for (const char* const kind : {"| bars_", "| trades/", "| funding/"}) {
      if (line.starts_with(kind)) {
        const auto cells = cells_of(line);
        REQUIRE(cells.size() > 5);
        out[cells[0]] = {std::stoull(cells[4]), cells[5]};
      }
    }
  }
  return out;
}

std::uint64_t number_after(const std::string& text, const std::string& word) {
  const std::size_t at = text.find(word);
  REQUIRE_MESSAGE(at != std::string::npos, word << " in " << text);
  return std::stoull(text.substr(at + word.size()));
}

void check_file(const SourceEntry& file, const Expected& expected) {
  CHECK(file.stats.rows == expected.rows);
  CHECK(file.stats.added == expected.rows);
  CHECK(file.stats.rejected == 0);
  CHECK(file.stats.duplicates == 0);
  CHECK(file.stats.disorder.count == 0);
  CHECK(file.stats.price.count == 0);
  if (file.kind == SeriesKind::bars) {
    CHECK(file.stats.gaps == std::stoull(expected.checks));
    CHECK(file.stats.missing == number_after(expected.checks, "gaps, "));
    CHECK(file.stats.longest_gap == number_after(expected.checks, "longest "));
    CHECK(file.stats.zero_volume == number_after(expected.checks, "zero-volume "));
  }
  if (file.kind == SeriesKind::funding) {
    CHECK(file.stats.gaps == std::stoull(expected.checks));
  }
}

}  // namespace

TEST_CASE("import: every file of the recorded data agrees with its manifest, again adds nothing") {
  SKIP_WITHOUT_DATA();
  const auto data = *test::data_dir();
  const auto expected = manifest_of(data);
  CHECK(expected.size() == 132);
  const ScratchDir dir{"import-manifest"};
  const ImportRequest request{{data}, "", dir.path() / "catalog", {}};
  const auto first = import_files(request);
  REQUIRE_MESSAGE(first, first.error().message);
  CHECK(first->rejected.empty());
  CHECK(first->files.size() == expected.size());
  std::uint64_t rows = 0;
  for (const SourceEntry& file : first->files) {
    const std::string name = std::filesystem::path{file.path}.lexically_relative(data).string();
    CAPTURE(name);
    REQUIRE(expected.contains(name));
    check_file(file, expected.at(name));
    rows += file.stats.rows;
  }
  CHECK(first->rows == rows);
  const auto second = import_files(request);
  REQUIRE(second);
  CHECK(second->files.size() == expected.size());
  for (const SourceEntry& file : second->files) {
    CHECK(file.stats.added == 0);
  }
  const auto catalog = Catalog::open(request.catalog);
  REQUIRE_MESSAGE(catalog, catalog.error().message);
  const auto check = catalog->check();
  REQUIRE_MESSAGE(check, check.error().message);
  std::uint64_t stored = 0;
  for (const SeriesCheck& one : *check) {
    stored += one.info.rows;
  }
  CHECK(stored == rows);
}
