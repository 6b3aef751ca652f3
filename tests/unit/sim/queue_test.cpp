#include "sim/queue.hpp"

#include <doctest/doctest.h>

namespace lanner::sim {
namespace {

Quantity q(std::int64_t units) { return Quantity::from_int(units); }

}  // namespace

TEST_CASE("power model: of six gone from a queue of 4 before and 8 behind, a fifth stood before") {
  QueuePosition queue;
  queue.join(q(4), true);
  queue.on_shown(QueueModel::probabilistic, q(12), true);
  CHECK(queue.front() == q(4));
  queue.on_shown(QueueModel::probabilistic, q(7), true);  // 5 x 16 / (16 + 64) = 1
  CHECK(queue.front() == q(3));
  // What traded is not counted again as having left.
  CHECK(queue.on_trade(q(2)).is_zero());
  queue.on_shown(QueueModel::probabilistic, q(5), true);
  CHECK(queue.front() == q(1));
}

TEST_CASE("power model: not more can leave behind us than stood there") {
  QueuePosition queue;
  queue.join(q(10), true);
  queue.on_shown(QueueModel::probabilistic, q(11), true);
  queue.on_shown(QueueModel::probabilistic, q(4), true);
  CHECK(queue.front() <= q(4));
  CHECK(queue.front() > q(3));
}

TEST_CASE("a price out of view may hold anything before us until the book shows it") {
  QueuePosition queue;
  queue.join(Quantity{}, false);
  CHECK(queue.on_trade(q(100)).is_zero());
  queue.on_shown(QueueModel::conservative, q(6), true);
  CHECK(queue.front() == q(6));
  queue.on_shown(QueueModel::conservative, Quantity{}, false);
  CHECK(queue.front() == q(6));
  CHECK(queue.on_trade(q(9)) == q(3));
}

}  // namespace lanner::sim
