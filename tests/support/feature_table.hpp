#pragma once

// Feature values that a test sets by hand, looked at through the view that the pipeline gives.

#include <array>

#include "features/pipeline.hpp"

namespace lanner::test {

class FeatureTable {
 public:
  FeatureTable() {
    now_.fill(features::kAbsent);
    before_.fill(features::kAbsent);
  }
  // A closed bar brings a value; the former one becomes the previous.
  void close(model::FeatureId id, model::Timeframe tf, double value) {
    const std::size_t at = features::FeatureView::at(id, tf);
    before_[at] = now_[at];
    now_[at] = value;
  }
  void set(model::FeatureId id, model::Timeframe tf, double value) {
    now_[features::FeatureView::at(id, tf)] = value;
  }
  [[nodiscard]] features::FeatureView view() const { return {now_.data(), before_.data()}; }

 private:
  std::array<double, model::kTimeframeCount * model::kFeatureCount> now_{};
  std::array<double, model::kTimeframeCount * model::kFeatureCount> before_{};
};

}  // namespace lanner::test
