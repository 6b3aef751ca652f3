#pragma once

// The deterministic core. apply() is the only way in or out: state = fold of the events. One
// engine belongs to one thread; it never asks a clock, the system or a random device, and does
// not allocate after its first events.
//
// Order of steps for a market event: market state -> portfolio marks -> features -> labels of open
// candidates -> sniper -> decisions. Every trigger becomes a candidate, traded or not.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/static_vector.hpp"
#include "core/engine_config.hpp"
#include "core/probe_budget.hpp"
#include "exec/order_manager.hpp"
#include "features/pipeline.hpp"
#include "learn/candidate_log.hpp"
#include "learn/knowledge.hpp"
#include "learn/lesson.hpp"
#include "learn/proposer_ledger.hpp"
#include "market/bar_builder.hpp"
#include "market/cost_model.hpp"
#include "market/market_state.hpp"
#include "model/commands.hpp"
#include "model/events.hpp"
#include "portfolio/portfolio.hpp"
#include "risk/risk_governor.hpp"
#include "strategy/correlation.hpp"
#include "strategy/default_strategist.hpp"
#include "strategy/planner.hpp"
#include "strategy/sniper.hpp"
#include "strategy/vetting/bar_history.hpp"
#include "strategy/vetting/trigger_replay.hpp"

namespace lanner {
class StateReader;
class StateWriter;
}  // namespace lanner

namespace lanner::core {

struct EngineCounters {
  std::uint64_t events = 0;
  std::uint64_t cycles = 0;
  std::uint64_t triggers = 0;
  std::uint64_t entries = 0;      // approved intents
  std::uint64_t refusals = 0;
  std::uint64_t triggers_without_plan = 0;  // no price or no ATR yet
  std::uint64_t candidates_refused = 0;     // beyond the bound of open candidates
  std::uint64_t triggers_dropped = 0;    // beyond what one event may decide
  // Conditions from outside, by what was said of them.
  std::uint64_t conditions_accepted = 0;
  std::uint64_t conditions_refused = 0;
  std::uint64_t conditions_withdrawn = 0;  // stood, and were refused later
  std::array<std::uint64_t, model::kConditionRuleCount> refused_by_rule{};  // withdrawn ones too
};

class Engine {
 public:
  explicit Engine(EngineConfig config);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Applies one event; what it causes goes to the sink. ts_init never goes back.
  void apply(const model::Event& event, model::CommandSink& sink) noexcept;

  // What-if only: the gates judge by these from the next event on. A session never calls it.
  void use_parameters(const model::ParameterSet& parameters) noexcept {
    config_.parameters = parameters;
    risk_.use_parameters(parameters);
  }

  // The whole state, for a fresh engine of the same configuration to go on from: between two
  // events, when everything that the last one caused was taken. Equal states give equal bytes.
  void save(StateWriter& out) const;
  // False: the bytes are of another configuration, and the engine is good for nothing.
  [[nodiscard]] bool load(StateReader& in);

  // Research only: from now on labels and the evidence of blocks come from another book of the same
  // market, and this one's own teach it nothing; its adaptations still answer for its own triggers.
  // `lesson` outlives the engine.
  void learn_from(learn::Lesson& lesson) noexcept { lesson_ = &lesson; }

  [[nodiscard]] const EngineConfig& config() const noexcept { return config_; }
  [[nodiscard]] Timestamp now() const noexcept { return now_; }
  [[nodiscard]] const portfolio::Portfolio& portfolio() const noexcept { return portfolio_; }
  [[nodiscard]] const learn::KnowledgeBrain& knowledge() const noexcept { return knowledge_; }
  [[nodiscard]] const learn::CandidateLog& candidates() const noexcept { return candidates_; }
  [[nodiscard]] const exec::OrderManager& orders() const noexcept { return orders_; }
  [[nodiscard]] const market::MarketState& market() const noexcept { return market_; }
  [[nodiscard]] const market::CostModel& costs() const noexcept { return costs_; }
  [[nodiscard]] const features::FeaturePipeline& features() const noexcept { return features_; }
  [[nodiscard]] const risk::RiskGovernor& risk() const noexcept { return risk_; }
  [[nodiscard]] const strategy::Sniper& sniper() const noexcept { return sniper_; }
  [[nodiscard]] const EngineCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const learn::ProposerLedger& proposers() const noexcept { return proposers_; }

