#pragma once

// The grid that prices and quantities keep to, as far as the data shows it.

#include <cstdint>

#include "base/result.hpp"
#include "model/instrument.hpp"
#include "store/index_file.hpp"

namespace lanner::store {

// The finest power of ten that at least 99 % of the values need, at most 8 decimals. Without any
// price (funding alone) the grid is the finest there is, assumed.
[[nodiscard]] Status infer_grid(const DigitCounts& price_digits, const DigitCounts& quantity_digits,
                                model::Instrument& instrument);

}  // namespace lanner::store
