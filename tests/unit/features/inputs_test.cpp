// Features of what is not a bar: each equals its formula, and an old value is no value.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "features/pipeline.hpp"

using namespace lanner;
using features::FeaturePipeline;
using model::FeatureId;
using model::Timeframe;

namespace {

constexpr Timestamp kStart{1'746'057'600 * kNsPerSecond};  // 2025-05-01 00:00 UTC
constexpr InstrumentId kEth{1};

model::Instrument instrument_of(std::uint32_t id, const char* base, std::uint16_t venue = 0,
                                model::InstrumentKind kind = model::InstrumentKind::perpetual) {
  model::Instrument out;
  out.id = InstrumentId{id};
  out.base = base;
  out.quote = "USDT";
  out.venue_id = VenueId{venue};
  out.kind = kind;
  return out;
}

// Two perpetuals, ETH's spot series, ETH on another venue, and four more coins.
model::InstrumentTable eight_series() {
  return {instrument_of(0, "BTC"),
          instrument_of(1, "ETH"),
          instrument_of(2, "ETH", 0, model::InstrumentKind::spot),
          instrument_of(3, "ETH", 1),
          instrument_of(4, "SOL"),
          instrument_of(5, "XRP"),
          instrument_of(6, "ADA"),
          instrument_of(7, "LTC")};
}

Price price_of(double value) {
  return Price::from_raw(static_cast<std::int64_t>(std::llround(value * 1e9)));
}
Quantity quantity_of(double value) {
  return Quantity::from_raw(static_cast<std::int64_t>(std::llround(value * 1e8)));
}
Timestamp at(std::int64_t minute) { return kStart + minutes(minute); }

model::Bar bar_of(InstrumentId id, double price, int interval_s = 60) {
  return {id,
          interval_s,
          price_of(price),
          price_of(price * 1.001),
          price_of(price * 0.999),
          price_of(price),
          quantity_of(1.0)};
}

model::QuoteTick quote_of(double bid, double bid_qty, double ask, double ask_qty) {
  return {kEth, price_of(bid), quantity_of(bid_qty), price_of(ask), quantity_of(ask_qty), 0};
}

model::QuoteTick no_book(InstrumentId id) {
  model::QuoteTick quote;
  quote.instrument_id = id;
  return quote;
}

struct Rig {
  FeaturePipeline pipeline{eight_series(), features::OnDemand{}};
  explicit Rig(std::initializer_list<FeatureId> wanted, Timeframe tf = Timeframe::m1) {
    for (const FeatureId id : wanted) {
      pipeline.subscribe(id, tf);
    }
  }
  double value(FeatureId id, InstrumentId of = kEth, Timeframe tf = Timeframe::m1) const {
    return pipeline.view(of).value(id, tf);
  }
  bool is_absent(FeatureId id) const { return std::isnan(value(id)); }
};

}  // namespace

TEST_CASE("inputs: what nobody asked for stays absent and nothing else changes") {
  Rig asked({FeatureId::spread_bps, FeatureId::obi5});
  Rig unasked({});
  for (Rig* rig : {&asked, &unasked}) {
    rig->pipeline.on_quote(quote_of(99.0, 1.0, 101.0, 3.0), at(0));
    rig->pipeline.on_depth({kEth, quantity_of(30.0), quantity_of(10.0)}, at(0));
    rig->pipeline.on_bar(bar_of(kEth, 100.0), at(1));
  }
  CHECK(asked.value(FeatureId::spread_bps) == doctest::Approx(200.0).epsilon(1e-12));
  CHECK(asked.value(FeatureId::obi5) == doctest::Approx(0.5).epsilon(1e-12));
  CHECK(unasked.is_absent(FeatureId::spread_bps));
  CHECK(unasked.is_absent(FeatureId::obi5));
  CHECK(unasked.value(FeatureId::price) == asked.value(FeatureId::price));
}

TEST_CASE("inputs: a quote, a book and open interest that are too old are no values") {
  Rig rig({FeatureId::spread_bps, FeatureId::obi5, FeatureId::ofi_30s, FeatureId::oi_chg_pct,
           FeatureId::fear_greed});
  rig.pipeline.on_quote(quote_of(99.0, 1.0, 101.0, 3.0), at(0));
  rig.pipeline.on_quote(quote_of(99.0, 2.0, 101.0, 3.0), at(1) - seconds(1));
  rig.pipeline.on_depth({kEth, quantity_of(30.0), quantity_of(10.0)}, at(0));
  rig.pipeline.on_open_interest({kEth, quantity_of(1000.0)}, at(0));
  rig.pipeline.on_sentiment({70}, at(0));
  rig.pipeline.on_bar(bar_of(kEth, 100.0), at(1));
  CHECK_FALSE(rig.is_absent(FeatureId::ofi_30s));
  CHECK(rig.is_absent(FeatureId::oi_chg_pct));  // nothing before it yet
  rig.pipeline.on_open_interest({kEth, quantity_of(1010.0)}, at(1) + seconds(5));
  rig.pipeline.on_bar(bar_of(kEth, 100.0), at(2));
  CHECK(rig.value(FeatureId::oi_chg_pct) == doctest::Approx(1.0).epsilon(1e-12));
  CHECK(rig.is_absent(FeatureId::spread_bps));
  CHECK(rig.is_absent(FeatureId::obi5));
  CHECK(rig.is_absent(FeatureId::ofi_30s));
  CHECK(rig.value(FeatureId::fear_greed) == 70.0);
  rig.pipeline.on_bar(bar_of(kEth, 100.0), at(17));
  CHECK(rig.is_absent(FeatureId::oi_chg_pct));
  rig.pipeline.on_bar(bar_of(kEth, 100.0), at(48 * 60 + 1));
  CHECK(rig.is_absent(FeatureId::fear_greed));
}

TEST_CASE("inputs: a quote of zeros takes back what the book said, and the next one counts anew") {
  Rig rig({FeatureId::spread_bps, FeatureId::obi5, FeatureId::ofi_30s});
  const auto say_something = [&](Timestamp ts) {
    rig.pipeline.on_quote(quote_of(99.0, 1.0, 101.0, 3.0), ts);
    rig.pipeline.on_quote(quote_of(99.5, 2.0, 101.0, 3.0), ts + seconds(1));
    rig.pipeline.on_depth({kEth, quantity_of(30.0), quantity_of(10.0)}, ts + seconds(1));
  };
  say_something(at(1) - seconds(20));
  rig.pipeline.on_quote(no_book(InstrumentId{0}), at(1) - seconds(2));  // another's
  rig.pipeline.on_bar(bar_of(kEth, 100.0), at(1));
  CHECK_FALSE(rig.is_absent(FeatureId::spread_bps));
  CHECK_FALSE(rig.is_absent(FeatureId::obi5));
  CHECK_FALSE(rig.is_absent(FeatureId::ofi_30s));

  say_something(at(2) - seconds(20));
  rig.pipeline.on_quote(no_book(kEth), at(2) - seconds(2));
  rig.pipeline.on_bar(bar_of(kEth, 100.0), at(2));
  CHECK(rig.is_absent(FeatureId::spread_bps));
  CHECK(rig.is_absent(FeatureId::obi5));
  CHECK(rig.is_absent(FeatureId::ofi_30s));

  // The first quote after it is compared with none before: it makes no flow.
  rig.pipeline.on_quote(quote_of(99.0, 1.0, 101.0, 3.0), at(3) - seconds(5));
  rig.pipeline.on_bar(bar_of(kEth, 100.0), at(3));
  CHECK(rig.value(FeatureId::spread_bps) == doctest::Approx(200.0).epsilon(1e-12));
  CHECK(rig.is_absent(FeatureId::obi5));
  CHECK(rig.is_absent(FeatureId::ofi_30s));
  rig.pipeline.on_quote(quote_of(98.0, 1.0, 101.0, 3.0), at(4) - seconds(5));
  rig.pipeline.on_bar(bar_of(kEth, 100.0), at(4));
  // The bid fell by one unit of its 1.0; the ask stood: -1 over a mean quantity of 2.
  CHECK(rig.value(FeatureId::ofi_30s) == doctest::Approx(-0.5).epsilon(1e-12));
}

TEST_CASE("inputs: order-flow imbalance is the sum of its events over the mean best quantity") {
  Rig rig({FeatureId::ofi_30s});
  struct Quote {
    double bid, bid_qty, ask, ask_qty;
    Timestamp ts;
  };
  std::vector<Quote> quotes;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const auto draw = [i](std::uint64_t stream) { return philox_uniform(9, stream, i); };
    const double bid = 100.0 + std::floor(draw(1) * 4.0) * 0.25;
    quotes.push_back({bid, 1.0 + std::floor(draw(2) * 50.0),
                      bid + 0.25 + std::floor(draw(3) * 2.0) * 0.25,
                      1.0 + std::floor(draw(4) * 50.0),
                      kStart + Duration{static_cast<std::int64_t>(i) * 300'000'000}});
  }
  std::size_t fed = 0;
  for (int minute = 1; minute <= 2; ++minute) {
    for (; fed < quotes.size() && quotes[fed].ts < at(minute); ++fed) {
      const Quote& q = quotes[fed];
      rig.pipeline.on_quote(quote_of(q.bid, q.bid_qty, q.ask, q.ask_qty), q.ts);
    }
    rig.pipeline.on_bar(bar_of(kEth, 100.0), at(minute));
    double flow = 0.0;
    double quantity = 0.0;
    double count = 0.0;
    for (std::size_t i = 1; i < fed; ++i) {
      const Quote& q = quotes[i];
      const Quote& p = quotes[i - 1];
      if (q.ts < at(minute) - seconds(30)) {
        continue;
      }
      flow += q.bid > p.bid ? q.bid_qty : q.bid < p.bid ? -p.bid_qty : q.bid_qty - p.bid_qty;
      flow -= q.ask < p.ask ? q.ask_qty : q.ask > p.ask ? -p.ask_qty : q.ask_qty - p.ask_qty;
      quantity += (q.bid_qty + q.ask_qty) / 2.0;
      count += 1.0;
    }
    CHECK(rig.value(FeatureId::ofi_30s) ==
          doctest::Approx(flow / (quantity / count)).epsilon(1e-9));
  }
}

