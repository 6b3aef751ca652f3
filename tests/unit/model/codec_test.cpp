#include "model/codec.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "model/codec_fields.hpp"

using namespace lanner;
using namespace lanner::model;

namespace {

// Gives every field of the list a value of its own.
class Filler {
 public:
  explicit Filler(std::uint64_t seed, bool is_full = false) : random_(seed, 3), is_full_(is_full) {}

  template <typename... T>
  void operator()(T&... values) {
    (set(values), ...);
  }

 private:
  std::int64_t any() { return static_cast<std::int64_t>(random_.next_u64() >> 1); }
  template <typename Tag, typename Rep>
  void set(Id<Tag, Rep>& id) {
    id = Id<Tag, Rep>{static_cast<Rep>(any())};
  }
  template <typename Tag, int Digits>
  void set(Fixed<Tag, Digits>& value) {
    value = Fixed<Tag, Digits>::from_raw(any());
  }
  void set(Score& value) { value = Score{random_.uniform() * 8.0 - 4.0}; }
  void set(Timestamp& value) { value = Timestamp{any()}; }
  void set(Duration& value) { value = Duration{any()}; }
  template <typename T, std::size_t N>
  void set(StaticVector<T, N>& values) {
    const std::uint64_t count = is_full_ ? N : random_.below(N + 1);
    values.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      T value{};
      set(value);
      REQUIRE(values.push_back(value));
    }
  }
  template <typename T>
  void set(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = random_.below(2) == 1;
    } else if constexpr (std::is_enum_v<T>) {
      // Enumerators of every enum here reach at least to 1.
      value = static_cast<T>(random_.below(2));
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = static_cast<T>(any());
    } else {
      model::detail::fields(*this, value);
    }
  }

  RandomStream random_;
  bool is_full_;
};

// Counts what the list visits, and what the struct has.
struct Counter {
  std::size_t count = 0;
  template <typename... T>
  void operator()(T&...) {
    count += sizeof...(T);
  }
};
struct Anything {
  template <typename T>
  operator T() const;  // declared only: for counting, never called
};
template <typename T, std::size_t... I>
constexpr bool can_be_made_of(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), Anything{})...}; };
}
template <typename T, std::size_t N = 24>
constexpr std::size_t member_count() {
  if constexpr (N == 0 || can_be_made_of<T>(std::make_index_sequence<N>{})) {
    return N;
  } else {
    return member_count<T, N - 1>();
  }
}
template <typename T>
void check_every_member_is_visited(std::size_t left_out = 0) {
  T value{};
  Counter counter;
  model::detail::fields(counter, value);
  CHECK_MESSAGE(counter.count + left_out == member_count<T>(), typeid(T).name());
}

template <typename Variant, std::size_t I = 0>
void set_alternative(Variant& out, std::size_t index, Filler& filler, TradeCondition& condition) {
  if constexpr (I < std::variant_size_v<Variant>) {
    if (index != I) {
      return set_alternative<Variant, I + 1>(out, index, filler, condition);
    }
    std::variant_alternative_t<I, Variant> value{};
    if constexpr (std::is_same_v<decltype(value), ConditionProposed>) {
      model::detail::fields(filler, condition);
      value.condition = &condition;
    } else {
      model::detail::fields(filler, value);
    }
    out = value;
  }
}

Event some_event(std::size_t kind, std::uint64_t seed, TradeCondition& condition,
                 bool is_full = false) {
  Filler filler(seed, is_full);
  Event event;
  filler(event.ts_event, event.ts_init);
  set_alternative(event.payload, kind, filler, condition);
  return event;
}

// What is encoded, decoded and encoded again is the same bytes, whatever follows them.
template <typename T>
std::vector<std::byte> encoded(const T& value) {
  std::vector<std::byte> bytes(2048);
  bytes.resize(encode(value, bytes));
  return bytes;
}

constexpr std::size_t kEventKinds = std::variant_size_v<EventPayload>;
constexpr std::size_t kCommandKinds = std::variant_size_v<Command>;

}  // namespace

TEST_CASE("every event comes back as it was written") {
  CHECK(rc::check([](std::uint64_t seed) {
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
      TradeCondition condition;
      const Event event = some_event(kind, seed + kind, condition);
      auto bytes = encoded(event);
      RC_ASSERT(bytes.size() <= kEventBytesMax);
      const std::size_t size = bytes.size();
      bytes.push_back(std::byte{0x77});
      Event again;
      TradeCondition condition_again;
      std::size_t used = 0;
      RC_ASSERT(decode(bytes, again, condition_again, used).has_value());
      bytes.pop_back();
      RC_ASSERT(used == size);
      RC_ASSERT(again.ts_event == event.ts_event);
      RC_ASSERT(again.ts_init == event.ts_init);
      RC_ASSERT(again.payload.index() == kind);
      RC_ASSERT(encoded(again) == bytes);
      // One byte less is noticed.
      bytes.pop_back();
      RC_ASSERT(!decode(bytes, again, condition_again, used).has_value());
    }
  }));
}

TEST_CASE("every command comes back as it was written") {
  CHECK(rc::check([](std::uint64_t seed) {
    for (std::size_t kind = 0; kind < kCommandKinds; ++kind) {
      Filler filler(seed + kind);
      TradeCondition unused;
      Command command;
      set_alternative(command, kind, filler, unused);
      auto bytes = encoded(command);
      RC_ASSERT(bytes.size() <= kCommandBytesMax);
      Command again;
      std::size_t used = 0;
      RC_ASSERT(decode(bytes, again, used).has_value());
      RC_ASSERT(used == bytes.size());
      RC_ASSERT(again == command);
      bytes.pop_back();
      RC_ASSERT(!decode(bytes, again, used).has_value());
    }
  }));
}

