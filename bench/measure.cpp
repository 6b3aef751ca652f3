#include "bench/measure.hpp"

#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include <algorithm>
#include <chrono>
#include <fstream>

namespace lanner::bench {
namespace {

double wall_us() {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::int64_t thread_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::uint64_t ticks() {
  unsigned processor = 0;
  return __rdtscp(&processor);
}

double ns_per_tick() {
  const double from_us = wall_us();
  const std::uint64_t from = ticks();
  while (wall_us() - from_us < 20'000.0) {
  }
  return (wall_us() - from_us) * 1000.0 / static_cast<double>(ticks() - from);
}

std::uint64_t waited_us() {
  std::ifstream file("/proc/pressure/cpu");
  std::string line;
  std::getline(file, line);
  const auto at = line.find("total=");
  return at == std::string::npos ? 0 : std::stoull(line.substr(at + 6));
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  file >> pages >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

double quantile(std::vector<double> values, double p) {
  if (values.empty()) {
    return 0.0;
  }
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(p * static_cast<double>(values.size() - 1) + 0.5);
  return values[at];
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

Measured compare(const Settings& settings, const Sample& ours, const Sample& floor) {
  Measured result;
  for (std::size_t attempt = 0; attempt < settings.tries && !result.is_conclusive; ++attempt) {
    std::vector<double> of_ours;
    std::vector<double> of_floor;
    const std::uint64_t waited_from = waited_us();
    const double from_us = wall_us();
    for (std::size_t turn = 0; turn < settings.turns; ++turn) {
      of_ours.push_back(ours());
      of_floor.push_back(floor());
    }
    const double spent_us = wall_us() - from_us;
    result.ours = median(std::move(of_ours));
    result.floor = median(std::move(of_floor));
    result.pressure = static_cast<double>(waited_us() - waited_from) / spent_us;
    result.is_conclusive = result.pressure <= kPressureMax;
  }
  return result;
}

}  // namespace lanner::bench
