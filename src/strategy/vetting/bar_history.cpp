#include "strategy/vetting/bar_history.hpp"

#include <algorithm>

namespace lanner::strategy {

std::uint32_t BarHistory::room_for(std::size_t instruments) noexcept {
  const std::size_t each = kBytesMax / sizeof(Entry) / std::max<std::size_t>(instruments, 1);
  return static_cast<std::uint32_t>(std::min<std::size_t>(each, kWeekOfMinutes));
}

BarHistory::BarHistory(std::span<const std::uint8_t> is_active, std::uint32_t bars)
    : bars_(bars), ring_by_instrument_(bars == 0 ? 0 : is_active.size(), kNone) {
  if (bars == 0) {
    return;
  }
  std::uint32_t rings = 0;
  for (std::size_t i = 0; i < is_active.size(); ++i) {
    if (is_active[i] != 0) {
      ring_by_instrument_[i] = rings++;
    }
  }
  rings_.resize(rings);
  entries_.resize(std::size_t{rings} * bars);
  fundings_.resize(std::size_t{rings} * kFundingKept);
}

void BarHistory::keep(const model::Bar& bar, Timestamp close) noexcept {
  const std::uint32_t index = ring_of(bar.instrument_id);
  if (index == kNone) {
    return;
  }
  Ring& ring = rings_[index];
  entries_[std::size_t{index} * bars_ + ring.next] = {close, bar};
  ring.next = ring.next + 1 == bars_ ? 0 : ring.next + 1;
  ring.size = std::min(ring.size + 1, bars_);
}

void BarHistory::on_funding(const model::FundingRate& rate, Timestamp at) noexcept {
  const std::uint32_t index = bars_ == 0 ? kNone : ring_of(rate.instrument_id);
  if (index == kNone) {
    return;
  }
  Ring& ring = rings_[index];
  fundings_[std::size_t{index} * kFundingKept + ring.funding_next] = {at, rate};
  ring.funding_next = (ring.funding_next + 1) % kFundingKept;
  ring.funding_size = std::min(ring.funding_size + 1, kFundingKept);
}

const BarHistory::Entry& BarHistory::at(InstrumentId id, std::size_t index) const noexcept {
  const std::uint32_t place = ring_of(id);
  const Ring& ring = rings_[place];
  const std::size_t first = ring.size < bars_ ? 0 : ring.next;
  return entries_[std::size_t{place} * bars_ + (first + index) % bars_];
}

std::size_t BarHistory::fundings(InstrumentId id) const noexcept {
  return ring_of(id) == kNone ? 0 : rings_[ring_of(id)].funding_size;
}

const BarHistory::Funding& BarHistory::funding(InstrumentId id,
                                               std::size_t index) const noexcept {
  const std::uint32_t place = ring_of(id);
  const Ring& ring = rings_[place];
  const std::size_t first = ring.funding_size < kFundingKept ? 0 : ring.funding_next;
  return fundings_[std::size_t{place} * kFundingKept + (first + index) % kFundingKept];
}

}  // namespace lanner::strategy
