#include "store/import/grid.hpp"

#include <numeric>
#include <string>

namespace lanner::store {
namespace {

constexpr int kMostDigits = 8;

Result<int> digits_of(const DigitCounts& counts, const char* what, const char* of) {
  const std::uint64_t all = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  std::uint64_t covered = 0;
  for (int digits = 0; digits <= kMostDigits; ++digits) {
    covered += counts[static_cast<std::size_t>(digits)];
    if (covered * 100 >= all * 99) {
      return digits;
    }
  }
  return fail(ErrorKind::data, std::string("its ") + what + " cannot be represented: " +
                                   std::to_string(all - covered) + " of " + std::to_string(all) +
                                   " " + of + " need more than 8 decimals; leave it out");
}

bool is_empty(const DigitCounts& counts) noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) == 0;
}

}  // namespace

Status infer_grid(const DigitCounts& price_digits, const DigitCounts& quantity_digits,
                  model::Instrument& instrument) {
  const bool has_prices = !is_empty(price_digits);
  const bool has_quantities = !is_empty(quantity_digits);
  const auto tick =
      has_prices ? digits_of(price_digits, "tick", "prices") : Result<int>{kMostDigits};
  const auto step =
      has_quantities ? digits_of(quantity_digits, "step", "quantities") : Result<int>{kMostDigits};
  for (const auto* const digits : {&tick, &step}) {
    if (!*digits) {
      return tl::unexpected{digits->error()};
    }
  }
  instrument.tick = Price::from_raw(lanner::detail::pow10(Price::kDigits - *tick));
  instrument.step = Quantity::from_raw(lanner::detail::pow10(Quantity::kDigits - *step));
  instrument.quantity_min = instrument.step;
  instrument.grid_source =
      has_prices && has_quantities ? model::RuleSource::inferred : model::RuleSource::assumed;
  return {};
}

}  // namespace lanner::store
