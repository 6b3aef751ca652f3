#pragma once

// Flags that `run` and `backtest` share, and what they ask of a session.

#include "app/invocation.hpp"
#include "app/verb.hpp"
#include "base/result.hpp"
#include "runtime/run_options.hpp"

namespace lanner::app::flags {

inline constexpr Flag kInstruments{"--instruments", "A,B",
                                   "only these; BTCUSDT is enough where one instrument has it",
                                   true};
inline constexpr Flag kFrom{"--from", "T", "first instant, 2025-05-04 or RFC 3339, UTC"};
inline constexpr Flag kTo{"--to", "T", "end, exclusive"};
inline constexpr Flag kBalance{"--balance", "AMOUNT", "start per venue (10000)"};
inline constexpr Flag kSeed{"--seed", "N", "drives draws, and the synthetic market (1)"};
inline constexpr Flag kMask{"--mask", "ID,ID", "leave out these components (lanner components)",
                            true};
inline constexpr Flag kConditions{"--conditions", "FILE",
                                  "further trade conditions (tc1), beside the strategist's"};
inline constexpr Flag kMarket{"--market", "KIND", "perp or spot (perp where both exist)"};
inline constexpr Flag kQuote{"--quote", "ASSET", "instruments that settle in it (USDT)"};
inline constexpr Flag kFee{"--fee", "RATE", "replaces all fees: 0.0005 is 5 bps"};
inline constexpr Flag kLeverage{"--leverage", "N", "highest notional over equity"};
inline constexpr Flag kMaxOpen{"--max-open-positions", "N", "positions and plans at once"};

}  // namespace lanner::app::flags

namespace lanner::app {

// Reads the flags above, and the settings below them; the data folder is the verb's own.
[[nodiscard]] Result<runtime::RunOptions> run_options(const Invocation& in);

}  // namespace lanner::app
