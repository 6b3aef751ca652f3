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

std::string percent_text(Rate rate) {
  return to_string(Rate::from_raw(rate.raw() * 100)) + " %";
}

std::string latency_text(const SessionSpec& spec) {
  const sim::Latency base = sim::effective_latency(spec.exchange);
  const sim::LatencySpec& model = spec.exchange.latency_model;
  const std::string three = "feed " + milliseconds_text(base.feed) + ", order " +
                            milliseconds_text(base.order) + ", response " +
                            milliseconds_text(base.response);
  switch (model.kind) {
    case sim::LatencyKind::constant: return three;
    case sim::LatencyKind::sampled:
      return "sampled, lognormal: medians " + three + ", dispersion " +
             to_string(model.dispersion);
    case sim::LatencyKind::recorded:
      return "recorded: " + std::to_string(model.round_trips.size()) + " round trips of " +
             milliseconds_text(model.round_trips.front()) + " to " +
             milliseconds_text(model.round_trips.back()) + ", halved; feed " +
             milliseconds_text(base.feed);
    case sim::LatencyKind::activity: break;
  }
  return "grows with activity: " + three + ", times 1 + " + to_string(model.activity_gain) +
         " x (trades and quotes of the last second / " + to_string(model.activity_reference) +
         "), at most 20 times";
}

// How margin is kept and taken, and how many of the tiers nobody confirmed.
std::string margin_text(const SessionSpec& spec) {
  const model::MarginTerms& terms = spec.exchange.margin;
  std::size_t perpetuals = 0;
  std::size_t assumed = 0;
  for (const model::Instrument& instrument : spec.engine.instruments) {
    if (spec.engine.is_active[instrument.id.index()] != 0 &&
        instrument.kind == model::InstrumentKind::perpetual) {
      ++perpetuals;
      assumed += instrument.margin_source == model::RuleSource::assumed ? 1 : 0;
    }
  }
  if (perpetuals == 0) {
    return "none: spot";
  }
  std::string text = model::name_of(terms.mode);
  if (terms.mode == model::MarginMode::isolated) {
    text += " at " + std::to_string(terms.isolated_leverage) + "x or the tier's";
  }
  return text + ", tiers assumed for " + std::to_string(assumed) + " of " +
         std::to_string(perpetuals) + " perpetuals, liquidation fee " +
         percent_text(spec.exchange.liquidation_fee) + " beside the taker's";
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
  views::FillModel model;
  model.latency = latency_text(spec);
  model.fees = fees_text(spec);
  model.margin = margin_text(spec);
  model.mark = "the last price stands for it: the tape has no mark series";
  model.fill = "bars as four prints, 10 % of a print's volume per order; trades as printed";
  model.assumptions = {
      "A bar is played as open, the worse extreme for the open position, the other, and close.",
      "An order accepted at one instant fills only at later prints.",
      "A close that arrives inside a bar does not get the bar's better extreme.",
      "Market orders pay half a spread and impact; a limit on bars needs a trade through it.",
      "Stops fill at trigger or print, the worse, plus half spread, 5 sigma of one minute times "
      "the square root of latency, and impact.",
      "Half spreads of 0.5, 1.5 and 3 bps by tercile of traded volume are priors, not measured.",
      "Where the tape shows a valid book, what takes walks its levels; a level taken is gone until "
      "the tape replaces it.",
      std::string("Queue model of resting limits where there is a book: ") +
          sim::name_of(spec.exchange.queue_model) + ".",
      "No mark series: liquidation and mark triggers use the last price.",
      spec.exchange.margin.mode == model::MarginMode::isolated
          ? "An isolated position loses its own margin at most: it is taken over at its bankruptcy "
            "price. Funding is paid from the account's cash."
          : "Below the sum of maintenance margins a venue's positions are all closed; a loss "
            "beyond the balance stays a debt.",
      spec.venue_events.empty()
          ? "No halts, rule changes, delistings or deleveraging by date."
          : std::to_string(spec.venue_events.size()) +
                " halts, rule changes, delistings or deleveragings by date.",
  };
  for (const std::string& venue : active_venues(spec)) {
    model.assumptions.push_back("Fill model not validated on " + venue + ".");
  }
  return model;
}

}  // namespace lanner::runtime
