#include "model/codec.hpp"

#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/ensure.hpp"
#include "model/codec_fields.hpp"

namespace lanner::model {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

class Encoder {
 public:
  explicit Encoder(std::span<std::byte> out) noexcept : begin_(out.data()), at_(out.data()) {}

  template <typename... T>
  void operator()(T&... values) noexcept {
    (put(values), ...);
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(at_ - begin_);
  }

  template <typename T>
  void raw(T value) noexcept {
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }

 private:
  template <typename Tag, typename Rep>
  void put(Id<Tag, Rep>& id) noexcept {
    raw(id.value());
  }
  template <typename Tag, int Digits>
  void put(Fixed<Tag, Digits>& value) noexcept {
    raw(value.raw());
  }
  void put(Score& value) noexcept { raw(std::bit_cast<std::uint64_t>(value.value())); }
  void put(Timestamp& value) noexcept { raw(value.ns()); }
  void put(Duration& value) noexcept { raw(value.ns()); }
  template <typename T, std::size_t N>
  void put(StaticVector<T, N>& values) noexcept {
    raw(static_cast<std::uint8_t>(values.size()));
    for (T& value : values) {
      put(value);
    }
  }
  template <typename T>
  void put(T& value) noexcept {
    if constexpr (std::is_enum_v<T>) {
      raw(static_cast<std::uint8_t>(value));
    } else if constexpr (std::is_arithmetic_v<T>) {
      raw(value);
    } else {
      detail::fields(*this, value);
    }
  }

  std::byte* begin_;
  std::byte* at_;
};

class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> in) noexcept : in_(in) {}

  template <typename... T>
  void operator()(T&... values) noexcept {
    (get(values), ...);
  }
  [[nodiscard]] bool is_good() const noexcept { return good_; }
  [[nodiscard]] std::size_t used() const noexcept { return at_; }

  template <typename T>
  [[nodiscard]] T raw() noexcept {
    T value{};
    if (!good_ || in_.size() - at_ < sizeof value) {
      good_ = false;
      return value;
    }
    std::memcpy(&value, in_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

 private:
  template <typename Tag, typename Rep>
  void get(Id<Tag, Rep>& id) noexcept {
    id = Id<Tag, Rep>{raw<Rep>()};
  }
  template <typename Tag, int Digits>
  void get(Fixed<Tag, Digits>& value) noexcept {
    value = Fixed<Tag, Digits>::from_raw(raw<std::int64_t>());
  }
  void get(Score& value) noexcept {
    value = Score{std::bit_cast<decltype(value.value())>(raw<std::uint64_t>())};
  }
  void get(Timestamp& value) noexcept { value = Timestamp{raw<std::int64_t>()}; }
  void get(Duration& value) noexcept { value = Duration{raw<std::int64_t>()}; }
  template <typename T, std::size_t N>
  void get(StaticVector<T, N>& values) noexcept {
    values.clear();
    const auto count = raw<std::uint8_t>();
    good_ = good_ && count <= N;
    for (std::uint8_t i = 0; good_ && i < count; ++i) {
      T value{};
      get(value);
      good_ = good_ && values.push_back(value);
    }
  }
  template <typename T>
  void get(T& value) noexcept {
    if constexpr (std::is_same_v<T, bool>) {
      value = raw<std::uint8_t>() != 0;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(raw<std::uint8_t>());
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = raw<T>();
    } else {
      detail::fields(*this, value);
    }
  }

  std::span<const std::byte> in_;
  std::size_t at_ = 0;
  bool good_ = true;
};

// In the first byte of a command: the order's instructions follow. A plain order's record is the
// same with and without this, and so is the digest of sessions that use plain orders only.
constexpr std::uint8_t kInstructionsFollow = 0x80;

const OrderInstructions* instructions_of(const Command& command) noexcept {
  const auto* submit = std::get_if<SubmitOrder>(&command);
  return submit != nullptr && submit->order.instructions != OrderInstructions{}
             ? &submit->order.instructions
             : nullptr;
}

// Visits are const for the caller; the shared field list needs non-const references.
template <typename T>
void put_fields(Encoder& encoder, const T& value) noexcept {
  detail::fields(encoder, const_cast<T&>(value));
}

template <typename Variant, std::size_t I = 0>
bool get_alternative(Decoder& decoder, std::size_t index, Variant& out) noexcept {
  if constexpr (I < std::variant_size_v<Variant>) {
    if (index != I) {
      return get_alternative<Variant, I + 1>(decoder, index, out);
    }
    std::variant_alternative_t<I, Variant> value{};
    if constexpr (!std::is_same_v<decltype(value), ConditionProposed>) {
      detail::fields(decoder, value);
    }
    out = value;
    return decoder.is_good();
  } else {
    return false;
  }
}

Status damaged(const char* what) {
  return fail(ErrorKind::data, std::string("record damaged: cannot decode ") + what);
}

}  // namespace

