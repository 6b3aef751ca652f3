#pragma once

// Client order ids carry epoch, sequence and leg, so that no id is ever used twice in an account:
// the epoch is the session's, the sequence never goes back within it.

#include <cstdint>

#include "base/ids.hpp"

namespace lanner::exec {

inline constexpr int kLegBits = 8;
inline constexpr int kSequenceBits = 40;

struct OrderIdParts {
  std::uint64_t epoch = 0;     // 16 bits
  std::uint64_t sequence = 0;  // 40 bits
  std::uint64_t leg = 0;       // 8 bits
  friend bool operator==(const OrderIdParts&, const OrderIdParts&) = default;
};

[[nodiscard]] constexpr ClientOrderId pack(const OrderIdParts& parts) noexcept {
  return ClientOrderId{parts.epoch << (kLegBits + kSequenceBits) | parts.sequence << kLegBits |
                       parts.leg};
}
[[nodiscard]] constexpr OrderIdParts unpack(ClientOrderId id) noexcept {
  return OrderIdParts{
      .epoch = id.value() >> (kLegBits + kSequenceBits),
      .sequence = id.value() >> kLegBits & ((std::uint64_t{1} << kSequenceBits) - 1),
      .leg = id.value() & ((std::uint64_t{1} << kLegBits) - 1)};
}

}  // namespace lanner::exec
