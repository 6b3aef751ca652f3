#pragma once

// What the machine itself needs for the least that each row must do.

#include <cstdint>
#include <span>
#include <vector>

#include "store/series_file.hpp"

namespace lanner::bench {

// Reads every record once: sum of price x quantity and the latest stamp, scalar. ns a record.
[[nodiscard]] double scan_records(std::span<const std::span<const store::TradeRecord>> series);

// One rule over every bar of every series: EMA cross in, stop or target out, fees. ns a bar.
[[nodiscard]] double scalar_bar_loop(std::span<const std::span<const store::BarRecord>> series);

// Two loads from the first-level cache, the second at the place that the first names. ns a pair.
[[nodiscard]] double dependent_pair_of_loads();

// Five multiplications with addition, each waiting for the one before. ns for the five.
[[nodiscard]] double chain_of_five();

}  // namespace lanner::bench
