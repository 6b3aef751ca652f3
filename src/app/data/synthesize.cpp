#include "app/data/synthesize.hpp"

#include <fmt/core.h>

#include <string>

#include "base/fixed.hpp"
#include "runtime/json_out.hpp"
#include "runtime/synthetic_catalog.hpp"
#include "store/records.hpp"

namespace lanner::app {
namespace {

Result<std::int64_t> count_flag(const Invocation& in, const char* flag, std::int64_t most,
                                std::int64_t otherwise) {
  const auto given = in.integer(flag, 1, most);
  if (!given) {
    return tl::unexpected{given.error()};
  }
  return given->value_or(otherwise);
}

Result<double> edge_of(const Invocation& in) {
  if (!in.has("--edge")) {
    return 0.0;
  }
  const auto edge = parse_fixed<Rate>(in.text("--edge"));
  if (!edge) {
    return fail(ErrorKind::usage,
                "--edge is a number of R, as in 2.5, not '" + in.text("--edge") + "'");
  }
  return to_score(*edge).value();
}

Result<sim::SyntheticConfig> market_asked_for(const Invocation& in) {
  constexpr std::int64_t kSeedMost = 1'000'000'000'000'000'000;
  const auto seed = count_flag(in, "--seed", kSeedMost, 1);
  const auto coins = count_flag(in, "--instruments", 500, 20);
  const auto days = count_flag(in, "--days", 366 * 5, 30);
  for (const auto* count : {&seed, &coins, &days}) {
    if (!*count) {
      return tl::unexpected{count->error()};
    }
  }
  const auto edge = edge_of(in);
  if (!edge) {
    return tl::unexpected{edge.error()};
  }
  sim::SyntheticConfig config;
  config.seed = static_cast<std::uint64_t>(*seed);
  config.instruments = static_cast<std::size_t>(*coins);
  config.length = hours(24 * *days);
  config.interval_s = in.has("--interval") ? store::interval_of(in.text("--interval")) : 60;
  config.all_inputs = true;
  config.daily_edge_r = *edge;
  return config;
}

}  // namespace

Result<int> run_data_synthesize(const Invocation& in) {
  if (in.text("--catalog").empty()) {
    return fail(ErrorKind::usage, "where to? Give --catalog DIR");
  }
  const auto config = market_asked_for(in);
  if (!config) {
    return tl::unexpected{config.error()};
  }
  const auto catalog = runtime::make_synthetic_catalog(*config, in.text("--catalog"));
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  std::uint64_t rows = 0;
  for (const store::SeriesInfo& info : catalog->series()) {
    rows += info.rows;
  }
  if (in.is_json()) {
    runtime::JsonObject out{"data-synthesize/1"};
    out.set("catalog", in.text("--catalog"))
        .set("instruments", catalog->instruments().size())
        .set("series", catalog->series().size())
        .set("rows", rows);
    fmt::print("{}\n", out.text());
  } else {
    fmt::print("SYNTHETIC market in {}: {} series, {} rows\n", in.text("--catalog"),
               catalog->series().size(), rows);
  }
  return 0;
}

}  // namespace lanner::app
