#include "runtime/inputs/universe.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "base/isotime.hpp"

namespace lanner::runtime {
namespace {

constexpr std::int64_t kDays = 30;

// Turnover by UTC day, in the raw units of price times quantity; of several series of one
// instrument each tells the same trades, the fullest of a day counts.
using Turnover = std::map<std::int64_t, Int128>;

struct Past {
  InstrumentId id;
  Turnover days;
  std::optional<Timestamp> first;  // price
};

template <typename Record, typename Value>
void add_rows(Past& past, std::span<const Record> rows, Timestamp to, Duration length,
              Value value) {
  Turnover days;
  for (const Record& row : rows) {
    const Timestamp known{row.stamp() + length.ns()};
    if (known < to) {
      days[day_of(known)] += value(row);
    }
  }
  for (const auto& [day, turnover] : days) {
    Int128& of_day = past.days[day];
    of_day = std::max(of_day, turnover);
  }
}

void note_first(Past& past, Timestamp at) {
  past.first = past.first ? std::min(*past.first, at) : at;
}

Result<Past> past_of(const store::Catalog& catalog, InstrumentId id, Timestamp from,
                     Timestamp to) {
  Past past;
  past.id = id;
  for (const store::SeriesInfo& info : catalog.series()) {
    if (info.instrument != id || info.from >= to) {
      continue;
    }
    if (info.kind == store::SeriesKind::bars) {
      const auto series = catalog.bars(id, info.interval_s);
      if (!series) {
        return tl::unexpected{series.error()};
      }
      note_first(past, info.from);
      add_rows(past, (*series)->between(from, to), to, seconds(info.interval_s),
               [](const store::BarRecord& row) { return Int128{row.close} * row.volume; });
    } else if (info.kind == store::SeriesKind::trades) {
      const auto series = catalog.trades(id);
      if (!series) {
        return tl::unexpected{series.error()};
      }
      note_first(past, info.from);
      add_rows(past, (*series)->between(from, to), to, Duration{},
               [](const store::TradeRecord& row) {
                 return Int128{row.price} * (row.quantity < 0 ? -row.quantity : row.quantity);
               });
    }
  }
  return past;
}

struct Standing {
  std::size_t index = 0;
  Int128 turnover = 0;  // 0: new, or without a price the day before
  bool is_covered = true;
};

// Days on which anything had a price: a hole of the catalog is nobody's fault.
std::set<std::int64_t> days_of(const std::vector<Past>& pasts) {
  std::set<std::int64_t> days;
  for (const Past& past : pasts) {
    for (const auto& [day, turnover] : past.days) {
      days.insert(day);
    }
  }
  return days;
}

struct Judge {
  std::set<std::int64_t> days;
  double coverage_min = 0.0;
};

Standing standing_on(const Past& past, std::size_t index, std::int64_t day, const Judge& judge) {
  Standing out{index};
  if (!past.first || day_of(*past.first) >= day) {
    return out;
  }
  std::int64_t seen = 0;
  for (auto it = past.days.lower_bound(day - kDays); it != past.days.lower_bound(day); ++it) {
    out.turnover += it->second;
    ++seen;
  }
  const auto lived = std::distance(
      judge.days.lower_bound(std::max(day_of(*past.first), day - kDays)),
      judge.days.lower_bound(day));
  if (past.days.find(day - 1) == past.days.end()) {
    out.turnover = 0;
  } else {
    out.is_covered =
        static_cast<double>(seen) * 100.0 >= judge.coverage_min * static_cast<double>(lived);
  }
  return out;
}

// 1 is the largest; 0 stands for no rank.
std::vector<std::uint32_t> ranks_on(const std::vector<Past>& pasts, std::int64_t day,
                                    const Judge& judge) {
  std::vector<Standing> ranked;
  std::vector<std::uint32_t> ranks(pasts.size(), 0);
  for (std::size_t i = 0; i < pasts.size(); ++i) {
    const Standing standing = standing_on(pasts[i], i, day, judge);
    if (standing.is_covered) {
      ranked.push_back(standing);
    }
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Standing& a, const Standing& b) {
    return a.turnover > b.turnover;
  });
  std::uint32_t rank = 0;
  bool is_behind = false;
  for (const Standing& standing : ranked) {
    rank += is_behind ? 0U : 1U;
    is_behind = standing.turnover == 0;
    ranks[standing.index] = rank;
  }
  return ranks;
}

}  // namespace

Result<Universe> universe_of(const SessionSpec& spec, const store::Catalog& catalog) {
  Universe universe;
  std::vector<Past> pasts;
  for (const model::Instrument& instrument : spec.engine.instruments) {
    if (spec.engine.is_active[instrument.id.index()] == 0) {
      continue;
    }
    auto past = past_of(catalog, instrument.id,
                        spec.from.floor_to(hours(24)) - hours(24) * (kDays + 1), spec.to);
    if (!past) {
      return tl::unexpected{past.error()};
    }
    universe.listed += past->first && *past->first <= spec.from ? 1U : 0U;
    pasts.push_back(std::move(*past));
  }
  const Judge judge{days_of(pasts),
                    spec.engine.parameters.score(model::Param::universe_coverage_pct).value()};
  std::vector<std::uint32_t> before(pasts.size(), 0);
  bool is_first = true;
  for (Timestamp at = spec.from; at < spec.to; at = at.floor_to(hours(24)) + hours(24)) {
    const auto ranks = ranks_on(pasts, day_of(at), judge);
    for (std::size_t i = 0; i < pasts.size(); ++i) {
      if (is_first || ranks[i] != before[i]) {
        universe.ranks.push_back({pasts[i].id, at, ranks[i]});
      }
    }
    before = ranks;
    is_first = false;
  }
  std::stable_sort(universe.ranks.begin(), universe.ranks.end(),
                   [](const core::UniverseRank& a, const core::UniverseRank& b) {
                     return a.instrument_id < b.instrument_id;
                   });
  return universe;
}

}  // namespace lanner::runtime
