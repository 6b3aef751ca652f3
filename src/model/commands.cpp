#include "model/commands.hpp"

#include "base/ensure.hpp"

namespace lanner::model {

CommandSink::CommandSink(Capacity capacity) : capacity_(capacity) {
  commands_.reserve(capacity.commands);
  traces_.reserve(capacity.traces);
  notices_.reserve(capacity.notices);
}

void CommandSink::push(const Command& command) noexcept {
  ENSURE(commands_.size() < capacity_.commands);
  commands_.push_back(command);
}

void CommandSink::push(const DecisionTrace& trace) noexcept {
  ENSURE(traces_.size() < capacity_.traces);
  traces_.push_back(trace);
}

void CommandSink::notify(const Notice& notice) noexcept {
  ENSURE(notices_.size() < capacity_.notices);
  notices_.push_back(notice);
}

void CommandSink::clear() noexcept {
  commands_.clear();
  traces_.clear();
  notices_.clear();
}

}  // namespace lanner::model
