#include "runtime/tape.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <type_traits>
#include <utility>

#include "base/ensure.hpp"

namespace lanner::runtime {
namespace {

constexpr std::int64_t kBarHole = kNsPerHour;       // a longer silence ends a covered window
constexpr std::int64_t kTradeHole = kNsPerMinute;
constexpr std::size_t kBatchRows = 1024;  // about as many rows as stay in the nearest cache
constexpr std::size_t kCursorRows = 128;

template <typename Record>
Record read(const std::byte* at) noexcept {
  Record record;
  std::memcpy(&record, at, sizeof record);
  return record;
}

template <typename Record>
constexpr TapeKind kKindOf = TapeKind::bar;
template <>
constexpr TapeKind kKindOf<store::TradeRecord> = TapeKind::trade;
template <>
constexpr TapeKind kKindOf<store::FundingRecord> = TapeKind::funding;
template <>
constexpr TapeKind kKindOf<store::QuoteRecord> = TapeKind::quote;
template <>
constexpr TapeKind kKindOf<store::DepthRecord> = TapeKind::depth;
template <>
constexpr TapeKind kKindOf<store::MarkRecord> = TapeKind::mark;
template <>
constexpr TapeKind kKindOf<store::OpenInterestRecord> = TapeKind::open_interest;
template <>
constexpr TapeKind kKindOf<store::LiquidationRecord> = TapeKind::liquidation;
template <>
constexpr TapeKind kKindOf<store::SentimentRecord> = TapeKind::sentiment;

// The rows of a window and before them what leads from the last snapshot to its first; the changes
// just before that snapshot as well, which may be younger than the snapshot says (book_sync.hpp).
// The window alone where no snapshot is near.
std::span<const store::DepthRecord> with_snapshot(std::span<const store::DepthRecord> all,
                                                  std::span<const store::DepthRecord> window) {
  constexpr std::size_t kLookBackRows = 900'000;
  constexpr std::size_t kHeldRows = 20'000;
  using Row = store::DepthRecord;
  if (window.empty()) {
    return window;
  }
  const auto first = static_cast<std::size_t>(window.data() - all.data());
  const std::size_t least = first > kLookBackRows ? first - kLookBackRows : 0;
  std::size_t at = first;
  while (at > least && !(all[at].is(Row::snapshot) && all[at].is(Row::event_begin))) {
    --at;
  }
  if (!all[at].is(Row::snapshot)) {
    return window;
  }
  at = at > kHeldRows ? at - kHeldRows : 0;
  while (at < first && !all[at].is(Row::event_begin)) {
    ++at;
  }
  return all.subspan(at, first - at + window.size());
}

}  // namespace

model::Bar TapeItem::bar() const noexcept {
  const auto row = read<store::BarRecord>(record);
  return {.instrument_id = instrument_id,
          .interval_s = interval_s,
          .open = Price::from_raw(row.open),
          .high = Price::from_raw(row.high),
          .low = Price::from_raw(row.low),
          .close = Price::from_raw(row.close),
          .volume = Quantity::from_raw(row.volume)};
}

model::TradeTick TapeItem::trade() const noexcept {
  const auto row = read<store::TradeRecord>(record);
  return {.instrument_id = instrument_id,
          .aggressor_side = row.aggressor_side(),
          .price = Price::from_raw(row.price),
          .quantity = Quantity::from_raw(row.quantity < 0 ? -row.quantity : row.quantity)};
}

model::FundingRate TapeItem::funding() const noexcept {
  const auto row = read<store::FundingRecord>(record);
  return {.instrument_id = instrument_id, .rate = Rate::from_raw(row.rate)};
}

model::QuoteTick TapeItem::quote() const noexcept {
  const auto row = read<store::QuoteRecord>(record);
  return {.instrument_id = instrument_id,
          .bid_px = Price::from_raw(row.bid_px),
          .bid_qty = Quantity::from_raw(row.bid_qty),
          .ask_px = Price::from_raw(row.ask_px),
          .ask_qty = Quantity::from_raw(row.ask_qty),
          .update_id = static_cast<std::uint64_t>(row.update_id)};
}

model::MarkPrice TapeItem::mark() const noexcept {
  return {instrument_id, Price::from_raw(read<store::MarkRecord>(record).mark)};
}

model::OpenInterest TapeItem::open_interest() const noexcept {
  const auto row = read<store::OpenInterestRecord>(record);
  return {instrument_id, Quantity::from_raw(row.quantity)};
}

model::Liquidation TapeItem::liquidation() const noexcept {
  const auto row = read<store::LiquidationRecord>(record);
  return {.instrument_id = instrument_id,
          .position_side = row.position_side(),
          .price = Price::from_raw(row.price),
          .quantity = Quantity::from_raw(row.quantity < 0 ? -row.quantity : row.quantity)};
}

model::Sentiment TapeItem::sentiment() const noexcept {
  return {static_cast<std::int32_t>(read<store::SentimentRecord>(record).value)};
}

Duration TapeItem::recorded_delay() const noexcept {
  std::int32_t us = 0;
  switch (kind) {
    case TapeKind::trade:
      us = read<store::TradeRecord>(record).ts_init_delta_us;
      break;
    case TapeKind::quote:
      us = read<store::QuoteRecord>(record).ts_init_delta_us;
      break;
    case TapeKind::depth:
      us = read<store::DepthRecord>(record).ts_init_delta_us;
      break;
    case TapeKind::funding:
    case TapeKind::mark:
    case TapeKind::open_interest:
    case TapeKind::liquidation:
    case TapeKind::sentiment:
    case TapeKind::bar:
      break;
  }
  return Duration{std::int64_t{us} * 1000};
}

Result<Tape> Tape::open(const store::Catalog& catalog, const TapeSelection& selection) {
  Tape tape;
  tape.from_ = selection.from.ns();
  for (const InstrumentId id : selection.instruments) {
    if (const auto added = tape.add_instrument(catalog, id, selection); !added) {
      return tl::unexpected{added.error()};
    }
  }
  // Where nothing is traded yet, there is nothing to compare with.
  TapeSelection beside = selection;
  beside.from = Timestamp::never();
  for (const Cursor& cursor : tape.cursors_) {
    beside.from = std::min(beside.from, Timestamp{time_at(cursor, cursor.at)});
  }
  for (const InstrumentId id : selection.references) {
    if (const auto added = tape.add_reference(catalog, id, beside); !added) {
      return tl::unexpected{added.error()};
    }
  }
  if (selection.has_mood) {
    if (const auto added = tape.add_mood(catalog, selection); !added) {
      return tl::unexpected{added.error()};
    }
  }
  tape.plant();
  return tape;
}

std::uint32_t Tape::event_size(const std::byte* at, const std::byte* end) noexcept {
  constexpr std::size_t kSize = sizeof(store::DepthRecord);
  constexpr std::size_t kFlags = offsetof(store::DepthRecord, flags);
  std::uint32_t count = 1;
  while ((static_cast<std::uint8_t>(at[kFlags]) & store::DepthRecord::event_end) == 0 &&
         at + kSize != end &&
         (static_cast<std::uint8_t>(at[kSize + kFlags]) & store::DepthRecord::event_begin) == 0) {
    at += kSize;
    ++count;
  }
  return count;
}

void Tape::plant() {
  std::vector<std::uint32_t> order(cursors_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
    const Cursor& x = cursors_[a];
    const Cursor& y = cursors_[b];
    return x.kind != y.kind ? x.kind < y.kind : x.instrument_id < y.instrument_id;
  });
  std::vector<Cursor> cursors;
  std::vector<Coverage> coverage;
  for (const std::uint32_t from : order) {
    cursors.push_back(cursors_[from]);
    coverage.push_back(std::move(coverage_[from]));
  }
  cursors_ = std::move(cursors);
  coverage_ = std::move(coverage);
  for (std::uint32_t i = 0; i < cursors_.size(); ++i) {
    if (!skip_covered(i)) {
      cursors_[i].at = cursors_[i].end;
    }
  }
  fill();
}

