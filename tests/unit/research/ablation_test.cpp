#include "research/ablation.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.hpp"
#include "base/score.hpp"

using namespace lanner;
using research::AblationVerdict;
using research::Book;
using research::BookEntry;

namespace {

Money money(double value) { return Money::from_raw(std::llround(value * Money::kScale)); }

Timestamp block(std::int64_t number) { return Timestamp{} + hours(4 * number); }

Book book_of(const std::vector<double>& pnl) {
  Book book;
  for (std::size_t i = 0; i < pnl.size(); ++i) {
    book.blocks.push_back({block(static_cast<std::int64_t>(i)), money(pnl[i])});
  }
  return book;
}

BookEntry entry_at(std::int64_t hour, std::int64_t size) {
  BookEntry entry;
  entry.instrument_id = InstrumentId{1};
  entry.triggered_at = Timestamp{} + hours(hour);
  entry.quantity = Quantity::from_int(size);
  entry.closed_at = entry.triggered_at + hours(1);
  entry.exit_px = Price::from_int(100);
  return entry;
}

// Blocks of normal noise around `mean`; the masked book stands still.
research::Effect effect_of(double mean, double sd, std::size_t blocks, double bound) {
  RandomStream chance(3, 9);
  std::vector<double> values;
  for (std::size_t i = 0; i < blocks; ++i) {
    values.push_back(mean + sd * chance.normal());
  }
  return research::measure_effect(book_of(values), book_of(std::vector<double>(blocks, 0.0)),
                                  {1, money(bound)});
}

}  // namespace

TEST_CASE("changes are shares of entries of either book, exits and sizes of those of both") {
  Book base;
  Book masked;
  for (std::int64_t i = 0; i < 8; ++i) {
    base.entries.push_back(entry_at(i, 100));
    masked.entries.push_back(entry_at(i + 2, 100));
  }
  masked.entries[0].quantity = Quantity::from_int(105);  // 5 %: not more than that
  masked.entries[1].quantity = Quantity::from_int(94);
  masked.entries[2].exit_px = Price::from_int(101);
  const auto changes = research::changes_between(base, masked);
  CHECK(changes.entries_pct == doctest::Approx(40.0));         // 4 of 10
  CHECK(changes.sizes_pct == doctest::Approx(100.0 / 6.0));    // 1 of 6
  CHECK(changes.exits_pct == doctest::Approx(100.0 / 6.0));
  const auto none = research::changes_between(base, base);
  CHECK(none.entries_pct + none.exits_pct + none.sizes_pct == 0.0);
  CHECK_FALSE(research::matters(none));
}

TEST_CASE("the interval of a sum and its minimum detectable effect are those of the normal") {
  const auto effect = effect_of(0.5, 2.0, 400, 1e6);
  const double sum = to_score(effect.delta_pnl).value();
  // Standard error of a sum of 400: 2 x 20.
  CHECK(effect.ci_low == doctest::Approx(sum - 1.96 * 40.0).epsilon(0.10));
  CHECK(effect.ci_high == doctest::Approx(sum + 1.96 * 40.0).epsilon(0.10));
  CHECK(effect.mde == doctest::Approx(2.8016 * 40.0).epsilon(0.10));
  CHECK(effect.clipped_share == 0.0);
  CHECK(effect.worst.size() == research::kWorstBlocks);
  CHECK(effect.worst[0].pnl <= effect.worst[4].pnl);
}

TEST_CASE("a verdict needs its inputs, a change, sixty blocks and an interval beside zero") {
  Book base;
  base.entries = {entry_at(0, 1)};
  const research::BookChanges changed{10.0, 0.0, 0.0};
  const auto verdict = [&](const research::Effect& effect, research::BookChanges changes,
                           const std::string& missing) {
    return research::judge(base, changes, effect, missing).verdict;
  };
  CHECK(verdict(effect_of(1.0, 1.0, 60, 10), changed, "") == AblationVerdict::helps);
  CHECK(verdict(effect_of(-1.0, 1.0, 60, 10), changed, "") == AblationVerdict::hurts);
  CHECK(verdict(effect_of(1.0, 1.0, 59, 10), changed, "") == AblationVerdict::undecided);
  CHECK(verdict(effect_of(0.0, 1.0, 200, 10), changed, "") == AblationVerdict::undecided);
  CHECK(verdict(effect_of(1.0, 1.0, 60, 10), {0.4, 0.4, 0.4}, "") == AblationVerdict::decorative);
  CHECK(verdict(effect_of(1.0, 1.0, 60, 10), changed, "funding") == AblationVerdict::asleep);
}

TEST_CASE("one lucky block is no help, and one disaster takes help away") {
  std::vector<double> lucky(100, 0.0);
  lucky[7] = 500.0;
  Book base = book_of(lucky);
  base.entries = {entry_at(0, 1)};
  const Book still = book_of(std::vector<double>(100, 0.0));
  const research::BookChanges changed{10.0, 0.0, 0.0};
  auto effect = research::measure_effect(base, still, {1, money(2.0)});
  CHECK(research::judge(base, changed, effect, "").verdict == AblationVerdict::undecided);

  // A seller of tails: 0.5 in each block, and 300 lost in one of a hundred.
  std::vector<double> tails(100, 0.5);
  tails[50] = -300.0;
  base.blocks = book_of(tails).blocks;
  effect = research::measure_effect(base, still, {1, money(2.0)});
  CHECK(research::judge(base, changed, effect, "").verdict != AblationVerdict::helps);
  CHECK(effect.worst[0].pnl == money(-300.0));
  // And what insures against that loss is never found to hurt, for all that it costs.
  std::vector<double> insurance(100, -0.5);
  insurance[50] = 300.0;
  base.blocks = book_of(insurance).blocks;
  effect = research::measure_effect(base, still, {1, money(2.0)});
  CHECK(research::judge(base, changed, effect, "").verdict != AblationVerdict::hurts);
}

TEST_CASE("books that do not differ have no effect") {
  const Book book = book_of({1.0, -2.0, 3.0});
  const auto effect = research::measure_effect(book, book, {1, money(1.0)});
  CHECK(effect.delta_pnl.is_zero());
  CHECK(effect.blocks == 3);
  CHECK(effect.blocks_changed == 0);
  CHECK(effect.mde == 0.0);
}