TEST_CASE("inputs: the spread is told against the median of the bars before") {
  Rig rig({FeatureId::spread_ratio});
  std::vector<double> before;
  for (int minute = 1; minute <= 300; ++minute) {
    const double half = 0.01 + 0.05 * philox_uniform(4, 1, static_cast<std::uint64_t>(minute));
    const double bid = std::round((100.0 - half) * 1e6) / 1e6;
    const double ask = std::round((100.0 + half) * 1e6) / 1e6;
    rig.pipeline.on_quote(quote_of(bid, 1.0, ask, 1.0), at(minute) - seconds(2));
    rig.pipeline.on_bar(bar_of(kEth, 100.0), at(minute));
    const double spread = (ask - bid) / ((ask + bid) / 2.0) * 1e4;
    if (before.size() < 20) {
      CHECK(rig.is_absent(FeatureId::spread_ratio));
    } else {
      const auto kept = static_cast<std::ptrdiff_t>(std::min<std::size_t>(128, before.size()));
      std::vector<double> sorted(before.end() - kept, before.end());
      std::sort(sorted.begin(), sorted.end());
      const double median = sorted[(sorted.size() + 1) / 2 - 1];
      REQUIRE(rig.value(FeatureId::spread_ratio) == doctest::Approx(spread / median).epsilon(1e-9));
    }
    before.push_back(spread);
  }
}

