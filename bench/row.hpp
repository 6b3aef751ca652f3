#pragma once

// One line of the answer, and everybody who contributes lines.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/measure.hpp"

namespace lanner::bench {

struct Row {
  std::string name;
  std::string unit = "ns";
  Measured measured;
  std::string floor;   // what it is compared with; empty: for orientation only
  double limit = 0.0;  // of ours / floor, or of ours itself where there is no floor; 0: none
  std::vector<std::pair<std::string, std::string>> facts;

  [[nodiscard]] double ratio() const noexcept {
    return measured.floor > 0.0 ? measured.ours / measured.floor : 0.0;
  }
  [[nodiscard]] double judged() const noexcept { return floor.empty() ? measured.ours : ratio(); }
  [[nodiscard]] bool is_exceeded() const noexcept {
    return limit > 0.0 && measured.is_conclusive && judged() > limit;
  }
};

struct Group {
  const char* name;
  std::function<std::vector<Row>(const Settings&)> run;
};

[[nodiscard]] std::vector<Row> bar_backtest(const Settings& settings);
[[nodiscard]] std::vector<Row> tick_backtest(const Settings& settings);
[[nodiscard]] std::vector<Row> book_backtest(const Settings& settings);
[[nodiscard]] std::vector<Row> apply_costs(const Settings& settings);
[[nodiscard]] std::vector<Row> condition_checks(const Settings& settings);
[[nodiscard]] std::vector<Row> strategist_costs(const Settings& settings);
[[nodiscard]] std::vector<Row> journal_costs(const Settings& settings);
[[nodiscard]] std::vector<Row> small_parts(const Settings& settings);
[[nodiscard]] std::vector<Row> parallel_backtests(const Settings& settings);
[[nodiscard]] std::vector<Row> sqlite_peer(const Settings& settings);

}  // namespace lanner::bench
