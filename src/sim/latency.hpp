#pragma once

// The three delays between market, exchange and us.

#include "base/time.hpp"

namespace lanner::sim {

struct Latency {
  Duration feed = milliseconds(50);      // for whoever feeds the engine; the exchange has no use
  Duration order = milliseconds(50);
  Duration response = milliseconds(50);
};

}  // namespace lanner::sim
