#include "base/did_you_mean.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace lanner {

namespace {

// Longer words are not names anybody mistypes; the bound keeps the rows on the stack.
constexpr std::size_t kMaxLength = 64;

using Row = std::array<std::size_t, kMaxLength + 1>;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Row i holds the distances of the first i letters of `a` to every start of `b`; a swap looks
// two rows back.
std::size_t distance(std::string_view a, std::string_view b) noexcept {
  Row older{};
  Row before{};
  Row now{};
  for (std::size_t j = 0; j <= b.size(); ++j) {
    before[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool is_equal = lower(a[i - 1]) == lower(b[j - 1]);
      now[j] = std::min({before[j] + 1, now[j - 1] + 1, before[j - 1] + (is_equal ? 0U : 1U)});
      const bool is_swap = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (is_swap) {
        now[j] = std::min(now[j], older[j - 2] + 1);
      }
    }
    older = before;
    before = now;
  }
  return before[b.size()];
}

}  // namespace

std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> known) {
  if (word.empty() || word.size() > kMaxLength) {
    return std::nullopt;
  }
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  std::optional<std::string_view> found;
  for (const std::string_view candidate : known) {
    if (candidate.size() > kMaxLength) {
      continue;
    }
    const std::size_t steps = distance(word, candidate);
    if (steps < best && steps < std::max(word.size(), candidate.size())) {
      best = steps;
      found = candidate;
    }
  }
  return found;
}

}  // namespace lanner
