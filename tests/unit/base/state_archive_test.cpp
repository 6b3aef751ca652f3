#include "base/state_archive.hpp"

#include <doctest/doctest.h>

#include <cstring>

#include "base/flat_map.hpp"
#include "base/ring.hpp"
#include "base/static_vector.hpp"

namespace lanner {
namespace {

// With padding behind `small`, so a copy of its bytes would copy what nobody wrote.
struct Padded {
  std::uint8_t small = 0;
  double wide = 0.0;
  std::optional<std::uint32_t> maybe;
  friend bool operator==(const Padded&, const Padded&) = default;
};
static_assert(kFieldCount<Padded> == 3);
static_assert(!detail::kIsRaw<Padded>);

struct Dense {
  std::uint64_t a = 0;
  double b = 0.0;
  Timestamp c;
};
static_assert(detail::kIsRaw<Dense>);
static_assert(detail::kIsRaw<std::array<Price, 4>>);

class Machine {
 public:
  explicit Machine(std::size_t capacity) : recent(capacity), queue(capacity) {
    names.reserve(8);
  }
  template <typename Archive>
  void fields(Archive& archive) {
    archive(recent, queue, map, few, names, payload, padded, pairs);
  }
  HistoryRing<std::int64_t> recent;
  BoundedQueue<Padded> queue;
  FlatMap<std::uint32_t, Padded> map;
  StaticVector<Padded, 3> few;
  std::vector<std::string> names;
  std::variant<std::monostate, Padded, std::int64_t> payload;
  Padded padded;
  std::deque<std::pair<std::uint8_t, std::uint64_t>> pairs;
};

Machine made() {
  Machine machine(3);
  for (std::int64_t i = 0; i < 5; ++i) {
    machine.recent.push(i);
  }
  static_cast<void>(machine.queue.try_push({1, 1.5, 7}));
  static_cast<void>(machine.queue.try_push({2, 2.5, {}}));
  static_cast<void>(machine.queue.pop());
  machine.map.insert(9, {3, 3.5, 1});
  static_cast<void>(machine.few.push_back({4, 4.5, {}}));
  machine.names = {"", "a name that is too long for the short form of a string"};
  machine.payload = Padded{5, 5.5, 5};
  machine.padded = {6, -0.0, 6};
  machine.pairs = {{1, 2}, {3, 4}};
  return machine;
}

std::vector<std::byte> saved(const Machine& machine) {
  std::vector<std::byte> bytes;
  StateWriter writer(bytes);
  writer(machine);
  REQUIRE(writer.ok());
  return bytes;
}

TEST_CASE("a machine that took up a saved state saves the same bytes and goes on alike") {
  Machine machine = made();
  const auto bytes = saved(machine);
  Machine other(3);
  other.recent.push(77);
  other.names = {"not this"};
  StateReader reader(bytes);
  reader(other);
  REQUIRE(reader.at_end());
  CHECK(saved(other) == bytes);
  CHECK(other.recent.newest() == 4);
  CHECK(other.recent.oldest() == 2);
  CHECK(other.queue.size() == 1);
  CHECK(other.queue.front() == Padded{2, 2.5, {}});
  CHECK(*other.map.find(9) == Padded{3, 3.5, 1});
  CHECK(std::get<Padded>(other.payload) == Padded{5, 5.5, 5});
  for (Machine* one : {&machine, &other}) {
    one->recent.push(8);
    static_cast<void>(one->queue.try_push({9, 9.5, {}}));
    one->map.insert(2, {});
  }
  CHECK(saved(other) == saved(machine));
}

TEST_CASE("padding is no part of a state") {
  alignas(Padded) std::array<std::byte, sizeof(Padded)> storage{};
  std::vector<std::vector<std::byte>> both;
  for (const int dirt : {0x00, 0xff}) {
    std::memset(storage.data(), dirt, storage.size());
    auto* const padded = new (storage.data()) Padded{1, 2.0, {}};
    std::vector<std::byte> bytes;
    StateWriter writer(bytes);
    writer(*padded);
    both.push_back(bytes);
  }
  CHECK(both[0] == both[1]);
}

TEST_CASE("cut, longer and damaged bytes are refused and never read beyond their end") {
  const auto bytes = saved(made());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    Machine other(3);
    StateReader reader(std::span<const std::byte>(bytes).first(length));
    reader(other);
    CHECK(!reader.at_end());
  }
  auto longer = bytes;
  longer.push_back({});
  Machine other(3);
  StateReader reader(longer);
  reader(other);
  CHECK(reader.ok());
  CHECK(!reader.at_end());
  // Counts far too large, wherever they stand.
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    auto damaged = bytes;
    std::memset(damaged.data() + at, 0x7f, 8);
    Machine victim(3);
    StateReader careful(damaged);
    careful(victim);
    CHECK(victim.names.size() <= bytes.size());
  }
}

TEST_CASE("a machine of another size refuses the state") {
  const auto bytes = saved(made());
  Machine smaller(2);
  StateReader reader(bytes);
  reader(smaller);
  CHECK(!reader.ok());
}

}  // namespace
}  // namespace lanner
