#include "base/state_archive.hpp"
#include "core/engine.hpp"

namespace lanner::core {

void Engine::save(StateWriter& out) const { out(*this); }

bool Engine::load(StateReader& in) {
  in(*this);
  return in.ok();
}

}  // namespace lanner::core
