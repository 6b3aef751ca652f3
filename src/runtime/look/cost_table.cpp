#include "runtime/look/cost_table.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "features/pipeline.hpp"
#include "market/cost_model.hpp"
#include "runtime/tape.hpp"
#include "strategy/entry_cost.hpp"

namespace lanner::runtime {
namespace {

constexpr double kStopAtr = 1.5;
constexpr Duration kLookBack = hours(24 * 14);

using Samples = std::array<std::vector<double>, kCostFrames.size()>;

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class CostMeter {
 public:
  CostMeter(const store::Catalog& catalog, const model::ParameterSet& parameters)
      : instruments_(catalog.instruments()),
        features_(instruments_),
        costs_(instruments_, parameters),
        samples_(instruments_.size()) {}

  void take(const model::Bar& bar, Timestamp close) {
    costs_.on_bar(bar, close);
    const features::FrameSet frames = features_.on_bar(bar, close);
    const features::FeatureView view = features_.view(bar.instrument_id);
    for (std::size_t i = 0; i < kCostFrames.size(); ++i) {
      const double atr = view.value(model::FeatureId::atr14, kCostFrames[i]);
      if (frames.has(kCostFrames[i]) && std::isfinite(atr) && atr > 0.0) {
        const Score stop{kStopAtr * atr / to_score(bar.close).value()};
        samples_[bar.instrument_id.index()][i].push_back(
            strategy::cost_in_r(cost_of(bar.instrument_id, bar.close), stop).value());
      }
    }
  }

  [[nodiscard]] CostRow row(InstrumentId id) const {
    const model::Instrument& instrument = instruments_[id.index()];
    CostRow out;
    out.instrument = instrument.name;
    out.tier = market::name_of(costs_.tier(id));
    out.taker_fee = instrument.taker_fee;
    out.half_spread_bps = costs_.half_spread_fraction(id) * Score{1e4};
    const Samples& samples = samples_[id.index()];
    for (std::size_t i = 0; i < kCostFrames.size(); ++i) {
      if (!samples[i].empty()) {
        out.cost_r[i] = median_of(samples[i]);
      }
    }
    return out;
  }

 private:
  [[nodiscard]] Score cost_of(InstrumentId id, Price price) const {
    const Score fee = to_score(instruments_[id.index()].taker_fee);
    return strategy::cost_fraction(
        {.entry_fee = fee,
         .exit_fee = fee,
         .half_spread = to_score(costs_.half_spread(id, price)) / to_score(price),
         .impact = Score{},
         .stop_extra = Score{},
         .stop_probability = Score{},
         .funding = Score{}});
  }

  const model::InstrumentTable& instruments_;
  features::FeaturePipeline features_;
  market::CostModel costs_;
  std::vector<Samples> samples_;
};

// Instruments whose bars end on the same day are measured together, so that their liquidity is
// ranked among those that were traded then.
std::map<std::int64_t, std::vector<InstrumentId>> by_last_day(const store::Catalog& catalog) {
  std::map<std::uint32_t, Timestamp> last;
  for (const store::SeriesInfo& info : catalog.series()) {
    if (info.kind == store::SeriesKind::bars && info.rows > 0) {
      Timestamp& to = last[info.instrument.value()];
      to = std::max(to, info.to);
    }
  }
  std::map<std::int64_t, std::vector<InstrumentId>> days;
  for (const auto& [id, to] : last) {
    const Timestamp day = Timestamp{to.ns() - 1}.floor_to(hours(24)) + hours(24);
    days[day.ns()].push_back(InstrumentId{id});
  }
  return days;
}

}  // namespace

Result<std::vector<CostRow>> cost_table(const store::Catalog& catalog,
                                        const model::ParameterSet& parameters) {
  std::vector<CostRow> rows;
  for (const auto& [day, ids] : by_last_day(catalog)) {
    auto tape = Tape::open(catalog, {ids, Timestamp{day} - kLookBack, Timestamp{day}});
    if (!tape) {
      return tl::unexpected{tape.error()};
    }
    CostMeter meter{catalog, parameters};
    while (!tape->is_done()) {
      const TapeItem item = tape->next();
      if (item.kind == TapeKind::bar) {
        meter.take(item.bar(), item.venue_time + seconds(item.interval_s));
      }
    }
    for (const InstrumentId id : ids) {
      rows.push_back(meter.row(id));
    }
  }
  std::sort(rows.begin(), rows.end(),
            [](const CostRow& a, const CostRow& b) { return a.instrument < b.instrument; });
  return rows;
}

}  // namespace lanner::runtime
