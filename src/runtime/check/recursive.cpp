#include "runtime/check/recursive.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "features/market_inputs.hpp"
#include "features/pipeline.hpp"
#include "features/user_feature.hpp"
#include "runtime/jobs/ablate.hpp"
#include "runtime/simulated_session.hpp"

namespace lanner::runtime {
namespace {

using model::FeatureId;
using model::Timeframe;

// A mean with the factor 2 / (n + 1) has forgotten all but e^-40 of its start after 20 n bars, and
// Wilder's with 1 / n all but e^-20.
constexpr std::uint32_t kForgottenAfter = 20;
constexpr double kSettled = 1e-6;
constexpr std::size_t kValuesEach = model::kTimeframeCount * model::kFeatureCount;

struct HourSpan {
  Timestamp from;
  std::size_t hours = 0;
};

Said said_at(const core::Engine& engine, Timestamp now) {
  const auto& listed = engine.config().instruments;
  Said said;
  said.values.reserve(listed.size() * kValuesEach);
  for (const model::Instrument& instrument : listed) {
    const features::FeaturePipeline& pipeline = engine.features();
    const auto view = pipeline.view(instrument.id);
    for (std::size_t tf = 0; tf < model::kTimeframeCount; ++tf) {
      const auto frame = static_cast<Timeframe>(tf);
      for (std::size_t id = 0; id < model::kFeatureCount; ++id) {
        said.values.push_back(view.value(static_cast<FeatureId>(id), frame));
      }
      const Timestamp close = pipeline.frame_close(instrument.id, frame);
      const bool is_fresh = close.is_set() && now - close <= length_of(frame) * 2;
      said.bars.push_back(is_fresh ? pipeline.bars_closed(instrument.id, frame) : 0);
    }
  }
  return said;
}

Result<SaidEachHour> features_from(const SessionPlan& plan, Timestamp start, const HourSpan& span,
                            const Progress& progress) {
  SessionSpec spec = plan.spec;
  spec.from = start;
  auto tape = open_tape(spec, plan.catalog);
  if (!tape) {
    return tl::unexpected{tape.error()};
  }
  SimulatedSession session(spec, std::move(*tape), store::JournalWriter::in_memory());
  SaidEachHour table;
  Timestamp due = span.from;
  while (table.size() < span.hours) {
    const Timestamp next = session.next_time();
    // What was said up to the hour: before the first event behind it.
    while (table.size() < span.hours && next > due) {
      table.push_back(said_at(session.engine(), due));
      due = due + hours(1);
      if (progress && !progress(static_cast<double>(table.size()) /
                                    static_cast<double>(span.hours),
                                due, session.recorder().sequence())) {
        return fail(ErrorKind::failure, "stopped; nothing was compared");
      }
    }
    if (next == Timestamp::never()) {
      break;
    }
    session.apply_next();
  }
  return table;
}

bool is_same(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

// The largest size of a value over the hours: what a difference is measured by. Where all are zero
// any difference is a whole one.
double size_of(const SaidEachHour& whole, std::size_t place) {
  double size = 0.0;
  for (const Said& hour : whole) {
    const double value = std::fabs(hour.values[place]);
    size = std::isfinite(value) ? std::max(size, value) : size;
  }
  return size > 0.0 ? size : 1.0;
}

// The same value of both, at one hour.
struct Pair {
  double full = 0.0;
  double part = 0.0;
  double size = 0.0;
  bool is_judged = false;
};

void note_pair(const Pair& pair, StartDeviation& line, bool& is_equal) {
  line.judged += pair.is_judged ? 1 : 0;
  if (!std::isfinite(pair.part)) {
    line.missing += pair.is_judged ? 1 : 0;
    return;
  }
  ++line.compared;
  if (is_same(pair.full, pair.part)) {
    return;
  }
  const double deviation = std::fabs(pair.full - pair.part) / pair.size;
  line.deviation = std::max(line.deviation, deviation);
  if (pair.is_judged) {
    is_equal = false;
    line.judged_deviation = std::max(line.judged_deviation, deviation);
  }
}

// One feature on one timeframe, over all instruments and hours.
StartDeviation compare_feature(const SaidEachHour& whole, const SaidEachHour& later,
                               std::size_t place, const FeatureStarts& row, bool& is_equal) {
  StartDeviation line;
  const std::size_t hours_both = std::min(whole.size(), later.size());
  const std::size_t values = whole.empty() ? 0 : whole.front().values.size();
  for (std::size_t i = place; i < values; i += kValuesEach) {
    const double size = size_of(whole, i);
    const std::size_t frame =
        i / kValuesEach * model::kTimeframeCount + static_cast<std::size_t>(row.timeframe);
    for (std::size_t hour = 0; hour < hours_both; ++hour) {
      const double full = whole[hour].values[i];
      if (std::isfinite(full) && whole[hour].bars[frame] > 0) {
        note_pair({full, later[hour].values[i], size,
                   later[hour].bars[frame] >= row.bars_needed},
                  line, is_equal);
      }
    }
  }
  return line;
}

RecursiveVerdict verdict_of(const FeatureStarts& row, bool is_equal) {
  bool is_told = false;
  for (const StartDeviation& start : row.starts) {
    is_told = is_told || start.judged > 0;
    if (start.judged_deviation > kSettled || start.missing > 0) {
      return RecursiveVerdict::depends;
    }
  }
  return !is_told ? RecursiveVerdict::untold
         : is_equal ? RecursiveVerdict::equal
                    : RecursiveVerdict::settles;
}

// What a feature of the session's own remembers: its windows one after the other, behind the
// longest built-in one that it may read.
std::uint32_t memory_of(const features::UserFeature& own) {
  std::uint32_t bars = 50;
  const auto program = features::compile_feature(own.text);
  if (program) {
    for (const features::FeatureStep& step : program->steps()) {
      bars += step.length;
    }
  }
  return bars;
}

// Bars of the timeframe behind which the start must be forgotten (features/schema.cpp).
std::uint32_t bars_needed(const SessionSpec& spec, FeatureId id, Timeframe timeframe) {
  const std::size_t place = static_cast<std::size_t>(id);
  std::uint32_t memory = std::max(features::schema()[place].warm_up_bars, 1U);
  switch (id) {
    case FeatureId::funding_rank:
      return static_cast<std::uint32_t>(features::kFundingWindow.ns() / length_of(timeframe).ns());
    // Anchored at midnight: the day on which a start lies is cut.
    case FeatureId::vwap_dev_bps:
    case FeatureId::vwap_dev_atr:
      return std::max(memory * kForgottenAfter,
                      static_cast<std::uint32_t>(hours(25).ns() / length_of(timeframe).ns()));
    case FeatureId::liquidity: memory = 168; break;
    case FeatureId::liq_long_z:
    case FeatureId::liq_short_z: memory = 97; break;
    case FeatureId::spread_ratio: memory = 7; break;  // 20 x 7 > 128 quotes of base bars
    default: break;
  }
  if (model::is_user_feature(id)) {
    memory = memory_of(spec.engine.own_features[place - model::kBuiltInFeatureCount]);
  }
  return memory * kForgottenAfter;
}

std::string name_of_feature(const SessionSpec& spec, FeatureId id) {
  return model::is_user_feature(id)
             ? spec.engine.own_features[static_cast<std::size_t>(id) - model::kBuiltInFeatureCount]
                   .name
             : model::name_of(id);
}

// A place for a feature of the session's own that it does not have.
bool is_unused(const SessionSpec& spec, FeatureId id) {
  return model::is_user_feature(id) &&
         static_cast<std::size_t>(id) - model::kBuiltInFeatureCount >=
             spec.engine.own_features.size();
}

FeatureStarts row_of(const SessionSpec& spec, std::size_t place) {
  const auto id = static_cast<FeatureId>(place % model::kFeatureCount);
  FeatureStarts row;
  row.feature = name_of_feature(spec, id);
  row.timeframe = static_cast<Timeframe>(place / model::kFeatureCount);
  row.bars_needed = bars_needed(spec, id, row.timeframe);
  return row;
}

// The session's starts, shortest first, without those that lie before its own.
Result<std::vector<Duration>> usable_starts(const SessionSpec& spec, Timestamp from,
                                            std::vector<Duration> starts) {
  std::sort(starts.begin(), starts.end());
  std::erase_if(starts, [&](Duration before) { return from - before < spec.from; });
  if (starts.empty()) {
    return fail(ErrorKind::data,
                "the session is too short: a start must lie within it and before its last day; "
                "give shorter ones with --startup, or a longer session");
  }
  return starts;
}

}  // namespace

const char* name_of(RecursiveVerdict verdict) noexcept {
  constexpr std::array kNames{"equal", "settles", "depends", "untold"};
  return kNames[static_cast<std::size_t>(verdict)];
}

void compare_starts(const SaidEachHour& whole, const std::vector<SaidEachHour>& later,
                    std::size_t place, FeatureStarts& row) {
  bool is_equal = true;
  for (const SaidEachHour& table : later) {
    row.starts.push_back(compare_feature(whole, table, place, row, is_equal));
  }
  row.verdict = verdict_of(row, is_equal);
}

bool RecursiveCheck::depends() const {
  return std::any_of(features.begin(), features.end(), [](const FeatureStarts& row) {
    return row.verdict == RecursiveVerdict::depends;
  });
}

Result<RecursiveCheck> check_recursive(const std::filesystem::path& session,
                                       std::vector<Duration> starts, const Progress& progress) {
  const auto plan = plan_of_session(session);
  if (!plan) {
    return tl::unexpected{plan.error()};
  }
  constexpr std::size_t kHoursCompared = 24;
  RecursiveCheck check;
  check.to = plan->spec.to.floor_to(hours(1));
  check.from = check.to - hours(static_cast<std::int64_t>(kHoursCompared) - 1);
  auto usable = usable_starts(plan->spec, check.from, std::move(starts));
  if (!usable) {
    return tl::unexpected{usable.error()};
  }
  check.starts = std::move(*usable);
  const HourSpan span{check.from, kHoursCompared};
  const auto whole = features_from(*plan, plan->spec.from, span, progress);
  if (!whole) {
    return tl::unexpected{whole.error()};
  }
  std::vector<SaidEachHour> later;
  for (const Duration before : check.starts) {
    auto table = features_from(*plan, check.from - before, span, progress);
    if (!table) {
      return tl::unexpected{table.error()};
    }
    later.push_back(std::move(*table));
  }
  if (whole->empty()) {
    return fail(ErrorKind::data, "the session's last day has no events");
  }
  for (std::size_t place = 0; place < kValuesEach; ++place) {
    if (is_unused(plan->spec, static_cast<FeatureId>(place % model::kFeatureCount))) {
      continue;
    }
    FeatureStarts row = row_of(plan->spec, place);
    compare_starts(*whole, later, place, row);
    const bool was_seen =
        std::any_of(row.starts.begin(), row.starts.end(), [](const StartDeviation& start) {
          return start.compared + start.judged > 0;
        });
    if (was_seen) {
      check.features.push_back(std::move(row));
    }
  }
  return check;
}

}  // namespace lanner::runtime
