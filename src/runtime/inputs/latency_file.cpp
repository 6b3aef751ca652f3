#include "runtime/inputs/latency_file.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include "base/fixed.hpp"

namespace lanner::runtime {
namespace {

constexpr std::size_t kRoundTripsMin = 10;

// Milliseconds with six digits behind the point are whole nanoseconds.
using Milliseconds = Fixed<struct MillisecondsTag, 6>;

}  // namespace

Result<std::vector<Duration>> read_round_trips(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) {
    return fail(ErrorKind::usage, "sim.latency_file: cannot read " + path.string());
  }
  std::vector<Duration> round_trips;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    line.resize(std::min(line.find('#'), line.size()));
    line.erase(std::remove_if(line.begin(), line.end(),
                              [](char c) { return c == ' ' || c == '\t' || c == '\r'; }),
               line.end());
    if (line.empty()) {
      continue;
    }
    const auto value = parse_fixed<Milliseconds>(line);
    if (!value || !value->is_positive() || Duration{value->raw()} > minutes(1)) {
      return fail(ErrorKind::usage, path.string() + ":" + std::to_string(number) + ": '" + line +
                                        "' is no round trip in milliseconds, above 0 and at "
                                        "most 60000");
    }
    round_trips.emplace_back(value->raw());
  }
  if (round_trips.size() < kRoundTripsMin) {
    return fail(ErrorKind::usage, path.string() + " holds " + std::to_string(round_trips.size()) +
                                      " round trips; the recorded latency model needs at least " +
                                      std::to_string(kRoundTripsMin));
  }
  std::sort(round_trips.begin(), round_trips.end());
  return round_trips;
}

}  // namespace lanner::runtime
