#pragma once

// index.txt of a catalog: what it holds and where that came from, one line per fact, in a fixed
// order, with a checksum in the last line. It is written last: what it does not name is not there.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/catalog.hpp"

namespace lanner::store {

// How many of one kind, and the stamps of the first and the last.
struct Findings {
  std::uint64_t count = 0;
  std::int64_t from = 0;
  std::int64_t to = 0;
  void add(std::int64_t stamp) noexcept;
  void add(const Findings& other) noexcept;
};

// Decimals needed by each value: [d] counts those that need exactly d.
using DigitCounts = std::array<std::uint64_t, 10>;

struct SourceStats {
  std::uint64_t rows = 0;   // good rows read
  std::uint64_t added = 0;  // of them, those that the series did not hold yet
  std::uint64_t gaps = 0;
  std::uint64_t missing = 0;
  std::uint64_t longest_gap = 0;
  std::uint64_t zero_volume = 0;
  std::uint64_t duplicates = 0;  // dropped: a row of this stamp was there
  std::uint64_t rounded = 0;
  std::uint64_t saturated = 0;
  std::uint64_t off_grid = 0;
  std::uint64_t clamped = 0;     // delays beyond the record's field
  std::uint64_t rejected = 0;    // rows that cost themselves
  Findings conflicts;            // duplicates that differ; the first row is kept
  Findings disorder;
  Findings price;
  DigitCounts price_digits{};
  DigitCounts quantity_digits{};
};

struct SourceEntry {
  std::string hash;  // XXH3 of the file as it lies on disk
  std::string instrument;
  SeriesKind kind = SeriesKind::bars;
  std::int32_t interval_s = 0;
  std::int64_t from = 0;  // first and last stamp
  std::int64_t to = 0;
  SourceStats stats;
  std::string path;
};

struct SeriesKey {
  std::string instrument;
  SeriesKind kind = SeriesKind::bars;
  std::int32_t interval_s = 0;
  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

struct CatalogIndex {
  Origin origin = Origin::recorded;
  std::string note;
  std::vector<SourceEntry> sources;
  std::map<SeriesKey, SeriesInfo> series;              // ids are filled in when it is opened
  std::map<std::string, std::string> rule_prints;      // name -> print of the rule as generated
};

[[nodiscard]] std::filesystem::path index_path(const std::filesystem::path& dir);
[[nodiscard]] std::filesystem::path series_path(const std::filesystem::path& dir,
                                                const SeriesKey& key);

[[nodiscard]] std::string render_index(const CatalogIndex& index);
[[nodiscard]] Result<CatalogIndex> parse_index(std::string_view text, const std::string& file);
[[nodiscard]] Result<CatalogIndex> read_index(const std::filesystem::path& dir);

}  // namespace lanner::store
