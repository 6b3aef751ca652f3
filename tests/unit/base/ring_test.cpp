#include "base/ring.hpp"

#include <doctest/doctest.h>

#include <memory>

TEST_CASE("HistoryRing: age 0 is the newest and the oldest is overwritten") {
  lanner::HistoryRing<int> ring{3};
  CHECK(ring.is_empty());
  ring.push(1);
  ring.push(2);
  CHECK(ring.size() == 2);
  CHECK(ring[0] == 2);
  CHECK(ring[1] == 1);
  ring.push(3);
  CHECK(ring.is_full());
  ring.push(4);
  CHECK(ring.size() == 3);
  CHECK(ring.newest() == 4);
  CHECK(ring.oldest() == 2);
  ring[0] = 9;
  CHECK(ring.newest() == 9);
  ring.clear();
  CHECK(ring.is_empty());
  ring.push(7);
  CHECK(ring.oldest() == 7);
}

TEST_CASE("HistoryRing: every age holds over many turns") {
  lanner::HistoryRing<int> ring{5};
  for (int i = 0; i < 100; ++i) {
    ring.push(i);
    for (std::size_t age = 0; age < ring.size(); ++age) {
      CHECK(ring[age] == i - static_cast<int>(age));
    }
  }
}

TEST_CASE("HistoryRing: capacity one keeps the newest") {
  lanner::HistoryRing<int> ring{1};
  ring.push(1);
  ring.push(2);
  CHECK(ring.size() == 1);
  CHECK(ring[0] == 2);
}

TEST_CASE("BoundedQueue: first in first out, refuses when full") {
  lanner::BoundedQueue<int> queue{2};
  CHECK(queue.try_push(1));
  CHECK(queue.try_push(2));
  CHECK_FALSE(queue.try_push(3));
  CHECK(queue.front() == 1);
  CHECK(queue.pop() == 1);
  CHECK(queue.try_push(3));
  CHECK(queue[0] == 2);
  CHECK(queue[1] == 3);
  CHECK(queue.pop() == 2);
  CHECK(queue.pop() == 3);
  CHECK(queue.is_empty());
}

TEST_CASE("BoundedQueue: holds values that only move") {
  lanner::BoundedQueue<std::unique_ptr<int>> queue{1};
  CHECK(queue.try_push(std::make_unique<int>(5)));
  CHECK(*queue.pop() == 5);
}
