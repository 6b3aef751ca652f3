#include "runtime/fill_model.hpp"

#include <set>

namespace lanner::runtime {
namespace {

std::string milliseconds_text(Duration duration) {
  return std::to_string(duration.ns() / kNsPerMs) + " ms";
}

// Fees as basis points: a rate of 0.0005 is 5.
std::string bps_text(Rate rate) { return to_string(Rate::from_raw(rate.raw() * 10'000)); }

std::string fees_text(const SessionSpec& spec) {
  std::set<std::string> texts;
  for (const model::Instrument& instrument : spec.engine.instruments) {
    if (spec.engine.is_active[instrument.id.index()] == 0) {
      continue;
    }
    const bool is_assumed = instrument.fee_source == model::RuleSource::assumed;
    texts.insert(instrument.venue + " " + bps_text(instrument.maker_fee) + "/" +
                 bps_text(instrument.taker_fee) + " bps maker/taker" +
                 (is_assumed ? " (assumed)" : ""));
  }
  std::string all;
  for (const std::string& text : texts) {
    all += (all.empty() ? "" : "; ") + text;
  }
  return all;
}

std::set<std::string> active_venues(const SessionSpec& spec) {
  std::set<std::string> venues;
  for (const model::Instrument& instrument : spec.engine.instruments) {
    if (spec.engine.is_active[instrument.id.index()] != 0) {
      venues.insert(instrument.venue);
    }
  }
  return venues;
}

}  // namespace

views::FillModel describe_fill_model(const SessionSpec& spec) {
  const sim::Latency latency = sim::effective_latency(spec.exchange);
  views::FillModel model;
  model.latency = "feed " + milliseconds_text(latency.feed) + ", order " +
                  milliseconds_text(latency.order) + ", response " +
                  milliseconds_text(latency.response);
  model.fees = fees_text(spec);
  model.fill = "bars as four prints, 10 % of a print's volume per order; trades as printed";
  model.assumptions = {
      "A bar is played as open, the worse extreme for the open position, the other, and close.",
      "An order accepted at one instant fills only at later prints.",
      "A close that arrives inside a bar does not get the bar's better extreme.",
      "Market orders pay half a spread and impact; a limit on bars needs a trade through it.",
      "Stops fill at trigger or print, the worse, plus half spread, 5 sigma of one minute times "
      "the square root of latency, and impact.",
      "Half spreads of 0.5, 1.5 and 3 bps by tercile of traded volume are priors, not measured.",
      "No mark series: liquidation and mark triggers use the last price.",
  };
  for (const std::string& venue : active_venues(spec)) {
    model.assumptions.push_back("Fill model not validated on " + venue + ".");
  }
  return model;
}

}  // namespace lanner::runtime
