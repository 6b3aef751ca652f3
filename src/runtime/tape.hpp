#pragma once

// Recorded or synthetic series merged into one stream in venue time: what the market does, and
// when. A bar stands at its open (the simulated exchange plays it as prints); the engine learns of
// it only at its close plus the feed's latency (simulated_session.hpp).

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"
#include "store/catalog.hpp"

namespace lanner::runtime {

enum class TapeKind : std::uint8_t { funding, trade, bar };  // order at equal venue times

struct TapeItem {
  Timestamp venue_time;  // of a bar its open
  TapeKind kind = TapeKind::bar;
  InstrumentId instrument_id;
  std::int32_t interval_s = 0;
  const std::byte* record = nullptr;  // store::BarRecord, TradeRecord or FundingRecord

  [[nodiscard]] model::Bar bar() const noexcept;
  [[nodiscard]] model::TradeTick trade() const noexcept;
  [[nodiscard]] model::FundingRate funding() const noexcept;
  // Recorded receipt minus venue time of a trade; zero where it was not recorded.
  [[nodiscard]] Duration recorded_delay() const noexcept;
};

struct TapeSelection {
  std::vector<InstrumentId> instruments;
  Timestamp from;
  Timestamp to = Timestamp::never();  // exclusive; a bar must close at or before it
};

class Tape {
 public:
  // Opens the finest series of each instrument; where series overlap the finest wins.
  [[nodiscard]] static Result<Tape> open(const store::Catalog& catalog,
                                         const TapeSelection& selection);

  [[nodiscard]] bool is_done() const noexcept { return tree_[1] == kNone; }
  [[nodiscard]] Timestamp next_time() const noexcept {
    return is_done() ? Timestamp::never() : Timestamp{time_of(tree_[1])};
  }
  [[nodiscard]] TapeItem next() noexcept;

  // Rows that will be played (before dropping covered coarser bars); for progress.
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t played() const noexcept { return played_; }

 private:
  struct Span {
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  struct Cursor {
    const std::byte* at = nullptr;
    const std::byte* end = nullptr;
    std::uint32_t stride = 0;
    std::int32_t interval_s = 0;
    TapeKind kind = TapeKind::bar;
    InstrumentId instrument_id;
    std::uint32_t order = 0;  // kind, then instrument
    std::vector<Span> covered;  // windows that a finer series plays
    std::size_t covered_at = 0;
  };
  // What is next: time, then kind and instrument, then cursor, as one number.
  using Key = unsigned __int128;
  static constexpr Key kNone = ~Key{0};
  [[nodiscard]] static Key key_of(std::int64_t time, std::uint32_t order,
                                  std::uint32_t cursor) noexcept {
    constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;  // keeps the order of signed times
    return Key{static_cast<std::uint64_t>(time) ^ kSign} << 64U |
           Key{std::uint64_t{order} << 32U | cursor};
  }
  [[nodiscard]] static std::int64_t time_of(Key key) noexcept {
    constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(key >> 64U) ^ kSign);
  }
  [[nodiscard]] static std::uint32_t cursor_of(Key key) noexcept {
    return static_cast<std::uint32_t>(key);
  }
  template <typename Record>
  void add_cursor(std::span<const Record> rows, InstrumentId id, std::int32_t interval_s,
                  std::vector<Span> covered);
  template <typename Record>
  static void add_spans(std::vector<Span>& spans, std::span<const Record> rows,
                        std::int64_t length, std::int64_t hole);
  Status add_instrument(const store::Catalog& catalog, InstrumentId id,
                        const TapeSelection& selection);
  static bool skip_covered(Cursor& cursor) noexcept;
  void plant();
  void replace(std::uint32_t cursor, Key key) noexcept;

  std::vector<Cursor> cursors_;
  // A tournament: the leaves are the cursors' keys, each inner node the lesser of its two, so
  // that a step costs the same few comparisons without a branch to guess. [1] is the winner.
  std::vector<Key> tree_ = {kNone, kNone};
  // Keeps the mappings alive.
  std::vector<std::shared_ptr<const void>> series_;
  std::uint64_t rows_ = 0;
  std::uint64_t played_ = 0;
};

}  // namespace lanner::runtime
