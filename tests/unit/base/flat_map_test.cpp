#include "base/flat_map.hpp"

#include <doctest/doctest.h>

#include <map>

#include "base/random.hpp"

TEST_CASE("FlatMap: insert keeps the first, assign takes the last") {
  lanner::FlatMap<int, int> map{4};
  CHECK(map.insert(3, 30).second);
  CHECK_FALSE(map.insert(3, 31).second);
  CHECK(*map.find(3) == 30);
  map.insert_or_assign(3, 32);
  CHECK(*map.find(3) == 32);
  map[1] += 5;
  CHECK(*map.find(1) == 5);
  CHECK(map.find(2) == nullptr);
  CHECK(map.lower_bound(2)->first == 3);
  CHECK(map.contains(1));
  CHECK(map.erase(1));
  CHECK_FALSE(map.erase(1));
  CHECK(map.size() == 1);
}

TEST_CASE("FlatMap: behaves as an ordered map") {
  lanner::FlatMap<std::uint64_t, int> flat;
  std::map<std::uint64_t, int> reference;
  lanner::RandomStream random{2, 2};
  for (int i = 0; i < 3'000; ++i) {
    const std::uint64_t key = random.below(100);
    if (random.below(3) == 0) {
      CHECK(flat.erase(key) == (reference.erase(key) == 1));
    } else {
      CHECK(flat.insert(key, i).second == reference.emplace(key, i).second);
    }
  }
  CHECK(flat.size() == reference.size());
  auto at = flat.begin();
  for (const auto& [key, value] : reference) {
    CHECK(at->first == key);
    CHECK(at->second == value);
    ++at;
  }
  const std::size_t before = flat.size();
  const std::size_t gone = flat.erase_if([](const auto& entry) { return entry.first < 50; });
  CHECK(flat.size() == before - gone);
  CHECK(flat.begin()->first >= 50);
}

TEST_CASE("FlatMap: stays within the reserved memory") {
  lanner::FlatMap<int, int> map{64};
  const std::size_t capacity = map.capacity();
  for (int i = 64; i > 0; --i) {
    map.insert(i, i);
  }
  CHECK(map.capacity() == capacity);
}
