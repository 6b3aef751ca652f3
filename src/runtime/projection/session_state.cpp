// How the engine stands, as rows: read off when somebody asks.

#include <cstdio>
#include <filesystem>
#include <iterator>

#include "runtime/explain/condition_look.hpp"
#include "runtime/projection/cells.hpp"
#include "runtime/projection/session_fold.hpp"
#include "runtime/projection/words.hpp"
#include "runtime/session_result.hpp"

namespace lanner::runtime {
namespace {

std::string hours_text(const model::Scope& scope) {
  char text[16];
  std::snprintf(text, sizeof text, " %02u-%02uh", scope.hour_first, scope.hour_end);
  return text;
}

std::string condition_text(const model::TradeCondition& condition) {
  std::string out;
  for (const model::Predicate& predicate : condition.when_all) {
    PredicateLook look;
    look.predicate = predicate;
    out += (out.empty() ? "" : " and ") + look.text();
  }
  std::string any;
  for (const model::Predicate& predicate : condition.when_any) {
    PredicateLook look;
    look.predicate = predicate;
    any += (any.empty() ? "" : " or ") + look.text();
  }
  return any.empty() ? out : out + (out.empty() ? "" : " and ") + "(" + any + ")";
}

}  // namespace

SessionName name_session(const std::filesystem::path& session,
                         const std::filesystem::path& profile) {
  std::error_code error;
  const auto whole = std::filesystem::weakly_canonical(session, error);
  const auto base = std::filesystem::weakly_canonical(profile, error);
  const auto below = whole.lexically_relative(base);
  const bool is_inside = !below.empty() && *below.begin() != "..";
  SessionName out{is_inside ? below.generic_string() : whole.generic_string(), 0};
  const std::uint64_t hash = hash64(std::as_bytes(std::span{out.name.data(), out.name.size()}));
  out.id = static_cast<std::int64_t>(hash >> 1);
  return out;
}

std::string scope_text(const model::Scope& scope, const model::InstrumentTable& instruments) {
  std::string out;
  if (scope.instrument_id.index() < instruments.size()) {
    out += " " + instruments[scope.instrument_id.index()].name;
  }
  if (scope.side != model::PositionSide::flat) {
    out += std::string{" "} + model::name_of(scope.side);
  }
  if (scope.template_id != model::TemplateId::count_) {
    out += std::string{" "} + model::name_of(scope.template_id);
  }
  if (scope.volatility != model::Volatility::unknown) {
    out += std::string{" volatility "} + model::name_of(scope.volatility);
  }
  if (scope.hour_first != scope.hour_end) {
    out += hours_text(scope);
  }
  if (scope.weekdays != 0) {
    constexpr const char* kDays[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    for (unsigned day = 0; day < 7; ++day) {
      out += (scope.weekdays >> day & 1U) != 0 ? std::string{" "} + kDays[day] : std::string{};
    }
  }
  if (scope.cost_r_above > Score{}) {
    out += " cost > " + short_number(scope.cost_r_above) + " R";
  }
  return out.empty() ? "everything" : out.substr(1);
}

using store::sqlite::Table;

SessionFold::SessionFold(const SessionSpec& spec, SessionName name, const core::Engine& engine)
    : spec_(spec), name_(std::move(name)), engine_(engine), seen_(spec.engine.instruments.size()) {
  batch_.session_id = name_.id;
}

store::sqlite::Batch SessionFold::take(const JournalFacts& journal) {
  // A session's own row stands before all that refer to it.
  auto facts = std::exchange(batch_.rows, {});
  if (!has_session_) {
    has_session_ = true;
    put_session();
  }
  batch_.rows.insert(batch_.rows.end(), std::make_move_iterator(facts.begin()),
                     std::make_move_iterator(facts.end()));
  put_journal(journal);
  put_runtime();
  put_market();
  put_accounts();
  put_positions();
  put_conditions();
  put_coins();
  put_patterns();
  put_rules();
  put_adaptations();
  if (now_.is_set()) {
    put_day();
  }
  return {name_.id, true, std::exchange(batch_.rows, {})};
}

void SessionFold::put_session() {
  put(Table::sessions, name_.name, spec_.build_id, name_of_feed(spec_), spec_.origin_note,
      spec_.universe, spec_.catalog, spec_.from.ns(), spec_.to.ns(),
      std::to_string(spec_.engine.seed), spec_.engine.instruments.size());
}

void SessionFold::put_journal(const JournalFacts& journal) {
  put(Table::journal_index, events_, journal.commands, first_at_, now_, journal.digest.hex(),
      learned_digest(engine_).hex(), journal.is_closed);
}

void SessionFold::put_runtime() {
  const core::EngineCounters& counters = engine_.counters();
  const exec::Alarms& alarms = engine_.orders().alarms();
  const learn::CandidateLog& log = engine_.candidates();
  const std::uint64_t late =
      engine_.knowledge().coins().late() + engine_.knowledge().patterns().late();
  put(Table::runtime_state, now_, model::name_of(engine_.risk().trading_state()),
      engine_.sniper().size(), engine_.portfolio().open_positions(), counters.cycles,
      counters.triggers, counters.entries, counters.refusals, log.decisions(), log.labelled(),
      log.pending(), late, log.orphan_trades(), alarms.illegal_moves, alarms.foreign_events,
      alarms.overfills, alarms.twins, alarms.protection_closes);
}

void SessionFold::put_market() {
  for (const model::Instrument& instrument : spec_.engine.instruments) {
    const Seen& seen = seen_[instrument.id.index()];
    if (!seen.first.is_set()) {
      continue;
    }
    put(Table::market_data, instrument.name, instrument.venue,
        instrument.kind == model::InstrumentKind::spot ? "spot" : "perp", instrument.quote,
        seen.bars, seen.trades, seen.others, seen.first, seen.last,
        engine_.market()[instrument.id].last_px);
  }
}

void SessionFold::put_accounts() {
  std::map<std::uint16_t, std::string> venues;
  for (const model::Instrument& instrument : spec_.engine.instruments) {
    if (spec_.engine.is_active[instrument.id.index()] != 0) {
      venues.emplace(instrument.venue_id.value(), instrument.venue);
    }
  }
  for (const auto& [number, venue] : venues) {
    const VenueId id{number};
    put(Table::account_state, venue, engine_.portfolio().cash(id),
        engine_.portfolio().free_cash(id), engine_.portfolio().margin_used(id));
  }
}

void SessionFold::put_positions() {
  for (const InstrumentId id : engine_.portfolio().open_ids()) {
    const model::Position& p = engine_.portfolio().position(id);
    put(Table::open_trades, name_of_instrument(id), p.candidate_id, model::name_of(p.side),
        p.quantity, p.entry_notional, p.commissions, p.funding, p.risk, p.stop_px, p.mark_px,
        engine_.portfolio().unrealised(id), p.opened_at);
  }
  for (const model::Instrument& instrument : spec_.engine.instruments) {
    const Timestamp until = engine_.risk().cooldown_until(instrument.id);
    if (until > now_) {
      put(Table::cooldowns, instrument.name, until);
    }
  }
}

void SessionFold::put_conditions() {
  const strategy::Sniper& sniper = engine_.sniper();
  for (std::uint32_t slot = 0; slot < sniper.capacity(); ++slot) {
    if (!sniper.is_held(slot)) {
      continue;
    }
    const model::TradeCondition& c = sniper.condition(slot);
    put(Table::active_conditions, slot, name_of_instrument(c.instrument_id),
        model::name_of(c.side), model::name_of(c.template_id), name_of(c.source),
        sniper.is_armed(slot), c.shadow_only == model::ShadowOnly::yes, condition_text(c),
        c.stop_atr, c.take_profit_r, sniper.expires_at(slot));
  }
}

void SessionFold::put_coins() {
  const learn::CoinScorer& coins = engine_.knowledge().coins();
  using enum model::PositionSide;
  for (const model::Instrument& instrument : spec_.engine.instruments) {
    if (spec_.engine.is_active[instrument.id.index()] == 0) {
      continue;
    }
    for (const auto side : {flat, long_side, short_side}) {
      const learn::NodeView node = coins.node(instrument.id, side);
      put(Table::coin_scores, instrument.name, name_of_scope_side(side),
          model::name_of(coins.status(instrument.id, side)), node.n, node.n_eff, node.mean_r,
          node.sd_r, node.probability_positive, node.wins, node.win_rate,
          coins.offset_r(instrument.id, side));
    }
  }
}

void SessionFold::put_patterns() {
  const learn::KnowledgeBrain& knowledge = engine_.knowledge();
  for (std::size_t i = 0; i < model::kTemplateCount; ++i) {
    for (const auto side : {model::PositionSide::long_side, model::PositionSide::short_side}) {
      for (const auto source :
           {model::ConditionSource::strategist, model::ConditionSource::file}) {
        const learn::PatternKey key{static_cast<model::TemplateId>(i), side, source};
        const learn::PatternRow row = knowledge.library().row(key);
        const auto view = knowledge.patterns().view(key);
        if (row.labels == 0 && view.labels <= Score{}) {
          continue;
        }
        put(Table::patterns, model::name_of(key.template_id), model::name_of(side),
            name_of(source), model::name_of(row.state), row.since, row.labels, row.own_trades,
            view.n_eff, view.mean_r, view.sd_r, view.probability_positive, row.e_for,
            row.e_against, row.detector, row.record.blocks, row.record.sum,
            row.record.worst.front());
      }
    }
  }
}

void SessionFold::put_rules() {
  const learn::KnowledgeBrain& knowledge = engine_.knowledge();
  for (const auto& rule : knowledge.adaptations().rules().rules()) {
    put(Table::regime_rules, rule.adaptation_id,
        scope_text(rule.scope, spec_.engine.instruments), rule.multiplier);
  }
  for (const model::ParameterSpec& spec : model::parameter_specs()) {
    const learn::ParameterRow row = knowledge.parameters().row(spec.key);
    put(Table::parameters, spec.id, row.value, row.prior, spec.unit, row.origin.version,
        row.origin.changed_by, row.origin.changed_at);
  }
}

void SessionFold::put_adaptations() {
  const learn::KnowledgeBrain& knowledge = engine_.knowledge();
  for (const learn::AdaptationRow& row : knowledge.adaptations().rows()) {
    const model::AdaptationProposal& p = row.proposal;
    const bool sets = p.kind == model::AdaptationKind::set_parameter;
    put(Table::adaptations, row.id, model::name_of(p.kind), model::name_of(p.source),
        scope_text(p.scope, spec_.engine.instruments),
        sets ? model::parameter_specs()[static_cast<std::size_t>(p.parameter)].id
             : std::string_view{},
        sets ? to_string(p.value) : std::string{}, model::name_of(row.state),
        model::name_of(row.reason), row.is_acting, row.proposed_at, row.changed_at,
        row.expires_at, p.n, p.n_eff, p.mean_r, p.predicted_r, row.affected, row.effect_r,
        row.e_for, row.e_against);
  }
  for (const learn::SliceRow& slice : knowledge.reflection().rows()) {
    put(Table::reflections, learn::name_of(slice.family), slice.member, slice.n, slice.n_eff,
        slice.mean_r, slice.shrunk_r, slice.e_better, slice.e_worse);
  }
}

}  // namespace lanner::runtime
