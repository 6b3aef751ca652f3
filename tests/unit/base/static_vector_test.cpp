#include "base/static_vector.hpp"

#include <doctest/doctest.h>

TEST_CASE("StaticVector: refuses beyond its capacity and changes nothing then") {
  lanner::StaticVector<int, 2> values;
  CHECK(values.push_back(1));
  CHECK(values.push_back(2));
  CHECK_FALSE(values.push_back(3));
  CHECK(values.is_full());
  CHECK(values.span().size() == 2);
  CHECK(values.back() == 2);
}

TEST_CASE("StaticVector: erase keeps order, equality looks at live values only") {
  lanner::StaticVector<int, 4> a;
  for (const int value : {1, 2, 3, 4}) {
    CHECK(a.push_back(value));
  }
  a.erase_at(1);
  lanner::StaticVector<int, 4> b;
  for (const int value : {1, 3, 4}) {
    CHECK(b.push_back(value));
  }
  CHECK(a == b);
  a.pop_back();
  CHECK_FALSE(a == b);
  a.clear();
  CHECK(a.is_empty());
  CHECK(a.begin() == a.end());
}

TEST_CASE("StaticVector: usable at compile time") {
  constexpr auto kSum = [] {
    lanner::StaticVector<int, 3> values;
    int sum = values.push_back(4) && values.push_back(5) ? 0 : 100;
    for (const int value : values) {
      sum += value;
    }
    return sum;
  }();
  CHECK(kSum == 9);
}