void Tape::fill() {
  batch_.clear();
  keys_.clear();
  at_ = 0;
  next_time_ = Timestamp::never();
  std::int64_t begin = Timestamp::never().ns();
  for (const Cursor& cursor : cursors_) {
    if (cursor.at != cursor.end) {
      begin = std::min(begin, time_at(cursor, cursor.at));
    }
  }
  if (begin == Timestamp::never().ns()) {
    return;
  }
  batch_begin_ = begin;
  const std::int64_t end = end_of_batch(begin);
  order_.begin();
  for (std::uint32_t i = 0; i < cursors_.size(); ++i) {
    take_until(i, end);
    order_.end_run(keys_);
  }
  ENSURE(batch_.size() <= RowOrder::kRowMask);
  order_.sort(keys_);
  next_time_ = time_of(keys_[0]);
  if (keys_.size() < kBatchRows / 2) {
    span_ = std::min(2 * span_, kSpanMax);
  } else if (keys_.size() > 2 * kBatchRows) {
    span_ = std::max<std::int64_t>(span_ / 2, 1);
  }
}

// Where the tape grows dense all at once, a batch ends where a cursor would play too many rows.
std::int64_t Tape::end_of_batch(std::int64_t begin) const noexcept {
  std::int64_t end = begin + span_;
  for (const Cursor& cursor : cursors_) {
    const auto left = static_cast<std::size_t>(cursor.end - cursor.at);
    if (left > kCursorRows * cursor.stride) {
      end = std::min(end, time_at(cursor, cursor.at + kCursorRows * cursor.stride));
    }
  }
  return std::max(end, begin + 1);
}

