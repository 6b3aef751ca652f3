#pragma once

// Strong ids: two ids of different things never mix.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace lanner {

template <typename Tag, typename Rep = std::uint32_t>
class Id {
 public:
  using rep = Rep;
  constexpr Id() noexcept = default;
  explicit constexpr Id(Rep value) noexcept : value_(value) {}
  [[nodiscard]] constexpr Rep value() const noexcept { return value_; }
  [[nodiscard]] constexpr std::size_t index() const noexcept { return value_; }
  [[nodiscard]] constexpr bool is_valid() const noexcept {
    return value_ != std::numeric_limits<Rep>::max();
  }
  friend constexpr auto operator<=>(const Id&, const Id&) noexcept = default;

 private:
  Rep value_ = std::numeric_limits<Rep>::max();
};

// Dense index of an instrument in the session's instrument table.
using InstrumentId = Id<struct InstrumentTag>;
using VenueId = Id<struct VenueTag, std::uint16_t>;
// Unique for ever within an account: epoch, sequence and leg packed (exec derives it).
using ClientOrderId = Id<struct ClientOrderTag, std::uint64_t>;
using VenueOrderId = Id<struct VenueOrderTag, std::uint64_t>;
using TradeId = Id<struct TradeTag, std::uint64_t>;
// Ordinal of a candidate (a trigger) in its session; a traded one's position carries it too.
using CandidateId = Id<struct CandidateTag, std::uint32_t>;
using ParameterId = Id<struct ParameterTag, std::uint16_t>;

}  // namespace lanner
