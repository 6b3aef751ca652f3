#include "app/verb.hpp"

#include <array>

namespace lanner::app {

std::span<const Verb> verbs() noexcept {
  static const std::array<Verb, 7> kVerbs{run_verb(),    backtest_verb(),   replay_verb(),
                                          report_verb(), components_verb(), data_verb(),
                                          version_verb()};
  return kVerbs;
}

}  // namespace lanner::app
