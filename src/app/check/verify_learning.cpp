#include "app/check/verify_learning.hpp"

#include <fmt/core.h>

#include <array>
#include <optional>
#include <vector>

#include "app/invocation.hpp"
#include "app/progress_bar.hpp"
#include "app/run_flags.hpp"
#include "research/block_paths.hpp"
#include "research/learning_worlds.hpp"
#include "runtime/json_out.hpp"
#include "runtime/session_plan.hpp"
#include "views/format.hpp"

namespace lanner::app {
namespace {

constexpr int kBeyondLimit = 8;
constexpr std::int64_t kRunsDefault = 1000;
constexpr std::int64_t kRunsMax = 1'000'000;
constexpr std::int64_t kBlocksMax = 100'000;

constexpr std::array<Flag, 8> kLearningFlags{{
    {"--world", "NAME",
     "null-independent, null-factor, null-garch, null-signflip, null-permuted, tail-seller, "
     "planted or regime-flip (null-factor)"},
    {"--runs", "N", "libraries that begin with nothing (1000)"},
    {"--blocks", "N", "blocks of 4 h in each run (540, a quarter; with an edge 2190, a year)"},
    {"--seed", "N", "draws the worlds (1)"},
    {"--catalog", "DIR",
     "recorded prices whose signs or days are shuffled (null-signflip, null-permuted); without it "
     "made ones"},
    flags::kInstruments,
    flags::kFrom,
    flags::kTo,
}};

// The recorded paths that are asked for; nothing where the world makes its own.
Result<std::optional<research::RecordedPaths>> asked_paths(const Invocation& in,
                                                           research::World world) {
  const bool is_shuffled =
      world == research::World::null_signflip || world == research::World::null_permuted;
  for (const std::string_view flag : {"--catalog", "--instruments", "--from", "--to"}) {
    if (in.has(flag) && !is_shuffled) {
      return fail(ErrorKind::usage, std::string{flag} +
                                        ": only null-signflip and null-permuted play recorded "
                                        "prices");
    }
    if (in.has(flag) && !in.has("--catalog")) {
      return fail(ErrorKind::usage, std::string{flag} + " needs --catalog");
    }
  }
  if (!in.has("--catalog")) {
    return std::optional<research::RecordedPaths>{};
  }
  auto asked = run_options(in);
  if (!asked) {
    return tl::unexpected{asked.error()};
  }
  asked->data = in.text("--catalog");
  asked->best_span = !asked->from && !asked->to;
  const auto plan = runtime::plan_session(*asked);
  if (!plan) {
    return tl::unexpected{plan.error()};
  }
  std::vector<InstrumentId> ids;
  for (const model::Instrument& instrument : plan->spec.engine.instruments) {
    if (plan->spec.engine.is_active[instrument.id.index()] != 0) {
      ids.push_back(instrument.id);
    }
  }
  auto paths = research::recorded_paths(plan->catalog, ids, plan->spec.from, plan->spec.to);
  if (!paths) {
    return tl::unexpected{paths.error()};
  }
  return std::optional{std::move(*paths)};
}

Result<research::LearningOptions> learning_options(const Invocation& in) {
  research::LearningOptions options;
  const auto world = research::world_of(in.has("--world") ? in.text("--world") : "null-factor");
  const auto runs = in.integer("--runs", 1, kRunsMax);
  const auto blocks = in.integer("--blocks", 6, kBlocksMax);
  const auto seed = in.integer("--seed", 0, INT64_MAX);
  if (!world || !runs || !blocks || !seed) {
    return tl::unexpected{!world    ? world.error()
                          : !runs   ? runs.error()
                          : !blocks ? blocks.error()
                                    : seed.error()};
  }
  options.world = *world;
  const bool has_edge = *world >= research::World::planted;
  options.runs = static_cast<std::uint32_t>(runs->value_or(kRunsDefault));
  options.blocks = static_cast<std::uint32_t>(blocks->value_or(has_edge ? 2190 : 540));
  options.seed = static_cast<std::uint64_t>(seed->value_or(1));
  for (const auto& [key, value] : in.settings().parameters()) {
    if (const auto set = options.parameters.set(key, value); !set) {
      return tl::unexpected{set.error()};
    }
  }
  return options;
}

void set_count(runtime::JsonObject& out, std::string_view key,
               const std::optional<std::uint32_t>& value) {
  if (value) {
    out.set(key, *value);
  } else {
    out.set_null(key);
  }
}

using Paths = std::optional<research::RecordedPaths>;

void print_learning_json(const research::LearningOptions& options,
                         const research::LearningResult& result, const Paths& paths) {
  runtime::JsonObject out{"verify-learning/1"};
  out.set("world", research::name_of(options.world))
      .set("runs", result.runs)
      .set("blocks", options.blocks)
      .set("false_promotions", result.false_promotions)
      .set("false_limit", result.false_limit)
      .set("promoted", result.promoted)
      .set("rolled_back", result.rolled_back);
  set_count(out, "median_blocks_to_find", result.median_blocks_to_find);
  set_count(out, "median_blocks_to_remove", result.median_blocks_to_remove);
  out.set("worst_loss_r", result.worst_loss_r).set("ok", result.is_within_limit());
  if (paths) {
    runtime::JsonArray instruments;
    for (const std::string& name : paths->instruments) {
      instruments.add(name);
    }
    out.set("paths", runtime::JsonObject{}
                         .set("from", paths->from)
                         .set("to", paths->to)
                         .set("blocks", paths->returns.size())
                         .set("instruments", instruments));
  } else {
    out.set_null("paths");
  }
  fmt::print("{}\n", out.text());
}

void print_learning(const research::LearningOptions& options,
                    const research::LearningResult& result, const Paths& paths) {
  fmt::print("{}: {} runs of {} blocks, 14 claims each\n", research::name_of(options.world),
             result.runs, options.blocks);
  if (paths) {
    fmt::print("  paths of {} coins, {} .. {} UTC, {} blocks; left out for want of prices: {}\n",
               paths->instruments.size(), views::minute_text(paths->from),
               views::minute_text(paths->to), paths->returns.size(), paths->left_out.size());
  }
  fmt::print("  runs with a false promotion {} (at most {})\n  promoted {}, taken back {}\n",
             result.false_promotions, result.false_limit, result.promoted, result.rolled_back);
  if (result.median_blocks_to_find) {
    fmt::print("  the edge was found after {} blocks (median)\n", *result.median_blocks_to_find);
  }
  if (result.median_blocks_to_remove) {
    fmt::print("  its death was seen after {} blocks (median)\n",
               *result.median_blocks_to_remove);
  }
  fmt::print("  worst loss of a claim while trusted {:.1f} R\n", result.worst_loss_r);
}

Result<int> run_verify_learning(const Invocation& in) {
  auto options = learning_options(in);
  if (!options) {
    return tl::unexpected{options.error()};
  }
  const auto paths = asked_paths(in, options->world);
  if (!paths) {
    return tl::unexpected{paths.error()};
  }
  if (*paths) {
    options->paths = (*paths)->returns;
  }
  const research::LearningResult result = [&] {
    ProgressBar bar{"runs"};
    return research::verify_learning(*options, [&](double done) {
      bar.show(done, Timestamp{}, 0);
      return true;
    });
  }();
  if (in.is_json()) {
    print_learning_json(*options, result, *paths);
  } else {
    print_learning(*options, result, *paths);
  }
  return result.is_within_limit() ? 0 : kBeyondLimit;
}

}  // namespace

Verb verify_learning_verb() noexcept {
  return Verb{.name = "learning",
              .alias = {},
              .purpose = "worlds whose truth is known, through the code that promotes patterns",
              .example = "lanner verify learning --world null-factor --runs 1000",
              .arguments = {},
              .flags = kLearningFlags,
              .run = run_verify_learning,
              .verbs = {}};
}

}  // namespace lanner::app
