#include "learn/uniqueness.hpp"

#include "base/ensure.hpp"

namespace lanner::learn {

void average_uniqueness(std::span<const LabelSpan> spans, std::span<double> weights) noexcept {
  ENSURE(weights.size() == spans.size());
  for (std::size_t i = 0; i < spans.size(); ++i) {
    double sum = 0.0;
    for (std::int64_t at = spans[i].first; at <= spans[i].last; ++at) {
      double alive = 0.0;
      for (const LabelSpan& other : spans) {
        alive += other.first <= at && at <= other.last ? 1.0 : 0.0;
      }
      sum += 1.0 / alive;
    }
    weights[i] = sum / static_cast<double>(spans[i].last - spans[i].first + 1);
  }
}

}  // namespace lanner::learn