std::size_t encode(const Event& event, std::span<std::byte> out) noexcept {
  ENSURE(out.size() >= kEventBytesMax);
  Encoder encoder(out);
  encoder.raw(static_cast<std::uint8_t>(event.payload.index()));
  encoder.raw(event.ts_event.ns());
  encoder.raw(event.ts_init.ns());
  // One kind comes by the million: it need not go through a table of functions.
  if (const auto* trade = std::get_if<TradeTick>(&event.payload)) [[likely]] {
    put_fields(encoder, *trade);
    return encoder.size();
  }
  std::visit(
      [&encoder](const auto& payload) {
        using T = std::decay_t<decltype(payload)>;
        if constexpr (std::is_same_v<T, ConditionProposed>) {
          put_fields(encoder, *payload.condition);
        } else {
          put_fields(encoder, payload);
        }
      },
      event.payload);
  return encoder.size();
}

std::size_t encode(const Command& command, std::span<std::byte> out) noexcept {
  ENSURE(out.size() >= kCommandBytesMax);
  Encoder encoder(out);
  const OrderInstructions* instructions = instructions_of(command);
  const auto kind = static_cast<std::uint8_t>(command.index());
  encoder.raw(instructions != nullptr ? static_cast<std::uint8_t>(kind | kInstructionsFollow)
                                      : kind);
  std::visit([&encoder](const auto& value) { put_fields(encoder, value); }, command);
  if (instructions != nullptr) {
    put_fields(encoder, *instructions);
  }
  return encoder.size();
}

std::size_t encode(const DecisionTrace& trace, std::span<std::byte> out) noexcept {
  ENSURE(out.size() >= kTraceBytesMax);
  Encoder encoder(out);
  put_fields(encoder, trace);
  return encoder.size();
}

std::size_t encode(const TradeCondition& condition, std::span<std::byte> out) noexcept {
  ENSURE(out.size() >= kEventBytesMax);
  Encoder encoder(out);
  put_fields(encoder, condition);
  return encoder.size();
}

Status decode(std::span<const std::byte> in, Event& event, TradeCondition& condition,
              std::size_t& used) {
  Decoder decoder(in);
  const auto index = decoder.raw<std::uint8_t>();
  event.ts_event = Timestamp{decoder.raw<std::int64_t>()};
  event.ts_init = Timestamp{decoder.raw<std::int64_t>()};
  if (!get_alternative(decoder, index, event.payload)) {
    return damaged("an event");
  }
  if (auto* proposed = std::get_if<ConditionProposed>(&event.payload)) {
    detail::fields(decoder, condition);
    proposed->condition = &condition;
  }
  if (!decoder.is_good()) {
    return damaged("a condition");
  }
  used = decoder.used();
  return {};
}

Status decode(std::span<const std::byte> in, Command& command, std::size_t& used) {
  Decoder decoder(in);
  const auto kind = decoder.raw<std::uint8_t>();
  const auto index = static_cast<std::uint8_t>(kind & ~kInstructionsFollow);
  if (!get_alternative(decoder, index, command)) {
    return damaged("a command");
  }
  if ((kind & kInstructionsFollow) != 0) {
    auto* submit = std::get_if<SubmitOrder>(&command);
    if (submit == nullptr) {
      return damaged("a command");
    }
    detail::fields(decoder, submit->order.instructions);
    if (!decoder.is_good()) {
      return damaged("an order's instructions");
    }
  }
  used = decoder.used();
  return {};
}

Status decode(std::span<const std::byte> in, TradeCondition& condition, std::size_t& used) {
  Decoder decoder(in);
  detail::fields(decoder, condition);
  if (!decoder.is_good()) {
    return damaged("a condition");
  }
  used = decoder.used();
  return {};
}

Status decode(std::span<const std::byte> in, DecisionTrace& trace, std::size_t& used) {
  Decoder decoder(in);
  detail::fields(decoder, trace);
  if (!decoder.is_good()) {
    return damaged("a decision trace");
  }
  used = decoder.used();
  return {};
}

}  // namespace lanner::model
