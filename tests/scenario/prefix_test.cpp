// Nothing that is decided depends on what comes later: whether the data ends at an instant or goes
// on as noise, everything up to that instant is the same, byte for byte.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <future>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "store/catalog_writer.hpp"
#include "support/played_session.hpp"
#include "support/recorded_market.hpp"
#include "support/scratch_dir.hpp"

using namespace lanner;

namespace {

constexpr std::size_t kCuts = 50;
constexpr Duration kLength = hours(24 * 14);

enum class After : bool { nothing, noise };

// Draws for one cut; every row of noise takes some.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : random_(seed, 1) {}
  // Uniform in [0, count).
  std::int64_t below(std::int64_t count) {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(count)));
  }

 private:
  RandomStream random_;
};

std::int64_t on_grid(std::int64_t raw, Price tick) {
  return std::max(round_down_to(Price::from_raw(raw), tick).raw(), tick.raw());
}

// A bar with the stamp of the recorded one and nothing else in common with it.
store::BarRecord noise_bar(const store::BarRecord& row, Price tick, Noise& noise) {
  const auto some_price = [&] {
    return on_grid(row.open / 1000 * (700 + noise.below(600)), tick);
  };
  store::BarRecord out = row;
  out.open = some_price();
  out.close = some_price();
  out.high = std::max({out.open, out.close, some_price()});
  out.low = std::min({out.open, out.close, some_price()});
  out.volume = row.volume / 8 + noise.below(row.volume * 4 + 1);
  return out;
}

bool is_heard(const runtime::SessionSpec& spec, InstrumentId id) {
  const auto& references = spec.engine.is_reference;
  return spec.engine.is_active[id.index()] != 0 ||
         (id.index() < references.size() && references[id.index()] != 0);
}

struct Cut {
  Timestamp at;
  After after = After::nothing;
};

void alter_mood(store::CatalogWriter& writer, const runtime::SessionPlan& plan,
                const store::SeriesInfo& info, Cut cut, Noise& noise) {
  const auto series = test::must(plan.catalog.sentiment(info.instrument));
  std::vector<store::SentimentRecord> rows;
  for (store::SentimentRecord row :
       series->between(plan.spec.from - hours(24), plan.spec.to)) {
    if (Timestamp{row.stamp()} > cut.at) {
      row.value = noise.below(101);
    }
    if (Timestamp{row.stamp()} <= cut.at || cut.after == After::noise) {
      rows.push_back(row);
    }
  }
  const model::Instrument& index = plan.catalog.instruments()[info.instrument.index()];
  test::must(writer.write_sentiment(index.name, rows));
}

// The rows that the plan plays, as they are known at `cut`: bars by their close, funding and
// mood by their stamp. What is later is missing or noise.
store::Catalog altered_catalog(const runtime::SessionPlan& plan, Timestamp cut, After after,
                               const std::filesystem::path& dir) {
  Noise noise(static_cast<std::uint64_t>(cut.ns()));
  auto writer = test::must(store::CatalogWriter::create(dir, store::Origin::recorded));
  for (const model::Instrument& instrument : plan.catalog.instruments()) {
    test::must(writer.add_instrument(instrument));
  }
  for (const store::SeriesInfo& info : plan.catalog.series()) {
    const model::Instrument& instrument = plan.catalog.instruments()[info.instrument.index()];
    if (info.kind == store::SeriesKind::sentiment) {
      alter_mood(writer, plan, info, {cut, after}, noise);
      continue;
    }
    if (!is_heard(plan.spec, info.instrument)) {
      continue;
    }
    if (info.kind == store::SeriesKind::bars) {
      const auto series = test::must(plan.catalog.bars(info.instrument, info.interval_s));
      std::vector<store::BarRecord> rows;
      for (const store::BarRecord& row : series->between(plan.spec.from, plan.spec.to)) {
        if (Timestamp{row.stamp()} + seconds(info.interval_s) <= cut) {
          rows.push_back(row);
        } else if (after == After::noise) {
          rows.push_back(noise_bar(row, instrument.tick, noise));
        }
      }
      if (!rows.empty()) {
        test::must(writer.write_bars(instrument.name, info.interval_s, rows));
      }
    } else if (info.kind == store::SeriesKind::funding) {
      const auto series = test::must(plan.catalog.funding(info.instrument));
      std::vector<store::FundingRecord> rows;
      for (store::FundingRecord row : series->between(plan.spec.from, plan.spec.to)) {
        if (Timestamp{row.stamp()} > cut) {
          if (after == After::nothing) {
            continue;
          }
          row.rate = noise.below(Rate::kScale / 100) - Rate::kScale / 200;
        }
        rows.push_back(row);
      }
      if (!rows.empty()) {
        test::must(writer.write_funding(instrument.name, rows));
      }
    }
  }
  test::must(writer.finish());
  return test::must(store::Catalog::open(dir));
}

