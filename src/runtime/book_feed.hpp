#pragma once

// The book of one instrument on its way from the tape to the simulated exchange: the levels of an
// event put side by side, and changes joined to their snapshot by update id where the source has
// ids (market/book_sync.hpp). What waits for a snapshot is read again from the tape.

#include <optional>
#include <span>
#include <vector>

#include "market/book_sync.hpp"
#include "sim/exchange.hpp"
#include "store/depth_replay.hpp"

namespace lanner::runtime {

class BookFeed {
 public:
  explicit BookFeed(InstrumentId id);

  // The events of one series in order, each as the tape's own rows: all rows of a series stand
  // together in memory and outlive this.
  void on_event(std::span<const store::DepthRecord> rows, sim::Exchange& exchange);

  // What it remembers (base/state_archive.hpp); `rows` are those of its series.
  template <typename Archive>
  void fields(Archive& archive, std::span<const store::DepthRecord> rows) {
    bool has_rules = sync_.has_value();
    std::uint64_t held = held_from_ == nullptr
                             ? kNotHeld
                             : static_cast<std::uint64_t>(held_from_ - rows.data());
    archive(has_rules, first_snapshot_, held);
    if constexpr (Archive::kLoads) {
      if (held != kNotHeld && held >= rows.size()) {
        return archive.refuse();
      }
      held_from_ = held == kNotHeld ? nullptr : rows.data() + held;
      if (has_rules) {
        sync_.emplace(market::BookRules::futures);
      }
    }
    if (sync_) {
      archive(*sync_);
    }
  }

  [[nodiscard]] std::uint64_t gaps() const noexcept { return sync_ ? sync_->gaps() : 0; }

 private:
  static constexpr std::uint64_t kNotHeld = ~std::uint64_t{0};

  void on_snapshot(const store::DepthEvent& event, const store::DepthRecord* begin,
                   sim::Exchange& exchange);
  // `now`: held changes are applied when their snapshot comes.
  void on_change(const store::DepthEvent& event, const store::DepthRecord* begin, Timestamp now,
                 sim::Exchange& exchange);
  void put(const store::DepthEvent& event);
  [[nodiscard]] market::BookSync& sync_for(const store::DepthEvent& event);

  InstrumentId id_;
  std::optional<market::BookSync> sync_;
  std::optional<std::uint64_t> first_snapshot_;  // came before any change told the venue's rules
  const store::DepthRecord* held_from_ = nullptr;
  std::vector<model::BookLevel> bids_;
  std::vector<model::BookLevel> asks_;
};

}  // namespace lanner::runtime
