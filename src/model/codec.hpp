#pragma once

// Explicit, versioned codecs of everything that a journal keeps. Little-endian, no padding, the
// fields in the order of model/codec_fields.hpp; a change of fields raises kCodecVersion.

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "model/commands.hpp"
#include "model/decision.hpp"
#include "model/events.hpp"

namespace lanner::model {

inline constexpr std::uint16_t kCodecVersion = 5;

// Upper bounds of one encoded item; encode() needs at least this much room.
inline constexpr std::size_t kEventBytesMax = 512;
inline constexpr std::size_t kCommandBytesMax = 192;
inline constexpr std::size_t kTraceBytesMax = 1024;

// Returns the bytes written. The event's sequence is not encoded: the record that carries it has
// it.
[[nodiscard]] std::size_t encode(const Event& event, std::span<std::byte> out) noexcept;
[[nodiscard]] std::size_t encode(const Command& command, std::span<std::byte> out) noexcept;
[[nodiscard]] std::size_t encode(const DecisionTrace& trace, std::span<std::byte> out) noexcept;
[[nodiscard]] std::size_t encode(const TradeCondition& condition,
                                 std::span<std::byte> out) noexcept;

// Decodes one item from the front of `in`; `used` tells how many bytes it took. A ConditionProposed
// event points at `condition`, which must live as long as the event is used.
[[nodiscard]] Status decode(std::span<const std::byte> in, Event& event, TradeCondition& condition,
                            std::size_t& used);
[[nodiscard]] Status decode(std::span<const std::byte> in, Command& command, std::size_t& used);
[[nodiscard]] Status decode(std::span<const std::byte> in, DecisionTrace& trace,
                            std::size_t& used);
[[nodiscard]] Status decode(std::span<const std::byte> in, TradeCondition& condition,
                            std::size_t& used);

}  // namespace lanner::model
