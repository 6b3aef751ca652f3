#include <doctest/doctest.h>

#include <vector>

#include "risk/entry_window.hpp"
#include "risk/liquidation.hpp"

namespace lanner::risk {
namespace {

TEST_CASE("the window counts what a plain loop counts") {
  EntryWindow window{64};
  std::vector<Timestamp> all;
  Timestamp now{1'000 * kNsPerSecond};
  for (int i = 0; i < 200; ++i) {
    now = now + seconds((i * 7) % 11);
    window.add(now);
    all.push_back(now);
    std::size_t expected = 0;
    for (const Timestamp at : all) {
      expected += now - at < seconds(60) ? 1U : 0U;
    }
    CHECK(window.count_within(seconds(60), now) == expected);
  }
}

TEST_CASE("a full window keeps the newest") {
  EntryWindow window{3};
  for (int i = 0; i < 10; ++i) {
    window.add(Timestamp{100 * kNsPerSecond});
  }
  CHECK(window.count_within(minutes(1), Timestamp{101 * kNsPerSecond}) == 3);
  CHECK(window.count_within(seconds(1), Timestamp{101 * kNsPerSecond}) == 0);
}

TEST_CASE("liquidation distance: cushion over quantity, never beyond the price, none on spot") {
  model::Instrument perp;
  perp.tiers = {{Money::max(), 20, Rate::from_raw(250'000'000)}};
  const Price entry = Price::from_int(1000);
  const Cushion cushion{.equity = Money::from_int(1000),
                        .other_risk = Money::from_int(100),
                        .other_exposure = Money::from_int(4000),
                        .margin = {}};
  // 1,000 - 100 - 2.5 % of 8,000 = 700, over 4.
  CHECK(liquidation_distance(perp, entry, Quantity::from_int(4), cushion) ==
        Price::from_int(175));
  CHECK(liquidation_distance(perp, entry, Quantity::from_raw(1), cushion) == entry);
  // Isolated at 10x: 400 of margin less 100 of maintenance, over 4, whatever the account holds.
  Cushion alone = cushion;
  alone.margin = {model::MarginMode::isolated, 10};
  CHECK(liquidation_distance(perp, entry, Quantity::from_int(4), alone) == Price::from_int(75));
  CHECK(liquidation_distance(perp, entry, Quantity::from_int(400), cushion).is_zero());
  perp.kind = model::InstrumentKind::spot;
  CHECK(liquidation_distance(perp, entry, Quantity::from_int(4), cushion) == Price::max());
}

}  // namespace
}  // namespace lanner::risk
