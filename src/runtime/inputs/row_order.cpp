#include "runtime/inputs/row_order.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace lanner::runtime {

void RowOrder::sort(std::vector<Key>& keys) {
  sorted_.resize(keys.size());
  if (merge_in_step(keys)) {
    keys.swap(sorted_);
  } else {
    sort_digits(keys);
  }
}

// Bars of many coins begin at the same instants: then the runs are put together instant by instant
// for a third of what sorting costs. False where an instant has too few rows for that.
bool RowOrder::merge_in_step(const std::vector<Key>& keys) {
  Key* out = sorted_.data();
  const Key* const end = out + keys.size();
  for (Key now = 0; out != end;) {
    const Key* const taken = out;
    Key next = ~Key{0};
    for (Run& run : runs_) {
      const Key* at = keys.data() + run.at;
      const Key* const run_end = keys.data() + run.end;
      Key time = at != run_end ? *at >> kRowBits : ~Key{0};
      for (; time == now; time = at != run_end ? *at >> kRowBits : ~Key{0}) {
        *out++ = *at++;
      }
      run.at = static_cast<std::size_t>(at - keys.data());
      next = time < next ? time : next;
    }
    if (4 * static_cast<std::size_t>(out - taken) < runs_.size() || next <= now) {
      return false;
    }
    now = next;
  }
  return true;
}

// By time alone and stable: rows were taken in the order that holds at equal times. Digits in
// which all times agree, as the lowest of whole milliseconds, are passed over.
void RowOrder::sort_digits(std::vector<Key>& keys) {
  constexpr unsigned kDigitBits = 10;
  constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  Key used = 0;
  for (const Key key : keys) {
    used |= key >> kRowBits;
  }
  std::array<std::uint32_t, kDigits> counts;
  while (used != 0) {
    const auto shift = kRowBits + static_cast<unsigned>(std::countr_zero(used));
    const auto digit_of = [shift](Key key) { return key >> shift & (kDigits - 1); };
    counts.fill(0);
    for (const Key key : keys) {
      ++counts[digit_of(key)];
    }
    std::uint32_t before = 0;
    for (std::uint32_t& count : counts) {
      before += std::exchange(count, before);
    }
    for (const Key key : keys) {
      sorted_[counts[digit_of(key)]++] = key;
    }
    keys.swap(sorted_);
    used &= ~((Key{kDigits} - 1) << (shift - kRowBits));
  }
}

}  // namespace lanner::runtime
