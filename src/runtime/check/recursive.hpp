#pragma once

// Whether features depend on when somebody began to listen. A session's market is played from
// several later starts, and what the features say on its last day is laid beside what they say
// after the whole of it. A mean that never forgets differs; one that forgets settles.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/condition.hpp"
#include "runtime/run_options.hpp"

namespace lanner::runtime {

enum class RecursiveVerdict : std::uint8_t {
  equal,    // the same bits wherever it had the bars that it needs, or more
  settles,  // differs by less than 1e-6 there
  depends,  // differs by more than that there, or has no value there
  untold,   // no start gave it so many bars
};
[[nodiscard]] const char* name_of(RecursiveVerdict verdict) noexcept;

// Differences are the largest over instruments and the hours of the last day, relative to the
// largest size of that feature on that instrument. An instrument without fresh bars is left out.
struct StartDeviation {
  std::uint32_t compared = 0;  // values that both have
  double deviation = 0.0;      // of these
  std::uint32_t judged = 0;    // values behind which this start had the bars needed
  double judged_deviation = 0.0;
  std::uint32_t missing = 0;   // of those judged: only the whole session has a value
};

struct FeatureStarts {
  std::string feature;
  model::Timeframe timeframe = model::Timeframe::m1;
  std::uint32_t bars_needed = 0;  // 20 times its warm-up or memory
  RecursiveVerdict verdict = RecursiveVerdict::untold;
  std::vector<StartDeviation> starts;  // in the order of the starts
};

struct RecursiveCheck {
  Timestamp from;  // instants compared: each hour of the session's last day
  Timestamp to;
  std::vector<Duration> starts;  // so long before `from`; shortest first
  std::vector<FeatureStarts> features;  // those that had a value
  [[nodiscard]] bool depends() const;
};

// What the features of all instruments said at one instant: [instrument][timeframe, feature], NaN =
// no value, and how many bars of each timeframe they had seen; 0 where the last one is not fresh.
struct Said {
  std::vector<double> values;
  std::vector<std::uint32_t> bars;  // [instrument][timeframe]
};
using SaidEachHour = std::vector<Said>;

// Fills in starts and verdict of the feature at `place` of the values of an instrument. `later`
// are in the order of the starts.
void compare_starts(const SaidEachHour& whole, const std::vector<SaidEachHour>& later,
                    std::size_t place, FeatureStarts& row);

// Starts that lie before the session's own are left out. Errors: the session or its catalog cannot
// be read, the session is too short for any start (data).
[[nodiscard]] Result<RecursiveCheck> check_recursive(const std::filesystem::path& session,
                                                     std::vector<Duration> starts,
                                                     const Progress& progress);

}  // namespace lanner::runtime