TEST_CASE("inputs: liquidations are told against their weighted past") {
  Rig rig({FeatureId::liq_long_z, FeatureId::liq_short_z});
  rig.pipeline.on_bar(bar_of(kEth, 100.0), at(1));
  CHECK(rig.is_absent(FeatureId::liq_long_z));  // no such feed yet
  double mean = 0.0;
  double variance = 0.0;
  int bars = 0;
  for (int minute = 2; minute <= 200; ++minute) {
    double notional = 0.0;
    for (std::uint64_t i = 0; i < 2; ++i) {
      const double draw = philox_uniform(6, i, static_cast<std::uint64_t>(minute));
      if (draw < 0.7) {
        const double quantity = std::round(draw * 1000.0) / 100.0;
        rig.pipeline.on_liquidation({kEth, model::PositionSide::long_side, price_of(100.0),
                                     quantity_of(quantity)},
                                    at(minute) - seconds(10));
        notional += 100.0 * quantity;
      }
    }
    if (bars == 0 && notional == 0.0) {
      continue;
    }
    rig.pipeline.on_bar(bar_of(kEth, 100.0), at(minute));
    if (bars >= 20) {
      REQUIRE(rig.value(FeatureId::liq_long_z) ==
              doctest::Approx((notional - mean) / std::sqrt(variance)).epsilon(1e-9));
    }
    const double alpha = 2.0 / 97.0;
    const double away = bars == 0 ? 0.0 : notional - mean;
    mean = bars == 0 ? notional : mean + alpha * away;
    variance = (1.0 - alpha) * (variance + alpha * away * away);
    ++bars;
  }
  CHECK(rig.is_absent(FeatureId::liq_short_z));  // all bars alike: nothing to measure with
}

