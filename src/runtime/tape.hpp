#pragma once

// Recorded or synthetic series merged into one stream in venue time: what the market does, and
// when. A bar stands at its open (the simulated exchange plays it as prints); the engine learns of
// it only at its close plus the feed's latency (simulated_session.hpp).

#include <algorithm>
#include <cstdint>
#include <limits>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"
#include "runtime/inputs/row_order.hpp"
#include "store/catalog.hpp"

namespace lanner::runtime {

// Order at equal venue times.
enum class TapeKind : std::uint8_t {
  funding,
  mark,
  open_interest,
  liquidation,
  sentiment,
  quote,
  depth,
  trade,
  bar,
};

struct TapeItem {
  Timestamp venue_time;  // of a bar its open
  TapeKind kind = TapeKind::bar;
  InstrumentId instrument_id;
  std::int32_t interval_s = 0;
  const std::byte* record = nullptr;  // of the store's record type for the kind
  std::uint32_t records = 1;          // depth: the levels of one event stand together

  [[nodiscard]] model::Bar bar() const noexcept;
  [[nodiscard]] model::TradeTick trade() const noexcept;
  [[nodiscard]] model::FundingRate funding() const noexcept;
  [[nodiscard]] model::QuoteTick quote() const noexcept;
  [[nodiscard]] model::MarkPrice mark() const noexcept;  // zero where only the index is known
  [[nodiscard]] model::OpenInterest open_interest() const noexcept;
  [[nodiscard]] model::Liquidation liquidation() const noexcept;
  [[nodiscard]] model::Sentiment sentiment() const noexcept;
  [[nodiscard]] std::span<const store::DepthRecord> depth() const noexcept {
    return {reinterpret_cast<const store::DepthRecord*>(record), records};
  }
  // Recorded receipt minus venue time; zero where it was not recorded.
  [[nodiscard]] Duration recorded_delay() const noexcept;
};

struct TapeSelection {
  std::vector<InstrumentId> instruments;
  Timestamp from;
  Timestamp to = Timestamp::never();  // exclusive; a bar must close at or before it
  // Heard beside them and never traded: their bars, or their trades where they have none.
  std::vector<InstrumentId> references = {};
  bool has_mood = false;  // with the catalog's sentiment, which belongs to no instrument
};

class Tape {
 public:
  // Opens the finest series of each instrument; where series overlap the finest wins. Quotes are
  // played where there is no depth: the book tells its best levels itself. Of depth, what leads
  // from the last snapshot to the book at `from` is played at once at `from`. The mood of the day
  // that the tape begins in is told with the first thing that is heard.
  [[nodiscard]] static Result<Tape> open(const store::Catalog& catalog,
                                         const TapeSelection& selection);

  [[nodiscard]] bool is_done() const noexcept { return next_time_ == Timestamp::never(); }
  [[nodiscard]] Timestamp next_time() const noexcept { return next_time_; }
  [[nodiscard]] TapeItem next() {
    const Row row = batch_[keys_[at_] & RowOrder::kRowMask];
    const Cursor& cursor = cursors_[row.cursor];
    const TapeItem item{next_time_,        cursor.kind, cursor.instrument_id,
                        cursor.interval_s, row.record,  row.records};
    played_ += row.records;
    ++at_;
    if (at_ == keys_.size()) [[unlikely]] {
      fill();
    } else {
      next_time_ = time_of(keys_[at_]);
    }
    return item;
  }

  // Rows that will be played (before dropping covered coarser bars); for progress.
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t played() const noexcept { return played_; }

  // The place in the series (base/state_archive.hpp), for a tape of the same series to go on from.
  // Refused where a series has another length.
  template <typename Archive>
  void fields(Archive& archive);
  // The rows of an instrument's book; none where the tape has no book of it.
  [[nodiscard]] std::span<const store::DepthRecord> depth_of(InstrumentId id) const noexcept;

 private:
  struct Span {
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  struct Cursor {
    const std::byte* begin = nullptr;
    const std::byte* at = nullptr;
    const std::byte* end = nullptr;
    std::uint32_t stride = 0;
    std::int32_t interval_s = 0;
    InstrumentId instrument_id;
    TapeKind kind = TapeKind::bar;
    bool is_covered = false;  // by windows that a finer series plays
    std::int64_t not_before = std::numeric_limits<std::int64_t>::min();
  };
  struct Coverage {
    std::vector<Span> windows;
    std::size_t at = 0;
  };
  // A row of the batch in hand.
  struct Row {
    const std::byte* record = nullptr;
    std::uint32_t cursor = 0;
    std::uint32_t records = 1;  // of a book event
  };
  using Key = RowOrder::Key;
  static constexpr std::int64_t kSpanMax = std::int64_t{1} << (63U - RowOrder::kRowBits);
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
  Status add_bars(const store::Catalog& catalog, InstrumentId id, const TapeSelection& selection,
                  std::vector<Span>& covered);
  Status add_reference(const store::Catalog& catalog, InstrumentId id,
                       const TapeSelection& selection);
  Status add_mood(const store::Catalog& catalog, const TapeSelection& selection);
  Status add_ticks(const store::Catalog& catalog, const store::SeriesInfo& info,
                   const TapeSelection& selection, std::vector<Span>& covered);
  // Records of the book event that starts at `at`.
  [[nodiscard]] static std::uint32_t event_size(const std::byte* at,
                                                const std::byte* end) noexcept;
  // When a row is played: at its stamp, but nothing before its cursor begins.
  [[nodiscard]] static std::int64_t time_at(const Cursor& cursor, const std::byte* at) noexcept {
    return std::max(stamp_of(at), cursor.not_before);
  }
  bool skip_covered(std::uint32_t index) noexcept;
  void plant();
  void fill();
  [[nodiscard]] std::int64_t end_of_batch(std::int64_t begin) const noexcept;
  void take_until(std::uint32_t index, std::int64_t end);
  void take_each_until(std::uint32_t index, std::int64_t end);
  [[nodiscard]] Key key_of(std::int64_t time, std::size_t row) const noexcept {
    return static_cast<Key>(time - batch_begin_) << RowOrder::kRowBits | row;
  }
  [[nodiscard]] Timestamp time_of(Key key) const noexcept {
    return Timestamp{batch_begin_ + static_cast<std::int64_t>(key >> RowOrder::kRowBits)};
  }

  std::vector<Cursor> cursors_;  // by kind, then instrument: the order at equal times
  std::vector<Coverage> coverage_;  // by cursor
  // The merge works in batches: the rows of a span of time, cursor by cursor, and then put in
  // order as small numbers. A tournament of all cursors for each row costs thrice as much.
  std::vector<Row> batch_;
  std::vector<Key> keys_;
  RowOrder order_;
  std::size_t at_ = 0;       // in keys_
  Timestamp next_time_ = Timestamp::never();
  std::int64_t batch_begin_ = 0;
  std::int64_t from_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t span_ = kNsPerSecond;  // of the next batch; follows the density of the tape
  // Keeps the mappings alive.
  std::vector<std::shared_ptr<const void>> series_;
  std::uint64_t rows_ = 0;
  std::uint64_t played_ = 0;
};

}  // namespace lanner::runtime
