#include "sim/synthetic/coins.hpp"

#include <array>
#include <cstdint>

#include "base/fixed.hpp"

namespace lanner::sim {
namespace {

struct NamedCoin {
  const char* base;
  double price;
  double sigma_bps;
  double turnover_millions;
  std::uint8_t sector;  // 0 payments, 1 platforms, 2 finance, 3 memes, 4 infrastructure
};

constexpr std::array<NamedCoin, 45> kNamed{{
    {"BTC", 95'000.0, 4.5, 12'000.0, 0},   {"ETH", 3'400.0, 5.5, 8'000.0, 1},
    {"SOL", 190.0, 7.0, 3'000.0, 1},       {"XRP", 2.2, 7.0, 2'000.0, 0},
    {"DOGE", 0.32, 8.0, 1'500.0, 3},       {"BNB", 690.0, 5.5, 900.0, 1},
    {"ADA", 0.95, 7.5, 700.0, 1},          {"1000PEPE", 0.018, 10.0, 650.0, 3},
    {"SUI", 4.2, 9.0, 600.0, 1},           {"LINK", 21.0, 7.5, 500.0, 4},
    {"AVAX", 36.0, 7.5, 450.0, 1},         {"LTC", 105.0, 6.5, 420.0, 0},
    {"WIF", 1.9, 11.5, 400.0, 3},          {"TRX", 0.25, 6.0, 350.0, 0},
    {"DOT", 6.8, 7.5, 320.0, 1},           {"NEAR", 5.1, 8.5, 300.0, 1},
    {"BCH", 450.0, 7.0, 280.0, 0},         {"APT", 8.9, 8.5, 260.0, 1},
    {"AAVE", 310.0, 8.5, 250.0, 2},        {"UNI", 13.0, 8.0, 240.0, 2},
    {"1000SHIB", 0.021, 8.0, 230.0, 3},    {"ARB", 0.74, 8.5, 220.0, 1},
    {"FIL", 5.0, 8.0, 200.0, 4},           {"OP", 1.8, 8.5, 190.0, 1},
    {"INJ", 20.0, 9.0, 180.0, 2},          {"TIA", 4.9, 9.5, 170.0, 1},
    {"FET", 1.3, 9.5, 160.0, 4},           {"ENA", 0.93, 10.5, 150.0, 2},
    {"RENDER", 7.0, 9.0, 140.0, 4},        {"1000BONK", 0.03, 10.5, 135.0, 3},
    {"ATOM", 6.3, 7.5, 130.0, 1},          {"ETC", 26.0, 7.0, 125.0, 0},
    {"HBAR", 0.27, 9.0, 120.0, 1},         {"CRV", 0.91, 10.0, 115.0, 2},
    {"LDO", 1.8, 9.0, 110.0, 2},           {"XLM", 0.34, 8.5, 105.0, 0},
    {"SEI", 0.41, 9.5, 100.0, 1},          {"1000FLOKI", 0.17, 10.5, 95.0, 3},
    {"JUP", 0.85, 10.0, 90.0, 2},          {"ONDO", 1.4, 9.5, 85.0, 2},
    {"STX", 1.5, 9.0, 80.0, 1},            {"GRT", 0.2, 8.5, 75.0, 4},
    {"RUNE", 4.6, 9.0, 70.0, 2},           {"ALGO", 0.35, 8.5, 65.0, 1},
    {"PENDLE", 5.2, 10.0, 60.0, 2},
}};

// Digits before the decimal point less one: 95,000 -> 4, 0.32 -> -1.
int magnitude_of(double price) noexcept {
  int magnitude = 0;
  for (; price >= 10.0; price /= 10.0) {
    ++magnitude;
  }
  for (; price < 1.0; price *= 10.0) {
    --magnitude;
  }
  return magnitude;
}

std::int64_t power_of_ten(int exponent) noexcept {
  std::int64_t value = 1;
  for (; exponent > 0; --exponent) {
    value *= 10;
  }
  return value;
}

Rate bps(std::int64_t tenths) { return Rate::from_raw(tenths * (Rate::kScale / 100'000)); }

}  // namespace

Coin coin_of(std::size_t rank) {
  Coin coin;
  if (rank < kNamed.size()) {
    const NamedCoin& named = kNamed[rank];
    coin = {named.base, named.price, named.sigma_bps * 1e-4, named.turnover_millions * 1e6,
            named.sector, 0, 0};
  } else {
    const std::string number = std::to_string(rank + 1);
    coin.base = "SYN" + std::string(number.size() < 3 ? 3 - number.size() : 0, '0') + number;
    coin.price = 0.5 + 0.37 * static_cast<double>(rank % 97);
    coin.sigma_1m = (7.0 + 0.5 * static_cast<double>(rank % 9)) * 1e-4;
    coin.turnover_1d = 5e7;
    coin.sector = rank % kSectors;
  }
  // A tick of 0.1 to 1 bp and a step of a few units of quote; the two largest are finer.
  const int magnitude = magnitude_of(coin.price);
  coin.tick_digits = (rank < 2 ? 5 : 4) - magnitude;
  coin.step_digits = magnitude < 0 ? 0 : magnitude > 3 ? 3 : magnitude;
  return coin;
}

model::Instrument instrument_of(const Coin& coin) {
  model::Instrument instrument;
  instrument.symbol = coin.base + "USDT";
  instrument.name = instrument.symbol + "-PERP.SYNTHETIC";
  instrument.venue = "SYNTHETIC";
  instrument.venue_id = VenueId{0};
  instrument.base = coin.base;
  instrument.quote = "USDT";
  instrument.kind = model::InstrumentKind::perpetual;
  instrument.tick = Price::from_raw(power_of_ten(Price::kDigits - coin.tick_digits));
  instrument.step = Quantity::from_raw(power_of_ten(Quantity::kDigits - coin.step_digits));
  instrument.quantity_min = instrument.step;
  instrument.notional_min =
      Money::from_int(coin.base == "BTC" ? 50 : coin.base == "ETH" ? 20 : 5);
  instrument.maker_fee = bps(20);
  instrument.taker_fee = bps(50);
  const std::int64_t depth = coin.turnover_1d >= 1e9 ? 10 : 1;
  instrument.tiers = {{Money::from_int(50'000 * depth), 50, bps(1'000)},
                      {Money::from_int(250'000 * depth), 25, bps(2'000)},
                      {Money::from_int(1'000'000 * depth), 10, bps(5'000)},
                      {Money::from_int(20'000'000 * depth), 5, bps(10'000)}};
  // This market is what it says here, so nothing about it is a guess.
  instrument.grid_source = model::RuleSource::documented;
  instrument.fee_source = model::RuleSource::documented;
  instrument.margin_source = model::RuleSource::documented;
  return instrument;
}

model::Instrument spot_of(const Coin& coin) {
  model::Instrument instrument = instrument_of(coin);
  instrument.name = instrument.symbol + ".SYNTHETIC";
  instrument.kind = model::InstrumentKind::spot;
  instrument.maker_fee = bps(100);
  instrument.taker_fee = bps(100);
  instrument.tiers = {{Money::max(), 1, Rate{}}};
  return instrument;
}

model::Instrument abroad_of(const Coin& coin) {
  model::Instrument instrument = instrument_of(coin);
  instrument.symbol = coin.base + "USDC";
  instrument.quote = "USDC";
  instrument.venue = "SYNTHETIC2";
  instrument.venue_id = VenueId{1};
  instrument.name = instrument.symbol + "-PERP.SYNTHETIC2";
  return instrument;
}

}  // namespace lanner::sim
