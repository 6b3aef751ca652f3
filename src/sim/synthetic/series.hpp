#pragma once

// The rows of one coin, made in the order of their time: bars, trades, funding. A series is a
// position in its coin's path; two of the same coin are equal. It refers to its market, which
// must outlive it. Nothing allocates after construction.
//
// Bars and trades lie on the tick grid. Where the market is driftless a price is a martingale to
// the last bit of its making: every step is a symmetric draw times a volatility known before,
// rounded symmetrically to ticks; what drifts is carried over until it is a whole tick.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"
#include "sim/synthetic/coin_inputs.hpp"
#include "sim/synthetic/coins.hpp"
#include "sim/synthetic/config.hpp"
#include "sim/synthetic/draws.hpp"
#include "sim/synthetic/market_path.hpp"
#include "sim/synthetic/template_detector.hpp"

namespace lanner::sim {

struct SyntheticTrade {
  Timestamp ts_event;
  model::TradeTick tick;
};

// One interval. Its funding stamp is the instant that it begins with.
struct SyntheticRow {
  Timestamp open_time;
  bool has_bar = false;  // an outage loses bar and trades
  bool has_funding = false;
  model::Bar bar;
  model::FundingRate funding;
  std::span<const SyntheticTrade> trades;  // until the next call
  Triggers triggers;    // at the bar's close
  double atr_1h = 0.0;  // then, in price; 0 while it warms up
  const InputsRow* inputs = nullptr;  // of a perpetual with all inputs, until the next call
};

class SyntheticSeries {
 public:
  // False after the last interval.
  [[nodiscard]] bool next(SyntheticRow& row) noexcept;

 private:
  friend class SyntheticMarket;
  SyntheticSeries(const SyntheticConfig& config, const MarketPath& market, std::size_t rank,
                  const model::Instrument& instrument, Listing listing);

  struct Phase {
    std::int64_t from_ns = 0;
    std::int64_t to_ns = 0;
    double r = 0.0;
  };
  // What a template's last trigger left behind. A new trigger begins anew instead of adding to
  // it, so that after each one the planted R is to be expected, and not more.
  struct Drift {
    std::uint64_t end = 0;  // minute
    double ticks_per_minute = 0.0;
  };
  // In ticks and steps.
  struct Candle {
    double open = 0.0;
    double high = 0.0;
    double low = 0.0;
    double close = 0.0;
    std::int64_t volume = 0;
    void print(double price) noexcept;
    void drop_wicks() noexcept;
  };
  // What a minute's steps are made of; all known when it begins.
  struct Minute {
    double common = 0.0;  // standard deviation of one step's return, by source
    double sector = 0.0;
    double own = 0.0;
    double drift = 0.0;   // ticks
    double season = 0.0;
    double volume = 0.0;  // steps
    double common_jump = 0.0;
    double own_jump = 0.0;
    Grain grain = Grain::coarse;
  };
  enum class Mood : std::uint8_t { range, up, down };

  void add_minute(std::uint64_t minute, Candle& candle) noexcept;
  [[nodiscard]] Minute prepare(std::uint64_t minute) noexcept;
  void jump_over_gap(std::uint64_t minute) noexcept;
  void walk_bar(std::uint64_t minute, const Minute& shape, Candle& candle) noexcept;
  void walk_trades(std::uint64_t minute, const Minute& shape, Candle& candle) noexcept;
  void draw_trades(std::uint64_t minute) noexcept;
  void settle(double moved, double square, const Minute& shape) noexcept;
  void move(double ticks) noexcept;
  [[nodiscard]] double trend(const MarketMinute& market) const noexcept;
  [[nodiscard]] double planted(std::uint64_t minute) const noexcept;
  void plant(const Triggers& triggers, std::int64_t close_ns) noexcept;
  void plant_all(const Triggers& triggers, double r) noexcept;
  void begin_drift(Drift& drift, int side, double r) const noexcept;
  void fill_funding(SyntheticRow& row) noexcept;
  void spoil(SyntheticRow& row, Candle& candle) noexcept;
  // What is told beside the candle, and the candle where the coin is listed.
  void add_inputs(SyntheticRow& row, Candle& candle) noexcept;

  const MarketPath* market_;
  const DrawTables* tables_;
  std::uint64_t seed_;
  std::size_t rank_;
  Coin coin_;
  InstrumentId id_;
  Price tick_;
  Quantity step_;
  Timestamp from_;
  std::int32_t interval_s_;
  bool is_driftless_;
  bool has_wicks_;
  double planted_r_;
  double daily_edge_r_;
  double gap_chance_;  // per minute
  std::vector<Phase> phases_;
  std::vector<Phase> outages_;
  std::vector<std::int64_t> bad_prints_;

  std::uint64_t minute_ = 0;
  double price_;          // ticks; whole ones until trades begin
  double carry_ = 0.0;    // drift that is not a whole tick yet
  double anchor_;
  double activity_ = 1.0;
  double volume_mean_;    // steps per minute
  double spread_half_;    // as a fraction
  VarianceCluster cluster_;
  Mood mood_ = Mood::range;
  double range_share_;    // how much of its life this coin goes sideways
  TemplateDetector detector_;
  Listing listing_;
  bool has_inputs_;
  CoinInputs inputs_;
  std::array<Drift, 5> drifts_{};  // by template
  Steps common_{};
  Steps sector_{};
  Steps own_{};
  std::size_t trades_per_minute_;
  std::vector<std::uint64_t> trade_bits_;
  double gap_sum_ = 0.0;   // of the minute's draws, to scale them
  double size_sum_ = 0.0;
  std::vector<SyntheticTrade> trades_;
};

}  // namespace lanner::sim