 private:
  // One member per kind of event (engine_market.cpp, engine_execution.cpp, engine_control.cpp).
  void on(const model::InstrumentStatus& status) noexcept;
  void on(const model::InstrumentRules& rules) noexcept;
  void on(const model::FundingRate& funding) noexcept;
  void on(const model::MarkPrice& mark) noexcept;
  void on(const model::OpenInterest& open) noexcept;
  void on(const model::Liquidation& forced) noexcept;
  void on(const model::Sentiment& mood) noexcept;
  void on(const model::QuoteTick& quote) noexcept;
  void on(const model::BookDepth& depth) noexcept;
  void on(const model::TradeTick& trade) noexcept;
  void on(const model::Bar& bar) noexcept;
  void on(const model::OrderAccepted& event) noexcept;
  void on(const model::OrderRejected& event) noexcept;
  void on(const model::OrderTriggered& event) noexcept;
  void on(const model::OrderCanceled& event) noexcept;
  void on(const model::OrderExpired& event) noexcept;
  void on(const model::OrderFilled& event) noexcept;
  void on(const model::OrderStatusUnknown& event) noexcept;
  void on(const model::OrderStatusReport& event) noexcept;
  void on(const model::CancelRejected& event) noexcept;
  void on(const model::OrderAmended& event) noexcept;
  void on(const model::AmendRejected& event) noexcept;
  void on(const model::FundingPaid& paid) noexcept;
  void on(const model::TimerFired& timer) noexcept;
  void on(const model::TradingStateChanged& change) noexcept;
  void on(const model::ConditionProposed& proposed) noexcept;
  void on(const model::ProposalRefused& refused) noexcept;
  void on(const model::ProposerChanged& change) noexcept;
  void on(const model::OperatorRequested& request) noexcept;

  // A condition from outside (engine_conditions.cpp). One from a file stands until the session
  // ends, one from a proposer until it expires; each cycle arms it again. Its condition has the
  // same place in standing_conditions_, which is read only to judge and to arm it.
  struct Standing {
    Duration life;
    Timestamp ends_at;  // of a proposer's; never() for a file's
    strategy::ArmHandle handle;
    std::uint64_t hash = 0;       // canonical
    std::uint32_t knowledge = 0;  // place in coin_knowledge_
    std::uint32_t lease = 0;      // in the Sniper, its own
    model::ShadowOnly shadow_only = model::ShadowOnly::no;  // as the lease was taken
    bool is_armed = false;        // it passed the rules that ask the market
    bool is_played = false;       // and those that ask the last day and week
  };

  void start() noexcept;
  void run_standing() noexcept;
  void rearm(std::uint32_t place) noexcept;
  [[nodiscard]] Timestamp end_of(const Standing& standing) const noexcept {
    return std::min(now_ + standing.life, standing.ends_at);
  }
  [[nodiscard]] model::ShadowOnly shadow_of(const Standing& standing) const noexcept {
    return coin_knowledge_[standing.knowledge].status == model::CoinStatus::blocked
               ? model::ShadowOnly::yes
               : model::ShadowOnly::no;
  }
  // Its lease goes on as it is; false when it has to be taken anew.
  [[nodiscard]] bool is_renewed(const Standing& standing) noexcept {
    return shadow_of(standing) == standing.shadow_only &&
           sniper_.renew(standing.lease, end_of(standing), cycle_);
  }
  [[nodiscard]] strategy::Check admit(const model::TradeCondition& condition,
                                      std::uint64_t hash) noexcept;
  [[nodiscard]] strategy::Check check_duty(const model::TradeCondition& condition,
                                           std::uint64_t hash) const noexcept;
  [[nodiscard]] bool is_better(const model::TradeCondition& one,
                               const model::TradeCondition& other) const noexcept;
  void withdraw_opposites(const model::TradeCondition& condition) noexcept;
  [[nodiscard]] strategy::Check check_now(const model::TradeCondition& condition) const noexcept;
  [[nodiscard]] bool is_judgeable(const model::TradeCondition& condition) const noexcept;
  [[nodiscard]] bool settle(std::uint32_t place) noexcept;
  [[nodiscard]] bool play_history(std::uint32_t place) noexcept;
  void withdraw(std::uint32_t place, const strategy::Finding& finding) noexcept;
  void remove_standing(std::uint32_t place) noexcept;
  void say_of(const model::TradeCondition& condition, std::uint64_t hash,
              model::ConditionVerdict verdict, const strategy::Finding& finding) noexcept;
  void subscribe_inputs(const model::TradeCondition& condition) noexcept;
  void run_cycle() noexcept;
  void watch_regime(InstrumentId id, features::FrameSet frames) noexcept;
  void gather_knowledge() noexcept;
  void close_built_bars(InstrumentId id) noexcept;
  void feed_features(const model::Bar& bar, Timestamp close) noexcept;
  void fire() noexcept;
  void decide(const strategy::Trigger& trigger) noexcept;
  [[nodiscard]] strategy::PlanInput plan_input(const model::TradeCondition& condition,
                                               Price last, const learn::EntryFacts& facts,
                                               const learn::Ruling& ruling) const noexcept;
  [[nodiscard]] Score correlation_multiplier(const model::TradeCondition& condition)
      const noexcept;
  [[nodiscard]] bool keeps_exploration_slot() const noexcept;
  [[nodiscard]] risk::RiskContext risk_context(const model::TradeCondition& condition)
      const noexcept;
  void learn_from_labels() noexcept;
  void reflect() noexcept;
  void announce_ladder() noexcept;
  void adopt_parameters() noexcept;
  [[nodiscard]] model::RequestVerdict verdict_on(const model::OperatorRequested& request)
      const noexcept;
  void answer(const model::OperatorRequested& request, model::RequestVerdict verdict, Rate before,
              Timestamp applies_at) noexcept;
  void take_requests() noexcept;
  [[nodiscard]] learn::EntryFacts facts_of(const model::TradeCondition& condition) const noexcept;
  [[nodiscard]] bool is_refused_by_universe(InstrumentId id) noexcept;
  [[nodiscard]] bool is_refused_by_learning(const learn::Ruling& ruling) noexcept;
  [[nodiscard]] Money probe_unrealised() const noexcept;
  void drain_ended_plans() noexcept;
  void watch_equity() noexcept;
  void announce(const std::optional<model::TradingStateChanged>& change) noexcept;
  [[nodiscard]] bool has_lesson() const noexcept {
    return lesson_ != nullptr && !lesson_->labels.empty();
  }
  void set_timer(model::TimerKind kind, std::uint32_t key, Timestamp at) noexcept;

