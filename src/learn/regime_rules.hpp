#pragma once

// The standing rules of entries: at which hours, on which days, coins and sides, and in which
// volatility entries are blocked, made smaller or larger. A rule comes from an adaptation and goes
// with it; the strictest of those that match decides.

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/static_vector.hpp"
#include "base/time.hpp"
#include "model/adaptation.hpp"

namespace lanner::learn {

// What a rule may ask about a trigger.
struct EntryFacts {
  InstrumentId instrument_id;
  model::PositionSide side = model::PositionSide::long_side;
  model::TemplateId template_id = model::TemplateId::custom;
  model::Volatility volatility = model::Volatility::unknown;
  Score cost_r;
  Timestamp at;
};
// 0 = Monday, UTC.
[[nodiscard]] std::uint32_t weekday_of(Timestamp at) noexcept;

[[nodiscard]] bool matches(const model::Scope& scope, const EntryFacts& facts) noexcept;

// True of a rule that asks for hours, weekdays or volatility.
[[nodiscard]] bool is_by_regime(const model::Scope& scope) noexcept;

struct Ruling {
  Score multiplier{1.0};  // of the size; zero = blocked
  std::uint32_t adaptation_id = 0;  // that it is due to
  [[nodiscard]] bool is_blocked() const noexcept { return multiplier <= Score{}; }
};

// The size that rules with these multipliers make together: the least of those that reduce, else
// the largest of those that favour.
[[nodiscard]] double joined_multiplier(double a, double b) noexcept;

class RegimeRules {
 public:
  static constexpr std::size_t kRulesMax = 10;
  struct Rule {
    std::uint32_t adaptation_id = 0;
    model::Scope scope;
    Score multiplier{1.0};
  };

  // False when full.
  [[nodiscard]] bool add(const Rule& rule) noexcept { return rules_.push_back(rule); }
  // Rules after it keep their order, so adding and removing one changes nothing else.
  void remove(std::uint32_t adaptation_id) noexcept;
  [[nodiscard]] Ruling ask(const EntryFacts& facts) const noexcept;
  [[nodiscard]] const StaticVector<Rule, kRulesMax>& rules() const noexcept { return rules_; }
  void encode(ByteWriter& out) const;

 private:
  StaticVector<Rule, kRulesMax> rules_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(rules_);
  }
};

// Where an instrument's volatility lies among its own of the last week, sampled once a block.
class VolatilityTerciles {
 public:
  static constexpr std::size_t kSamples = 42;
  static constexpr std::size_t kSamplesMin = 12;

  explicit VolatilityTerciles(std::size_t instruments) : histories_(instruments) {}

  // Values that are not finite are passed over.
  void sample(InstrumentId id, double volatility) noexcept;
  [[nodiscard]] model::Volatility of(InstrumentId id, double volatility) const noexcept;
  void encode(ByteWriter& out) const;

 private:
  struct History {
    std::array<double, kSamples> values{};
    std::uint32_t count = 0;  // ever sampled
  };
  std::vector<History> histories_;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(histories_);
  }
};

}  // namespace lanner::learn
