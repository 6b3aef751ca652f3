#pragma once

// Leave-one-out replays: a session's market is played once as it was and twice without each
// component, on all cores over one mapping, and the books are compared (research/ablation.hpp).
// Once the book without it learns anew, once it knows what the whole one knows; the difference
// between the two effects is what the other learners made up for, or spoiled.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/component.hpp"
#include "research/ablation.hpp"
#include "runtime/jobs/job_pool.hpp"
#include "runtime/json_out.hpp"
#include "runtime/run_options.hpp"
#include "runtime/session_plan.hpp"

namespace lanner::runtime {

struct AblateRequest {
  std::vector<model::Component> components;  // empty: all
  std::size_t threads = 0;                   // 0 = one for each core
  std::uint64_t seed = 1;                    // of the resampling
};

struct AblationRow {
  std::string id;
  research::Judgement judgement;
  research::BookChanges changes;
  research::Effect effect;   // the masked book learned anew ("relearned"); verdicts go by it
  research::Effect frozen;   // the masked book knew what the base knew
  std::string digest;
  std::string frozen_digest;
};

struct Ablation {
  Timestamp from;
  Timestamp to;
  std::vector<std::string> instruments;
  Money start_equity;
  Money bound;                        // of a block, against clipping
  std::optional<std::string> recorded_digest;  // of the session asked for, if it is closed
  research::Book base;
  std::vector<AblationRow> components;
  // Everything masked but the templates, without which nothing would be traded; and no trade.
  std::vector<AblationRow> anchors;
  std::size_t jobs = 0;
  PoolUse use;
};

// The session as it was asked for, or as its journal's first record tells it; the market is read
// from the catalog that it was played on.
[[nodiscard]] Result<SessionPlan> plan_of_session(const std::filesystem::path& session);
// The digest in a session's closing record; nothing while it is open. A base that comes to another
// one lacks what the session took from beside its tape: conditions of programs, a disk's trouble.
[[nodiscard]] Result<std::optional<std::string>> recorded_digest_of(
    const std::filesystem::path& session);
[[nodiscard]] Result<Ablation> ablate(const SessionPlan& plan, const AblateRequest& request,
                                      const PoolProgress& progress);

[[nodiscard]] bool has_decorative(const Ablation& ablation) noexcept;
[[nodiscard]] JsonObject ablation_json(const Ablation& ablation);

}  // namespace lanner::runtime
