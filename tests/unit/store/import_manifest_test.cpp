// Every file of the recorded data against the tables of its manifest.

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <set>
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
    for (const char* const kind :
         {"| bars_", "| trades/", "| funding/", "| l2_book/", "| l2_raw/", "| l3/",
          "| sentiment/"}) {
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
  // The order events stand in the order of their ids.
  CHECK((file.stats.disorder.count == 0 || file.kind == SeriesKind::orders));
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
  if (file.kind == SeriesKind::sentiment) {
    CHECK(file.stats.missing == number_after(expected.checks, "missing days "));
  }
}

std::uint64_t number_before(const std::string& text, const std::string& word) {
  const std::size_t end = text.find(word);
  REQUIRE_MESSAGE(end != std::string::npos, word << " in " << text);
  const std::size_t begin = text.find_last_not_of("0123456789", end - 1);
  return std::stoull(text.substr(begin + 1));
}

// A recording gives one series per kind of message; together they are its lines.
void check_recording(const std::map<SeriesKind, SourceStats>& kinds, const Expected& expected) {
  REQUIRE(kinds.size() == 3);
  const SourceStats& trades = kinds.at(SeriesKind::trades);
  const SourceStats& quotes = kinds.at(SeriesKind::quotes);
  const SourceStats& depth = kinds.at(SeriesKind::depth);
  CHECK(trades.rows == number_before(expected.checks, " trades"));
  CHECK(quotes.rows == number_before(expected.checks, " bookTicker"));
  CHECK(depth.rows == number_before(expected.checks, " depth diffs") +
                          number_before(expected.checks, " REST snapshot"));
  CHECK(trades.rows + quotes.rows + depth.rows == expected.rows);
  for (const auto& [kind, stats] : kinds) {
    CAPTURE(name_of(kind));
    CHECK(stats.rejected == 0);
    CHECK(stats.off_grid == 0);
    CHECK(stats.clamped == 0);
    // The trades stand in the folder of trades already, without their receive times.
    CHECK(stats.added == (kind == SeriesKind::trades ? 0 : stats.rows));
    CHECK(stats.duplicates == (kind == SeriesKind::trades ? stats.rows : 0));
  }
}

}  // namespace

TEST_CASE("import: every file of the recorded data agrees with its manifest, again adds nothing") {
  SKIP_WITHOUT_DATA();
  const auto data = *test::data_dir();
  const auto expected = manifest_of(data);
  CHECK(expected.size() == 140);
  const ScratchDir dir{"import-manifest"};
  const ImportRequest request{{data}, "", dir.path() / "catalog", {}};
  const auto first = import_files(request);
  REQUIRE_MESSAGE(first, first.error().message);
  CHECK(first->rejected.empty());
  CHECK(first->skipped.size() == 2);  // the manifest itself and a file of another kind
  std::map<std::string, std::map<SeriesKind, SourceStats>> recordings;
  std::set<std::string> seen;
  std::uint64_t rows = 0;
  for (const SourceEntry& file : first->files) {
    const std::string name = std::filesystem::path{file.path}.lexically_relative(data).string();
    CAPTURE(name);
    REQUIRE(expected.contains(name));
    seen.insert(name);
    rows += file.stats.rows;
    if (name.starts_with("l2_raw/")) {
      recordings[name][file.kind] = file.stats;
    } else {
      check_file(file, expected.at(name));
    }
  }
  CHECK(seen.size() == expected.size());
  CHECK(recordings.size() == 3);
  for (const auto& [name, kinds] : recordings) {
    CAPTURE(name);
    check_recording(kinds, expected.at(name));
  }
  CHECK(first->rows == rows);
  const auto second = import_files(request);
  REQUIRE(second);
  CHECK(second->files.size() == first->files.size());
  for (const SourceEntry& file : second->files) {
    CHECK(file.stats.added == 0);
  }
  const auto catalog = Catalog::open(request.catalog);
  REQUIRE_MESSAGE(catalog, catalog.error().message);
  const auto check = catalog->check();
  REQUIRE_FALSE(check.empty());
  std::uint64_t stored = 0;
  std::uint64_t added = 0;
  for (const SeriesCheck& one : check) {
    // A row of a book file may give many levels.
    stored += one.info.kind == SeriesKind::depth ? 0 : one.info.rows;
  }
  for (const SourceEntry& file : first->files) {
    added += file.kind == SeriesKind::depth ? 0 : file.stats.added;
  }
  CHECK(stored == added);
}
