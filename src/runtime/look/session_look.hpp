#pragma once

// A session as its journal leaves it: what the look verbs show. Replayed to its end, so an open
// session is shown as far as it is verified.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "learn/adaptations.hpp"
#include "learn/parameter_registry.hpp"
#include "learn/proposer_ledger.hpp"
#include "model/order.hpp"
#include "runtime/json_out.hpp"
#include "runtime/replay.hpp"
#include "views/run_result.hpp"

namespace lanner::runtime {

struct OpenOrder {
  std::string instrument;
  std::uint64_t client_order_id = 0;
  model::OrderRole role = model::OrderRole::entry;
  model::OrderStatus status = model::OrderStatus::initialized;
  Quantity quantity;
  Quantity filled;
  Price price;  // trigger or limit
  Timestamp sent_at;
};

struct VenueBalance {
  std::string venue;
  Money cash;
  Money free_cash;
  Money margin_used;
};

struct PatternRow {
  model::TemplateId template_id = model::TemplateId::custom;
  model::PositionSide side = model::PositionSide::long_side;
  model::ConditionSource source = model::ConditionSource::strategist;
  Score n_eff;
  Score labels;
  Score mean_r;
  Score sd_r;
  Score probability_positive;
};

// A program that proposed conditions: what it did, and what is believed of it.
struct ProposerLook {
  learn::ProposerRow row;
  std::string name;
  Score mean_r;  // gross, of the posterior
  Score probability_positive;
  double e_for = 1.0;
  double e_against = 1.0;
  model::PatternState state = model::PatternState::probe;
};

// A template that no instrument of the session can serve, and what its feed lacks.
struct AsleepTemplate {
  model::TemplateId template_id = model::TemplateId::custom;
  std::vector<std::string> missing;
};

struct SessionLook {
  std::string session;
  std::string feed;
  bool is_closed = false;
  bool is_running = false;  // a process has it in hand
  std::uint64_t verified_through = 0;
  std::optional<CorruptPlace> corrupt_at;
  Timestamp now;            // of its last event
  Timestamp fed_at;         // of its last price
  model::TradingState trading_state = model::TradingState::active;
  Money equity;
  Money unrealised;
  Score drawdown_pct;
  std::size_t conditions_armed = 0;
  Duration cycle;
  std::uint64_t late_labels = 0;
  views::RunResult result;
  std::vector<OpenOrder> orders;
  std::vector<VenueBalance> balances;
  std::vector<PatternRow> patterns;  // those with evidence
  std::vector<ProposerLook> proposers;
  std::vector<AsleepTemplate> asleep;
  model::ParameterSet parameters;
  model::InstrumentTable instruments;
  std::vector<learn::AdaptationRow> adaptations;  // open ones, then ended ones
  std::vector<learn::ParameterRow> registry;       // in force at the end, with their origins
};

[[nodiscard]] Result<SessionLook> look_at_session(const std::filesystem::path& session,
                                                  const Progress& progress);

// What an adaptation is about: its parameter and value, or its scope in words.
[[nodiscard]] std::string subject_of(const SessionLook& look,
                                     const model::AdaptationProposal& proposal);

[[nodiscard]] JsonObject status_json(const SessionLook& look);
[[nodiscard]] JsonObject positions_json(const SessionLook& look);
[[nodiscard]] JsonObject orders_json(const SessionLook& look);
[[nodiscard]] JsonObject balance_json(const SessionLook& look);
// The last `most` trades, oldest first.
[[nodiscard]] JsonObject trades_json(const SessionLook& look, std::size_t most);
[[nodiscard]] JsonObject profit_json(const SessionLook& look);
[[nodiscard]] JsonObject learn_status_json(const SessionLook& look);
[[nodiscard]] JsonObject learn_coins_json(const SessionLook& look);
[[nodiscard]] JsonObject learn_patterns_json(const SessionLook& look);
[[nodiscard]] JsonObject learn_adaptations_json(const SessionLook& look);

// What trades came to, by one of their facts.
struct ProfitRow {
  std::string name;
  std::uint32_t trades = 0;
  std::uint32_t wins = 0;
  Money net_pnl;
  Money commissions;
  Score sum_r;
};
enum class ProfitBy : std::uint8_t { day, instrument, template_id, exit_reason, side };
[[nodiscard]] std::vector<ProfitRow> profit_by(const SessionLook& look, ProfitBy by);

}  // namespace lanner::runtime
