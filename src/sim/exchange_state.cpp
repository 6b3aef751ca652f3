#include "base/state_archive.hpp"
#include "sim/exchange.hpp"

namespace lanner::sim {

void Exchange::save(StateWriter& out) const { out(*this); }

bool Exchange::load(StateReader& in) {
  in(*this);
  return in.ok();
}

}  // namespace lanner::sim
