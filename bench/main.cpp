// lanner_bench [--benchmark_filter=WORDS] [--json] [--write] [--turns=N]: every row beside its
// floor. Ends with 8 when a row exceeds its limit in a conclusive run.

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "base/build_info.hpp"
#include "bench/row.hpp"
#include "bench/tapes.hpp"

namespace lanner::bench {
namespace {

constexpr int kExceeded = 8;

struct Arguments {
  std::string filter;
  bool is_json = false;
  bool is_written = false;
  Settings settings;
};

// Bars first: their row tells the memory of a session, and later groups map larger tapes.
const Group kGroups[] = {{"bars", bar_backtest},
                         {"ticks", tick_backtest},
                         {"book", book_backtest},
                         {"apply", apply_costs},
                         {"conditions", condition_checks},
                         {"strategist", strategist_costs},
                         {"parts", small_parts},
                         {"journal", journal_costs},
                         {"parallel", parallel_backtests},
                         {"sqlite", sqlite_peer}};

Arguments parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view value = values[i];
    constexpr std::string_view kFilter = "--benchmark_filter=";
    constexpr std::string_view kTurns = "--turns=";
    if (value.starts_with(kFilter)) {
      arguments.filter = value.substr(kFilter.size());
    } else if (value.starts_with(kTurns)) {
      arguments.settings.turns =
          static_cast<std::size_t>(std::atoi(values[i] + kTurns.size()));
      arguments.settings.tries = 1;
    } else if (value == "--json") {
      arguments.is_json = true;
    } else if (value == "--write") {
      arguments.is_written = true;
    } else {
      fmt::print(stderr, "bench: unknown argument '{}'; there are --json, --write, --turns=N and "
                         "a filter: bars ticks book apply conditions strategist parts "
                         "journal parallel sqlite\n", value);
      std::exit(2);
    }
  }
  return arguments;
}

std::string number(double value) {
  return value >= 1000.0 ? fmt::format("{:.0f}", value) : fmt::format("{:.2f}", value);
}

std::string verdict(const Row& row) {
  if (row.limit <= 0.0) {
    return "";
  }
  if (!row.measured.is_conclusive) {
    return fmt::format("inconclusive ({:.0f} % pressure)", row.measured.pressure * 100.0);
  }
  return row.is_exceeded() ? "EXCEEDED" : "ok";
}

std::string limit_text(const Row& row) {
  if (row.limit <= 0.0) {
    return "";
  }
  return row.floor.empty() ? number(row.limit) + " " + row.unit : number(row.limit) + "x";
}

std::string line(const Row& row, std::string_view format_cells) {
  const bool has_floor = row.measured.floor > 0.0;
  const std::string ours = number(row.measured.ours) + " " + row.unit;
  return fmt::format(fmt::runtime(format_cells), row.name, ours,
                     has_floor ? number(row.measured.floor) : "",
                     has_floor ? number(row.ratio()) + "x" : "", limit_text(row), verdict(row));
}

constexpr std::string_view kTextCells = "{:<44} {:>16} {:>9} {:>10} {:>11}  {}\n";
constexpr std::string_view kMarkCells = "| {} | {} | {} | {} | {} | {} |\n";

void print_json(const Row& row) {
  fmt::print("{{\"row\":\"{}\",\"unit\":\"{}\",\"ours\":{:.4f},\"floor\":{:.4f},"
             "\"floor_name\":\"{}\",\"ratio\":{:.3f},\"limit\":{:.1f},\"pressure\":{:.4f},"
             "\"conclusive\":{},\"ok\":{}",
             row.name, row.unit, row.measured.ours, row.measured.floor, row.floor, row.ratio(),
             row.limit, row.measured.pressure, row.measured.is_conclusive, !row.is_exceeded());
  for (const auto& [key, value] : row.facts) {
    fmt::print(",\"{}\":\"{}\"", key, value);
  }
  fmt::print("}}\n");
  std::fflush(stdout);
}

void print_text(const Row& row) {
  fmt::print("{}", line(row, kTextCells));
  for (const auto& [key, value] : row.facts) {
    fmt::print("    {}: {}\n", key, value);
  }
  std::fflush(stdout);
}

std::string page(const std::vector<Row>& rows) {
  std::string text = "# Benchmarks\n\nWritten by `./x bench --write`, commit " +
                     std::string(build_info().build_id) +
                     ". Each row is measured in turns with its floor, in one run; time is\n"
                     "processor time of the thread, the figure the median of the turns. Absolute "
                     "figures are this machine's;\nthe ratios are what is judged.\n\n";
  text += "| row | ours | floor | ratio | limit | verdict |\n|---|---|---|---|---|---|\n";
  for (const Row& row : rows) {
    text += line(row, kMarkCells);
  }
  for (const Row& row : rows) {
    if (row.facts.empty()) {
      continue;
    }
    text += "\n## " + row.name + "\n\n";
    text += row.floor.empty() ? "" : "- floor: " + row.floor + "\n";
    for (const auto& [key, value] : row.facts) {
      const bool is_code = value.find(' ') != value.npos;
      text += "- " + key + ": " + (is_code ? "`" + value + "`" : value) + "\n";
    }
  }
  return text;
}

int run(const Arguments& arguments) {
  std::vector<Row> all;
  if (!arguments.is_json) {
    fmt::print("{}", fmt::format(fmt::runtime(kTextCells), "row", "ours", "floor", "ratio", "limit",
                                 "verdict"));
  }
  for (const Group& group : kGroups) {
    if (!arguments.filter.empty() && arguments.filter.find(group.name) == std::string::npos) {
      continue;
    }
    for (const Row& row : group.run(arguments.settings)) {
      arguments.is_json ? print_json(row) : print_text(row);
      all.push_back(row);
    }
  }
  if (arguments.is_written) {
    std::ofstream file(std::string(LANNER_SOURCE_DIR) + "/docs/reference/benchmarks.md");
    file << page(all);
  }
  for (const Row& row : all) {
    if (row.is_exceeded()) {
      return kExceeded;
    }
  }
  return 0;
}

}  // namespace
}  // namespace lanner::bench

int main(int count, char** values) {
  return lanner::bench::run(lanner::bench::parse(count, values));
}
