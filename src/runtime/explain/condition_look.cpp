#include "runtime/explain/condition_look.hpp"

#include <cmath>

#include "runtime/json_out.hpp"
#include "strategy/predicate.hpp"

namespace lanner::runtime {
namespace {

using features::FeatureView;
using model::FeatureId;
using model::Predicate;

std::optional<double> present(double value) {
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

std::optional<double> wanted_by(const Predicate& predicate, const FeatureView& view) {
  if (predicate.rhs == FeatureId::none) {
    return predicate.value.value();
  }
  return present(view.value(predicate.rhs, predicate.tf) + predicate.value.value());
}

struct Scene {
  const core::Engine& engine;
  const SourceSequences& sources;
  InstrumentId id;
};

PredicateLook look_at_one(const Predicate& predicate, PredicateRole role, const Scene& scene) {
  const FeatureView view = scene.engine.features().view(scene.id);
  const Price last = scene.engine.market()[scene.id].last_px;
  PredicateLook look;
  look.role = role;
  look.predicate = predicate;
  look.lhs = feature_name(predicate.lhs, scene.engine.config());
  if (predicate.rhs != FeatureId::none) {
    look.rhs = feature_name(predicate.rhs, scene.engine.config());
  }
  look.holds = strategy::is_true(predicate, view, last);
  if (strategy::is_live_price(predicate)) {
    look.value = last.is_positive() ? std::optional{to_score(last).value()} : std::nullopt;
  } else {
    look.value = present(view.value(predicate.lhs, predicate.tf));
  }
  look.threshold = wanted_by(predicate, view);
  if (strategy::is_cross(predicate.op)) {
    look.value_before = present(view.previous(predicate.lhs, predicate.tf));
  }
  if (look.value) {
    look.sequence = scene.sources.of(predicate, scene.id, scene.engine);
  }
  return look;
}

}  // namespace

const char* name_of(PredicateRole role) noexcept {
  switch (role) {
    case PredicateRole::all: return "when_all";
    case PredicateRole::any: return "when_any";
    case PredicateRole::invalidate: return "invalidate_any";
  }
  return "?";
}

const char* name_of(model::PredicateOp op) noexcept {
  switch (op) {
    case model::PredicateOp::gt: return ">";
    case model::PredicateOp::ge: return ">=";
    case model::PredicateOp::lt: return "<";
    case model::PredicateOp::le: return "<=";
    case model::PredicateOp::cross_up: return "cross_up";
    case model::PredicateOp::cross_down: return "cross_down";
  }
  return "?";
}

std::string feature_name(FeatureId id, const core::EngineConfig& config) {
  const std::size_t place = static_cast<std::size_t>(id) - model::kBuiltInFeatureCount;
  return is_user_feature(id) && place < config.own_features.size() ? config.own_features[place].name
                                                                   : model::name_of(id);
}

std::optional<double> PredicateLook::gap() const {
  return value && threshold ? std::optional{*threshold - *value} : std::nullopt;
}

std::string PredicateLook::text() const {
  std::string out = std::string{model::name_of(predicate.tf)} + " " +
                    lhs + " " + name_of(predicate.op) + " ";
  const double constant = predicate.value.value();
  if (rhs.empty()) {
    detail::append_json_number(out, constant);
    return out;
  }
  out += rhs;
  if (constant != 0.0) {
    out += constant < 0.0 ? " - " : " + ";
    detail::append_json_number(out, std::abs(constant));
  }
  return out;
}

void SourceSequences::note_frames(InstrumentId id, std::uint64_t sequence,
                                  const core::Engine& engine) {
  Row& row = rows_[id.index()];
  for (std::size_t tf = 0; tf < model::kTimeframeCount; ++tf) {
    const Timestamp close =
        engine.features().frame_close(id, static_cast<model::Timeframe>(tf));
    if (close != row.closes[tf]) {
      row.closes[tf] = close;
      row.frames[tf] = sequence;
    }
  }
}

void SourceSequences::note(const model::Event& event, const core::Engine& engine) {
  rows_.resize(engine.config().instruments.size());
  if (const auto* bar = std::get_if<model::Bar>(&event.payload)) {
    rows_[bar->instrument_id.index()].price = event.sequence;
    note_frames(bar->instrument_id, event.sequence, engine);
  } else if (const auto* trade = std::get_if<model::TradeTick>(&event.payload)) {
    rows_[trade->instrument_id.index()].price = event.sequence;
    note_frames(trade->instrument_id, event.sequence, engine);
  } else if (const auto* funding = std::get_if<model::FundingRate>(&event.payload)) {
    rows_[funding->instrument_id.index()].funding = event.sequence;
  } else if (const auto* timer = std::get_if<model::TimerFired>(&event.payload)) {
    // Bars that are built from trades close with their timer.
    if (timer->kind == model::TimerKind::bar_close) {
      for (const model::Instrument& instrument : engine.config().instruments) {
        note_frames(instrument.id, event.sequence, engine);
      }
    }
  }
}

std::optional<std::uint64_t> SourceSequences::of(const model::Predicate& predicate,
                                                 InstrumentId id,
                                                 const core::Engine& engine) const {
  const auto known = [](std::uint64_t sequence) {
    return sequence > 0 ? std::optional{sequence} : std::nullopt;
  };
  const Row& row = rows_[id.index()];
  if (strategy::is_live_price(predicate)) {
    return known(row.price);
  }
  if (predicate.lhs == FeatureId::funding_bps) {
    return known(row.funding);
  }
  const InstrumentId btc = engine.features().btc_of(id);
  const bool is_led = predicate.lhs == FeatureId::btc_ret_bps && btc.is_valid();
  const Row& source = is_led ? rows_[btc.index()] : row;
  return known(source.frames[static_cast<std::size_t>(predicate.tf)]);
}

std::vector<PredicateLook> look_at(const model::TradeCondition& condition,
                                   const core::Engine& engine, const SourceSequences& sources) {
  const Scene scene{engine, sources, condition.instrument_id};
  std::vector<PredicateLook> looks;
  for (const Predicate& predicate : condition.when_all) {
    looks.push_back(look_at_one(predicate, PredicateRole::all, scene));
  }
  for (const Predicate& predicate : condition.when_any) {
    looks.push_back(look_at_one(predicate, PredicateRole::any, scene));
  }
  for (const Predicate& predicate : condition.invalidate_any) {
    looks.push_back(look_at_one(predicate, PredicateRole::invalidate, scene));
  }
  return looks;
}

std::vector<FeatureValue> features_now(InstrumentId id, const core::Engine& engine) {
  std::vector<FeatureValue> values;
  const FeatureView view = engine.features().view(id);
  for (std::size_t tf = 0; tf < model::kTimeframeCount; ++tf) {
    for (std::size_t feature = 1; feature < model::kFeatureCount; ++feature) {
      const FeatureValue value{static_cast<model::Timeframe>(tf),
                               feature_name(static_cast<FeatureId>(feature), engine.config()),
                               view.value(static_cast<FeatureId>(feature),
                                          static_cast<model::Timeframe>(tf))};
      if (std::isfinite(value.value)) {
        values.push_back(value);
      }
    }
  }
  return values;
}

}  // namespace lanner::runtime
