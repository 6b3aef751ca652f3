#include "runtime/look/session_look.hpp"

#include <algorithm>
#include <map>

#include "base/isotime.hpp"
#include "runtime/session_dir.hpp"
#include "strategy/templates.hpp"

namespace lanner::runtime {
namespace {

class SessionWatch : public ReplayObserver {
 public:
  explicit SessionWatch(SessionLook& look) : look_(look) {}

  bool on_event(const model::Event& event, const model::CommandSink&,
                const core::Engine&) override {
    const bool is_price = std::holds_alternative<model::Bar>(event.payload) ||
                          std::holds_alternative<model::TradeTick>(event.payload);
    look_.fed_at = is_price ? event.ts_init : look_.fed_at;
    return true;
  }

  void on_end(const core::Engine& engine) override {
    look_.now = engine.now();
    look_.trading_state = engine.risk().trading_state();
    look_.equity = engine.portfolio().equity();
    look_.unrealised = engine.portfolio().unrealised();
    look_.drawdown_pct = engine.portfolio().drawdown() * Score{100.0};
    look_.instruments = engine.config().instruments;
    look_.adaptations = engine.knowledge().adaptations().rows();
    for (const model::ParameterSpec& spec : model::parameter_specs()) {
      look_.registry.push_back(engine.knowledge().parameters().row(spec.key));
    }
    look_.conditions_armed = engine.sniper().size();
    look_.parameters = engine.config().parameters;
    look_.cycle = look_.parameters.duration(model::Param::strategist_cycle_s, seconds(1));
    look_.late_labels =
        engine.knowledge().coins().late() + engine.knowledge().patterns().late();
    note_orders(engine);
    note_balances(engine);
    note_patterns(engine);
    note_proposers(engine);
    note_asleep(engine);
  }

 private:
  void note_orders(const core::Engine& engine) {
    for (const model::Instrument& instrument : engine.config().instruments) {
      for (const exec::Leg& leg : engine.orders().orders(instrument.id)) {
        if (!model::is_terminal(leg.status)) {
          look_.orders.push_back({instrument.name, leg.id.value(), leg.role, leg.status,
                                  leg.quantity, leg.filled, leg.px, leg.sent_at});
        }
      }
    }
  }

  void note_balances(const core::Engine& engine) {
    std::map<std::uint16_t, std::string> venues;
    for (const model::Instrument& instrument : engine.config().instruments) {
      if (engine.config().is_active[instrument.id.index()] != 0) {
        venues.emplace(instrument.venue_id.value(), instrument.venue);
      }
    }
    for (const auto& [number, name] : venues) {
      const VenueId id{number};
      look_.balances.push_back({name, engine.portfolio().cash(id),
                                engine.portfolio().free_cash(id),
                                engine.portfolio().margin_used(id)});
    }
  }

  // The inputs that the instrument which comes nearest to serving the template still lacks.
  void note_asleep(const core::Engine& engine) {
    const core::EngineConfig& config = engine.config();
    for (const model::TemplateId id : strategy::kTemplates) {
      const auto condition = strategy::make_template({id, model::PositionSide::long_side},
                                                     config.parameters, config.mask, {});
      std::optional<std::vector<std::string>> least;
      for (const model::Instrument& instrument : config.instruments) {
        if (!condition || config.is_active[instrument.id.index()] == 0) {
          continue;
        }
        std::vector<std::string> missing;
        for (const model::FeatureId input :
             strategy::missing_inputs(*condition, engine.features().view(instrument.id))) {
          missing.emplace_back(model::name_of(input));
        }
        if (!least || missing.size() < least->size()) {
          least = std::move(missing);
        }
      }
      if (least && !least->empty()) {
        look_.asleep.push_back({id, *std::move(least)});
      }
    }
  }

  void note_proposers(const core::Engine& engine) {
    for (std::uint8_t i = 1; i <= model::kProposersMax; ++i) {
      const learn::ProposerRow& row = engine.proposers().row(i);
      if (row.name.is_empty()) {
        continue;
      }
      learn::PatternKey key;
      key.source = model::ConditionSource::file;
      key.proposer = i;
      const auto believed = engine.knowledge().patterns().view(key);
      const auto evidence = engine.knowledge().library().row(key);
      look_.proposers.push_back({row, std::string(row.name.begin(), row.name.end()),
                                 believed.mean_r, believed.probability_positive, evidence.e_for,
                                 evidence.e_against, evidence.state});
    }
  }

  void note_patterns(const core::Engine& engine) {
    for (std::size_t i = 0; i < model::kTemplateCount; ++i) {
      for (const auto side : {model::PositionSide::long_side, model::PositionSide::short_side}) {
        for (const auto source :
             {model::ConditionSource::strategist, model::ConditionSource::file}) {
          const auto id = static_cast<model::TemplateId>(i);
          const auto view = engine.knowledge().patterns().view({id, side, source});
          if (view.labels > Score{0.0}) {
            look_.patterns.push_back({id, side, source, view.n_eff, view.labels, view.mean_r,
                                      view.sd_r, view.probability_positive});
          }
        }
      }
    }
  }

  SessionLook& look_;
};

std::string key_of(const views::RunResult& result, const model::TradeClosed& trade, ProfitBy by) {
  switch (by) {
    case ProfitBy::day: return format_date(trade.closed_at.ns());
    case ProfitBy::instrument: return result.instrument_names[trade.instrument_id.index()];
    case ProfitBy::template_id: return model::name_of(trade.template_id);
    case ProfitBy::exit_reason: return model::name_of(trade.exit_reason);
    case ProfitBy::side: return model::name_of(trade.side);
  }
  return {};
}

}  // namespace

Result<SessionLook> look_at_session(const std::filesystem::path& session,
                                    const Progress& progress) {
  SessionLook look;
  SessionWatch watch{look};
  auto replay = replay_session(
      ReplayOptions{.session = session, .mask = {}, .what_if = {}, .observer = &watch}, progress);
  if (!replay) {
    return tl::unexpected{replay.error()};
  }
  if (replay->first_difference) {
    return fail(ErrorKind::difference,
                "this build decides otherwise than the session from sequence " +
                    std::to_string(*replay->first_difference) +
                    " on; look at it with the build that recorded it");
  }
  look.session = session.string();
  look.feed = replay->result.feed;
  look.is_closed = replay->closed;
  look.verified_through = replay->verified_through;
  look.corrupt_at = replay->corrupt_at;
  look.is_running = is_session_locked(session);
  look.result = std::move(replay->result);
  return look;
}

std::vector<ProfitRow> profit_by(const SessionLook& look, ProfitBy by) {
  std::map<std::string, ProfitRow> rows;
  for (const model::TradeClosed& trade : look.result.trade_list) {
    const std::string key = key_of(look.result, trade, by);
    ProfitRow& row = rows[key];
    row.name = key;
    ++row.trades;
    row.wins += trade.net_pnl.is_positive() ? 1 : 0;
    row.net_pnl += trade.net_pnl;
    row.commissions += trade.commissions;
    row.sum_r += trade.net_r;
  }
  std::vector<ProfitRow> out;
  for (auto& [key, row] : rows) {
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace lanner::runtime