void Tape::take_until(std::uint32_t index, std::int64_t end) {
  Cursor& cursor = cursors_[index];
  if (cursor.kind == TapeKind::depth || cursor.is_covered) {
    take_each_until(index, end);
    return;
  }
  const std::byte* const begin = cursor.at;
  const std::byte* at = begin;
  while (at != cursor.end && time_at(cursor, at) < end) {
    at += cursor.stride;
  }
  cursor.at = at;
  std::size_t row = batch_.size();
  const std::size_t rows = row + static_cast<std::size_t>(at - begin) / cursor.stride;
  batch_.resize(rows);
  keys_.resize(rows);
  for (const std::byte* record = begin; row != rows; ++row, record += cursor.stride) {
    batch_[row] = {record, index, 1};
    keys_[row] = key_of(time_at(cursor, record), row);
  }
}

// Rows of which several stand together, or some are left out.
void Tape::take_each_until(std::uint32_t index, std::int64_t end) {
  Cursor& cursor = cursors_[index];
  while (cursor.at != cursor.end) {
    const std::int64_t time = time_at(cursor, cursor.at);
    if (time >= end) {
      return;
    }
    keys_.push_back(key_of(time, batch_.size()));
    const std::uint32_t records =
        cursor.kind == TapeKind::depth ? event_size(cursor.at, cursor.end) : 1;
    batch_.push_back({cursor.at, index, records});
    cursor.at += std::size_t{cursor.stride} * records;
    if (cursor.is_covered && !skip_covered(index)) {
      return;
    }
  }
}

Status Tape::add_instrument(const store::Catalog& catalog, InstrumentId id,
                            const TapeSelection& selection) {
  std::vector<Span> covered;
  for (const store::SeriesInfo& info : catalog.series()) {
    if (info.instrument != id || info.kind == store::SeriesKind::bars) {
      continue;
    }
    if (const auto added = add_ticks(catalog, info, selection, covered); !added) {
      return added;
    }
  }
  return add_bars(catalog, id, selection, covered);
}

// Bars say all that features ask of another instrument; ticks would only cost.
Status Tape::add_reference(const store::Catalog& catalog, InstrumentId id,
                           const TapeSelection& selection) {
  const std::size_t before = cursors_.size();
  std::vector<Span> covered;
  if (const auto added = add_bars(catalog, id, selection, covered);
      !added || cursors_.size() > before) {
    return added;
  }
  for (const store::SeriesInfo& info : catalog.series()) {
    if (info.instrument == id && info.kind == store::SeriesKind::trades) {
      return add_ticks(catalog, info, selection, covered);
    }
  }
  return {};
}

// The first index of the catalog. A day's value stands since its midnight, so the day that the
// tape begins in is known; it is told when the first row of the others is, not before.
Status Tape::add_mood(const store::Catalog& catalog, const TapeSelection& selection) {
  const auto& all = catalog.series();
  const auto found = std::find_if(all.begin(), all.end(), [](const store::SeriesInfo& info) {
    return info.kind == store::SeriesKind::sentiment;
  });
  if (found == all.end() || cursors_.empty()) {
    return {};
  }
  const auto mood = catalog.sentiment(found->instrument);
  if (!mood) {
    return tl::unexpected{mood.error()};
  }
  std::int64_t first_heard = Timestamp::never().ns();
  for (const Cursor& cursor : cursors_) {
    first_heard = std::min(first_heard, time_at(cursor, cursor.at) +
                                            std::int64_t{cursor.interval_s} * kNsPerSecond);
  }
  series_.push_back(*mood);
  const Timestamp midnight{first_heard / kNsPerDay * kNsPerDay};
  const auto rows = (*mood)->between(midnight, selection.to);
  if (!rows.empty()) {
    add_cursor(rows, found->instrument, 0, {});
    cursors_.back().not_before = first_heard;
  }
  return {};
}

