#include "runtime/session_plan.hpp"

#include <algorithm>

#include "base/build_info.hpp"
#include "runtime/instrument_choice.hpp"
#include "runtime/inputs/built_bars.hpp"
#include "runtime/inputs/latency_file.hpp"
#include "runtime/inputs/own_features.hpp"
#include "runtime/inputs/universe.hpp"
#include "runtime/inputs/warm_start.hpp"
#include "runtime/synthetic_catalog.hpp"
#include "store/import/tc1_file.hpp"
#include "strategy/vetting/bar_history.hpp"

namespace lanner::runtime {
namespace {

Status apply_settings(SessionSpec& spec, const RunOptions& options) {
  auto& parameters = spec.engine.parameters;
  for (const auto* sets : {&options.profile_sets, &options.sets}) {
    for (const auto& [id, value] : *sets) {
      if (const auto set = parameters.set(id, value); !set) {
        return set;
      }
    }
  }
  for (const std::string& id : options.pinned) {
    for (const model::ParameterSpec& row : model::parameter_specs()) {
      if (row.id == id) {
        spec.engine.pinned.push_back(row.key);
      }
    }
  }
  if (options.leverage) {
    if (const auto set =
            parameters.set("risk.leverage_max", std::to_string(*options.leverage));
        !set) {
      return set;
    }
  }
  if (options.open_positions_max) {
    if (const auto set = parameters.set("risk.open_positions_max",
                                        std::to_string(*options.open_positions_max));
        !set) {
      return set;
    }
  }
  const auto mask = model::ComponentMask::parse(options.mask);
  if (!mask) {
    return tl::unexpected{mask.error()};
  }
  spec.engine.mask = *mask;
  return {};
}

// One account per venue that takes part; the others hold nothing.
std::vector<Money> balances(const SessionSpec& spec, Money balance) {
  std::vector<Money> by_venue;
  for (const model::Instrument& instrument : spec.engine.instruments) {
    by_venue.resize(std::max(by_venue.size(), instrument.venue_id.index() + 1));
    if (spec.engine.is_active[instrument.id.index()] != 0) {
      by_venue[instrument.venue_id.index()] = balance;
    }
  }
  return by_venue;
}

Status add_features(SessionSpec& spec, const RunOptions& options) {
  if (options.features.size() > model::kUserFeaturesMax) {
    return fail(ErrorKind::config,
                "features: a session has at most " + std::to_string(model::kUserFeaturesMax) +
                    " of its own, not " + std::to_string(options.features.size()));
  }
  for (const auto& [name, text] : options.features) {
    const std::string problem = own_feature_problem(name, text);
    if (!problem.empty()) {
      return fail(ErrorKind::config, "features." + name + ": " + problem);
    }
    spec.engine.own_features.push_back({name, text});
  }
  return {};
}

Status add_references(SessionSpec& spec, InstrumentChoice& choice, const store::Catalog& catalog,
                      const RunOptions& options) {
  auto references = choose_references(catalog, choice, options.references);
  if (!references) {
    return tl::unexpected{references.error()};
  }
  std::string names;
  for (const model::Instrument& instrument : catalog.instruments()) {
    if ((*references)[instrument.id.index()] != 0) {
      names += (names.empty() ? "" : ", ") + instrument.name;
    }
  }
  if (!names.empty()) {
    choice.notes.push_back("heard beside them for comparison, never traded: " + names);
    spec.engine.is_reference = std::move(*references);
  }
  return {};
}

// The account, the delays, and what the venue does by date.
Status apply_venue(SessionSpec& spec, const RunOptions& options) {
  spec.exchange.margin = options.margin;
  spec.exchange.liquidation_fee = options.liquidation_fee;
  spec.engine.margin = options.margin;
  spec.exchange.latency_model.kind = options.latency_model;
  if (options.latency_model == sim::LatencyKind::recorded) {
    auto round_trips = read_round_trips(options.latency_file);
    if (!round_trips) {
      return tl::unexpected{round_trips.error()};
    }
    spec.exchange.latency_model.round_trips = std::move(*round_trips);
  }
  if (!options.venue_events.empty()) {
    auto events = read_venue_events(options.venue_events, spec.engine.instruments);
    if (!events) {
      return tl::unexpected{events.error()};
    }
    spec.venue_events = std::move(*events);
  }
  return {};
}

// What conditions from outside would have done is judged on the engine's own last bars.
void keep_history(SessionSpec& spec) {
  const auto active = std::count(spec.engine.is_active.begin(), spec.engine.is_active.end(), 1);
  spec.engine.limits.history_bars =
      strategy::BarHistory::room_for(static_cast<std::size_t>(active));
}

Status add_conditions(SessionSpec& spec, std::vector<std::string>& notes,
                      const RunOptions& options) {
  spec.takes_proposals = options.takes_proposals;
  if (options.takes_proposals) {
    keep_history(spec);
  }
  if (options.conditions.empty()) {
    return {};
  }
  std::vector<std::string> own_features;
  for (const features::UserFeature& feature : spec.engine.own_features) {
    own_features.push_back(feature.name);
  }
  const auto file = store::read_tc1_file(options.conditions, spec.engine.instruments, spec.from,
                                         own_features);
  if (!file) {
    return tl::unexpected{file.error()};
  }
  for (const store::RejectedCondition& rejected : file->rejected) {
    notes.push_back(store::describe(options.conditions, rejected));
    spec.conditions_refused.push_back(static_cast<std::uint8_t>(rejected.rule));
  }
  if (file->conditions.empty() && !file->rejected.empty()) {
    return fail(ErrorKind::usage,
                "no condition of " + options.conditions.string() + " can be used: " +
                    store::describe(options.conditions, file->rejected.front()));
  }
  if (file->conditions.empty()) {
    notes.push_back(options.conditions.string() + ": holds no condition, which is valid: no trade");
  }
  // A file without limits asks for no rules, so nothing has to be kept for them.
  const bool is_judged = std::any_of(
      file->conditions.begin(), file->conditions.end(), [](const store::TaggedCondition& tagged) {
        return tagged.condition.vetting == model::Vetting::rules;
      });
  if (is_judged) {
    keep_history(spec);
  }
  for (const store::TaggedCondition& tagged : *file) {
    if (spec.engine.is_active[tagged.condition.instrument_id.index()] != 0) {
      spec.conditions.push_back({tagged.condition, tagged.condition.expires_at - spec.from});
    }
  }
  return {};
}

// Instruments that were named are taken as they are.
Status set_universe(SessionSpec& spec, const store::Catalog& catalog, const RunOptions& options) {
  const bool is_fixed = options.has_fixed_universe || !options.instruments.empty();
  spec.universe = !options.instruments.empty() ? "as given"
                  : is_fixed                   ? "fixed (survivorship-biased)"
                                               : "as-of";
  if (is_fixed) {
    return {};
  }
  auto universe = universe_of(spec, catalog);
  if (!universe) {
    return tl::unexpected{universe.error()};
  }
  spec.engine.universe = std::move(universe->ranks);
  spec.engine.listed = universe->listed;
  return {};
}

Result<store::Catalog> open_source(const RunOptions& options) {
  if (options.data.empty()) {
    sim::SyntheticConfig config;
    config.seed = options.seed;
    return make_synthetic_catalog(
        config, options.profile / "catalogs" / synthetic_catalog_name(config));
  }
  return store::open_or_import(options.data, options.profile / "catalogs");
}

}  // namespace

Result<store::Catalog> open_catalog(const RunOptions& options) {
  auto catalog = open_source(options);
  return catalog && options.bars_s > 0 ? catalog_of_bars(*catalog, options) : catalog;
}

std::optional<sim::QueueModel> queue_model_of(std::string_view name) noexcept {
  for (const sim::QueueModel model : {sim::QueueModel::conservative,
                                      sim::QueueModel::probabilistic, sim::QueueModel::none}) {
    if (name == sim::name_of(model)) {
      return model;
    }
  }
  return std::nullopt;
}

Result<SessionPlan> plan_session(const RunOptions& options) {
  const auto catalog = open_catalog(options);
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  return plan_session(options, *catalog);
}

Result<SessionPlan> plan_session(const RunOptions& options, const store::Catalog& catalog) {
  auto choice = choose_instruments(catalog, options);
  if (!choice) {
    return tl::unexpected{choice.error()};
  }
  if (options.bars_s > 0) {
    choice->notes.insert(choice->notes.begin(), timeframes_note(options.bars_s));
  }
  SessionSpec spec;
  spec.build_id = build_info().build_id;
  spec.origin = catalog.origin();
  spec.origin_note = catalog.origin_note();
  spec.catalog = catalog.dir().string();
  spec.from = choice->from;
  spec.to = choice->to;
  spec.engine.instruments = catalog.instruments();
  if (options.fee) {
    for (model::Instrument& instrument : spec.engine.instruments) {
      instrument.maker_fee = *options.fee;
      instrument.taker_fee = *options.fee;
      instrument.fee_source = model::RuleSource::edited;
    }
  }
  spec.engine.is_active.assign(spec.engine.instruments.size(), 0);
  for (const InstrumentId id : choice->instruments) {
    spec.engine.is_active[id.index()] = 1;
  }
  if (const auto added = add_references(spec, *choice, catalog, options); !added) {
    return tl::unexpected{added.error()};
  }
  spec.engine.balance_by_venue = balances(spec, options.balance);
  spec.engine.seed = options.seed;
  spec.engine.feed_latency = spec.exchange.latency.feed;
  spec.engine.order_latency = spec.exchange.latency.order + spec.exchange.latency.response;
  spec.exchange.seed = options.seed;
  spec.exchange.queue_model = options.queue_model.value_or(spec.exchange.queue_model);
  spec.exchange.balances = spec.engine.balance_by_venue;
  if (const auto applied = apply_venue(spec, options); !applied) {
    return tl::unexpected{applied.error()};
  }
  if (const auto applied = apply_settings(spec, options); !applied) {
    return tl::unexpected{applied.error()};
  }
  if (const auto added = add_features(spec, options); !added) {
    return tl::unexpected{added.error()};
  }
  if (const auto added = add_conditions(spec, choice->notes, options); !added) {
    return tl::unexpected{added.error()};
  }
  if (const auto set = set_universe(spec, catalog, options); !set) {
    return tl::unexpected{set.error()};
  }
  if (options.with_past) {
    auto past = labels_before(spec, catalog, options.references);
    if (!past) {
      return tl::unexpected{past.error()};
    }
    spec.engine.past = std::move(*past);
  }
  return SessionPlan{std::move(spec), catalog, std::move(choice->notes)};
}

Result<Tape> open_tape(const SessionPlan& plan) { return open_tape(plan.spec, plan.catalog); }

Result<Tape> open_tape(const SessionSpec& spec, const store::Catalog& catalog) {
  TapeSelection selection;
  selection.from = spec.from;
  selection.to = spec.to;
  selection.has_mood = true;
  const auto& is_reference = spec.engine.is_reference;
  for (const model::Instrument& instrument : spec.engine.instruments) {
    const std::size_t index = instrument.id.index();
    if (spec.engine.is_active[index] != 0) {
      selection.instruments.push_back(instrument.id);
    } else if (index < is_reference.size() && is_reference[index] != 0) {
      selection.references.push_back(instrument.id);
    }
  }
  return Tape::open(catalog, selection);
}

}  // namespace lanner::runtime
