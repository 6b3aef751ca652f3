#pragma once

// Recorded or synthetic series merged into one stream in venue time: what the market does, and
// when. A bar stands at its open (the simulated exchange plays it as prints); the engine learns of
// it only at its close plus the feed's latency (simulated_session.hpp).

#include <cstdint>
#include <cstring>
#include <limits>
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

  [[nodiscard]] bool is_done() const noexcept { return tree_[1].time == kDone; }
  [[nodiscard]] Timestamp next_time() const noexcept {
    return is_done() ? Timestamp::never() : Timestamp{tree_[1].time};
  }
  [[nodiscard]] TapeItem next() noexcept {
    const std::uint32_t index = tree_[1].cursor;
    Cursor& cursor = cursors_[index];
    const TapeItem item{Timestamp{tree_[1].time}, cursor.kind, cursor.instrument_id,
                        cursor.interval_s, cursor.at};
    const std::size_t stride = cursor.stride;
    cursor.at += stride;
    ++played_;
    // Many series are read in turns, too many for the processor to see where each of them goes.
    __builtin_prefetch(cursor.at + 2 * stride);
    __builtin_prefetch(cursor.at + 3 * stride - 1);
    const bool has_more = cursor.is_covered ? skip_covered(index) : cursor.at != cursor.end;
    replace(index, has_more ? stamp_of(cursor.at) : kDone);
    return item;
  }

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
    InstrumentId instrument_id;
    TapeKind kind = TapeKind::bar;
    bool is_covered = false;  // by windows that a finer series plays
  };
  struct Coverage {
    std::vector<Span> windows;
    std::size_t at = 0;
  };
  // What a cursor plays next, and when.
  struct Entry {
    std::int64_t time = kDone;
    std::uint32_t cursor = 0;
  };
  static constexpr std::int64_t kDone = std::numeric_limits<std::int64_t>::max();
  [[nodiscard]] static std::int64_t stamp_of(const std::byte* at) noexcept {
    std::int64_t stamp = 0;
    std::memcpy(&stamp, at, sizeof stamp);  // every record starts with its stamp
    return stamp;
  }
  template <typename Record>
  void add_cursor(std::span<const Record> rows, InstrumentId id, std::int32_t interval_s,
                  std::vector<Span> covered);
  template <typename Record>
  static void add_spans(std::vector<Span>& spans, std::span<const Record> rows,
                        std::int64_t length, std::int64_t hole);
  Status add_instrument(const store::Catalog& catalog, InstrumentId id,
                        const TapeSelection& selection);
  bool skip_covered(std::uint32_t index) noexcept;
  void plant();
  void replace(std::uint32_t cursor, std::int64_t time) noexcept {
    std::size_t node = tree_.size() / 2 + cursor;
    Entry entry{time, cursor};
    tree_[node] = entry;
    for (; node > 1; node /= 2) {
      const Entry other = tree_[node ^ 1U];
      // At one time the left one wins: the cursors stand in the order of the tape.
      const bool is_other = (node & 1U) != 0 ? other.time <= entry.time : other.time < entry.time;
      entry.time = is_other ? other.time : entry.time;
      entry.cursor = is_other ? other.cursor : entry.cursor;
      tree_[node / 2] = entry;
    }
  }

  std::vector<Cursor> cursors_;  // by kind, then instrument: the order at equal times
  std::vector<Coverage> coverage_;  // by cursor
  // A tournament: the leaves are the cursors' entries, each inner node the earlier of its two, so
  // that a step costs the same few comparisons without a branch to guess. [1] is the winner.
  std::vector<Entry> tree_ = {Entry{}, Entry{}};
  // Keeps the mappings alive.
  std::vector<std::shared_ptr<const void>> series_;
  std::uint64_t rows_ = 0;
  std::uint64_t played_ = 0;
};

}  // namespace lanner::runtime
