#include "store/import/merge.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace lanner;
using namespace lanner::store;

namespace {

TradeRecord trade(std::int64_t ts, std::int64_t price, std::int64_t quantity) {
  return {ts, price, quantity, 0, 0};
}

template <typename Record>
SourceStats merged(std::vector<Record>& series, const std::vector<Record>& fresh) {
  SourceStats stats;
  merge_rows(series, std::span<const Record>{fresh}, stats);
  return stats;
}

}  // namespace

TEST_CASE("merge: overlapping bars keep the row that was there; those that differ are conflicts") {
  std::vector<BarRecord> series{{10, 1, 1, 1, 1, 1}, {20, 1, 1, 1, 1, 1}, {40, 1, 1, 1, 1, 1}};
  const SourceStats stats = merged(
      series, {{5, 2, 2, 2, 2, 2}, {20, 1, 1, 1, 1, 1}, {30, 2, 2, 2, 2, 2}, {40, 2, 2, 2, 2, 2}});
  CHECK(stats.added == 2);
  CHECK(stats.duplicates == 2);
  CHECK(stats.conflicts.count == 1);
  CHECK(stats.conflicts.from == 40);
  REQUIRE(series.size() == 5);
  CHECK(series[0].open_time == 5);
  CHECK(series[4].open == 1);
}

TEST_CASE("merge: later rows are appended, the same rows again add nothing") {
  std::vector<FundingRecord> series{{10, 1}};
  CHECK(merged(series, {{20, 2}, {30, 3}}).added == 2);
  const SourceStats again = merged(series, {{10, 1}, {20, 2}, {30, 3}});
  CHECK(again.added == 0);
  CHECK(again.duplicates == 3);
  CHECK(series.size() == 3);
}

TEST_CASE("merge: trades of one stamp appear as often as in the file that has most of them") {
  std::vector<TradeRecord> series;
  CHECK(merged(series, {trade(10, 1, 5), trade(10, 1, 5), trade(20, 2, 5)}).added == 3);
  const SourceStats stats =
      merged(series, {trade(10, 1, 5), trade(10, 1, -5), trade(15, 9, 9), trade(20, 2, 5),
                      trade(20, 2, 5)});
  CHECK(stats.added == 3);
  CHECK(stats.duplicates == 2);
  REQUIRE(series.size() == 6);
  for (std::size_t i = 0; i < series.size(); ++i) {
    CHECK(series[i].ordinal == static_cast<std::int32_t>(i));
  }
  CHECK(series[3].ts_event == 15);
}
