#pragma once

// Binance's procedure that joins a stream of book changes to a REST snapshot, on update ids alone:
// the caller holds the changes, this says what to do with each. Pure; one per instrument.
//
//   1. Changes that come before the snapshot: `hold` (at most as many as the caller has room for;
//      told by drop_held when the oldest had to go).
//   2. on_snapshot: `apply` it, then feed the held changes again in order; or `resnapshot`.
//   3. Then each change: `apply`, `drop` (older than the book) or `resnapshot`: changes are
//      missing, the book is worth nothing, this change is the first to hold for the next snapshot.
//
// USD-M futures: drop last < id; the first applied needs first <= id <= last; then prior == the
// last applied. Spot: snapshot again when id < first of the first held; drop last <= id; gap when
// first > local + 1.

#include <cstdint>

#include "model/market_data.hpp"

namespace lanner::market {

enum class BookRules : std::uint8_t { futures, spot };
enum class SyncAction : std::uint8_t { hold, apply, drop, resnapshot };

class BookSync {
 public:
  explicit BookSync(BookRules rules) noexcept : rules_(rules) {}

  [[nodiscard]] SyncAction on_delta(const model::BookUpdateIds& ids) noexcept;
  // apply, resnapshot, or drop where the book is further than the snapshot.
  [[nodiscard]] SyncAction on_snapshot(std::uint64_t last_id) noexcept;
  // The held changes up to now are gone; `ids` is the first that is still held.
  void drop_held(const model::BookUpdateIds& ids) noexcept { first_held_ = ids.first; }
  // A new connection: nothing is held, nothing is known.
  void reset() noexcept;

  [[nodiscard]] bool is_synced() const noexcept { return state_ == State::following; }
  [[nodiscard]] std::uint64_t last_id() const noexcept { return last_id_; }
  [[nodiscard]] std::uint64_t gaps() const noexcept { return gaps_; }

 private:
  // bridging: a snapshot is applied, no change has yet been joined to it.
  enum class State : std::uint8_t { waiting, bridging, following };

  [[nodiscard]] bool joins(const model::BookUpdateIds& ids) const noexcept;

  BookRules rules_;
  State state_ = State::waiting;
  std::uint64_t first_held_ = 0;  // 0: nothing is held
  std::uint64_t last_id_ = 0;     // of the book
  std::uint64_t gaps_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(rules_, state_, first_held_, last_id_, gaps_);
  }
};

}  // namespace lanner::market
