#pragma once

// Writes series that no file was imported for: the synthetic market and the benches. One writer
// per directory at a time (a lock file); nothing can be opened before finish().

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/instrument.hpp"
#include "store/catalog.hpp"

namespace lanner::store {

class CatalogWriter {
 public:
  // An existing catalog of the same origin is extended, a series of the same name replaced.
  [[nodiscard]] static Result<CatalogWriter> create(const std::filesystem::path& dir,
                                                    Origin origin, std::string note = "");
  CatalogWriter(CatalogWriter&&) noexcept;
  CatalogWriter& operator=(CatalogWriter&&) noexcept;
  ~CatalogWriter();

  // Name, grid, fees and tiers as given; ids are assigned when the catalog is opened.
  [[nodiscard]] Status add_instrument(const model::Instrument& instrument);
  // Rows ascend by stamp (bars strictly); trades get their ordinals here. Not empty.
  [[nodiscard]] Status write_bars(std::string_view instrument, std::int32_t interval_s,
                                  std::span<const BarRecord> rows);
  [[nodiscard]] Status write_trades(std::string_view instrument, std::span<const TradeRecord> rows);
  [[nodiscard]] Status write_funding(std::string_view instrument,
                                     std::span<const FundingRecord> rows);
  // The levels of an event stand together and share its stamp.
  [[nodiscard]] Status write_depth(std::string_view instrument, std::span<const DepthRecord> rows);
  [[nodiscard]] Status write_quotes(std::string_view instrument, std::span<const QuoteRecord> rows);
  [[nodiscard]] Status write_sentiment(std::string_view instrument,
                                       std::span<const SentimentRecord> rows);
  [[nodiscard]] Status write_open_interest(std::string_view instrument,
                                           std::span<const OpenInterestRecord> rows);
  [[nodiscard]] Status write_liquidations(std::string_view instrument,
                                          std::span<const LiquidationRecord> rows);
  [[nodiscard]] Status write_marks(std::string_view instrument, std::span<const MarkRecord> rows);
  // Writes rules and index, which makes the series visible.
  [[nodiscard]] Status finish();

 private:
  struct State;
  explicit CatalogWriter(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace lanner::store