  EngineConfig config_;
  market::MarketState market_;
  market::CostModel costs_;
  market::BarBuilder builder_;
  portfolio::Portfolio portfolio_;
  features::FeaturePipeline features_;
  learn::CandidateLog candidates_;
  learn::KnowledgeBrain knowledge_;
  strategy::Sniper sniper_;
  strategy::DefaultStrategist strategist_;
  strategy::BarHistory history_;
  strategy::TriggerReplay trigger_past_;
  strategy::ReturnCorrelation correlation_;
  learn::ProposerLedger proposers_;
  strategy::Planner planner_;
  risk::RiskGovernor risk_;
  exec::OrderManager orders_;
  ProbeBudget probe_;

  learn::LabelBuffer labels_;
  learn::StatusBuffer status_changes_;
  learn::LadderChanges ladder_changes_;
  strategy::TriggerBuffer triggers_;
  std::vector<Standing> standing_;
  std::vector<std::uint32_t> free_leases_;  // behind those of the strategist
  std::vector<model::TradeCondition> standing_conditions_;
  model::DecisionTrace trace_;                           // of the decision in hand
  std::vector<strategy::CoinKnowledge> coin_knowledge_;  // by instrument and side
  std::uint64_t gathered_revision_ = ~std::uint64_t{0};  // of the coins' statuses in it
  std::vector<std::uint8_t> is_active_entry_;  // by instrument: entered by an active pattern
  std::uint32_t adopted_revision_ = 0;         // of the Parameters that planner and gates use
  std::vector<std::uint8_t> has_built_bars_;  // by instrument: fed with trades

  struct Waiting {
    model::OperatorRequested request;
    Timestamp at;
  };
  StaticVector<Waiting, 16> requests_;  // of an operator, for the next whole minute

  learn::Lesson* lesson_ = nullptr;     // of another book, learned from instead of its own
  model::CommandSink* sink_ = nullptr;  // of the event in hand
  Timestamp now_;
  Timestamp ts_event_;
  std::uint64_t cycle_ = 0;
  std::vector<std::uint8_t> regimes_seen_;  // by instrument
  bool has_regime_flipped_ = false;         // with the event in hand
  bool is_started_ = false;
  bool is_building_bars_ = false;
  Money watched_equity_;
  bool is_money_moved_ = false;  // equity may have changed with this event
  EngineCounters counters_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(config_.instruments, config_.parameters, market_, costs_, builder_, portfolio_);
    archive(features_, candidates_, knowledge_, sniper_, strategist_, history_, trigger_past_);
    archive(correlation_, proposers_, planner_, risk_, orders_, probe_);
    archive(standing_, free_leases_, standing_conditions_, coin_knowledge_, is_active_entry_);
    archive(adopted_revision_, has_built_bars_, now_, ts_event_, cycle_, regimes_seen_);
    archive(has_regime_flipped_, is_started_, is_building_bars_, watched_equity_);
    archive(is_money_moved_, counters_, requests_, gathered_revision_);
  }
};

}  // namespace lanner::core
