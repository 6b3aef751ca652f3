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

  [[nodiscard]] bool is_done() const noexcept { return heap_.empty(); }
  [[nodiscard]] Timestamp next_time() const noexcept {
    return heap_.empty() ? Timestamp::never() : Timestamp{heap_.front().time};
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
    std::vector<Span> covered;  // windows that a finer series plays
    std::size_t covered_at = 0;
  };
  // The heap holds keys, not cursors: 16 bytes each.
  struct Key {
    std::int64_t time = 0;
    std::uint32_t order = 0;  // kind, then instrument
    std::uint32_t cursor = 0;
    friend bool operator<(const Key& a, const Key& b) noexcept {
      return a.time != b.time ? a.time < b.time
             : a.order != b.order ? a.order < b.order
                                  : a.cursor < b.cursor;
    }
  };
  template <typename Record>
  void add_cursor(std::span<const Record> rows, InstrumentId id, std::int32_t interval_s,
                  std::vector<Span> covered);
  template <typename Record>
  static void add_spans(std::vector<Span>& spans, std::span<const Record> rows,
                        std::int64_t length, std::int64_t hole);
  Status add_instrument(const store::Catalog& catalog, InstrumentId id,
                        const TapeSelection& selection);
  static bool skip_covered(Cursor& cursor) noexcept;
  void sift_down() noexcept;

  std::vector<Cursor> cursors_;
  std::vector<Key> heap_;  // least key first
  // Keeps the mappings alive.
  std::vector<std::shared_ptr<const void>> series_;
  std::uint64_t rows_ = 0;
  std::uint64_t played_ = 0;
};

}  // namespace lanner::runtime
