#include "runtime/projection/words.hpp"

#include <cstdio>

namespace lanner::runtime {

const char* name_of(model::ConditionSource source) noexcept {
  return source == model::ConditionSource::strategist ? "strategist" : "file";
}

const char* name_of(model::EntryMode mode) noexcept {
  switch (mode) {
    case model::EntryMode::limit: return "limit";
    case model::EntryMode::stop: return "stop";
    case model::EntryMode::market: break;
  }
  return "market";
}

const char* name_of(model::Verdict verdict) noexcept {
  switch (verdict) {
    case model::Verdict::scale: return "scale";
    case model::Verdict::refuse: return "refuse";
    case model::Verdict::allow: break;
  }
  return "allow";
}

const char* name_of(model::Barrier barrier) noexcept {
  switch (barrier) {
    case model::Barrier::stop: return "stop";
    case model::Barrier::target: return "target";
    case model::Barrier::time: break;
  }
  return "time";
}

const char* name_of_scope_side(model::PositionSide side) noexcept {
  return side == model::PositionSide::flat ? "both" : model::name_of(side);
}

std::string short_number(Score value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value.value());
  return text;
}

}  // namespace lanner::runtime
