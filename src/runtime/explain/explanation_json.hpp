#pragma once

// Explanations as JSON: `why/1` and `why-not/1`.

#include "runtime/explain/explanation.hpp"
#include "runtime/json_out.hpp"

namespace lanner::runtime {

[[nodiscard]] const char* verdict_name(model::Verdict verdict) noexcept;
[[nodiscard]] const char* barrier_name(model::Barrier barrier) noexcept;
[[nodiscard]] const char* source_name(model::LabelSource source) noexcept;
[[nodiscard]] const char* entry_name(model::EntryMode mode) noexcept;

[[nodiscard]] JsonObject why_json(const Explanation& explanation);
[[nodiscard]] JsonObject why_not_json(const WhyNot& answer);

}  // namespace lanner::runtime
