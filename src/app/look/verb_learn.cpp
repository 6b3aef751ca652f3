#include <fmt/core.h>

#include <array>

#include "app/keep/params_change.hpp"
#include "app/look/learn_adaptations.hpp"
#include "app/look/learn_rebuild.hpp"
#include "app/look/take_look.hpp"
#include "app/look/text_table.hpp"
#include "app/verb.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

using runtime::SessionLook;

constexpr std::array kLearnArguments{
    Argument{"SESSION", Arity::optional, "a session's folder or name (the newest)"}};

std::string proposers_text(const SessionLook& look) {
  if (look.proposers.empty()) {
    return "";
  }
  TextTable table{{"program", "state", "tier", "accepted", "refused", "fired", "entries", "labels",
                   "sum R", "P(R>0)", "e for"},
                  3};
  for (const runtime::ProposerLook& proposer : look.proposers) {
    const bool is_silenced = proposer.row.state == model::ProposerState::silenced;
    table.add({proposer.name,
               is_silenced ? fmt::format("silenced ({})", model::name_of(proposer.row.reason))
                           : model::name_of(proposer.row.state),
               model::name_of(proposer.state), std::to_string(proposer.row.accepted),
               std::to_string(proposer.row.refused), std::to_string(proposer.row.triggers),
               std::to_string(proposer.row.entries), std::to_string(proposer.row.labels),
               views::score_text(proposer.row.sum_r),
               views::score_text(proposer.probability_positive),
               views::score_text(Score{proposer.e_for})});
  }
  return "\n" + table.text("");
}

std::string learn_status_text(const SessionLook& look) {
  std::string out = fmt::format("{} candidates: {} labelled, {} pending, {} came too late\n",
                                views::count_text(look.result.candidates),
                                views::count_text(look.result.labelled),
                                views::count_text(look.result.pending),
                                views::count_text(look.late_labels));
  TextTable table{{"instrument", "side", "from", "to", "because", "P(R>0)", "mean R", "labels"},
                  5};
  for (const model::CoinStatusChanged& change : look.result.status_changes) {
    table.add({views::name_in(look.result.instrument_names, change.instrument_id),
               change.side == model::PositionSide::flat ? "both" : model::name_of(change.side),
               model::name_of(change.before), model::name_of(change.after),
               model::name_of(change.reason), views::score_text(change.probability),
               views::score_text(change.mean_r), views::score_text(change.n, 0)});
  }
  return out + table.text("no coin has changed its status") + proposers_text(look);
}

std::string learn_coins_text(const SessionLook& look) {
  TextTable table{{"instrument", "long", "short", "labels", "mean R", "sd", "P(R>0)", "trades",
                   "net"},
                  3};
  for (const views::CoinRow& row : look.result.coins) {
    table.add({row.instrument, model::name_of(row.long_status), model::name_of(row.short_status),
               views::score_text(row.n, 0), views::score_text(row.mean_r, 3),
               views::score_text(row.sd_r, 3), views::score_text(row.probability_positive),
               std::to_string(row.trades), views::gain_text(row.net_pnl)});
  }
  return table.text("no coin takes part");
}

std::string learn_patterns_text(const SessionLook& look) {
  TextTable table{{"template", "side", "source", "blocks", "labels", "gross R", "sd", "P(R>0)"},
                  3};
  for (const runtime::PatternRow& row : look.patterns) {
    const bool is_ours = row.source == model::ConditionSource::strategist;
    table.add({model::name_of(row.template_id), model::name_of(row.side),
               is_ours ? "strategist" : "outside", views::score_text(row.n_eff, 1),
               views::score_text(row.labels, 1), views::score_text(row.mean_r, 3),
               views::score_text(row.sd_r, 3), views::score_text(row.probability_positive)});
  }
  return table.text("no pattern has been labelled yet");
}

Result<int> show_learned(const Invocation& in, runtime::JsonObject (*json)(const SessionLook&),
                         std::string (*text)(const SessionLook&)) {
  const auto look = take_look(in);
  if (!look) {
    return tl::unexpected{look.error()};
  }
  fmt::print("{}", in.is_json() ? json(*look).text() + "\n" : look_head(*look) + text(*look));
  return 0;
}

Result<int> run_learn_status(const Invocation& in) {
  return show_learned(in, runtime::learn_status_json, learn_status_text);
}
Result<int> run_learn_coins(const Invocation& in) {
  return show_learned(in, runtime::learn_coins_json, learn_coins_text);
}
Result<int> run_learn_patterns(const Invocation& in) {
  return show_learned(in, runtime::learn_patterns_json, learn_patterns_text);
}

constexpr std::array kRollbackArguments{
    Argument{"ID", Arity::one, "number of the adaptation, as `learn adaptations` shows it"}};

constexpr std::array kRollbackFlags{kToldSessionFlag};

constexpr std::array kRebuildLearnArguments{Argument{
    "SESSION", Arity::any, "folders or names in the profile (all of the profile's)"}};

constexpr std::array kLearnVerbs{
    Verb{"status", "", "labels, and every change of a coin's status", "lanner learn status",
         kLearnArguments, {}, run_learn_status, {}},
    Verb{"coins", "", "what is known of each coin", "lanner learn coins", kLearnArguments, {},
         run_learn_coins, {}},
    Verb{"patterns", "", "what is known of each pattern", "lanner learn patterns",
         kLearnArguments, {}, run_learn_patterns, {}},
    Verb{"adaptations", "", "what learning has changed, and its evidence",
         "lanner learn adaptations", kLearnArguments, {}, run_learn_adaptations, {}},
    Verb{"rollback", "", "take an adaptation of the running session back",
         "lanner learn rollback 3", kRollbackArguments, kRollbackFlags, run_learn_rollback, {}},
    Verb{"rebuild", "", "derive labels and scores from the journal again; must be the same hash",
         "lanner learn rebuild", kRebuildLearnArguments, {}, run_learn_rebuild, {}}};

}  // namespace

Verb learn_verb() noexcept {
  return {"learn", "", "what was learned: status, coins, patterns, adaptations",
          "lanner learn coins", {}, {},
          nullptr, kLearnVerbs};
}

}  // namespace lanner::app
