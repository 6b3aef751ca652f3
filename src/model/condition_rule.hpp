#pragma once

// The rules that a condition from outside is held to, one reason code each, and what was said of
// a condition. A refusal costs that condition alone; the rest of its file or message is kept.

#include <cstdint>

#include "base/ids.hpp"
#include "base/score.hpp"
#include "base/static_vector.hpp"
#include "model/condition.hpp"

namespace lanner::model {

enum class ConditionRule : std::uint8_t {
  none,
  v1,   // JSON: UTF-8, size, depth, duplicate keys, trailing text
  v2,   // schema: keys, types, words
  v3,   // snapshot: the one that was sent, and not older than 90 s
  v4,   // coin: known, in this session, trading, with fresh prices
  v5,   // numbers finite and in bounds
  v6,   // stop distance: above noise and cost, at most a bound
  v7,   // reward over risk after costs, from our own prices
  v8,   // stop on the losing side, liquidation far beyond it
  v9,   // predicates: units, features without a source
  v10,  // trigger: contradictory, or true most of the time
  v11,  // the opposite side of the same coin from the same proposer
  v12,  // the same condition twice
  v13,  // time stop and expiry
  v14,  // number of conditions, in all and per coin
  v15,  // blocked coin, hour or pattern: watched as a shadow
  v16,  // lot and minimum notional after sizing
  v17,  // rationale too long
  v18,  // more triggers an hour than a strategy may have
  v19,  // the risk engine's own invariants; asked at each decision
  v20,  // an empty list is valid: no trade
  count_,
};
inline constexpr std::size_t kConditionRuleCount = static_cast<std::size_t>(ConditionRule::count_);
[[nodiscard]] const char* name_of(ConditionRule value) noexcept;    // "V7"
[[nodiscard]] const char* reason_of(ConditionRule value) noexcept;  // "net_reward_risk"

enum class ConditionVerdict : std::uint8_t {
  accepted,
  refreshed,  // the same one stands already; its expiry was renewed
  flagged,    // accepted, with something to know: the rule says what
  refused,
  withdrawn,  // stood, and stands no longer
};
[[nodiscard]] const char* name_of(ConditionVerdict value) noexcept;

// A program that proposes conditions: it joins under a name, and is silenced for a while when it
// does harm. Silenced, its conditions are withdrawn and nothing of it is read.
enum class ProposerState : std::uint8_t { joined, silenced, left };
enum class ProposerReason : std::uint8_t {
  none,
  garbage,     // too many messages that are no tc1
  flood,       // more messages than it may send
  oversize,    // a message beyond 256 KiB
  hang,        // a line that does not end, answers that are not read
};
[[nodiscard]] const char* name_of(ProposerState value) noexcept;
[[nodiscard]] const char* name_of(ProposerReason value) noexcept;

using ProposerName = StaticVector<char, 24>;  // letters, digits and underscore

struct ProposerChanged {
  std::uint8_t proposer = 0;  // 1 .. kProposersMax
  ProposerState state = ProposerState::joined;
  ProposerReason reason = ProposerReason::none;
  ProposerName name;
  friend bool operator==(const ProposerChanged&, const ProposerChanged&) = default;
};

// What was said of one condition; `value` and `bound` are in the rule's own unit.
struct ConditionJudged {
  std::uint8_t proposer = 0;
  ConditionVerdict verdict = ConditionVerdict::accepted;
  ConditionRule rule = ConditionRule::none;
  InstrumentId instrument_id;
  PositionSide side = PositionSide::long_side;
  PatternId pattern_id;
  std::uint64_t hash = 0;  // canonical
  Score value;
  Score bound;
};

}  // namespace lanner::model