Status Tape::add_bars(const store::Catalog& catalog, InstrumentId id,
                      const TapeSelection& selection, std::vector<Span>& covered) {
  std::vector<std::int32_t> intervals;  // ascending: catalog order
  for (const store::SeriesInfo& info : catalog.series()) {
    if (info.instrument == id && info.kind == store::SeriesKind::bars) {
      intervals.push_back(info.interval_s);
    }
  }
  std::sort(intervals.begin(), intervals.end());
  for (const std::int32_t interval_s : intervals) {
    const auto bars = catalog.bars(id, interval_s);
    if (!bars) {
      return tl::unexpected{bars.error()};
    }
    series_.push_back(*bars);
    const Duration length = seconds(interval_s);
    // A bar counts when it closes at or before the end.
    const Timestamp last_open = selection.to == Timestamp::never()
                                    ? selection.to
                                    : selection.to - length + Duration{1};
    const auto rows = (*bars)->between(selection.from, last_open);
    add_cursor(rows, id, interval_s, covered);
    if (interval_s != intervals.back()) {  // for a coarser one, since each row is looked at
      add_spans(covered, rows, length.ns(), kBarHole);
    }
  }
  return {};
}

// Everything but bars.
Status Tape::add_ticks(const store::Catalog& catalog, const store::SeriesInfo& info,
                       const TapeSelection& selection, std::vector<Span>& covered) {
  const InstrumentId id = info.instrument;
  const auto& all = catalog.series();
  const auto has = [&](store::SeriesKind kind) {
    return std::any_of(all.begin(), all.end(), [&](const store::SeriesInfo& other) {
      return other.instrument == id && other.kind == kind;
    });
  };
  const auto add = [&](const auto& opened) -> Status {
    if (!opened) {
      return tl::unexpected{opened.error()};
    }
    series_.push_back(*opened);
    auto rows = (*opened)->between(selection.from, selection.to);
    if constexpr (std::is_same_v<decltype(rows), std::span<const store::DepthRecord>>) {
      rows = with_snapshot((*opened)->rows(), rows);
    }
    if (info.kind == store::SeriesKind::trades && has(store::SeriesKind::bars)) {
      add_spans(covered, rows, 0, kTradeHole);
    }
    add_cursor(rows, id, 0, {});
    return {};
  };
  switch (info.kind) {
    case store::SeriesKind::trades:
      return add(catalog.trades(id));
    case store::SeriesKind::funding:
      return add(catalog.funding(id));
    case store::SeriesKind::quotes:
      return has(store::SeriesKind::depth) ? Status{} : add(catalog.quotes(id));
    case store::SeriesKind::depth:
      return add(catalog.depth(id));
    case store::SeriesKind::marks:
      return add(catalog.marks(id));
    case store::SeriesKind::open_interest:
      return add(catalog.open_interest(id));
    case store::SeriesKind::liquidations:
      return add(catalog.liquidations(id));
    case store::SeriesKind::orders:
    case store::SeriesKind::sentiment:  // add_mood
    case store::SeriesKind::bars:
      break;
  }
  return {};
}

template <typename Record>
void Tape::add_cursor(std::span<const Record> rows, InstrumentId id, std::int32_t interval_s,
                      std::vector<Span> covered) {
  if (rows.empty()) {
    return;
  }
  rows_ += rows.size();
  const auto bytes = std::as_bytes(rows);
  std::sort(covered.begin(), covered.end(),
            [](const Span& a, const Span& b) { return a.from < b.from; });
  Cursor cursor;
  cursor.begin = cursor.at = bytes.data();
  cursor.end = bytes.data() + bytes.size();
  cursor.stride = sizeof(Record);
  cursor.interval_s = interval_s;
  cursor.kind = kKindOf<Record>;
  cursor.instrument_id = id;
  cursor.is_covered = !covered.empty();
  cursor.not_before = from_;
  cursors_.push_back(cursor);
  coverage_.push_back({std::move(covered), 0});
}

template <typename Record>
void Tape::add_spans(std::vector<Span>& spans, std::span<const Record> rows, std::int64_t length,
                     std::int64_t hole) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t stamp = rows[i].stamp();
    if (i == 0 || stamp - spans.back().to > hole) {
      spans.push_back({stamp, stamp + length});
    }
    spans.back().to = stamp + length;
  }
}

bool Tape::skip_covered(std::uint32_t index) noexcept {
  Cursor& cursor = cursors_[index];
  Coverage& coverage = coverage_[index];
  const std::int64_t length = std::int64_t{cursor.interval_s} * kNsPerSecond;
  for (; cursor.at != cursor.end; cursor.at += cursor.stride) {
    const std::int64_t from = stamp_of(cursor.at);
    while (coverage.at < coverage.windows.size() &&
           coverage.windows[coverage.at].to < from + length) {
      ++coverage.at;
    }
    const bool is_covered = coverage.at < coverage.windows.size() &&
                            coverage.windows[coverage.at].from <= from;
    if (!is_covered) {
      return true;
    }
  }
  return false;
}

}  // namespace lanner::runtime
