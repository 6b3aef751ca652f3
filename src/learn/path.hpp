#pragma once

// The path of one candidate through prices, and the per-instrument summary that lets a tick pass
// by without looking at any of them.

#include <cstdint>

#include "base/bytes.hpp"
#include "base/fixed.hpp"
#include "base/time.hpp"
#include "market/cost_model.hpp"
#include "model/decision.hpp"
#include "model/position.hpp"

namespace lanner::learn {

// A bar as four prints; a trade is a bar of one price and no length.
struct PathPrints {
  Price open;
  Price high;
  Price low;
  Price close;
  Timestamp from;
  Timestamp to;
};

struct PathCosts {
  const market::CostModel& model;
  Rate taker_fee;
  Price tick;
};

class Path {
 public:
  enum class State : std::uint8_t { waiting, open, done, unfilled };

  Path() noexcept = default;
  explicit Path(const model::Candidate& candidate) noexcept;

  // Moves on by one bar or trade; true when the path has ended with it.
  [[nodiscard]] bool step(const model::Candidate& candidate, const PathPrints& prints,
                          const PathCosts& costs) noexcept;
  // Extremes between two steps, in which no barrier was touched.
  void fold(Price high, Price low) noexcept;
  void on_funding(Rate rate, Price last_px, const model::Candidate& candidate) noexcept;

  // Highest price that cannot matter yet is below `above`, and so on; a path that awaits its
  // entry at the market must see the next print whatever it is.
  [[nodiscard]] Price above(const model::Candidate& candidate) const noexcept;
  [[nodiscard]] Price below(const model::Candidate& candidate) const noexcept;
  [[nodiscard]] Timestamp deadline() const noexcept { return deadline_; }
  [[nodiscard]] State state() const noexcept { return state_; }

  // Net, gross (net + cost), barrier, excursions of a path that has ended.
  void write(model::CandidateLabel& label, const model::Candidate& candidate) const noexcept;
  [[nodiscard]] double net_r() const noexcept { return gross_r_ - cost_r_; }
  // Net of what was paid so far, in R, if it were marked at `last_px`; what it came to when it has
  // ended.
  [[nodiscard]] double value_r(const model::Candidate& candidate, Price last_px,
                               Rate taker_fee) const noexcept;
  void encode(ByteWriter& out) const;

 private:
  [[nodiscard]] bool enter(const model::Candidate& candidate, const PathPrints& prints,
                           const PathCosts& costs) noexcept;
  [[nodiscard]] bool leave(const model::Candidate& candidate, const PathPrints& prints,
                           const PathCosts& costs, bool may_win) noexcept;
  void finish(const model::Candidate& candidate, Price reference, model::Barrier barrier,
              const PathCosts& costs) noexcept;

  State state_ = State::waiting;
  model::Barrier barrier_ = model::Barrier::time;
  Timestamp deadline_;
  Price entry_reference_;
  Price entry_fill_;
  Price highest_;
  Price lowest_;
  double funding_ = 0.0;  // per unit of base, > 0 = received
  double gross_r_ = 0.0;
  double cost_r_ = 0.0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(state_, barrier_, deadline_, entry_reference_, entry_fill_, highest_, lowest_, funding_,
            gross_r_, cost_r_);
  }
};

// Nearest prices and instant at which anything can happen on an instrument, and the extremes
// seen since the paths were last looked at.
struct PathWatch {
  static constexpr std::uint32_t kNoPath = 0xFFFF'FFFF;

  Price above = Price::max();
  Price below = Price::from_raw(INT64_MIN);
  Timestamp deadline = Timestamp::never();
  Price high = Price::from_raw(INT64_MIN);
  Price low = Price::max();
  Price last;
  Timestamp covered_until = Timestamp{INT64_MIN};
  std::uint32_t head = kNoPath;  // of the list of paths that have not ended

  void fold(Price up, Price down, Price close) noexcept {
    high = up > high ? up : high;
    low = down < low ? down : low;
    last = close;
  }
  [[nodiscard]] bool has_seen() const noexcept { return low <= high; }
  void forget_seen() noexcept {
    high = Price::from_raw(INT64_MIN);
    low = Price::max();
  }
  void consider_none() noexcept {
    above = Price::max();
    below = Price::from_raw(INT64_MIN);
    deadline = Timestamp::never();
  }
  void consider(const Path& path, const model::Candidate& candidate) noexcept;
  void encode(ByteWriter& out) const;
};

}  // namespace lanner::learn
