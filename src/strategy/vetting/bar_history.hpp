#pragma once

// The last bars of each instrument, kept where conditions from outside may come: what they would
// have done is judged on them. Sized at construction; the oldest bar makes room for the newest.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/market_data.hpp"

namespace lanner::strategy {

class BarHistory {
 public:
  struct Entry {
    Timestamp close;
    model::Bar bar;
  };
  struct Funding {
    Timestamp at;
    model::FundingRate rate;
  };
  static constexpr std::uint32_t kWeekOfMinutes = 7 * 24 * 60;
  // Bounds the whole of it: with very many instruments each keeps less than a week.
  static constexpr std::size_t kBytesMax = std::size_t{64} << 20;
  static constexpr std::uint32_t kFundingKept = 7 * 24;

  // How many bars each of so many instruments may keep.
  [[nodiscard]] static std::uint32_t room_for(std::size_t instruments) noexcept;

  // `bars` of each active instrument; 0 keeps nothing.
  BarHistory(std::span<const std::uint8_t> is_active, std::uint32_t bars);

  void on_bar(const model::Bar& bar, Timestamp close) noexcept {
    if (bars_ != 0) {
      keep(bar, close);
    }
  }
  void on_funding(const model::FundingRate& rate, Timestamp at) noexcept;
  [[nodiscard]] bool is_kept() const noexcept { return bars_ != 0; }
  [[nodiscard]] std::size_t size(InstrumentId id) const noexcept {
    return ring_of(id) == kNone ? 0 : rings_[ring_of(id)].size;
  }
  [[nodiscard]] std::size_t room() const noexcept { return bars_; }
  // Oldest first.
  [[nodiscard]] const Entry& at(InstrumentId id, std::size_t index) const noexcept;
  [[nodiscard]] std::size_t fundings(InstrumentId id) const noexcept;
  [[nodiscard]] const Funding& funding(InstrumentId id, std::size_t index) const noexcept;

 private:
  static constexpr std::uint32_t kNone = 0xffff'ffffU;
  struct Ring {
    std::uint32_t next = 0;
    std::uint32_t size = 0;
    std::uint32_t funding_next = 0;
    std::uint32_t funding_size = 0;
  };
  [[nodiscard]] std::uint32_t ring_of(InstrumentId id) const noexcept {
    return id.index() < ring_by_instrument_.size() ? ring_by_instrument_[id.index()] : kNone;
  }
  void keep(const model::Bar& bar, Timestamp close) noexcept;

  std::uint32_t bars_;
  std::vector<std::uint32_t> ring_by_instrument_;
  std::vector<Ring> rings_;
  std::vector<Entry> entries_;  // ring x bars
  std::vector<Funding> fundings_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(rings_, entries_, fundings_);
  }
};

}  // namespace lanner::strategy
