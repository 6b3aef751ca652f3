#pragma once

// How the projection's schema came about, step by step. A step that has been released is never
// edited; a change is another step at the end.

#include <span>
#include <string_view>

namespace lanner::store::sqlite {

[[nodiscard]] std::span<const std::string_view> migrations() noexcept;

}  // namespace lanner::store::sqlite
