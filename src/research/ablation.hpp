#pragma once

// What a component is worth: the same market played with it and without it, compared entry by
// entry and block by block. The book without it has learned on its own ("relearned").
//
// PnL is taken per block of 4 h UTC, marked to market by event time, and paired: d = base - masked
// of one block, so what moves both books cancels. Blocks are drawn again 2,000 times with
// replacement; the interval of their sum is the percentile bootstrap's (B. Efron, "Bootstrap
// methods: another look at the jackknife", Annals of Statistics 1979).

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/condition.hpp"
#include "model/enums.hpp"

namespace lanner::research {

// An entry is told again by where and when its condition fired, on which side, by which template.
struct BookEntry {
  InstrumentId instrument_id;
  Timestamp triggered_at;
  model::PositionSide side = model::PositionSide::long_side;
  model::TemplateId template_id = model::TemplateId::custom;
  CandidateId candidate_id;
  Quantity quantity;
  Timestamp closed_at = Timestamp::never();  // never: still open, or never filled
  Price exit_px;
  model::ExitReason reason = model::ExitReason::none;
};

struct BlockPnl {
  Timestamp from;  // of the block, 4 h UTC
  Money pnl;
};

struct Book {
  std::vector<BookEntry> entries;
  std::vector<BlockPnl> blocks;  // those in which the market traded, ascending
  Money net_pnl;
  std::string digest;
  std::uint64_t trades = 0;
};

// Shares in percent. Entries: of those that either book made, those that only one made. Exits and
// sizes: of the entries that both made, those that ended otherwise (when, where or why), and those
// whose size differs by more than 5 % of the base's.
struct BookChanges {
  double entries_pct = 0.0;
  double exits_pct = 0.0;
  double sizes_pct = 0.0;
};
[[nodiscard]] BookChanges changes_between(const Book& base, const Book& masked);

// "Matters": at least half a percent of entries, of exits or of sizes.
constexpr double kMattersPct = 0.5;
[[nodiscard]] bool matters(const BookChanges& changes) noexcept;

constexpr std::size_t kResamples = 2'000;
constexpr std::size_t kBlocksMin = 60;
constexpr std::size_t kWorstBlocks = 5;

struct EffectRequest {
  std::uint64_t seed = 1;
  Money bound;  // of a block, fixed before: what counts towards a claim ends there
};

struct Effect {
  Money delta_pnl;         // base - masked: > 0 = the component earned it; nothing clipped
  double ci_low = 0.0;     // 95 % of delta_pnl, money
  double ci_high = 0.0;
  double mde = 0.0;        // least effect found with 80 % chance at the 5 % level, money
  // The claims, each clipped at the bound against itself only: gains count to the bound for
  // "helps" and losses in full, and the mirror of it for "hurts".
  double helps_low = 0.0;
  double hurts_high = 0.0;
  double clipped_share = 0.0;  // of the blocks with a difference, those beyond the bound
  std::size_t blocks = 0;
  std::size_t blocks_changed = 0;  // in which the books differ
  std::vector<BlockPnl> worst;     // the component's five worst, worst first
};
[[nodiscard]] Effect measure_effect(const Book& base, const Book& masked,
                                    const EffectRequest& request);

enum class AblationVerdict : std::uint8_t { helps, hurts, undecided, asleep, decorative };
[[nodiscard]] const char* name_of(AblationVerdict value) noexcept;

struct Judgement {
  AblationVerdict verdict = AblationVerdict::undecided;
  std::string reason;  // of undecided, asleep and decorative
};
// `missing` names the inputs that were not there; empty when all were.
[[nodiscard]] Judgement judge(const Book& base, const BookChanges& changes, const Effect& effect,
                              const std::string& missing);

}  // namespace lanner::research
