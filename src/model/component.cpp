#include "model/component.hpp"

#include <array>
#include <string>
#include <vector>

#include "base/did_you_mean.hpp"

namespace lanner::model {
namespace {

using Inputs = std::span<const std::string_view>;
constexpr std::array<std::string_view, 2> kBars{"bars", "trades"};
constexpr std::array<std::string_view, 1> kLabels{"labels"};
constexpr std::array<std::string_view, 2> kCosts{"fees", "bars"};
constexpr std::array<std::string_view, 1> kBtc{"bars of BTC on the same venue"};
constexpr std::array<std::string_view, 1> kClock{"event time"};
// What a judgement of learning can act on exists only where a trigger meets one.
constexpr std::array<std::string_view, 2> kClaims{"labels",
                                                  "triggers of a promoted or retired pattern"};
constexpr std::array<std::string_view, 2> kSlices{"labels", "triggers under a learned change"};
constexpr std::array<std::string_view, 2> kRegimes{
    "labels", "triggers under a change by hour, weekday or volatility"};
constexpr std::array<std::string_view, 1> kAccount{"account"};
constexpr std::array<std::string_view, 1> kControl{"operator, latches"};
constexpr std::array<std::string_view, 2> kFeedAge{"bars", "trades"};
constexpr std::array<std::string_view, 1> kTrades{"closed trades"};

constexpr std::array<std::string_view, 3> kLiquidations{"liquidations", "depth", "bars"};
constexpr std::array<std::string_view, 3> kFunding{"funding", "bars of the spot beside it", "bars"};
constexpr std::array<std::string_view, 2> kModel{"a model's p_up", "depth"};
constexpr std::array<std::string_view, 1> kUniverse{"bars of five instruments"};
constexpr std::array<std::string_view, 2> kPlaces{"triggers of a promoted or retired pattern",
                                                  "a bound on open positions"};

using enum ComponentKind;

constexpr std::array kInfos{
    ComponentInfo{"template.P01", component, Inputs{kBars}, "proposes trend pullbacks",
                  "emits nothing"},
    ComponentInfo{"template.P02", component, Inputs{kBars}, "proposes breakouts", "emits nothing"},
    ComponentInfo{"template.P03", component, Inputs{kBars}, "proposes mean reversions",
                  "emits nothing"},
    ComponentInfo{"coin_scorer", component, Inputs{kLabels},
                  "blocks, reduces or favours an instrument and shifts its expected R",
                  "offset 0, every status normal"},
    ComponentInfo{"fee_gate", component, Inputs{kCosts},
                  "refuses entries whose expected cost exceeds the cap or the edge",
                  "cost counts as 0 in every comparison and there is no cap"},
    ComponentInfo{"thompson_probe", component, Inputs{kLabels},
                  "trades an unproven pattern as often as its posterior allows",
                  "the draw is replaced by passes"},
    ComponentInfo{"btc_lead", component, Inputs{kBtc},
                  "halves the size of an entry against BTC's last 15m return", "multiplier 1"},
    ComponentInfo{"bracket", component, Inputs{kBars},
                  "chooses stop, target and time stop per template",
                  "one bracket for all templates (1.5 ATR(1h), 2 R, 8 h)"},
    ComponentInfo{"strategist_cycle", component, Inputs{kClock},
                  "refreshes and re-arms the conditions", "4 h instead of 60 s"},
    ComponentInfo{"pattern_library", component, Inputs{kClaims},
                  "promotes a pattern that its evidence confirms and retires one that it refutes",
                  "every pattern stays a probe"},
    ComponentInfo{"reflection", component, Inputs{kSlices},
                  "looks each hour for slices of labels beyond chance and proposes changes",
                  "proposes nothing"},
    ComponentInfo{"regime_rules", component, Inputs{kRegimes},
                  "blocks, reduces or favours hours, weekdays and thirds of volatility",
                  "no change by hour, weekday or volatility is taken up"},
    ComponentInfo{"adaptations", component, Inputs{kSlices},
                  "puts proposed changes into force, proves them or takes them back",
                  "no proposal is taken up"},
    ComponentInfo{"template.P04", component, Inputs{kLiquidations},
                  "proposes fades of forced sales and purchases", "emits nothing"},
    ComponentInfo{"template.P05", component, Inputs{kFunding},
                  "proposes against extreme funding and basis", "emits nothing"},
    ComponentInfo{"template.P06", component, Inputs{kModel},
                  "proposes what a model expects to pay", "emits nothing"},
    ComponentInfo{"template.P07", component, Inputs{kUniverse},
                  "proposes the strongest and weakest of the market", "emits nothing"},
    ComponentInfo{"correlation_penalty", component, Inputs{kBars},
                  "shrinks an entry beside an open one that moves with it", "multiplier 1"},
    ComponentInfo{"exploration_slot", component, Inputs{kPlaces},
                  "keeps one position free for unproven patterns while their budget lasts",
                  "no place is kept"},
    ComponentInfo{"regime_flip", component, Inputs{kBars},
                  "runs a strategist cycle at once when a regime changes",
                  "the next cycle comes in its time"},
    ComponentInfo{"trading_state", guard, Inputs{kControl},
                  "no entries while reducing or halted", "not maskable"},
    ComponentInfo{"freshness", guard, Inputs{kFeedAge}, "no entry on old data", "not maskable"},
    ComponentInfo{"instrument_lock", guard, Inputs{kAccount}, "one open trade per instrument",
                  "not maskable"},
    ComponentInfo{"rates", guard, Inputs{kClock}, "bounds entries per minute and hour",
                  "not maskable"},
    ComponentInfo{"exposure", guard, Inputs{kAccount},
                  "bounds heat, probe budget and worst-case notional", "not maskable"},
    ComponentInfo{"leverage_margin", guard, Inputs{kAccount},
                  "bounds leverage and keeps liquidation beyond the stop", "not maskable"},
    ComponentInfo{"daily_loss", guard, Inputs{kAccount},
                  "no entries after the daily loss until 00:00 UTC", "not maskable"},
    ComponentInfo{"drawdown", guard, Inputs{kAccount},
                  "halts entries on drawdown until an operator resumes", "not maskable"},
    ComponentInfo{"cooldown", guard, Inputs{kTrades},
                  "pauses an instrument after a losing exit", "not maskable"},
    ComponentInfo{"permit", guard, Inputs{kClock},
                  "an approved entry that has not left in time never does", "not maskable"},
};

}  // namespace

std::span<const ComponentInfo> component_infos() noexcept { return kInfos; }

Result<ComponentMask> ComponentMask::parse(std::string_view ids) {
  ComponentMask mask;
  while (!ids.empty()) {
    const std::size_t comma = ids.find(',');
    const std::string_view id = ids.substr(0, comma);
    ids = comma == std::string_view::npos ? std::string_view{} : ids.substr(comma + 1);
    std::vector<std::string_view> known;
    bool found = false;
    for (std::size_t i = 0; i < static_cast<std::size_t>(Component::count_); ++i) {
      known.push_back(kInfos[i].id);
      if (kInfos[i].id == id) {
        mask.mask(static_cast<Component>(i));
        found = true;
      }
    }
    if (!found) {
      const auto guess = closest(id, known);
      return fail(ErrorKind::usage,
                  "unknown component '" + std::string(id) + "'" +
                      (guess ? "; did you mean '" + std::string(*guess) + "'?" : "") +
                      " (`lanner components` lists what can be masked)");
    }
  }
  return mask;
}

}  // namespace lanner::model