runtime::Tape tape_of(const store::Catalog& catalog, const runtime::SessionSpec& spec) {
  return test::must(runtime::open_tape(spec, catalog));
}

// The digest of commands and traces with ts_init <= each of `until`, which ascend.
std::vector<Digest128> digests_until(const runtime::SessionSpec& spec, runtime::Tape tape,
                                     const std::vector<Timestamp>& until) {
  runtime::SimulatedSession session(spec, std::move(tape), store::JournalWriter::in_memory());
  std::vector<Digest128> digests;
  while (digests.size() < until.size()) {
    const Timestamp at = session.next_time();
    while (digests.size() < until.size() && at > until[digests.size()]) {
      digests.push_back(session.recorder().digest());
    }
    if (at == Timestamp::never()) {
      break;
    }
    if (digests.size() < until.size()) {
      session.apply_next();
    }
  }
  return digests;
}

// Half of the cuts lie inside an open trade. The other half lies one minute before the close of a
// quarter of an hour: there an engine that knew the next bar would decide on it.
std::vector<Timestamp> random_cuts(const test::Played& played, const runtime::SessionSpec& spec) {
  Noise noise(20'250'504);
  std::vector<Timestamp> cuts;
  while (cuts.size() < kCuts / 2) {
    const auto& trade = played.trades[static_cast<std::size_t>(
        noise.below(static_cast<std::int64_t>(played.trades.size())))];
    const std::int64_t span = (trade.closed_at - trade.opened_at).ns() / kNsPerMinute;
    if (span >= 2) {
      cuts.push_back((trade.opened_at + minutes(1 + noise.below(span - 1))).floor_to(minutes(1)));
    }
  }
  const std::int64_t quarters = (spec.to - spec.from).ns() / (15 * kNsPerMinute);
  while (cuts.size() < kCuts) {
    // The first day only warms up.
    const std::int64_t quarter = 97 + noise.below(quarters - 98);
    cuts.push_back(spec.from.floor_to(minutes(15)) + minutes(15 * quarter - 1));
  }
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

// An engine that is told of each bar at its open, one bar before it closed.
runtime::SessionSpec one_bar_early(runtime::SessionSpec spec) {
  spec.exchange.latency.feed = Duration{} - minutes(1);
  return spec;
}

struct Outcome {
  bool cut_is_equal = false;
  bool noise_is_equal = false;
  bool shift_is_caught = false;
};

}  // namespace

TEST_CASE("decisions up to an instant do not depend on any later row") {
  SKIP_WITHOUT_DATA();
  runtime::RunOptions options = test::recorded_may();
  options.best_span = false;
  options.from = Timestamp{1'746'373'000 * kNsPerSecond}.floor_to(hours(1)) + hours(1);
  options.to = *options.from + kLength;
  const auto plan = test::plan_recorded(options);
  const auto played = test::play(plan.spec, test::must(runtime::open_tape(plan)));
  REQUIRE(played.trades.size() >= 20);
  const auto cuts = random_cuts(played, plan.spec);
  const auto digests = digests_until(plan.spec, test::must(runtime::open_tape(plan)), cuts);
  const auto early = one_bar_early(plan.spec);
  const auto early_digests = digests_until(early, test::must(runtime::open_tape(plan)), cuts);
  REQUIRE(digests.size() == kCuts);
  REQUIRE(early_digests.size() == kCuts);

  const test::ScratchDir scratch("prefix");
  std::array<Outcome, kCuts> outcomes;
  const auto try_every_second = [&](std::size_t first) {
    const auto dir = scratch.path() / std::to_string(first);
    const auto digest_at = [&](const runtime::SessionSpec& spec, After after, Timestamp cut) {
      std::filesystem::remove_all(dir);
      const auto catalog = altered_catalog(plan, cut, after, dir);
      return digests_until(spec, tape_of(catalog, spec), {cut}).at(0);
    };
    for (std::size_t i = first; i < kCuts; i += 2) {
      outcomes[i].cut_is_equal = digest_at(plan.spec, After::nothing, cuts[i]) == digests[i];
      outcomes[i].noise_is_equal = digest_at(plan.spec, After::noise, cuts[i]) == digests[i];
      outcomes[i].shift_is_caught =
          digest_at(early, After::noise, cuts[i]) != early_digests[i];
    }
  };
  auto other_half = std::async(std::launch::async, try_every_second, 1U);
  try_every_second(0);
  other_half.get();

  std::size_t caught = 0;
  for (std::size_t i = 0; i < kCuts; ++i) {
    CHECK_MESSAGE(outcomes[i].cut_is_equal, "cut at " << format_utc(cuts[i].ns()));
    CHECK_MESSAGE(outcomes[i].noise_is_equal, "noise after " << format_utc(cuts[i].ns()));
    caught += outcomes[i].shift_is_caught ? 1U : 0U;
  }
  MESSAGE("a shift of one bar was caught at " << caught << " of " << kCuts << " cuts");
  CHECK(caught >= 5);
}
