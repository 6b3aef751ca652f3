#pragma once

// CRC-32C (Castagnoli), the checksum of records on disk: reflected polynomial 0x82f63b78,
// initial value and final xor all ones.

#include <cstddef>
#include <cstdint>
#include <span>

namespace lanner {

// `previous` is the result for the bytes before these, so that parts can be summed one by one.
// Uses the CPU's instruction where there is one; the result is the same.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes,
                                   std::uint32_t previous = 0) noexcept;

// The way without the instruction, eight tables; public for the test that compares both.
[[nodiscard]] std::uint32_t crc32c_by_table(std::span<const std::byte> bytes,
                                            std::uint32_t previous = 0) noexcept;

}  // namespace lanner
