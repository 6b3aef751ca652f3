#include "app/verb.hpp"

#include <array>

namespace lanner::app {

// In the order of a day's work: run, test, look, learn, keep.
std::span<const Verb> verbs() noexcept {
  static const std::array kVerbs{
      run_verb(),    replay_verb(),    backtest_verb(), ablate_verb(),
      report_verb(), verify_verb(),    data_verb(),
      status_verb(), positions_verb(), orders_verb(),   trades_verb(), profit_verb(),
      balance_verb(), why_verb(),      why_not_verb(),  logs_verb(),
      learn_verb(),  knowledge_verb(), params_verb(),   components_verb(),
      config_verb(), doctor_verb(),    audit_verb(),   db_verb(),       completion_verb(),
      version_verb()};
  return kVerbs;
}

}  // namespace lanner::app
