#pragma once

// The books that the tape shows, one per instrument that has any, as the simulated exchange
// matches against them: what own orders take is gone until the next event replaces the level.

#include <cstdint>
#include <memory>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "market/order_book.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"
#include "model/order.hpp"

namespace lanner::sim {

// Where fills of instruments with a book came from.
struct DepthCounters {
  std::uint64_t book_fills = 0;      // taken from shown levels
  std::uint64_t queue_fills = 0;     // of resting limits by their place in the queue
  std::uint64_t fallback_fills = 0;  // by the trades model: the book was not to be believed
  friend bool operator==(const DepthCounters&, const DepthCounters&) = default;
};

class DepthBooks {
 public:
  // `instruments` outlives this. A silent book is believed for `age_max`.
  explicit DepthBooks(const model::InstrumentTable& instruments);

  void on_delta(const model::BookDelta& delta, Timestamp ts);
  void on_snapshot(const model::BookSnapshot& snapshot, Timestamp ts);
  // A quote is a book of one level a side.
  void on_quote(const model::QuoteTick& quote, Timestamp ts);
  void on_gap(InstrumentId id) noexcept;

  [[nodiscard]] bool has(InstrumentId id) const noexcept { return books_[id.index()] != nullptr; }
  // The book when it may be matched against: valid (a locked one is) and not silent for 10 s;
  // nothing where it is empty, syncing, stale, crossed or behind a gap.
  [[nodiscard]] const market::OrderBook* usable(InstrumentId id, Timestamp now) const noexcept {
    const market::OrderBook* book = books_[id.index()].get();
    return book != nullptr && book->is_valid() && now - book->last_event() <= kAgeMax ? book
                                                                                      : nullptr;
  }
  // Only of an instrument that has a book.
  [[nodiscard]] const market::OrderBook& book(InstrumentId id) const noexcept {
    return *books_[id.index()];
  }
  // Best bid and ask; zeros where the book is not valid.
  [[nodiscard]] model::QuoteTick top(InstrumentId id) const noexcept;
  // What rests on the five best levels a side; zeros where the book is not valid.
  [[nodiscard]] model::BookDepth five_best(InstrumentId id) const noexcept;
  // Own orders took this much of a shown level.
  void take(InstrumentId id, model::Side side, const model::BookLevel& level,
            Quantity taken) noexcept;

  DepthCounters counters;

 private:
  static constexpr Duration kAgeMax = seconds(10);
  // Levels further than the flat window; a REST snapshot shows 1,000 a side, and levels that the
  // market has left behind stay until they change.
  static constexpr std::size_t kFarLevels = 8192;

  [[nodiscard]] market::OrderBook& book_of(InstrumentId id);

  const model::InstrumentTable* instruments_;
  std::vector<std::unique_ptr<market::OrderBook>> books_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(counters);
    for (std::size_t i = 0; i < books_.size(); ++i) {
      bool is_there = books_[i] != nullptr;
      archive(is_there);
      if (is_there) {
        archive(book_of(InstrumentId{static_cast<std::uint32_t>(i)}));
      }
    }
  }
};

// A limit that would trade at once against this book.
[[nodiscard]] bool crosses(const model::OrderRequest& order,
                           const market::OrderBook& book) noexcept;
// Whether the book reaches the order's price on its own side: only there is a displayed quantity,
// be it zero, known.
[[nodiscard]] bool is_in_view(const model::OrderRequest& order,
                              const market::OrderBook& book) noexcept;

}  // namespace lanner::sim
