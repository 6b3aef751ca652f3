#pragma once

// Reads trade conditions that a person wrote: JSON in the wire format tc1, whose words `coin` and
// `direction` are mapped here. A bad condition costs itself, not the file.
//
// File: {"schema_version": "tc1", "conditions": [...]}, optionally with "snapshot_id" and
// "market_view" (unused) and "limits": "none", which lifts the bounds on size, number and number
// per coin; it is meant for tests and benchmarks.
// Condition: coin, direction, when_all, stop_atr, take_profit_r, time_stop_min and expiry_s are
// needed; pattern_id, when_any, invalidate_any, regimes, entry, stop_tf, size_scale, confidence
// and rationale (at most 400 characters, never read as anything but text) are not.
// stop_tf is the first predicate's timeframe by default. A coin is an
// instrument's name (BTCUSDT-PERP.BINANCE) or a venue's symbol (BTCUSDT), which then stands for
// every instrument that has it.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/condition.hpp"
#include "model/condition_rule.hpp"
#include "model/instrument.hpp"

namespace lanner::store {

struct TaggedCondition {
  std::size_t index = 0;  // in the file, from 0
  model::TradeCondition condition;
};

// The rule that a condition breaks; those that ask the market are the engine's.
using Tc1Rule = model::ConditionRule;

struct RejectedCondition {
  std::size_t index = 0;
  std::string key;     // "when_all[1].op"
  Tc1Rule rule = Tc1Rule::v2;
  std::string reason;  // what is wrong and what to write instead
};

struct Tc1File {
  std::vector<TaggedCondition> conditions;
  std::vector<RejectedCondition> rejected;
  std::string snapshot_id;  // what it says it has seen; empty when it says nothing

  [[nodiscard]] auto begin() const noexcept { return conditions.begin(); }
  [[nodiscard]] auto end() const noexcept { return conditions.end(); }
};

// "FILE: condition 3: stop_atr: V5: 9 is outside 0.3 .. 6"
[[nodiscard]] std::string describe(const std::filesystem::path& path,
                                   const RejectedCondition& rejected);

// Expiries count from `now`. `own_features` are the names of the session's own features, in the
// order of their ids; predicates may name them on either side. Fails only where the whole file says
// nothing: unreadable, no JSON, another schema.
[[nodiscard]] Result<Tc1File> read_tc1_file(const std::filesystem::path& path,
                                            const model::InstrumentTable& instruments,
                                            Timestamp now,
                                            std::span<const std::string> own_features = {});
// The same of a text; `name` stands for the file in errors.
[[nodiscard]] Result<Tc1File> parse_tc1(std::string_view text, const std::string& name,
                                        const model::InstrumentTable& instruments, Timestamp now,
                                        std::span<const std::string> own_features = {});

}  // namespace lanner::store
