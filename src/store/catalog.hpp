#pragma once

// The market data that a session plays: instrument rules and series of bars, trades, funding,
// quotes, book depth, order events, sentiment, open interest, liquidations and marks in one
// directory. Read here; written by
// import/importer.hpp and catalog_writer.hpp.
//
//   DIR/rules.toml                              instrument rules, for people to read and edit
//   DIR/index.txt                               what is in it and where it came from
//   DIR/series/<INSTRUMENT>/<kind>-<interval>.bin

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/instrument.hpp"
#include "store/series_file.hpp"

namespace lanner::store {

enum class Origin : std::uint8_t { recorded, synthetic };

struct SeriesInfo {
  InstrumentId instrument;
  SeriesKind kind = SeriesKind::bars;
  std::int32_t interval_s = 0;  // 0 for all but bars
  Timestamp from;               // first stamp: of a bar its open
  Timestamp to;                 // end: the last bar's close, otherwise the last stamp
  std::uint64_t rows = 0;
  std::uint64_t gaps = 0;       // runs of missing rows inside one source file
  std::uint64_t missing = 0;
  std::uint64_t longest_gap = 0;
  std::uint64_t zero_volume = 0;
  std::uint64_t saturated = 0;  // volumes beyond the scale: the instrument is not tradable
  std::uint64_t bytes = 0;
  std::uint32_t files = 0;      // sources that it was merged from
};

enum class ProblemKind : std::uint8_t { gap, duplicate, disorder, price, off_grid, span };
[[nodiscard]] const char* name_of(ProblemKind kind) noexcept;

struct Problem {
  ProblemKind kind = ProblemKind::gap;
  Timestamp from;  // of a gap or span: the first missing stamp
  Timestamp to;    // the first stamp that is there again
  std::uint64_t missing = 0;  // rows missing, doubled, out of order or off the grid
};

struct SeriesCheck {
  SeriesInfo info;
  std::vector<Problem> problems;
  std::optional<Error> damage;  // it cannot be read: nothing else is known of it
};

// Cheap to copy: all copies share one set of mappings, and any thread may ask any of them.
class Catalog {
 public:
  // Reads rules and index; series are mapped, and their checksums verified, on first use.
  [[nodiscard]] static Result<Catalog> open(const std::filesystem::path& dir);

  [[nodiscard]] const std::filesystem::path& dir() const noexcept;
  [[nodiscard]] Origin origin() const noexcept;
  // Free text of the writer: "seed 1, driftless"; empty for recorded data.
  [[nodiscard]] std::string_view origin_note() const noexcept;
  // Sorted by name; ids are dense over all instruments of the rules file.
  [[nodiscard]] const model::InstrumentTable& instruments() const noexcept;
  [[nodiscard]] std::optional<InstrumentId> find(std::string_view name) const noexcept;
  // Sorted by instrument, kind, interval.
  [[nodiscard]] const std::vector<SeriesInfo>& series() const noexcept;

  // Each mapped once and shared by all callers of this catalog and its copies; a missing series
  // is an error.
  [[nodiscard]] Result<std::shared_ptr<const BarSeries>> bars(InstrumentId instrument,
                                                              std::int32_t interval_s) const;
  [[nodiscard]] Result<std::shared_ptr<const TradeSeries>> trades(InstrumentId instrument) const;
  [[nodiscard]] Result<std::shared_ptr<const FundingSeries>> funding(
      InstrumentId instrument) const;
  [[nodiscard]] Result<std::shared_ptr<const QuoteSeries>> quotes(InstrumentId instrument) const;
  [[nodiscard]] Result<std::shared_ptr<const DepthSeries>> depth(InstrumentId instrument) const;
  [[nodiscard]] Result<std::shared_ptr<const OrderEventSeries>> orders(
      InstrumentId instrument) const;
  [[nodiscard]] Result<std::shared_ptr<const SentimentSeries>> sentiment(
      InstrumentId instrument) const;
  [[nodiscard]] Result<std::shared_ptr<const OpenInterestSeries>> open_interest(
      InstrumentId instrument) const;
  [[nodiscard]] Result<std::shared_ptr<const LiquidationSeries>> liquidations(
      InstrumentId instrument) const;
  [[nodiscard]] Result<std::shared_ptr<const MarkSeries>> marks(InstrumentId instrument) const;

  // Reads every series whole and lists what is wrong with it; a damaged one hides no other.
  [[nodiscard]] std::vector<SeriesCheck> check() const;

 private:
  struct State;
  explicit Catalog(std::shared_ptr<State> state) noexcept;
  std::shared_ptr<State> state_;
};

[[nodiscard]] bool is_catalog(const std::filesystem::path& dir);

// A catalog is opened; a folder of data files is first imported into a catalog below `cache_dir`
// that is named by the content of those files, so the second time nothing is read but hashes.
[[nodiscard]] Result<Catalog> open_or_import(const std::filesystem::path& data_dir_or_catalog,
                                             const std::filesystem::path& cache_dir);

}  // namespace lanner::store
