#pragma once

// Every trigger is a candidate, traded or not, and each gets exactly one label: from its own
// fills when it was traded, else from the path of prices after it. So what a gate refuses is
// learned from as well.
//
// Path of a candidate. Entry: the next tradable price (a bar's open, a trade), plus half spread
// and impact at the intended size; a limit rests until traded *through* by a tick, and is
// unfilled when its time stop comes first. Exits: stop before target when one bar touched both;
// a stop that a print jumped over fills at the print; the stop pays stop slippage, target and
// time exit pay half spread and impact. Taker fees on both sides, funding at its stamps. 1 R is
// the distance from the entry paid to the stop. An entry that would come at or beyond its stop
// never happens: the stop fires first, so the label is "unfilled", weight 0.
//
// For one event call on_bar / on_trade / on_funding before open(). A bar that overlaps prices
// already seen (trades, a finer interval) tells nothing new and is passed over.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/fixed.hpp"
#include "base/flat_map.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"
#include "learn/buffers.hpp"
#include "learn/claim_book.hpp"
#include "learn/path.hpp"
#include "market/cost_model.hpp"
#include "model/decision.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"
#include "model/parameters.hpp"
#include "model/position.hpp"

namespace lanner::learn {

enum class PendingReason : std::uint8_t {
  entry_open,      // no tradable price yet, or the limit still rests
  barrier_open,    // neither stop nor target nor time stop reached
  time_stop_open,  // the time stop has passed, no price since
  position_open,   // traded: its own fills are awaited
};
[[nodiscard]] const char* name_of(PendingReason value) noexcept;

struct PendingCandidate {
  CandidateId candidate_id;
  InstrumentId instrument_id;
  Timestamp triggered_at;
  PendingReason reason = PendingReason::entry_open;
};

// Net R by fills minus net R by path, over traded candidates: how good the fill model is.
struct FillModelGap {
  std::int64_t n = 0;
  Score mean_r;
  Score sd_r;
};

class CandidateLog {
 public:
  // open_max bounds the candidates that are tracked at once; all storage is reserved here.
  CandidateLog(const model::InstrumentTable& instruments, const model::ParameterSet& parameters,
               const market::CostModel& costs, std::size_t open_max);

  // Gives id, block and cluster and starts the path. At the bound the candidate is refused: its
  // id stays invalid, refused() counts it, and it must not be traded.
  CandidateId open(model::Candidate& candidate) noexcept { return open(candidate, {}); }
  // `effects`: what each standing adaptation is to answer for, as a multiple of this candidate's
  // R; its evidence counts from here.
  using ScopeEffects = std::array<double, ClaimBook::kScopes>;
  CandidateId open(model::Candidate& candidate, const ScopeEffects& effects) noexcept;

  // Ends a block: every open candidate is marked at the last price, whether traded or not.
  void close_block() noexcept;
  [[nodiscard]] ClaimBook& book() noexcept { return book_; }
  [[nodiscard]] const ClaimBook& book() const noexcept { return book_; }
  // An adaptation's place is given to another: what is open answers to it no more.
  void clear_scope(std::size_t scope) noexcept;

  // An approved intent was sent: the label will come from its fills.
  void mark_traded(CandidateId id) noexcept;
  // It ended without a fill: the label is the path's again, at once when that has ended.
  void on_plan_ended_unfilled(CandidateId id, Timestamp now, LabelBuffer& labels) noexcept;
  void on_trade_closed(const model::TradeClosed& trade, Timestamp now,
                       LabelBuffer& labels) noexcept;