TEST_CASE("inputs: the funding rank is the share of 30 days' rates below") {
  Rig rig({FeatureId::funding_rank});
  for (int i = 0; i < 29; ++i) {
    rig.pipeline.on_funding({kEth, Rate::from_raw(1000 * (i + 1))}, kStart + hours(8 * i));
  }
  const auto close = [&](Timestamp ts) { rig.pipeline.on_bar(bar_of(kEth, 100.0), ts); };
  close(kStart + hours(8 * 28) + minutes(1));
  CHECK(rig.is_absent(FeatureId::funding_rank));
  rig.pipeline.on_funding({kEth, Rate::from_raw(3500)}, kStart + hours(8 * 29));
  close(kStart + hours(8 * 29) + minutes(1));
  // Three below, itself half, of thirty.
  CHECK(rig.value(FeatureId::funding_rank) == doctest::Approx(3.5 / 30.0).epsilon(1e-12));
  close(kStart + hours(8 * 29 + 10));
  CHECK(rig.is_absent(FeatureId::funding_rank));
  CHECK(rig.is_absent(FeatureId::funding_bps));
}

TEST_CASE("inputs: basis and the other venue are seen at the last common bar before") {
  const InstrumentId spot{2};
  const InstrumentId abroad{3};
  Rig rig({FeatureId::basis_bps, FeatureId::xv_basis_bps, FeatureId::xv_lead_bps});
  const auto perp_px = [](int m) { return 100.0 + m; };
  const auto spot_px = [](int m) { return 99.0 + m; };
  const auto abroad_px = [](int m) { return 101.0 + 2.0 * m; };
  for (int minute = 1; minute <= 5; ++minute) {
    // The order of instruments at one instant is without effect.
    if (minute % 2 == 0) {
      rig.pipeline.on_bar(bar_of(kEth, perp_px(minute)), at(minute));
    }
    rig.pipeline.on_bar(bar_of(spot, spot_px(minute)), at(minute));
    rig.pipeline.on_bar(bar_of(abroad, abroad_px(minute)), at(minute));
    if (minute % 2 != 0) {
      rig.pipeline.on_bar(bar_of(kEth, perp_px(minute)), at(minute));
    }
    if (minute < 3) {
      continue;
    }
    const int known = minute - 1;
    CHECK(rig.value(FeatureId::basis_bps) ==
          doctest::Approx((perp_px(known) / spot_px(known) - 1.0) * 1e4).epsilon(1e-9));
    CHECK(rig.value(FeatureId::xv_basis_bps) ==
          doctest::Approx((perp_px(known) / abroad_px(known) - 1.0) * 1e4).epsilon(1e-9));
    const double theirs = abroad_px(known) / abroad_px(known - 1) - 1.0;
    const double ours = perp_px(known) / perp_px(known - 1) - 1.0;
    CHECK(rig.value(FeatureId::xv_lead_bps) ==
          doctest::Approx((theirs - ours) * 1e4).epsilon(1e-9));
  }
  CHECK(std::isnan(rig.value(FeatureId::basis_bps, InstrumentId{0})));  // BTC has no spot series
  // A spot series that stopped is not compared with any more.
  rig.pipeline.on_bar(bar_of(kEth, 106.0), at(6));
  rig.pipeline.on_bar(bar_of(kEth, 107.0), at(7));
  rig.pipeline.on_bar(bar_of(kEth, 108.0), at(8));
  CHECK(rig.is_absent(FeatureId::basis_bps));
}

