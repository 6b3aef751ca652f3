#pragma once

// What a venue tells of one coin beside its trades, made from the coin's own path: open interest,
// forced orders, mark and index price, the best of the book; and where the coin trades elsewhere:
// as spot on the same venue, as the same contract on a second one. It reads the path and never
// moves it, so a market is the same with and without it, but for what is planted on purpose.

#include <array>
#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"
#include "sim/synthetic/coins.hpp"
#include "sim/synthetic/draws.hpp"

namespace lanner::sim {

// Where a coin of the market is listed.
enum class Listing : std::uint8_t { perpetual, spot, abroad };

// In ticks.
struct CandleTicks {
  double open = 0.0;
  double high = 0.0;
  double low = 0.0;
  double close = 0.0;
};

struct SyntheticLiquidation {
  Timestamp ts_event;
  model::Liquidation forced;
};

// At the close of a row; open interest, book and forced orders each five minutes at most.
struct InputsRow {
  Price mark;
  Price index;
  bool is_told = false;  // the rest is there
  Quantity open_interest;
  std::array<model::BookLevel, 2> bids;  // best first
  std::array<model::BookLevel, 2> asks;
  std::span<const SyntheticLiquidation> liquidations;  // within the last minute, ascending
};

class CoinInputs {
 public:
  struct Source {
    std::uint64_t seed = 0;
    std::size_t rank = 0;
    double sigma_1m = 0.0;
    double volume_1m = 0.0;  // steps, on average
    double spread_half = 0.0;
    Price tick;
    Quantity step;
    InstrumentId id;
  };
  // What the path did in one row.
  struct Step {
    std::int64_t end_ns = 0;
    std::int64_t length_ns = 0;
    CandleTicks candle;
    double lean = 0.0;  // of the coin's mood, -1 .. 1
  };
  explicit CoinInputs(const Source& source) noexcept : from_(source) {}

  void add(const Step& step) noexcept;
  void add_funding(double rate) noexcept;

  [[nodiscard]] const InputsRow& row() const noexcept { return row_; }
  // The row's candle where the coin is listed.
  [[nodiscard]] const CandleTicks& candle(Listing listing) const noexcept {
    return listing == Listing::spot ? spot_ : abroad_;
  }
  // +1 (longs) or -1 where forced orders have run dry with this row: the book turned within them.
  [[nodiscard]] int turn() const noexcept { return turn_; }
  // +1 where longs are paid as seldom and the perpetual is below its spot, -1 where shorts are.
  [[nodiscard]] int extreme() const noexcept;

 private:
  static constexpr std::size_t kRates = 90;  // 30 days of them
  static constexpr std::size_t kForcedMax = 10;

  // Numbers of this row only.
  [[nodiscard]] Words words(std::uint64_t which) const noexcept;
  void move_listings(const Step& step) noexcept;
  void tell(const Step& step) noexcept;
  void force(const Step& step, double z) noexcept;
  void add_forced(std::int64_t at_ns, int side, double steps, double price) noexcept;
  void show_book(double price) noexcept;
  [[nodiscard]] Price price_of(double ticks) const noexcept;
  [[nodiscard]] Quantity quantity_of(double steps) const noexcept;

  Source from_;
  std::uint64_t rows_ = 0;
  double basis_ = 0.0;       // perpetual over spot, less one
  double mean_basis_ = 0.0;  // what the mark follows
  double elsewhere_ = 0.0;   // second venue over this one, less one
  CandleTicks spot_;
  CandleTicks abroad_;
  double block_open_ = 0.0;  // of the five minutes
  double variance_ = 0.0;
  double open_interest_ = 1.0;  // over its level
  double imbalance_ = 0.0;
  int turn_ = 0;
  InputsRow row_;
  std::array<SyntheticLiquidation, kForcedMax> forced_{};
  std::size_t forced_count_ = 0;
  std::array<double, kRates> rates_{};
  std::size_t rates_count_ = 0;
};

}  // namespace lanner::sim
