#include <fmt/core.h>

#include <array>

#include "app/answers.hpp"
#include "app/invocation.hpp"
#include "app/verb.hpp"
#include "base/build_info.hpp"
#include "runtime/json_out.hpp"

namespace lanner::app {
namespace {

// Every shape that this build writes or reads.
constexpr std::array<std::string_view, 31> kSchemas{
    "backtest/1", "balance/1", "components/1", "config-check/1", "config-explain/1",
    "config-init/1", "config-show/1", "data-check/1", "data-export/1", "data-import/1",
    "data-list/1", "doctor/1", "journal/1", "learn-coins/1", "learn-patterns/1", "learn-status/1",
    "orders/1", "params-list/1", "params-log/1", "positions/1", "profit/1", "replay/1",
    "report/1", "rules/1", "run/1", "status/1", "tc1", "trades/1", "version/1", "why-not/1",
    "why/1"};

Result<int> run_version(const Invocation& in) {
  const BuildInfo& info = build_info();
  if (!in.is_json()) {
    fmt::print("lanner {} ({}, {}, {})\n", info.version, info.build_id, info.compiler, info.preset);
    return 0;
  }
  fmt::print("{}\n", version_json(info));
  return 0;
}

}  // namespace

std::string version_json(const BuildInfo& info) {
  runtime::JsonArray schemas;
  for (const std::string_view schema : kSchemas) {
    schemas.add(schema);
  }
  runtime::JsonObject out{"version/1"};
  out.set("version", info.version)
      .set("build_id", info.build_id)
      .set("compiler", info.compiler)
      .set("preset", info.preset)
      .set("schemas", schemas);
  return out.text();
}

Verb version_verb() noexcept {
  return Verb{.name = "version",
              .alias = {},
              .purpose = "which build this is",
              .example = "lanner version --json",
              .arguments = {},
              .flags = {},
              .run = run_version,
              .verbs = {}};
}

}  // namespace lanner::app