TEST_CASE("inputs: ranks of 24 h count the coins that did worse before this hour") {
  Rig rig({FeatureId::rank_24h}, Timeframe::h1);
  const std::vector<std::uint32_t> perps{0, 1, 4, 5, 6, 7};
  const auto px = [](std::uint32_t id, int hour) {
    return 100.0 + static_cast<double>(id) * 0.01 * hour +
           philox_uniform(8, id, static_cast<std::uint64_t>(hour));
  };
  const auto score = [&](std::uint32_t id, int hour) {
    double squares = 0.0;
    for (int h = hour - 23; h <= hour; ++h) {
      const double ret = px(id, h) / px(id, h - 1) - 1.0;
      squares += ret * ret;
    }
    return (px(id, hour) / px(id, hour - 24) - 1.0) / std::sqrt(squares);
  };
  for (int hour = 1; hour <= 40; ++hour) {
    for (const std::uint32_t id : perps) {
      rig.pipeline.on_bar(bar_of(InstrumentId{id}, px(id, hour), 3600), kStart + hours(hour));
      const double rank = rig.value(FeatureId::rank_24h, InstrumentId{id}, Timeframe::h1);
      if (hour < 26) {
        CHECK(std::isnan(rank));
        continue;
      }
      int below = 0;
      for (const std::uint32_t other : perps) {
        below += other != id && score(other, hour - 1) < score(id, hour - 1) ? 1 : 0;
      }
      REQUIRE(rank == doctest::Approx(below / 5.0).epsilon(1e-12));
    }
  }
}

TEST_CASE("inputs: the regime follows the hours, is named to conditions and counts its flips") {
  Rig rig({FeatureId::trend, FeatureId::btc_trend}, Timeframe::m15);
  const InstrumentId btc{0};
  double price = 100.0;
  int hour = 0;
  const auto play = [&](int count, double step) {
    for (int i = 0; i < count; ++i) {
      ++hour;
      for (int quarter = 0; quarter < 4; ++quarter) {
        price += step / 4.0;
        const Timestamp close = kStart + hours(hour - 1) + minutes(15 * (quarter + 1));
        rig.pipeline.on_bar(bar_of(btc, price, 900), close);
        rig.pipeline.on_bar(bar_of(kEth, price, 900), close);
      }
    }
  };
  const auto up = bit_of(model::Regime::trend_up);
  const auto down = bit_of(model::Regime::trend_down);
  play(20, 1.0);
  CHECK_FALSE(rig.pipeline.view(kEth).allows(up));
  CHECK(rig.pipeline.view(kEth).allows(bit_of(model::Regime::any)));
  play(2, 1.0);
  CHECK(rig.pipeline.view(kEth).allows(up));
  CHECK_FALSE(rig.pipeline.view(kEth).allows(down));
  CHECK(rig.value(FeatureId::trend, kEth, Timeframe::m15) == 1.0);
  CHECK(rig.value(FeatureId::btc_trend, kEth, Timeframe::m15) == 1.0);
  CHECK(std::isnan(rig.value(FeatureId::btc_trend, btc, Timeframe::m15)));
  CHECK(rig.pipeline.regime_flips(kEth) == 0);
  play(40, -1.0);
  CHECK(rig.value(FeatureId::trend, kEth, Timeframe::m15) == -1.0);
  CHECK(rig.pipeline.view(kEth).allows(down));
  CHECK(rig.pipeline.regime_flips(kEth) >= 2);  // up, range, down
  CHECK(rig.pipeline.regime_flips() >= 4);
}
