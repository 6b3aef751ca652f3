#pragma once

// `data resample`: bars of another length, made from what a catalog holds.

#include <array>

#include "app/invocation.hpp"
#include "app/verb.hpp"
#include "base/result.hpp"

namespace lanner::app {

inline constexpr std::array kResampleFlags{
    Flag{"--catalog", "DIR", "the catalog to read"},
    Flag{"--from", "SOURCE", "trades, or the interval of finer bars, as in 1m"},
    Flag{"--interval", "LENGTH", "length of the new bars: 7m, 90s, 4h"},
    Flag{"--instruments", "A,B", "only these; otherwise all that have the source", true},
    Flag{"--out", "DIR", "write into this catalog, with rules and funding, to be played alone; "
                         "otherwise beside the source"}};

[[nodiscard]] Result<int> run_data_resample(const Invocation& in);

}  // namespace lanner::app