  // `close` and `at` are venue time (ts_event); a bar spans [close - interval, close].
  void on_bar(const model::Bar& bar, Timestamp close, LabelBuffer& labels) noexcept {
    const Timestamp from = close - seconds(bar.interval_s);
    PathWatch& watch = watches_[bar.instrument_id.index()];
    if (from < watch.covered_until) {
      return;
    }
    watch.covered_until = close;
    if (bar.high < watch.above && bar.low > watch.below && close < watch.deadline) [[likely]] {
      watch.fold(bar.high, bar.low, bar.close);
      return;
    }
    visit(bar.instrument_id, {bar.open, bar.high, bar.low, bar.close, from, close}, labels);
  }
  void on_trade(const model::TradeTick& trade, Timestamp at, LabelBuffer& labels) noexcept {
    PathWatch& watch = watches_[trade.instrument_id.index()];
    watch.covered_until = at;
    if (trade.price < watch.above && trade.price > watch.below && at < watch.deadline) [[likely]] {
      watch.fold(trade.price, trade.price, trade.price);
      return;
    }
    const Price px = trade.price;
    visit(trade.instrument_id, {px, px, px, px, at, at}, labels);
  }
  void on_funding(const model::FundingRate& funding, Timestamp at) noexcept;

  [[nodiscard]] std::uint64_t decisions() const noexcept { return decisions_; }
  [[nodiscard]] std::uint64_t labelled() const noexcept { return labelled_; }
  [[nodiscard]] std::uint64_t pending() const noexcept { return decisions_ - labelled_; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
  // Closed trades that belong to no open candidate; zero unless a caller skipped open().
  [[nodiscard]] std::uint64_t orphan_trades() const noexcept { return orphan_trades_; }
  // In the order of ids. Not for the hot path.
  [[nodiscard]] std::vector<PendingCandidate> pending_candidates() const;
  [[nodiscard]] FillModelGap fill_model_gap() const noexcept;
  void encode(ByteWriter& out) const;

 private:
  static constexpr std::uint32_t kNone = PathWatch::kNoPath;
  enum class LabelFrom : std::uint8_t { path, fills };

  struct Slot {
    model::Candidate candidate;
    Path path;
    LabelFrom from = LabelFrom::path;
    bool is_labelled = false;
    Score fills_net_r;
    double units = 0.0;     // that its pattern's book took in
    double marked_r = 0.0;  // value at the end of the last block
    bool has_effects = false;
    std::uint32_t next = kNone;  // in the instrument's list of unresolved paths, or the free list
  };

  void visit(InstrumentId id, const PathPrints& prints, LabelBuffer& labels) noexcept;
  void fold_seen(InstrumentId id) noexcept;
  void rewatch(InstrumentId id) noexcept;
  // The path has ended: emit its label, or compare it with the fills', or wait for them.
  void settle_path(std::uint32_t index, Timestamp now, LabelBuffer& labels) noexcept;
  void emit(Slot& slot, const model::CandidateLabel& label, LabelBuffer& labels) noexcept;
  [[nodiscard]] model::CandidateLabel path_label(const Slot& slot, Timestamp now) const noexcept;
  void compare(const Slot& slot) noexcept;
  void mark(std::uint32_t index, Price last_px) noexcept;
  void leave_book(std::uint32_t index) noexcept;
  void release(std::uint32_t index) noexcept;
  [[nodiscard]] Slot* find(CandidateId id) noexcept;

  const market::CostModel& costs_;
  std::vector<Rate> taker_fees_;
  std::vector<Price> ticks_;
  Score shadow_weight_;
  std::vector<Slot> slots_;
  std::vector<ScopeEffects> effects_;  // by slot
  ClaimBook book_;
  std::uint32_t free_ = kNone;
  std::vector<PathWatch> watches_;
  FlatMap<CandidateId, std::uint32_t> by_id_;
  std::uint64_t decisions_ = 0;
  std::uint64_t labelled_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t orphan_trades_ = 0;
  std::int64_t gap_n_ = 0;
  double gap_mean_ = 0.0;
  double gap_m2_ = 0.0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(book_, free_, watches_, by_id_, decisions_, labelled_, refused_, orphan_trades_);
    archive(gap_n_, gap_mean_, gap_m2_);
    for (Slot& slot : slots_) {
      archive(slot.next);
    }
    // What is free is written anew before it is read.
    for (const auto& [id, index] : by_id_) {
      if (index >= slots_.size()) {
        return archive.refuse();
      }
      archive(slots_[index], effects_[index]);
    }
  }
};

}  // namespace lanner::learn