TEST_CASE("every trace and condition comes back as it was written") {
  CHECK(rc::check([](std::uint64_t seed) {
    Filler filler(seed);
    DecisionTrace trace;
    model::detail::fields(filler, trace);
    auto bytes = encoded(trace);
    DecisionTrace again;
    std::size_t used = 0;
    RC_ASSERT(decode(bytes, again, used).has_value());
    RC_ASSERT(used == bytes.size());
    RC_ASSERT(encoded(again) == bytes);
    RC_ASSERT(again.gates.size() == trace.gates.size());
    RC_ASSERT(again.inputs == trace.inputs);
    bytes.pop_back();
    RC_ASSERT(!decode(bytes, again, used).has_value());

    TradeCondition condition;
    model::detail::fields(filler, condition);
    const auto text = encoded(condition);
    TradeCondition condition_again;
    RC_ASSERT(decode(text, condition_again, used).has_value());
    RC_ASSERT(used == text.size());
    RC_ASSERT(condition_again.when_all == condition.when_all);
    RC_ASSERT(encoded(condition_again) == text);
  }));
}

TEST_CASE("the largest items fit the room that is promised for them") {
  Filler filler(1, true);
  DecisionTrace trace;
  model::detail::fields(filler, trace);
  CHECK(trace.gates.is_full());
  CHECK(encoded(trace).size() <= kTraceBytesMax);
  for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
    TradeCondition condition;
    CHECK(encoded(some_event(kind, 1, condition, true)).size() <= kEventBytesMax);
  }
}

TEST_CASE("no member of a record is forgotten") {
  check_every_member_is_visited<InstrumentStatus>();
  check_every_member_is_visited<FundingRate>();
  check_every_member_is_visited<MarkPrice>();
  check_every_member_is_visited<QuoteTick>();
  check_every_member_is_visited<TradeTick>();
  check_every_member_is_visited<Bar>();
  check_every_member_is_visited<OrderAccepted>();
  check_every_member_is_visited<OrderRejected>();
  check_every_member_is_visited<OrderTriggered>();
  check_every_member_is_visited<OrderCanceled>();
  check_every_member_is_visited<OrderExpired>();
  check_every_member_is_visited<OrderFilled>();
  check_every_member_is_visited<OrderStatusUnknown>();
  check_every_member_is_visited<OrderStatusReport>();
  check_every_member_is_visited<CancelRejected>();
  check_every_member_is_visited<FundingPaid>();
  check_every_member_is_visited<TimerFired>();
  check_every_member_is_visited<TradingStateChanged>();
  check_every_member_is_visited<TradeCondition>();
  check_every_member_is_visited<Predicate>();
  check_every_member_is_visited<OrderRequest>(1);  // the instructions follow it
  check_every_member_is_visited<OrderInstructions>();
  check_every_member_is_visited<AmendOrder>();
  check_every_member_is_visited<OrderAmended>();
  check_every_member_is_visited<AmendRejected>();
  check_every_member_is_visited<InstrumentRules>();
  check_every_member_is_visited<CancelOrder>();
  check_every_member_is_visited<QueryOrder>();
  check_every_member_is_visited<SetTimer>();
  check_every_member_is_visited<Candidate>();
  check_every_member_is_visited<GateResult>();
  check_every_member_is_visited<SizeFactors>();
  check_every_member_is_visited<DecisionTrace>();
}

TEST_CASE("an order's instructions follow it, and a plain order's record does not know of them") {
  Filler filler(3);
  TradeCondition unused;
  Command plain;
  set_alternative(plain, 0, filler, unused);
  Command instructed = plain;
  OrderInstructions& terms = std::get<SubmitOrder>(instructed).order.instructions;
  terms.post_only = PostOnly::yes;
  terms.self_trade_prevention = SelfTradePrevention::decrement;
  terms.activation_price = Price::from_raw(11);
  terms.callback_rate = Rate::from_raw(22);
  terms.callback_offset = Price::from_raw(33);
  const auto without = encoded(plain);
  auto with = encoded(instructed);
  CHECK(without.front() == std::byte{0});
  CHECK(with.size() == without.size() + 2 + 3 * sizeof(std::int64_t));
  CHECK(std::equal(without.begin() + 1, without.end(), with.begin() + 1));
  CHECK(with.size() <= kCommandBytesMax);
  Command again;
  std::size_t used = 0;
  REQUIRE(decode(with, again, used).has_value());
  CHECK(used == with.size());
  CHECK(again == instructed);
  with.pop_back();
  CHECK(!decode(with, again, used).has_value());
  // No other command has any.
  const auto cancel = encoded(Command{CancelOrder{ClientOrderId{1}, InstrumentId{2}}});
  auto forged = cancel;
  forged.front() |= std::byte{0x80};
  CHECK(!decode(forged, again, used).has_value());
}

TEST_CASE("a kind that nobody knows is refused") {
  std::array<std::byte, 64> bytes{};
  bytes[0] = std::byte{200};
  Event event;
  TradeCondition condition;
  Command command;
  std::size_t used = 0;
  CHECK(!decode(bytes, event, condition, used).has_value());
  CHECK(!decode(bytes, command, used).has_value());
  CHECK(!decode(std::span<const std::byte>{}, event, condition, used).has_value());
  CHECK(!decode(std::span<const std::byte>{}, command, used).has_value());
}

TEST_CASE("a list that claims more items than there may be is refused") {
  Filler filler(1);
  TradeCondition condition;
  model::detail::fields(filler, condition);
  condition.when_all.clear();
  auto bytes = encoded(condition);
  // pattern id, template, source, instrument, side come before the first list.
  bytes[8 + 1 + 1 + 4 + 1] = std::byte{200};
  std::size_t used = 0;
  CHECK(!decode(bytes, condition, used).has_value());
}
