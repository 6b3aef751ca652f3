#pragma once

// `data synthesize`: a market that nobody recorded, as a catalog to be played and ablated.

#include <array>

#include "app/invocation.hpp"
#include "app/verb.hpp"
#include "base/result.hpp"

namespace lanner::app {

inline constexpr std::array kSynthesizeFlags{
    Flag{"--catalog", "DIR", "write into this directory; a synthetic market there is replaced"},
    Flag{"--seed", "N", "another seed, another market (1)"},
    Flag{"--instruments", "N", "coins (20)"},
    Flag{"--days", "N", "from 2025-01-01 on (30)"},
    Flag{"--interval", "LENGTH", "of the bars: 1m, 5m or 15m (1m)"},
    Flag{"--edge", "R", "what templates see drifts so many R with them from 08:00 UTC on, and "
                        "against them before (0)"}};

[[nodiscard]] Result<int> run_data_synthesize(const Invocation& in);

}  // namespace lanner::app
