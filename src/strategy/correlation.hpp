#pragma once

// How much two instruments move together: the exponentially weighted correlation of their
// 5-minute returns. Returns are kept, and correlated only when somebody asks: a decision is rare,
// a bar is not.

#include <array>
#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/time.hpp"

namespace lanner::strategy {

class ReturnCorrelation {
 public:
  static constexpr std::size_t kKept = 96;          // 8 hours
  static constexpr double kHalfLife = 24.0;         // returns, 2 hours
  static constexpr std::size_t kCommonMin = 24;     // fewer say nothing

  explicit ReturnCorrelation(std::size_t instruments);

  // The return of the 5-minute bar that closed at `close`, no earlier than the last one.
  void on_return(InstrumentId id, Timestamp close, Score value) noexcept;
  // 0 where fewer than kCommonMin bars are common to both.
  [[nodiscard]] Score between(InstrumentId one, InstrumentId other, Timestamp now) const noexcept;

 private:
  // Each return stands in the ring twice, kKept apart, so that any kKept in a row lie in a row.
  struct Series {
    std::int64_t last_slot = -1;
    std::array<double, 2 * kKept> returns{};
    std::array<double, 2 * kKept> is_there{};  // 1, or 0 where a bar is missing
    static_assert(kKept % 2 == 0, "pairs may end behind a span, but not behind the ring");
  };
  // The returns of a span of slots, oldest first; the last may lie before the newest slot.
  struct Span {
    std::int64_t newest = -1;
    std::int64_t last = -1;
    friend bool operator==(const Span&, const Span&) = default;
  };
  // Weighted sums of an instrument over a span without a hole: the same beside whomever.
  struct Own {
    Span span;
    bool is_whole = false;
    double sum = 0.0;
    double sum_x = 0.0;
    double sum_xx = 0.0;
  };
  const Own& own_of(InstrumentId id, const Span& span) const noexcept;
  [[nodiscard]] double sum_of_products(const Series& a, const Series& b,
                                       const Span& span) const noexcept;
  [[nodiscard]] Score between_holes(const Series& a, const Series& b,
                                    const Span& span) const noexcept;
  static void put(Series& series, std::int64_t slot, double value, double is_there) noexcept;

  std::array<double, kKept> weights_;  // of the oldest first
  std::vector<Series> series_;         // by instrument
  mutable std::vector<Own> own_;       // of the span that was asked for last

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(series_);
  }
};

}  // namespace lanner::strategy
